"""Signed notes (C2SP signed-note): reading one, and checking it under the keys the reader already knows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from coign_verify.encoding import decode_base64, encode_base64
from coign_verify.keys import VerifierKey, check_key_name

# Readers must take at least 16 signatures and should stop somewhere; post-quantum ones take some 3.3 kB a line.
NOTE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 100
#: So ends the name of a line that holds an authority's time stamp (RFC 3161): no kind of signature that is read here.
STAMPED = "/rfc3161"

_DASH = "\u2014 "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteError(ValueError):
    """A note is malformed or does not verify."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.value)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures below it; nothing is checked yet."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def stamped(self) -> list[str]:
        """For each time stamp below it, that nobody judged it here."""
        names = [each.name.removesuffix(STAMPED) for each in self.signatures if each.name.endswith(STAMPED)]
        return [f"when it existed: a time stamp of {name} is attached, and was not judged here" for name in names]

    def to_bytes(self) -> bytes:
        return f"{self.text}\n{''.join(each.line() for each in self.signatures)}".encode()


@dataclass(frozen=True, slots=True)
class Verified:
    """A known key did sign; `time_s` is the time it names (seconds since 1970), None for a kind without time."""

    key: VerifierKey
    time_s: int | None


def parse_note(data: bytes) -> Note:
    """Read a note; NoteError naming what is wrong. The last empty line separates text from signatures."""
    if len(data) > NOTE_BYTES_MAX:
        raise NoteError(f"the note has {len(data)} bytes; at most {NOTE_BYTES_MAX} are read")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoteError(f"the note is not UTF-8 at byte {error.start}") from error
    _refuse_controls(whole)
    cut = whole.rfind("\n\n")
    if cut < 0:
        raise NoteError("the note has no empty line between text and signatures")
    text, below = whole[: cut + 1], whole[cut + 2 :]
    if not below.endswith("\n"):
        raise NoteError("the note has no signature lines, or the last one does not end with a line feed")
    lines = below[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise NoteError(f"the note has {len(lines)} signatures; at most {SIGNATURES_MAX} are read")
    return Note(text, tuple(_parse_signature(number, line) for number, line in enumerate(lines, 1)))


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> tuple[Verified, ...]:
    """Which of the known keys signed the note: each at most once, with its newest time; at least one, else NoteError.

    Signatures of unknown keys are ignored, also when they share a name or an id (not both) with a known one.
    One bad signature of a known key spoils the note.
    """
    known = _by_name_and_id(keys)
    verified: dict[VerifierKey, Verified] = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        time_s = key.verify(note.text, signature.value)
        if time_s is None:
            raise NoteError(f"the signature of {key.name}+{key.key_id.hex()} does not verify")
        before = verified.get(key)
        if before is None or (before.time_s is not None and before.time_s < time_s):
            verified[key] = Verified(key, time_s if key.algorithm.is_timed else None)
    if not verified:
        raise NoteError("the note carries no signature of a known key")
    return tuple(verified.values())


def _by_name_and_id(keys: Iterable[VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise NoteError(f"two known keys share the name and id {key.name}+{key.key_id.hex()}")
    return known


def _parse_signature(number: int, line: str) -> Signature:
    if not line.startswith(_DASH):
        raise NoteError(f"signature line {number} does not begin with a long dash and a space")
    parts = line.removeprefix(_DASH).split(" ")
    if len(parts) != 2:
        raise NoteError(f"signature line {number} is not a key name, a space and a signature")
    name, encoded = parts
    try:
        check_key_name(name)
        data = decode_base64(encoded)
    except ValueError as error:
        raise NoteError(f"signature line {number}: {error}") from error
    if len(data) < 5:
        raise NoteError(f"signature line {number} is too short to hold a key id and a signature")
    return Signature(name, data[:4], data[4:])


def _refuse_controls(whole: str) -> None:
    found = _CONTROL.search(whole)
    if found is not None:
        raise NoteError(f"the note holds the control character U+{ord(found.group()):04X} at character {found.start()}")
