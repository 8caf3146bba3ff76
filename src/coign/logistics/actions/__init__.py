"""One file an action: logistics."""
