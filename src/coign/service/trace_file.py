"""The file of `coign trace -o`: an answer with the entries that say so and their proofs; checked without a database."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from coign.files import write_whole
from coign.kernel.errors import Invalid
from coign.kernel.frozen import dataclass
from coign.records.edges import edges_of
from coign_verify.checkpoint import Checkpoint, CheckpointError, SignedCheckpoint, open_checkpoint
from coign_verify.consistency import verify_consistency
from coign_verify.encoding import decode_base64, encode_base64
from coign_verify.findings import Findings
from coign_verify.jcs import JsonError, canonical, loads_strict
from coign_verify.keys import VerifierKey
from coign_verify.notes import NoteError, parse_note
from coign_verify.tree import leaf_hash, verify_inclusion

#: What such a file says of itself.
KIND = "coign/trace/v1"


@dataclass(frozen=True, slots=True)
class Proved:
    """One entry in its own bytes, and the hashes that lead from it to the root."""

    position: int
    body: bytes
    hashes: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Signed:
    """The newest signed checkpoint, and the hashes that join its tree and the answer's."""

    note: str
    hashes: Sequence[bytes]


def trace_file(answer: Mapping[str, Any], entries: Sequence[Proved], signed: Signed) -> bytes:
    """The bytes of a file; the same answer gives the same bytes."""
    whole = {
        "what": KIND,
        **answer,
        "checkpoint": {"note": signed.note, "consistency": [h.hex() for h in signed.hashes]},
        "entries": [
            {"position": e.position, "body": encode_base64(e.body), "proof": [h.hex() for h in e.hashes]}
            for e in entries
        ],
    }
    return canonical(whole)


def write_aside(file: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    try:
        write_whole(file, content)
    except OSError as error:
        raise Invalid.at("-o", f"{file} cannot be written: {error.strerror}") from error


# Reading one back


def is_trace(content: bytes) -> bool:
    """Whether somebody may have meant a trace by it."""
    return content[:1] == b"{"


def read_trace(content: bytes) -> dict[str, Any]:
    """The object that a file holds; Invalid where it is no trace."""
    try:
        whole = loads_strict(content)
    except JsonError as error:
        raise Invalid.at("FILE", f"is not a file of `coign trace -o`: {error}") from error
    if not isinstance(whole, dict) or whole.get("what") != KIND:
        raise Invalid.at("FILE", f"is not a file of `coign trace -o`: it does not say {KIND}")
    return whole


def verify_trace(whole: Mapping[str, Any], log_keys: Sequence[VerifierKey]) -> Findings:
    """Whether a file's ways follow from entries that its log holds and signed for."""
    found = Findings(what="trace")
    trusted = False
    try:
        trusted = _verify(whole, log_keys, found)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # Whatever does not have the shape that we write was changed by somebody else.
        found.say(None, "container", f"the file is not shaped as one of ours: {error!r}")
    return found.settle(trusted=trusted)


def _verify(whole: Mapping[str, Any], log_keys: Sequence[VerifierKey], found: Findings) -> bool:
    size, root = int(whole["as_of"]["size"]), bytes.fromhex(whole["as_of"]["root"])
    bodies = _entries(whole["entries"], size, root, found)
    found.entries = len(bodies)
    _ways(whole, bodies, found)
    unsigned = _signed(whole["checkpoint"], size, root, log_keys, found)
    of = {body["ledger"] for body in bodies.values()}
    found.ledger = found.ledger or next(iter(of), "")
    if of - {found.ledger}:
        found.say(None, "replaced", "an entry is of another record than the others or the checkpoint")
    found.not_proved = [
        *([unsigned] if unsigned else []),
        "that nothing else was reached: the walk over the whole record is not in the file",
        "states, holders and places: they are what the record said when it was asked",
    ]
    found.proved = [
        f"{len(bodies)} entries stand in the record of {size} entries with this root, unchanged",
        f"each of the {len(whole['hits'])} ways follows from these entries, step by step",
        *([] if unsigned else [f"{found.ledger} signed for a record that holds them"]),
    ]
    return not unsigned


def _entries(given: Sequence[Mapping[str, Any]], size: int, root: bytes, found: Findings) -> dict[int, dict[str, Any]]:
    """The entries by position; those that are not in the tree are told."""
    bodies = {}
    for each in given:
        position, body = each["position"], decode_base64(each["body"])
        proof = [bytes.fromhex(text) for text in each["proof"]]
        if not verify_inclusion(position, size, leaf_hash(body), proof, root):
            found.say(position, "changed", "its bytes do not lead to the root")
            continue
        bodies[position] = loads_strict(body)
    return bodies


def _ways(whole: Mapping[str, Any], bodies: Mapping[int, Mapping[str, Any]], found: Findings) -> None:
    """Every line of every way must be drawn by the entry that the file names for it."""
    lines = {
        position: {
            (edge.upper, edge.lower)
            for edge in edges_of(
                [(f["type"], f["body"]) for f in body["intent"]["facts"]], body["intent"]["actor"]["person"]
            )
            if body["outcome"] != "refused"
        }
        for position, body in bodies.items()
    }
    if whole["count"] != len(whole["hits"]):
        found.say(None, "missing", f"{whole['count']} were found, {len(whole['hits'])} are told")
    for hit in whole["hits"]:
        path, told = hit["path"], hit["entries"]
        if path[0] != whole["start"] or path[-1] != hit["subject"] or len(told) != len(path) - 1:
            found.say(None, "container", f"the way to {hit['subject']} is not whole")
            continue
        for step, position in zip(pairwise(path), told, strict=True):
            upper, lower = reversed(step) if whole["back"] else step
            if (upper, lower) not in lines.get(position, ()):
                found.say(position, "invariant", f"it does not lead from {upper} to {lower}")


def _signed(given: Mapping[str, Any], size: int, root: bytes, log_keys: Sequence[VerifierKey], found: Findings) -> str:
    """Why no signature stands for these entries; "" where one does."""
    if not given["note"]:
        return "no checkpoint was signed when this was written"
    newest = Checkpoint.parse(parse_note(given["note"].encode()).text)
    found.ledger = newest.origin
    found.checkpoint = {"size": newest.size, "root": newest.root.hex()}
    joined = [bytes.fromhex(text) for text in given["consistency"]]
    (m, old), (n, new) = sorted([(size, root), (newest.size, newest.root)], key=lambda each: each[0])
    if not (verify_consistency(m, n, old, new, joined) if m < n else old == new):
        found.say(None, "replaced", "the checkpoint is not of the record that holds the entries")
    signed = _opened(given["note"].encode(), newest, log_keys, found)
    if signed is None:
        return f"no trusted key of {newest.origin} is known here (--trust)"
    return "" if newest.size >= size else f"what came after entry {newest.size - 1} was not signed for yet"


def _opened(
    note: bytes, newest: Checkpoint, log_keys: Sequence[VerifierKey], found: Findings
) -> SignedCheckpoint | None:
    if not any(key.name == newest.origin for key in log_keys):
        return None
    try:
        return open_checkpoint(note, log_keys=log_keys)
    except (NoteError, CheckpointError) as error:
        found.say(None, "signature", str(error))
        return None
