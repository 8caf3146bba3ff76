"""One file an action: supply."""
