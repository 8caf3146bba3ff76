"""A pack proves what it holds, and whatever is changed in it is found and located."""

import json
import zipfile
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from tests.support.changed_packs import CHANGES, LOST, ROOTED, ROTATED, SECOND, changed_pack
from tests.support.log_keys import key_of
from tests.support.packs import (
    ANA,
    CHAIN,
    DOCUMENT,
    FINDING,
    KEY,
    LOT,
    ORIGIN,
    PATIENT,
    REASON,
    UNIT,
    WITNESS,
    Record,
    packed,
    rules,
    suppliers,
    told,
)  # fmt: skip

from coign.drill.mutating import drill
from coign_verify.findings import Findings
from coign_verify.jcs import canonical
from coign_verify.opening import fits, openings_bytes
from coign_verify.pack import FILES, PACK_BYTES_MAX, is_pack
from coign_verify.pack_check import verify_pack
from coign_verify.signing import Algorithm, SignerKey
from coign_verify.tree import leaf_hash
from coign_verify.trust import Trust, read_trust

TRUST = Trust((KEY.verifier(),))
OPENED = (FINDING, REASON)


def verified(data: bytes, trust: Trust = TRUST) -> Findings:
    return verify_pack(data, trust)


def kinds(found: Findings) -> set[tuple[int | None, str]]:
    return {(problem.position, problem.kind) for problem in found.problems}


@pytest.mark.requirement("CSV-01", "CSV-02")
def test_a_pack_as_it_was_made_proves_what_it_says_and_no_more() -> None:
    found = verified(packed())
    assert (found.exit_code, found.problems, found.entries, found.ledger) == (0, [], 9, ORIGIN)
    said = "\n".join(found.proved)
    assert "2 signatures (ed25519) verify" in said and "for 2 of 2 signatures" in said
    assert "about 3 things of the therapy every entry below 8 is here" in said
    assert "4 of 6 states" in said, "one is withheld, one was made by nothing that is named here"
    assert "1 documents" in said
    unsaid = "\n".join(found.not_proved)
    assert "from entry 8 on" in unsaid and "1 withheld entries" in unsaid and "no witness" in unsaid
    assert found.text().splitlines()[-1] == found.verdict


def with_limit(seconds: str) -> tuple[Record, dict[str, Any]]:
    """Somebody looks at a patient in the chair a second after somebody else; a programme says how late that may be."""
    terms = {"limits_s": {"identity_check_window": seconds}, "tasks": {}}
    record, version = told(), "aa" * 32
    named = {"programme": "programme:p", "version": version, "terms": sha256(canonical(terms)).hexdigest()}
    record.add("regulatory.approve_programme.v1", [("regulatory.programme_approved.v1", named)], ["programme:p"])
    begun = {
        "chain": "chain:C2", "patient": "patient:P2", "programme": "programme:p", "version": version, "product": "p",
        "centre": "organisation:h", "maker": "organisation:m",
    }  # fmt: skip
    record.add("identity.order.v1", [("identity.chain_begun.v1", begun)], ["chain:C2", "patient:P2"])
    looked = {"chain": "chain:C2", "by": ANA, "first": ANA, "second": "person:ben"}
    record.add("collection.check_identity.v1", [("collection.identity_checked.v1", looked)], ["chain:C2"])
    record.add("collection.confirm_identity.v1", [("collection.identity_confirmed.v1", looked)], ["chain:C2"])
    return record, terms


def broken(found: Findings, invariant: str) -> list[int | None]:
    """The entries that break it."""
    return [p.position for p in found.problems if p.detail.startswith(f"{invariant}:")]


@pytest.mark.requirement("CSV-01", "GMP-06")
def test_limits_of_a_programme_in_it_are_those_whose_hash_two_people_approved() -> None:
    for seconds, held in (("30", True), ("0.5", False)):
        record, terms = with_limit(seconds)
        size = len(record.bodies)
        found = verified(packed(record, size=size, terms=[terms]))
        assert broken(found, "the_second_follows_the_first_at_the_chair") == ([] if held else [size - 1])
        without = verified(packed(record, size=size))
        assert not any("at_the_chair" in p.detail for p in without.problems), "nobody can tell without the limit"
        assert any("limits of a programme" in line for line in without.not_proved)


