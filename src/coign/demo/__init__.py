"""The demonstration; see README.md."""
