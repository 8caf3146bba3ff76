"""Checks a Coign record offline, with the standard library and `cryptography` only; see README.md beside this file."""
