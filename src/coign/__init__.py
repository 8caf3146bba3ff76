"""Coign: an open platform for the security of cell and gene therapies."""

__version__ = "0.1.0"
