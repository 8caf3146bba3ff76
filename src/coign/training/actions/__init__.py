"""One file an action: training."""
