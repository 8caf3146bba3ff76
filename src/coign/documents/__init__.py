"""Documents under their hashes; see README.md."""

from coign.documents.store import DOCUMENT_BYTES_MAX, Documents

__all__ = ["DOCUMENT_BYTES_MAX", "Documents"]
