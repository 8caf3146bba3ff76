"""The store as pages show it: suppliers, lots, packs, and what is suspect."""
