"""Turns values into places on a picture: curves, scales, graphs, time left. The templates draw them."""
