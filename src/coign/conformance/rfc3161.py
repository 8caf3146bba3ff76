"""Conformance with RFC 3161: answers of time stamping authorities, checked as we check those that we ask for."""

import hashlib
from collections.abc import Iterator

from coign.conformance.expectation import ACCEPTED, REFUSED, answer, expected_answer
from coign.conformance.manifest import Folder, Row
from coign.conformance.report import Tally
from coign.timestamps.stamping import Trust, stamp_in

#: What the folder says was stamped.
_STAMPED = b"hello"
_INTEGER = 2


def run(folder: Folder, tally: Tally) -> None:
    chains = {row.folder: row for row in folder.rows if row.expect.startswith("chain")}
    requests = {row.folder: row for row in folder.rows if row.expect.startswith("request")}
    for row in folder.rows:
        with tally.reading(row):
            if row in chains.values():
                tally.support(row)
            elif row in requests.values():
                asked = any(hashlib.new(name, _STAMPED).digest() in folder.read(row) for name in ("sha256", "sha512"))
                tally.case(row, "asks for the bytes", expected=ACCEPTED, got=answer(asked))
            elif row.folder in chains:
                trust = Trust.of_pem(folder.read(chains[row.folder]))
                asked_in = requests[row.folder] if row.expect.startswith("answers") else None
                _answer(folder, tally, row, trust, asked_in)


def _answer(folder: Folder, tally: Tally, row: Row, trust: Trust, request: Row | None) -> None:
    nonce = None if request is None else _nonce_in(folder.read(request))
    try:
        stamp_in(folder.read(row), _STAMPED, trust, nonce=nonce)
        got = ACCEPTED
    except ValueError:
        got = REFUSED
    tally.case(row, row.expect, expected=expected_answer(row.expect), got=got)


def _nonce_in(request: bytes) -> int | None:
    """The second INTEGER of a request in DER; the first is its version."""
    numbers = [value for tag, value in _parts(request[2:]) if tag == _INTEGER]
    return int.from_bytes(numbers[1], "big") if len(numbers) > 1 else None


def _parts(inside: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and value of each part; all are shorter than 128 bytes, or this is no request."""
    while inside:
        tag, length = inside[0], inside[1]
        if length > 127:
            raise ValueError("a part of the request is longer than those of requests are")
        yield tag, inside[2 : 2 + length]
        inside = inside[2 + length :]
