"""One file an action: coldchain."""
