"""One file an action: quality."""
