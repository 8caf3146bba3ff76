"""Accounts: who signs in, from which station, with which tokens. Rights to act come from the record alone."""
