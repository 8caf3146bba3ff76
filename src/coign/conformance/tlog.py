"""Conformance with the C2SP specifications of transparency logs: notes, cosignatures, checkpoints, tiles, witness.

A note counts as verified only if, besides, every change of one byte of what its known keys vouch for is noticed. Lines
of unknown keys are left out of that: a reader must ignore them, whatever they say.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from coign.conformance.expectation import ACCEPTED, REFUSED, answer, expected_answer
from coign.conformance.manifest import Folder, Row
from coign.conformance.report import Tally
from coign.witness.keeping import Witness
from coign_verify.checkpoint import Checkpoint, open_checkpoint
from coign_verify.growing import Frontier
from coign_verify.keys import VerifierKey
from coign_verify.notes import parse_note, verify_note
from coign_verify.tiles import TileName, decode_bundle, entries_path, parse_path
from coign_verify.tree import leaf_hash


def run(folder: Folder, tally: Tally) -> None:
    for row in folder.rows:
        with tally.reading(row):
            if row.folder in ("notes", "cosignatures"):
                for case in json.loads(folder.read(row))["cases"]:
                    _note_case(tally, row, case)
            elif row.folder == "tiles":
                _log_row(folder, tally, row)
            elif row.folder == "witness":
                _witness_steps(tally, row, json.loads(folder.read(row)))


def _witness_steps(tally: Tally, row: Row, script: dict[str, Any]) -> None:
    """One witness asked step by step: each answer is of the status given, and what is signed verifies."""
    with TemporaryDirectory() as folder:
        witness = Witness(Path(folder), "witness.conformance.example")
        witness.trust(VerifierKey.from_text(script["log_vkey"]))
        for step in script["steps"]:
            body = step["request_body"].encode()
            answer = witness.add(body)
            got = str(answer.status.value)
            if answer.status == HTTPStatus.OK:
                note = parse_note(body.partition(b"\n\n")[2])
                signed = parse_note(f"{note.text}\n".encode() + answer.body)
                if {each.key for each in verify_note(signed, witness.keys)} != set(witness.keys):
                    got = "200, but not every key of the witness signed"
            tally.case(row, f"{step['step']}: {step['name']}", expected=str(step["status"]), got=got)


def _note_case(tally: Tally, row: Row, case: dict[str, Any]) -> None:
    name = case.get("name") or case.get("origin_hash") or "note"
    expected = expected_answer(row.expect, case.get("expect"))
    if expected is None:
        tally.skip(row, f"{name}: the expectation {case.get('expect')!r} says neither verified nor refused")
        return
    texts = [case["vkey"]] if "vkey" in case else case.get("vkeys") or case["witness_vkeys"]
    data = case["note"].encode()
    got = _verdict(data, [VerifierKey.from_text(text) for text in texts])
    if got == ACCEPTED and "origin_hash" in case:
        origin = Checkpoint.parse(parse_note(data).text).origin
        if sha256(origin.encode()).hexdigest() != case["origin_hash"]:
            got = "SHA-256 of the origin is another"
    tally.case(row, name, expected=expected, got=got)


def _verdict(data: bytes, keys: Sequence[VerifierKey]) -> str:
    """`verifies` if all keys signed and no change of one byte goes unnoticed."""

    def holds(candidate: bytes) -> bool:
        return {each.key for each in verify_note(parse_note(candidate), keys)} == set(keys)

    return _steadfast(data, keys, holds)


def _steadfast(data: bytes, keys: Sequence[VerifierKey], holds: Callable[[bytes], bool]) -> str:
    def accepted(candidate: bytes) -> bool:
        try:
            return holds(candidate)
        except ValueError:
            return False

    if not accepted(data):
        return answer(False)
    for place in _vouched_for(data, keys):
        for changed in (*(data[place] ^ (1 << bit) for bit in range(8)), None):
            middle = b"" if changed is None else bytes([changed])
            if accepted(data[:place] + middle + data[place + 1 :]):
                return f"verifies, and still does with byte {place} {'left out' if changed is None else 'changed'}"
    return answer(True)


def _vouched_for(data: bytes, keys: Sequence[VerifierKey]) -> Iterator[int]:
    """The places of all bytes but those inside signature lines of unknown keys."""
    known = {(key.name, key.key_id) for key in keys}
    note = parse_note(data)
    end = len(note.text.encode()) + 1
    yield from range(end)
    for signature in note.signatures:
        start, end = end, end + len(signature.line().encode())
        if (signature.name, signature.key_id) in known:
            yield from range(start, end)


def _log_row(folder: Folder, tally: Tally, row: Row) -> None:
    description = _log_of(folder, row)
    if description is None:
        tally.skip(row, "no description of a log (key, leaves) stands in this folder")
        return
    log = json.loads(folder.read(description))
    path = row.path.relative_to(description.path.parent)
    if row == description:
        _compare_roots(folder, tally, row, log)
    elif path.parts[0] == "tile":
        _compare_tile(folder, tally, row, parse_path(str(path)), log)
    elif (expected := expected_answer(row.expect)) is not None:
        key = VerifierKey.from_text(log["vkey"])

        def holds(candidate: bytes) -> bool:
            return bool(open_checkpoint(candidate, log_keys=[key]).checkpoint.origin == log["origin"])

        tally.case(row, "checkpoint", expected=expected, got=_steadfast(folder.read(row), [key], holds))


def _log_of(folder: Folder, row: Row) -> Row | None:
    """The row that describes the log a file belongs to: in its folder or the nearest one above."""
    described = {each.path.parent: each for each in folder.rows if "roots recomputed" in each.expect}
    return next((described[parent] for parent in row.path.parents if parent in described), None)


def _compare_roots(folder: Folder, tally: Tally, row: Row, log: dict[str, Any]) -> None:
    """One case a size: the root over the leaves is the root its checkpoint names."""
    checkpoints = _checkpoint_roots(folder, row.path.parent)
    leaves = [leaf_hash(each.encode()) for each in log["leaves"]]
    for size in log["checkpoint_sizes"]:
        frontier = Frontier()
        frontier.extend(leaves[:size])
        got = checkpoints.get(size, "no checkpoint of this size")
        expected = frontier.root().hex() if frontier.size == size else f"{size} leaves, but there are {len(leaves)}"
        _compare(tally, row, f"size {size}", expected=expected, got=got)


def _checkpoint_roots(folder: Folder, place: PurePosixPath) -> dict[int, str]:
    roots: dict[int, str] = {}
    for row in folder.rows:
        if row.path.parent == place and row.expect.startswith("checkpoint"):
            try:
                checkpoint = Checkpoint.parse(parse_note(folder.read(row)).text)
            except (OSError, ValueError):  # its own row says so
                continue
            roots[checkpoint.size] = checkpoint.root.hex()
    return roots


def _compare_tile(folder: Folder, tally: Tally, row: Row, tile: TileName, log: dict[str, Any]) -> None:
    if tile.level is None:
        start = tile.index * 256
        expected: object = [each.encode() for each in log["leaves"][start : start + tile.width]]
        _compare(tally, row, "entries", expected=expected, got=decode_bundle(folder.read(row)))
        return
    place = _log_of(folder, row)
    assert place is not None
    hashes = _tile_hashes(folder, place.path.parent, tile)
    _compare(tally, row, "hashes", expected=folder.read(row).hex(), got=hashes.hex())


def _compare(tally: Tally, row: Row, case: str, *, expected: object, got: object) -> None:
    if expected_answer(row.expect) == REFUSED:
        expected, got = REFUSED, answer(expected == got)
    tally.case(row, case, expected=expected, got=got)


def _tile_hashes(folder: Folder, place: PurePosixPath, tile: TileName) -> bytes:
    """The hashes of a tile, recomputed from the bundles of entries below it."""
    assert tile.level is not None
    if tile.level == 0:
        return b"".join(leaf_hash(each) for each in _entries(folder, place, tile))
    hashes: list[bytes] = []
    for child in range(tile.index * 256, tile.index * 256 + tile.width):
        below = _tile_hashes(folder, place, TileName(tile.level - 1, child))
        frontier = Frontier()
        frontier.extend(below[at : at + 32] for at in range(0, len(below), 32))
        hashes.append(frontier.root())
    return b"".join(hashes)


def _entries(folder: Folder, place: PurePosixPath, tile: TileName) -> list[bytes]:
    """The entries below a tile of level 0, from the bundle of its width or the next wider one."""
    for width in range(tile.width, 257):
        row = folder.row(str(place / entries_path(tile.index, width)))
        if row is not None:
            return decode_bundle(folder.read(row))[: tile.width]
    raise ValueError(f"no bundle of entries goes with tile {tile.index} of width {tile.width}")
