"""REST, out of the catalogue."""
