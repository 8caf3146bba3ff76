"""How long the daily pages take with many therapies; see README.md."""
