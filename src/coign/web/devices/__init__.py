"""The register of devices as pages show it: which may be used, what is due, what was done with each."""
