"""Translators between the record and the rest of the world; they decide nothing."""