@pytest.mark.requirement("CSV-01")
def test_other_limits_than_those_that_were_approved_are_found() -> None:
    record, terms = with_limit("0.5")
    looser = {**terms, "limits_s": {"identity_check_window": "3600"}}
    found = verified(packed(record, size=len(record.bodies), terms=[looser]))
    assert (None, "container") in kinds(found)
    assert any("are named by no entry in it" in problem.detail for problem in found.problems)


TOO_LONG = "nothing_is_qualified_for_too_long"


@pytest.mark.requirement("CSV-01")
def test_each_entry_is_judged_by_what_its_own_basis_says_held_in_the_house() -> None:
    record, (one, other) = suppliers(30, 5)
    size = len(record.bodies)
    assert broken(verified(packed(record, size=size, terms=[one, other])), TOO_LONG) == [size - 1]
    assert broken(verified(packed(record, size=size, terms=[other, one])), TOO_LONG) == [size - 1]
    # Without the document that an entry names it is not judged, by no other one either.
    found = verified(packed(record, size=size, terms=[one]))
    assert broken(found, TOO_LONG) == [] and found.exit_code == 0, found.problems
    assert any(f"at {size - 2} of {size - 1} entries: they were decided by rule sets" in e for e in found.not_proved)


@pytest.mark.requirement("CSV-01")
def test_what_an_entry_says_held_in_the_house_is_exchanged_for_nothing_else() -> None:
    record, (strict,) = suppliers(5)
    size, looser = len(record.bodies), rules(30)
    found = verified(packed(record, size=size, terms=[looser]))
    assert kinds(found) == {(None, "container")} and "are named by no entry in it" in found.verdict
    both = verified(packed(record, size=size, terms=[looser, strict]))
    assert broken(both, TOO_LONG) == [size - 1] and (None, "container") in kinds(both)


def test_it_is_a_zip_file_that_any_laptop_opens() -> None:
    with zipfile.ZipFile(BytesIO(packed())) as opened:
        assert opened.testzip() is None and opened.namelist() == list(FILES)
        page = opened.read("account.html").decode()
    assert CHAIN in page and "A demonstration" in page and "in the vault (commitment c0c0" in page
    assert 'class="mark">refused: g<' in page and "meaning: performed" in page


@pytest.mark.requirement("CSV-01", "TRC-26")
def test_words_of_the_vault_that_are_opened_fit_commitments_and_the_others_are_counted() -> None:
    found, none = verified(packed(opened=OPENED)), verified(packed())
    assert (found.exit_code, none.exit_code) == (0, 0)
    assert any(line.startswith("2 values of the vault are opened") for line in found.proved)
    assert "what 1 values of the vault say that are not opened here" in found.not_proved
    assert not any("opened" in line for line in none.proved)
    assert "what 3 values of the vault say that are not opened here" in none.not_proved
    with zipfile.ZipFile(BytesIO(packed(opened=OPENED))) as opened:
        page, listed = opened.read("account.html").decode(), json.loads(opened.read("openings.json"))
    short = f"(opened: the words fit the commitment {fits(FINDING)[:16]}…)"
    assert f'<span class="opened">“Cold” &amp; dry,\n&lt;intact&gt; 🩸</span> {short}' in page
    assert f'Reason: <span class="opened">{REASON["value"]}</span>' in page
    assert listed == sorted(OPENED, key=fits) and "of which 2 are opened here" in page
    with zipfile.ZipFile(BytesIO(packed())) as opened:
        page = opened.read("account.html").decode()
        assert opened.read("openings.json") == b"[]", "there always, and empty where nothing is opened"
    assert f"Reason: in the vault (commitment {fits(REASON)[:16]}…)" in page


STRANGE = {"field": "custody.begin.finding", "salt": "5d" * 32, "value": "nobody wrote this"}
#: What the log itself might have signed for, and what is said of it.
SPOILED: list[tuple[list[dict[str, str]], bytes | None, str]] = [
    ([STRANGE], None, "changed"),
    ([FINDING | {"value": "warm"}], None, "changed"),
    ([FINDING | {"salt": REASON["salt"]}], None, "changed"),
    ([FINDING | {"field": REASON["field"]}], None, "changed"),
    ([FINDING], canonical([FINDING, FINDING]), "container"),
    ([*OPENED], canonical(sorted(OPENED, key=fits, reverse=True)), "container"),
    ([FINDING], openings_bytes([FINDING]) + b"\n", "container"),
    ([FINDING], canonical([FINDING | {"note": "more"}]), "container"),
    ([FINDING], openings_bytes([FINDING]).replace(b"5b5b", b"5B5B"), "container"),
    ([], canonical([{"field": "x", "value": "y"}]), "container"),
    ([], canonical([STRANGE | {"salt": "5d"}]), "container"),
    ([], canonical([STRANGE | {"salt": 5}]), "container"),
    ([], canonical(["x"]), "container"),
    ([], b"{}", "container"),
    ([], b"", "container"),
    ([FINDING], b"[]", "container"),
]


