"""Pages that follow from the catalogue, and the ways in and out of a session."""
