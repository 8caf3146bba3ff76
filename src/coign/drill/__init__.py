"""Drills: break something on purpose and look at what stands in the ledger; see README.md."""