@pytest.mark.requirement("CSV-01")
@pytest.mark.parametrize(("opened", "openings", "kind"), SPOILED)
def test_an_opening_that_fits_nothing_or_is_written_otherwise_is_named(
    opened: list[dict[str, str]], openings: bytes | None, kind: str
) -> None:
    found = verified(packed(opened=opened, openings=openings))
    assert found.exit_code == 1 and (found.problems[0].position, found.problems[0].kind) == (None, kind)


def test_what_is_opened_of_an_entry_that_is_withheld_fits_nothing() -> None:
    found = verified(packed(withheld=(4, 6), documents=[(5, DOCUMENT)], opened=[FINDING]))
    assert kinds(found) == {(None, "changed")}, "its commitment is not here to be held against"


def test_whose_key_is_not_trusted_is_of_unknown_origin_however_whole_the_pack_is() -> None:
    forged = packed(key=SignerKey.generate(ORIGIN))
    for trust, said in ((TRUST, "another one"), (Trust(), "no key of this name")):
        found = verified(forged, trust)
        assert (found.exit_code, found.ok, found.problems) == (3, False, [])
        assert said in found.verdict and found.verdict.startswith("Intact, but of unknown origin")
    assert verified(packed()[:-1], Trust()).exit_code == 1, "what was changed is found without any key"


def test_witnesses_count_when_they_are_trusted_and_as_many_as_are_asked_for() -> None:
    other = SignerKey.generate("witness.example/other", Algorithm.ED25519_COSIGNATURE).verifier().text
    named = f"# ours\nlog {KEY.verifier().text}\nwitness w {WITNESS.verifier().text}\nwitness o {other} https://o.example/\n"
    asked = read_trust(f"{named}group either any w o\ngroup both 2 w o\nquorum either\n")
    found = verified(packed(cosigned=[WITNESS]), asked)
    assert found.exit_code == 0 and found.witnesses == [
        {"name": WITNESS.name, "at": "2026-05-28T20:26:40Z", "valid": True}
    ]
    assert "1 trusted witnesses were shown this record" in "\n".join(found.proved)
    alone = verified(packed(), asked)
    assert alone.exit_code == 3 and "0 trusted witnesses are not the quorum" in alone.verdict
    assert verified(packed(cosigned=[WITNESS]), read_trust(f"{named}group g all w o\nquorum g\n")).exit_code == 3
    assert verified(packed(cosigned=[WITNESS]), read_trust(f"{named}quorum w\n")).exit_code == 0
    assert verified(packed(), read_trust(f"{named}quorum none\n")).exit_code == 0


@pytest.mark.parametrize(
    "text",
    ["log", "log nothing", "witness w no", "group g any one", "quorum one", "quorum none\nquorum none", "a b c d"],
)
def test_a_trust_file_that_cannot_be_read_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"line [12]"):
        read_trust(text)
    with pytest.raises(ValueError, match="line 2: 3 of 1"):
        read_trust(f"witness w {WITNESS.verifier().text}\ngroup g 3 w")
    with pytest.raises(ValueError, match="in another line as well"):
        read_trust("".join(f"witness {name} {WITNESS.verifier().text}\n" for name in "ab"))
    with pytest.raises(ValueError, match="2 of 1 members"):
        read_trust(f"witness w {WITNESS.verifier().text}\ngroup g 2 w w")
    assert read_trust(KEY.verifier().text).logs == (KEY.verifier(),), "a key alone is a log's"


def signed_by_the_log(**changed: Any) -> Findings:
    """What the log itself would have signed: only tree, map, signatures and entries are left to tell."""
    return verified(packed(**changed))


def bodies(*, without: int | None = None) -> dict[int, bytes]:
    return {at: body for at, body in enumerate(told().bodies[:10]) if at not in (4, without)}


