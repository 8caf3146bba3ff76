"""Rooms and cabinets as pages show them: their state, what was read in them last, and beside which batch."""
