"""The page that checks a pack in a browser: written apart from the command, it comes to the same answers."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from importlib import resources
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser
from tests.browser.looking import kept_out
from tests.coign_verify.test_verify_pack import SPOILED
from tests.support.changed_packs import CHANGES, SECOND, changed_pack
from tests.support.offline import Here, agree, opened
from tests.support.packs import FINDING, KEY, REASON, WITNESS, packed, rules, suppliers, told
from tests.support.passkey import PRESENT, Passkey

from coign.drill.mutating import Mutation
from coign_verify import webauthn
from coign_verify.archive import read_archive
from coign_verify.findings import Findings
from coign_verify.jcs import JsonError, loads_strict
from coign_verify.keys import Algorithm, VerifierKey
from coign_verify.notes import NoteError, parse_note, verify_note
from coign_verify.pack import CHECKPOINT, files_of
from coign_verify.pack_making import pack
from coign_verify.page import SCRIPTS
from coign_verify.signing import SignerKey
from coign_verify.trust import read_trust

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason="the conformance data are not beside this repository")
LOG, W = KEY.verifier().text, WITNESS.verifier().text
TRUST = f"log {LOG}\n"
MODERN = SignerKey("witness.example/q", Algorithm.ML_DSA_44_COSIGNATURE, bytes(range(2, 34)))
#: What the page is told by a browser that does not know the kind of key.
WITHOUT_ML_DSA = """
  const own = crypto.subtle.importKey.bind(crypto.subtle);
  crypto.subtle.importKey = async (format, data, algorithm, ...more) => {
    if (algorithm === "ML-DSA-44") throw new DOMException("unknown here", "NotSupportedError");
    return own(format, data, algorithm, ...more);
  };"""
MUTATIONS, HOST = 250, "coign.clinic.example"


@pytest.fixture(scope="module")
def here(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with opened(chromium, tmp_path_factory.mktemp("page")) as found:
        yield found


def agrees(here: Here, data: bytes, trust: str = TRUST) -> Findings:
    return agree(here, [data], trust)[0]


def test_a_long_check_says_how_far_along_it_is(here: Here) -> None:
    script = """
      const said = [], tell = async (what, count) => { said.push([what, count]); };
      await v.verifyPack(v.fromBase64(given[0]), v.trustFrom(""), tell);
      return said"""
    said = here(script, base64.b64encode(packed()).decode())
    assert [what for what, _ in said][:2] == ["entries", "their places in the record"]
    assert ["invariants", [1, 9]] in said and ["signatures", [1, 9]] in said


def test_no_two_scripts_call_a_thing_the_same() -> None:
    # They share one scope, and of two functions of a name the second would take the place of the first without a word.
    folder = resources.files("coign_verify.page")
    named = re.compile(r"^(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)
    names = [name for script in SCRIPTS for name in named.findall((folder / script).read_text("utf-8"))]
    assert len(names) > 100 and sorted(names) == sorted(set(names))


def test_whole_withheld_cosigned_and_strange_packs(here: Here) -> None:
    assert agrees(here, packed()).exit_code == 0
    assert agrees(here, packed(withheld=(4, 5), redacted="patient", documents=[])).exit_code == 0
    assert agrees(here, packed(opened=[FINDING, REASON])).exit_code == 0
    assert agrees(here, packed(), "").exit_code == 3
    assert agrees(here, packed(key=SignerKey.generate(KEY.name))).exit_code == 3, (
        "made anew with a key of somebody else's"
    )
    quorum = f"log {LOG}\nwitness north {W}\ngroup all 1 north\nquorum all\n"
    assert agrees(here, packed(cosigned=[WITNESS]), quorum).exit_code == 0
    assert agrees(here, packed(), quorum).exit_code == 3


def test_cosignatures_by_ml_dsa_44(here: Here, chromium: Browser, tmp_path: Path) -> None:
    trust = f"log {LOG}\nwitness quantum {MODERN.verifier().text}\nquorum quantum\n"
    seen, unseen = packed(cosigned=[MODERN]), packed(cosigned=[WITNESS])
    forged = packed(cosigned=[replace(MODERN, seed=bytes(32))])
    files = files_of(read_archive(seen)[0])
    spoiled = pack({**files, CHECKPOINT: changed_at_the_end(files[CHECKPOINT])})
    assert [each.exit_code for each in agree(here, [seen, unseen, forged, spoiled], trust)] == [0, 3, 3, 1]
    note, key = files[CHECKPOINT], MODERN.verifier().text
    others = [note.replace(b"\n\n", b"\nmore\n\n", 1), note.replace(b"\n10\n", b"\n11\n", 1), b"x" + note]
    answers = [reads(here, each, [key]) for each in (note, *others)]
    assert answers == [reads_here(each, [key]) for each in (note, *others)] == [True, True, False, False]
    with opened(chromium, tmp_path, WITHOUT_ML_DSA) as older:
        (page,) = older.packs([seen], trust)
    assert page["code"] == 3 and page["witnesses"] == []
    assert (
        "what witness.example/q saw: this browser cannot check signatures of its kind, ML-DSA-44" in page["notProved"]
    )


def changed_at_the_end(note: bytes) -> bytes:
    """A note whose last signature has another last bit or so."""
    head, encoded = note[:-1].rsplit(b" ", 1)
    value = bytearray(base64.b64decode(encoded))
    value[-1] ^= 1
    return head + b" " + base64.b64encode(value) + b"\n"


@pytest.mark.parametrize("statements", [case for case, _ in CHANGES])
def test_changes_of_the_logs_key(here: Here, statements: tuple[str, ...]) -> None:
    agrees(here, changed_pack(*statements))
    agrees(here, changed_pack(*statements), f"log {SECOND.verifier().text}\n")
    agrees(here, changed_pack(*statements, key=KEY))


def test_every_change_of_a_pack_is_found_where_the_command_finds_it(here: Here) -> None:
    data, random = packed(opened=[FINDING, REASON]), Random(7)
    files = files_of(read_archive(data)[0])
    changed = [each for _ in range(MUTATIONS) if (each := Mutation(data, files, random).data) != data]
    assert {found.exit_code for found in agree(here, changed, TRUST)} == {1}


def test_what_is_opened_fits_or_is_named_alike(here: Here) -> None:
    found = agree(here, [packed(opened=opened, openings=openings) for opened, openings, _ in SPOILED], TRUST)
    assert [(each.exit_code, each.problems[0].kind) for each in found] == [(1, kind) for *_, kind in SPOILED]


def test_a_record_that_breaks_an_invariant_is_found_though_every_hash_fits(here: Here) -> None:
    record = told()
    record.bodies[7] = record.bodies[7].replace(b'"outcome":"refused"', b'"outcome":"done"')
    found = agrees(here, packed(record))
    assert [(p.position, p.kind) for p in found.problems] == [(7, "invariant")]
    here.page.get_by_label("The pack").set_input_files({"name": "p", "mimeType": "", "buffer": packed(record)})
    here.page.get_by_text("CSV-07, CSV-08 · by entry 7").wait_for()
    assert "Entry 7, invariant: nothing_is_done_while_a_gate" in here.page.locator("#problems").inner_text()


def test_what_held_in_the_house_is_told_by_the_documents_that_entries_name(here: Here) -> None:
    record, (one, other) = suppliers(30, 5)
    last = len(record.bodies) - 1
    given = [[one, other], [one], [], [one, rules(7)]]
    found = agree(here, [packed(record, size=last + 1, terms=each) for each in given], TRUST)
    first = [(each.problems[0].position, each.problems[0].kind) if each.problems else None for each in found]
    assert first == [(last, "invariant"), None, None, (None, "container")]


def test_what_a_trust_file_may_not_say(here: Here) -> None:
    for text in (
        "log x",
        "quorum north",
        f"witness a {W}\nwitness a {W}",
        f"witness a {W}\ngroup g 2 a",
        "group g any b",
        f"witness a {W}\ngroup g +1 a",
        f"witness a {W}\ngroup g constructor a",
        f"witness none {W}",
        f"witness a {W}\ngroup none any a",
    ):
        with pytest.raises(ValueError, match="line"):
            read_trust(text)
        assert here("try { v.trustFrom(given[0]); return '' } catch (no) { return no.message }", text).startswith(
            "line "
        )


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
def test_passkeys(here: Here, algorithm: str) -> None:
    passkey, intent = Passkey.of(algorithm, host=HOST), sha256(b"an intent").digest()
    others = [
        passkey, replace(passkey, flags=PRESENT), replace(passkey, host="other.example"),
        replace(passkey, origin="https://x.example"),
        replace(passkey, said={"crossOrigin": True}), replace(passkey, said={"n": 1.5}),
        Passkey.of(algorithm, host=HOST),
    ]  # fmt: skip
    answers = []
    for used in others:
        value = used.sign(intent)
        script = "return v.byPasskey(given[0], v.fromBase64(given[1]), v.fromBase64(given[2]))"
        answers.append(
            here(script, passkey.enrolled, base64.b64encode(intent).decode(), base64.b64encode(value).decode())
        )
        assert answers[-1] == (webauthn.why_not(passkey.enrolled, intent, value) or "")
    assert [answer == "" for answer in answers] == [True, False, False, False, False, True, False]


@needs_vectors
def test_published_documents_have_the_same_one_spelling(here: Here) -> None:
    script = "return v.toBase64(v.canonical(v.readJson(v.fromBase64(given[0]), { floats: true })))"
    for file in sorted((VECTORS / "rfc8785" / "input").iterdir()):
        data = file.read_bytes()
        got = base64.b64decode(here(script, base64.b64encode(data).decode()))
        assert got == (file.parents[1] / "output" / file.name).read_bytes()


@needs_vectors
def test_published_notes_and_checkpoints_verify_for_the_same_readers(here: Here) -> None:
    tlog = VECTORS / "tlog"
    log = json.loads((tlog / "tiles" / "log.json").read_bytes())
    cases = [(file.read_bytes(), [log["vkey"]]) for file in sorted((tlog / "tiles").glob("checkpoint.*"))]
    for kind in ("notes/c2sp-example.json", "cosignatures/witness.json"):
        for case in json.loads((tlog / kind).read_bytes())["cases"]:
            keys = [case["vkey"]] if "vkey" in case else case.get("vkeys") or case["witness_vkeys"]
            cases += [(case["note"].encode(), [key]) for key in keys]
    assert len(cases) > 11
    for note, keys in cases:
        for data in (note, note.replace(b"\n\n", b" \n\n", 1), note[:-3] + b"A=\n"):
            assert reads(here, data, keys) == reads_here(data, keys)


def reads(here: Here, data: bytes, keys: list[str]) -> bool:
    script = """
      try { return (await v.verifiedBy(v.noteFrom(v.fromBase64(given[0])), given[1].map(v.keyFromText))).size > 0 }
      catch { return false }"""
    return bool(here(script, base64.b64encode(data).decode(), keys))


def reads_here(data: bytes, keys: list[str]) -> bool:
    try:
        return bool(verify_note(parse_note(data), [VerifierKey.from_text(key) for key in keys]))
    except NoteError:
        return False


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":1}',
        b'{"a":1.5}',
        b'"\\ud800"',
        b"[1,]",
        b"01",
        b"\xff",
        b"9007199254740992",
        b"\xef\xbb\xbf1",
        b"{} x",
    ],
)
def test_what_json_may_not_say(here: Here, text: bytes) -> None:
    with pytest.raises(JsonError):
        loads_strict(text)
    script = "try { v.readJson(v.fromBase64(given[0])); return true } catch { return false }"
    assert here(script, base64.b64encode(text).decode()) is False


def test_somebody_checks_a_pack_with_the_keys_they_were_told(here: Here) -> None:
    page = here.page
    page.get_by_label("The keys you trust").fill(TRUST)
    page.get_by_label("The pack").set_input_files({"name": "therapy.pack", "mimeType": "", "buffer": packed()})
    verdict = page.locator("#verdict")
    verdict.wait_for()
    assert "✓ Verifies" in verdict.inner_text()
    assert "chain:C1" in page.frame_locator("#account-page").locator("h1").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("#invariants").get_attribute("open") is None
    page.locator("#invariants summary").click()
    assert kept_out(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= 360
    held = "Whatever is done is done in a role that the person held for that organisation at that instant."
    assert held in page.locator("#held").inner_text() or held in page.locator("#not-judged").inner_text()
    page.get_by_label("The pack").set_input_files({"name": "x", "mimeType": "", "buffer": b"something else"})
    page.get_by_text("x is not a pack").wait_for()
    assert verdict.is_hidden(), "an answer about another file is not left standing"
