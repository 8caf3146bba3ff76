"""Checks an export from its bytes alone, as a pack is checked: by the verifier's own parts, and nothing is believed."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from coign.service.export_page import export_page
from coign.service.exporting import FILES, KIND, PAGE, PAPER, SIGNATURES, TEXTS, VALUES, tables
from coign_verify.archive import ArchiveError, read_archive
from coign_verify.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from coign_verify.findings import Findings
from coign_verify.jcs import JsonError, canonical, loads_strict
from coign_verify.keys import VerifierKey
from coign_verify.lines import sort_lines
from coign_verify.notes import NoteError, parse_note, verify_note
from coign_verify.pack import CHECKPOINT, CONTENTS, ENTRIES, MANIFEST, beside
from coign_verify.tree import verify_inclusion
from coign_verify.trust import Trust


def is_export(data: bytes) -> bool:
    """Whether somebody may have meant an export by it."""
    return data[:4] == b"PK\x03\x04" and (f"{KIND}\n".encode() in data or PAGE.encode() in data[:200])


def verify_export(data: bytes, trust: Trust) -> Findings:
    """Whether an export holds what its log recorded, and its tables and its page follow from that."""
    found = Findings(what="export")
    trusted = False
    try:
        trusted = _verify(data, trust, found)
    except (ArchiveError, NoteError, CheckpointError, JsonError) as error:
        found.say(None, "container", str(error))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        # Whatever does not have the shape that we write was made by somebody else.
        found.say(None, "container", f"it is not shaped as an export is: {error!r}")
    return found.settle(trusted=trusted)


def _verify(data: bytes, trust: Trust, found: Findings) -> bool:
    listed, differs = read_archive(data)
    if differs:
        found.say(None, "container", differs)
    files = dict(listed)
    if [name for name, _ in listed] != list(FILES):
        found.say(None, "container", f"it does not hold the files {', '.join(FILES)}, in this order")
        return False
    key, subjects, signed = _signed(files, trust, found)
    contents = loads_strict(files[CONTENTS])
    if canonical(contents) != files[CONTENTS]:
        found.say(None, "container", f"{CONTENTS} is not in its one spelling")
    leaves = {at: bytes.fromhex(leaf) for at, leaf in contents["leaves"]}
    withheld = set(contents["withheld"])
    lines = sort_lines(files[ENTRIES], leaves, withheld, signed.origin, found)
    nodes = {(start, end): bytes.fromhex(node) for start, end, node in contents["nodes"]}
    for at, leaf in leaves.items():
        way = [nodes.get(node, b"") for node in beside(at, signed.size)]
        if not verify_inclusion(at, signed.size, leaf, way, signed.root):
            found.say(at, "replaced", "its hash does not lead to the root that was signed")
    texts = {each["commitment"]: (each["field"], each["text"]) for each in map(loads_strict, files[TEXTS].splitlines())}
    _made_anew(files, contents, subjects, signed, lines, texts, found)
    found.entries = len(lines.entries)
    found.proved = [
        f"{len(lines.entries)} entries stand unchanged at their places in {signed.origin}, a record of {signed.size}",
        f"the values, the signatures and the page {PAGE} follow from these entries and texts: they were made anew",
    ]
    unknown = [] if key in trust.logs else [f"who made it: it is signed by {key.text}, and this key is not trusted"]
    found.not_proved = [
        *unknown,
        "that what was recorded is true: only that it was recorded so, and in this order",
        "that nothing else was recorded about these subjects: a pack of a therapy shows that",
        "that the texts are those whose commitments stand in the entries: the salts stay in the vault",
        f"that {PAPER} says what {PAGE} says: it is the file that was signed, not made anew here",
    ]
    return not unknown


def _signed(files: Mapping[str, bytes], trust: Trust, found: Findings) -> tuple[VerifierKey, list[str], Checkpoint]:
    """Who signed it, for which subjects, and the checkpoint; that every file is the one that was signed for."""
    note = parse_note(files[MANIFEST])
    kind, named, *rest = note.text.splitlines()
    key = VerifierKey.from_text(named.removeprefix("key "))
    subjects = [line.removeprefix("subject ") for line in rest if line.startswith("subject ")]
    whole = [kind, named, *(f"subject {s}" for s in subjects)]
    for name in (name for name in FILES if name != MANIFEST):
        whole.append(f"file {name} {len(files[name])} {sha256(files[name]).hexdigest()}")
    if kind != KIND or whole != note.text.splitlines():
        found.say(None, "container", "its files are not those that the manifest names")
    witnesses = [each for each in trust.witnesses if each.public != key.public]
    try:
        verify_note(note, [key])
        signed = open_checkpoint(files[CHECKPOINT], log_keys=[key], witness_keys=witnesses)
        found.seen_by((each.key.name, each.time_s) for each in signed.witnesses)
    except ValueError as error:
        found.say(None, "signature", str(error))
    checkpoint = Checkpoint.parse(parse_note(files[CHECKPOINT]).text)
    found.ledger = checkpoint.origin
    found.checkpoint = {"size": checkpoint.size, "root": checkpoint.root.hex()}
    return key, subjects, checkpoint


def _made_anew(
    files: Mapping[str, bytes], contents: Any, subjects: list[str], signed: Checkpoint, lines: Any, texts: Any,
    found: Findings,
) -> None:  # fmt: skip
    known = [each["subject"] for each in contents["subjects"]]
    role, withheld = contents["redacted"], len(contents["withheld"])
    made = {
        PAGE: export_page(signed.origin, signed.size, subjects, known, role, withheld, lines.entries, texts),
        **tables(lines.entries, lines.bodies, texts),
    }
    for name in (PAGE, VALUES, SIGNATURES, TEXTS):
        if made[name] != files[name]:
            found.say(None, "container", f"{name} says something else than the entries")
