"""The inspector's room: what an inspection may read, its first page, and the copies it takes away."""
