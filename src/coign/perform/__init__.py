"""The one door through which every regulated action passes."""

from coign.perform.door import Door
from coign.perform.request import Done, EntryReference, Prepared, Request, Signature, Source

__all__ = ["Done", "Door", "EntryReference", "Prepared", "Request", "Signature", "Source"]
