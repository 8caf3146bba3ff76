"""Tests that walk the catalogue: what must hold for every action and every gate."""
