"""Explores the rules in memory against the invariants; takes gates out one by one. See README.md."""
