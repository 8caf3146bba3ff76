"""One file an action: manufacturing."""
