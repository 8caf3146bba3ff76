"""The command line; see README.md."""

from coign.cli.program import main

__all__ = ["main"]
