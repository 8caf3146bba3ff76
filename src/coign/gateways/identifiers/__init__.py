"""Identifiers of other standards, read strictly; see README.md."""
