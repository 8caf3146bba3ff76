"""One file an action: storage."""
