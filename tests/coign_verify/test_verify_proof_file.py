"""One entry with its proof: verifies for whom its log is trusted, and shows every change."""

from collections.abc import Callable

import pytest
from tests.support.packs import KEY, ORIGIN, WITNESS, told

from coign_verify.checkpoint import Checkpoint
from coign_verify.findings import Findings
from coign_verify.growing import inclusion_proof, tree_root
from coign_verify.notes import parse_note
from coign_verify.proof_file import is_proof_file, proof_file, verify_proof_file
from coign_verify.signing import SignerKey, build_note, sign_note
from coign_verify.tree import leaf_hash
from coign_verify.trust import Trust

RECORD, SIZE = told(), 10
TRUST = Trust((KEY.verifier(),), (WITNESS.verifier(),))


def note(key: SignerKey = KEY) -> bytes:
    text = Checkpoint(ORIGIN, SIZE, tree_root(SIZE, RECORD.tiles)).text()
    return build_note(text, [sign_note(text, key), sign_note(text, WITNESS, time_s=1_780_000_000)])


def proved(at: int = 5, body: bytes | None = None, key: SignerKey = KEY) -> bytes:
    own = RECORD.bodies[at] if body is None else body
    return proof_file(at, own, inclusion_proof(at, SIZE, RECORD.tiles), note(key))


def kinds(found: Findings) -> set[str]:
    return {problem.kind for problem in found.problems}


@pytest.mark.requirement("CSV-01")
def test_an_entry_stands_in_the_record_that_its_log_signed() -> None:
    found = verify_proof_file(proved(), TRUST)
    assert (found.exit_code, found.entries, found.ledger) == (0, 1, ORIGIN)
    assert "entry 5 stands unchanged" in found.proved[0] and found.witnesses[0]["name"] == WITNESS.name
    assert is_proof_file(proved()) and parse_note(proved().partition(b"\n\n")[2]).text.startswith(ORIGIN)


def test_whose_log_is_not_trusted_is_of_unknown_origin_and_too_few_witnesses_are_named() -> None:
    unknown = verify_proof_file(proved(), Trust())
    assert unknown.exit_code == 3 and "of unknown origin" in unknown.verdict
    other = SignerKey("witness.example/o", WITNESS.algorithm, bytes(32)).verifier()
    unseen = verify_proof_file(proved(), Trust(TRUST.logs, (other,), other))
    assert unseen.exit_code == 3 and "not seen by enough witnesses" in unseen.verdict


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda: proved(body=RECORD.bodies[6]), "changed"),
        (lambda: proved().replace(b"index 5", b"index 6"), "changed"),
        (lambda: proved().replace(b"index 5", b"index 05"), "container"),
        (lambda: proved().replace(b"index 5", b"index five"), "container"),
        (lambda: proved()[:80], "container"),
        (lambda: proved() + b"\n", "container"),
        (lambda: proved(key=SignerKey.generate(ORIGIN)), "signature"),
    ],
)
def test_every_change_is_found(change: Callable[[], bytes], kind: str) -> None:
    found = verify_proof_file(change(), TRUST)
    assert found.exit_code == 1 and kind in kinds(found) and found.proved == []


@pytest.mark.parametrize("stands", [b"no entry", b'{"ledger":"other","position":0}', b"[]"])
def test_what_stands_in_the_tree_and_is_no_entry_of_that_place_is_found(stands: bytes) -> None:
    text = Checkpoint(ORIGIN, 1, leaf_hash(stands)).text()
    alone = proof_file(0, stands, [], build_note(text, [sign_note(text, KEY)]))
    assert kinds(verify_proof_file(alone, TRUST)) == {"invariant"}
