"""Read models by position: what pages list and search."""

from coign.records.projector import Projector
from coign.records.tables import create_tables

__all__ = ["Projector", "create_tables"]
