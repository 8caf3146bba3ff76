"""One file an action: regulatory."""
