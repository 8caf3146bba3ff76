"""One file an action: rooms and what is read in them."""
