"""The file of a trace proves each of its ways: whatever is changed in it, its reader sees."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from coign.kernel.errors import Invalid
from coign.service.trace_file import Proved, Signed, read_trace, trace_file, verify_trace
from coign_verify.checkpoint import Checkpoint
from coign_verify.encoding import decode_base64, encode_base64
from coign_verify.findings import Findings
from coign_verify.growing import consistency_proof, inclusion_proof, tree_root
from coign_verify.jcs import canonical, loads_strict
from coign_verify.signing import SignerKey, build_note, sign_note
from coign_verify.tree import HASH_BYTES, leaf_hash

ORIGIN = "coign.example/1"
KEY, OTHER = SignerKey.generate(ORIGIN), SignerKey.generate(ORIGIN)


def entry(position: int, kind: str, outcome: str = "done", **body: Any) -> bytes:
    intent = {"actor": {"person": "person:otto"}, "facts": [{"type": kind, "body": body}]}
    return canonical({"intent": intent, "ledger": ORIGIN, "outcome": outcome, "position": position})


BODIES = [
    entry(0, "supply.pack_registered.v1", lot="lot:L", serial="serial:S"),
    entry(1, "other.thing.v1"),
    entry(2, "supply.pack_used.v1", serial="serial:S", batch="batch:B"),
    entry(3, "manufacturing.step_completed.v1", batch="batch:B", lots=["lot:M"], outcome="refused"),
]


def tiles(level: int, index: int, width: int) -> bytes:
    assert (level, index) == (0, 0)
    return b"".join(leaf_hash(body) for body in BODIES)[: width * HASH_BYTES]


def told(*, size: int = 4, signed: int = 4, back: bool = False, key: SignerKey = KEY) -> dict[str, Any]:
    """A file over the first `size` entries, under a checkpoint over the first `signed` of them."""
    text = Checkpoint(ORIGIN, signed, tree_root(signed, tiles)).text()
    m, n = sorted((size, signed))
    ends = ("batch:B", "lot:L") if back else ("lot:L", "batch:B")
    way = {"subject": ends[1], "path": [ends[0], "serial:S", ends[1]], "entries": [2, 0] if back else [0, 2]}
    answer = {
        "start": ends[0], "back": back, "since": "", "count": 1, "hits": [way],
        "as_of": {"size": size, "root": tree_root(size, tiles).hex()},
    }  # fmt: skip
    entries = [Proved(at, BODIES[at], inclusion_proof(at, size, tiles)) for at in (0, 2)]
    note = build_note(text, [sign_note(text, key)]).decode()
    return read_trace(trace_file(answer, entries, Signed(note, consistency_proof(m, n, tiles) if m < n else [])))


def verified(whole: Mapping[str, Any]) -> Findings:
    return verify_trace(whole, [KEY.verifier()])


@pytest.mark.requirement("TRC-01", "CSV-01")
@pytest.mark.parametrize("back", [False, True])
def test_a_file_as_it_was_written_proves_its_ways_by_what_the_log_signed(back: bool) -> None:
    found = verified(told(back=back))
    assert (found.exit_code, found.problems, found.entries) == (0, [], 2)
    assert found.as_json()["checkpoint"]["size"] == 4 and found.verdict.startswith("Verifies")
    assert verified(told(size=3, back=back)).exit_code == 0, "the record has grown since"


def test_without_a_trusted_signature_over_all_of_it_the_origin_stays_open() -> None:
    unknown = verify_trace(told(), [])
    assert (unknown.exit_code, unknown.ok, unknown.problems) == (3, False, [])
    tail = verified(told(signed=2))
    assert tail.exit_code == 3 and "after entry 1" in tail.verdict
    none = told() | {"checkpoint": {"note": "", "consistency": []}}
    assert verified(none).exit_code == 3 and verified(none).ledger == ORIGIN


def changed(name: str) -> dict[str, Any]:
    whole = copy.deepcopy(told(size=3) if name == "consistency" else told(key=OTHER) if name == "signature" else told())
    way, first = whole["hits"][0], whole["entries"][0]
    match name:
        case "byte":
            body = loads_strict(decode_base64(first["body"]))
            body["intent"]["facts"][0]["body"]["lot"] = "lot:OTHER"
            first["body"] = encode_base64(canonical(body))
        case "proof":
            first["proof"] = first["proof"][::-1]
        case "root":
            whole["as_of"]["root"] = "00" * 32
        case "size":
            whole["as_of"]["size"] = 3
        case "consistency":
            whole["checkpoint"]["consistency"] = []
        case "way":
            way["path"][1] = "serial:OTHER"
        case "shortened":
            way["path"] = [way["path"][0], way["path"][2]]
        case "added":
            whole["hits"].append(way)
        case "left out":
            whole["entries"].pop()
        case "shape":
            del way["entries"]
        case "note":
            whole["checkpoint"]["note"] = "nothing"
    return whole


@pytest.mark.requirement("CSV-01")
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("byte", "changed"), ("proof", "changed"), ("root", "changed"), ("size", "changed"),
        ("consistency", "replaced"), ("signature", "signature"), ("way", "invariant"), ("shortened", "container"),
        ("added", "missing"), ("left out", "invariant"), ("shape", "container"), ("note", "container"),
    ],
)  # fmt: skip
def test_whatever_is_changed_is_found_and_nothing_counts_as_proved_then(name: str, kind: str) -> None:
    found = verified(changed(name))
    assert found.exit_code == 1 and found.proved == [] and not found.ok
    assert kind in {problem.kind for problem in found.problems}, found.problems
    assert found.verdict.startswith("Does not verify")


def test_a_refused_entry_draws_no_line() -> None:
    whole = told()
    whole["entries"].append(
        {"position": 3, "body": encode_base64(BODIES[3]), "proof": [h.hex() for h in inclusion_proof(3, 4, tiles)]}
    )
    whole["hits"] = [{"subject": "batch:B", "path": ["lot:M", "batch:B"], "entries": [3]}]
    whole["start"] = "lot:M"
    assert [p.kind for p in verified(whole).problems] == ["invariant"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", canonical({"what": "coign/other/v1"}), b'{"what": 1}'])
def test_what_is_no_trace_is_unusable(content: bytes) -> None:
    with pytest.raises(Invalid, match="trace -o"):
        read_trace(content)
