"""What the pages of a therapy show; see README.md."""
