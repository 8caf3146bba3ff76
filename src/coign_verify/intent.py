"""What a person signed: hashing an intent, recognising what it read, cutting the intent out of an entry."""

import re
from hashlib import sha256

from coign_verify.jcs import JsonError, loads_strict

INTENT_LABEL = b"coign/intent/v1\x00"
READ_LABEL = b"coign/read/v1\x00"

_STRING_OR_BRACKET = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)
_PLAIN_STRING = re.compile(rb'"([ !#-\[\]-~]*)"')
_OTHER_VALUE = re.compile(rb"[^,{}\[\]\"\s]+")


def intent_hash(canonical_intent: bytes) -> bytes:
    """The 32 bytes a signer signs; with a passkey they are the challenge."""
    return sha256(INTENT_LABEL + canonical_intent).digest()


def read_commitment(entry_salt: bytes, subject: str) -> bytes:
    """What stands in an entry's `read` for a subject that a rule looked up and the entry does not name.

    Whoever knows the subject can recognise it, with the salt of the same entry.
    """
    return sha256(READ_LABEL + entry_salt + subject.encode()).digest()


def cut_intent(entry: bytes) -> bytes:
    """The intent as a run of the entry's own bytes, so that it is checked as it was signed and never written anew."""
    return cut_member(entry, "intent")


def cut_member(entry: bytes, name: str) -> bytes:
    """The bytes of one top-level member of a canonical JSON object; JsonError unless it is found with certainty."""
    spans = _member_spans(entry)
    if name not in spans:
        raise JsonError(f"the entry has no {name}")
    start, end = spans[name]
    found = entry[start:end]
    # The scanner below and the reader must agree on what the bytes say, or one of them could be led astray.
    if loads_strict(found) != loads_strict(entry)[name]:
        raise JsonError(f"the {name} cannot be cut out unambiguously")
    return found


def _member_spans(entry: bytes) -> dict[str, tuple[int, int]]:
    """Where each top-level value begins and ends; keys must be plain, sorted and without space around them."""
    if entry[:1] != b"{":
        raise JsonError("the entry does not begin with a brace")
    if entry == b"{}":
        return {}
    spans: dict[str, tuple[int, int]] = {}
    last, at, closing = b"", 1, b""
    while closing != b"}":
        key = _PLAIN_STRING.match(entry, at)
        if key is None or entry[key.end() : key.end() + 1] != b":":
            raise JsonError(f"the entry has no plain key at byte {at}")
        if spans and key.group(1) <= last:
            raise JsonError(f"the keys of the entry are not in order at byte {at}")
        last, start = key.group(1), key.end() + 1
        end = _end_of_value(entry, start)
        spans[last.decode("ascii")] = (start, end)
        at, closing = end + 1, entry[end : end + 1]
        if closing not in (b",", b"}"):
            raise JsonError(f"the entry has neither comma nor closing brace at byte {end}")
    if len(entry) != at:
        raise JsonError("the entry goes on after its closing brace")
    return spans


def _end_of_value(entry: bytes, start: int) -> int:
    """Where the value that begins at `start` ends. Brackets inside strings do not count: strings are skipped whole."""
    first = entry[start : start + 1]
    if first not in (b'"', b"{", b"["):
        other = _OTHER_VALUE.match(entry, start)
        if other is None:
            raise JsonError(f"the entry has no value at byte {start}")
        return other.end()
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(entry, start):
        mark = entry[token.start()]
        depth += (mark in b"{[") - (mark in b"}]")
        if depth == 0:
            return token.end()
    raise JsonError(f"the value at byte {start} does not end")