def put(at: int, changed: bytes) -> dict[str, Any]:
    """An entry with other bytes, and its hash listed as theirs."""
    record = told()
    leaves = {n: leaf_hash(body) for n, body in enumerate(record.bodies[:10])} | {at: leaf_hash(changed)}
    return {"shown": bodies() | {at: changed}, "leaves": leaves}


def altered(at: int, **values: Any) -> bytes:
    from coign_verify.jcs import canonical

    return canonical(json.loads(told().bodies[at]) | values)


@pytest.mark.requirement("CSV-01")
def test_what_the_log_itself_would_have_to_forge_is_found_as_well() -> None:
    later = altered(5, time="2026-05-01T10:00:05.500000Z")
    assert (5, "replaced") in kinds(signed_by_the_log(**put(5, later))), "it does not lead to the root"
    assert (5, "changed") in kinds(signed_by_the_log(shown=bodies() | {5: later}))
    assert (5, "missing") in kinds(signed_by_the_log(shown=bodies(without=5)))
    assert (5, "replaced") in kinds(signed_by_the_log(shown=bodies() | {5: altered(5, ledger="other")}))
    assert (6, "reordered") in kinds(signed_by_the_log(shown={**bodies(without=6), 6: told().bodies[6]}))
    assert (6, "added") in kinds(signed_by_the_log(shown={**bodies(), 11: told().bodies[6]}))
    assert (4, "added") in kinds(signed_by_the_log(shown={**bodies(), 4: told().bodies[4]}))
    stranger = signed_by_the_log(shown={**bodies(), 11: told().bodies[10]})
    assert ("added", "of position 10") in {(p.kind, p.detail[-14:]) for p in stranger.problems}
    root = packed(told(), size=10, leaves={at: bytes(32) for at in range(10)}, withheld=range(10), shown={}, heads=None)
    assert (None, "replaced") in kinds(verified(root))


def test_an_entry_of_the_therapy_can_not_be_left_out_or_called_withheld_unseen() -> None:
    record = told()
    leaves = {at: leaf_hash(body) for at, body in enumerate(record.bodies[:10]) if at != 5}
    shown = bodies(without=5)
    left_out = signed_by_the_log(shown=shown, leaves=leaves, documents=[])
    assert (5, "missing") in kinds(left_out), "the map says how many there were, the next one where it stands"
    few = {at: body for at, body in bodies().items() if at not in (5, 6)}
    hidden = {at: leaf_hash(body) for at, body in enumerate(record.bodies[:10]) if at != 5}
    counted = signed_by_the_log(shown=few, leaves=hidden, withheld=[4, 6], documents=[])
    assert (5, "missing") in kinds(counted), "that another one is withheld does not hide it"
    alone = {at: body for at, body in bodies().items() if at in (0, 1, 2, 8)}
    none = {at: leaf_hash(record.bodies[at]) for at in alone}
    assert (None, "missing") in kinds(signed_by_the_log(shown=alone, leaves=none, withheld=[], documents=[]))
    withheld = signed_by_the_log(shown=shown, withheld=[4, 5], documents=[])
    assert withheld.exit_code == 0 and "2 withheld entries" in "\n".join(withheld.not_proved)
    subjects = [{"subject": CHAIN, "seq": 9, "position": 5, "proof": []}]
    wrong = kinds(signed_by_the_log(subjects=subjects))
    assert {(None, "invariant"), (3, "missing"), (5, "missing")} <= wrong, "patient and unit are not listed"
    assert (None, "missing") in kinds(signed_by_the_log(subjects=[])), "nor is the therapy"
    assert (7, "missing") in kinds(signed_by_the_log(heads=7))
    none = signed_by_the_log(heads=None)
    assert none.exit_code == 0 and "no heads were entered" in "\n".join(none.not_proved)
    newer = [{"subject": s, "seq": 0, "position": None, "proof": []} for s in (CHAIN, PATIENT, UNIT)]
    assert "3 things that began after" in "\n".join(signed_by_the_log(subjects=newer).not_proved)


def test_entries_that_contradict_one_another_are_found_though_the_tree_holds_them() -> None:
    record = Record()
    record.add("installation.open.v1", [], ["ledger:this"])
    record.add("identity.order.v1", [("identity.chain_begun.v1", {"chain": CHAIN})], [CHAIN], signed=True)
    record.last[CHAIN] = (1, 0)
    record.add("identity.order.v1", [], [CHAIN])
    record.origin = "other"
    record.add("identity.order.v1", [], [])
    record.origin = ORIGIN
    record.bodies[2] = record.bodies[2].replace(b"10:00:02", b"09:00:02")
    subjects = [{"subject": CHAIN, "seq": 0, "position": None, "proof": []}]
    shown = dict(enumerate(record.bodies))
    given = {"withheld": [], "heads": None, "subjects": subjects, "documents": [(0, DOCUMENT)]}
    found = verified(packed(record, size=4, shown=shown, **given))
    assert {(0, "container"), (1, "signature"), (2, "invariant"), (3, "invariant")} <= kinds(found)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", packed()[:200], b"PK\x03\x04" + bytes(26)])
