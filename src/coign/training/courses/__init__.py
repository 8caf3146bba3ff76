"""Courses as data: read from files, named by their hash, asked by the rules as values."""
