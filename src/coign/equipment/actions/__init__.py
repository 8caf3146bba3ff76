"""One file an action: devices."""