def test_what_is_no_pack_any_more_is_a_matter_of_the_container(content: bytes) -> None:
    assert kinds(verified(content)) == {(None, "container")}


def test_a_file_larger_than_any_pack_is_not_read() -> None:
    assert "at most" in verified(bytes(PACK_BYTES_MAX + 1)).verdict
    assert is_pack(packed()) and is_pack(b"X" + packed()[1:]) and not is_pack(b'{"what": "coign/trace/v1"}')


@pytest.mark.requirement("CSV-01")
def test_every_change_is_found_and_located() -> None:
    record, terms = with_limit("30")
    held = suppliers(30, record=record)[1]
    made = packed(record, size=len(record.bodies), terms=[terms, *held], cosigned=[WITNESS], opened=OPENED)
    result = drill(made, times=600, seed=1)
    assert (result.missed, result.elsewhere, result.found) == ([], [], 600)
    assert len(result.kinds) == 26


def test_what_breaks_an_invariant_is_found_though_the_log_signed_it() -> None:
    record = told()
    record.bodies.pop()
    granted = {"person": ANA, "role": "qa", "organisation": "organisation:h", "until": None}
    record.add("people.grant_role.v1", [("people.role_granted.v1", granted)], [ANA])
    found = verified(packed(record, size=11))
    assert kinds(found) == {(10, "invariant")} and "granted themselves" in found.verdict


def test_the_account_marks_a_value_that_was_corrected_and_says_what_counts() -> None:
    record = told()
    record.bodies.pop()
    about_it = {"entry": 5, "fact": "identity.unit_created.v1", "name": "certificate", "after": "other", "unit": "mL"}
    record.add("correction.agree.v1", [("correction.value_corrected.v1", about_it)], [UNIT])
    page = packed(record, size=11).decode("utf-8", "replace")
    assert f'{DOCUMENT} <span class="mark">corrected to other mL by entry 10</span>' in page


def test_the_account_lists_what_decisions_rested_on_apart() -> None:
    page = packed().decode("utf-8", "replace")
    before, after = page.split("What decisions rested on", 1)
    assert LOT in after and f"by {ANA}" in before and UNIT in before


@pytest.mark.requirement("CSV-01")
def test_whoever_trusts_an_older_key_follows_the_changes_in_a_pack() -> None:
    new = Trust((SECOND.verifier(),))
    for statements in ((ROTATED,), (ROOTED, LOST)):
        for trust in (TRUST, new):
            found = verified(changed_pack(*statements), trust)
            assert (found.exit_code, found.problems) == (0, []), found.verdict
            assert "1 times" in "\n".join(found.proved)
        stranger = verified(changed_pack(*statements), Trust((key_of(ORIGIN, 7).verifier(),)))
        assert stranger.exit_code == 3 and "another one" in stranger.verdict
    assert verified(changed_pack(ROOTED, key=KEY)).exit_code == 0, "where only the root was put on record"


@pytest.mark.requirement("CSV-01")
@pytest.mark.parametrize(("statements", "why"), CHANGES)
def test_a_change_that_the_keys_did_not_sign_is_found(statements: tuple[str, ...], why: str) -> None:
    found = verified(changed_pack(*statements))
    assert found.exit_code == (1 if why else 3), found.verdict
    if why:
        assert any(p.kind == "signature" and why in p.detail and p.position is not None for p in found.problems)


def test_the_key_before_signs_no_pack_any_more() -> None:
    found = verified(changed_pack(ROTATED, key=KEY))
    assert kinds(found) == {(None, "signature")} and "not its log's key any more" in found.verdict


@pytest.mark.requirement("CSV-01")
def test_what_is_changed_in_such_a_pack_is_found_and_located() -> None:
    result = drill(changed_pack(ROOTED, LOST), times=100, seed=2)
    assert (result.missed, result.elsewhere, result.found) == ([], [], 100)
