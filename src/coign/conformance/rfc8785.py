"""Conformance with RFC 8785: documents are canonicalised to the expected bytes, doubles are printed as expected."""

import struct
from pathlib import PurePosixPath

from coign.conformance.expectation import REFUSED, expected_answer
from coign.conformance.manifest import Folder, Row
from coign.conformance.report import Tally
from coign_verify.floats import number_text
from coign_verify.jcs import JsonError, canonical, loads_strict


def run(folder: Folder, tally: Tally) -> None:
    inputs = {_name(row): row for row in folder.rows if row.folder == "input"}
    answered: set[str] = set()
    for row in folder.rows:
        if row.folder in ("output", "outhex") and _name(row) in inputs:
            answered.add(_name(row))
            with tally.reading(row):
                _compare_document(folder, tally, inputs[_name(row)], row)
        elif row.folder == "numbers":
            with tally.reading(row):
                _compare_numbers(folder, tally, row)
    for name, row in inputs.items():
        if expected_answer(row.expect) == REFUSED:
            with tally.reading(row):
                got = _canonical_or_refused(folder.read(row))
                tally.case(row, "document", expected=REFUSED, got=got)
        elif name in answered:
            tally.support(row)
        else:
            tally.skip(row, "the folder holds no expected bytes for this document")


def _compare_document(folder: Folder, tally: Tally, document: Row, row: Row) -> None:
    data = folder.read(row)
    expected = data if row.folder == "output" else bytes.fromhex(data.decode("ascii"))
    got = _canonical_or_refused(folder.read(document))
    tally.case(row, f"canonical bytes of {document.file}", expected=expected, got=got)


def _compare_numbers(folder: Folder, tally: Tally, row: Row) -> None:
    for number, line in enumerate(folder.read(row).decode("utf-8").splitlines(), 1):
        bits, _, expected = line.partition(",")
        try:
            got = number_text(struct.unpack(">d", bytes.fromhex(bits.zfill(16)))[0])
        except (ValueError, struct.error):
            got = REFUSED
        tally.case(row, f"line {number}: {bits}", expected=expected, got=got)


def _canonical_or_refused(document: bytes) -> bytes | str:
    try:
        return canonical(loads_strict(document, floats=True), float_text=number_text)
    except JsonError:
        return REFUSED


def _name(row: Row) -> str:
    """What joins a document to its expected bytes: the path inside its folder without the ending."""
    return str(PurePosixPath(*row.path.parts[1:]).with_suffix("")) if row.folder else row.file
