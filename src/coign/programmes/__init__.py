"""Therapies as data: programme files, read and asked."""
