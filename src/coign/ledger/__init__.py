"""The append-only record: entries, tree, tiles, checkpoints, states."""
