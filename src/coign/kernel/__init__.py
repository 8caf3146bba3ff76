"""The words rules are written in. Standard library only."""
