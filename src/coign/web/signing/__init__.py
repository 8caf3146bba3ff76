"""Signing: which proofs are needed now, and how a signature over an intent is made."""
