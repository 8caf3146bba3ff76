"""A time stamp as one more line below a signed note: a signature of a kind that readers of notes may pass over."""

from collections.abc import Iterator
from hashlib import sha256

from coign_verify.notes import STAMPED, Note, Signature

#: C2SP signed-note: a kind without a number of its own names itself in the key's id.
_KIND = b"\xffRFC 3161 time stamp over the text of the note"


def line(authority: str, answer: bytes) -> str:
    """The line for an answer of this authority over the note's text."""
    name = authority + STAMPED
    return Signature(name, _key_id(name), answer).line()


def attached(note: Note) -> Iterator[tuple[str, bytes]]:
    """The authorities whose stamps hang below a note, with their answers; nothing is checked yet."""
    for each in note.signatures:
        if each.name.endswith(STAMPED) and each.key_id == _key_id(each.name):
            yield each.name.removesuffix(STAMPED), each.value


def _key_id(name: str) -> bytes:
    return sha256(name.encode() + b"\n" + _KIND).digest()[:4]
