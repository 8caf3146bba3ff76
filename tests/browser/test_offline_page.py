"""The page that checks a pack in a browser: written apart from the command, it comes to the same answers."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.support.changed_packs import CHANGES, SECOND, changed_pack
from tests.support.packs import KEY, WITNESS, packed
from tests.support.passkey import PRESENT, Passkey

from coign.drill.mutating import Mutation
from coign_verify import webauthn
from coign_verify.archive import read_archive
from coign_verify.findings import Findings
from coign_verify.invariants import INVARIANTS
from coign_verify.jcs import JsonError, loads_strict
from coign_verify.keys import VerifierKey
from coign_verify.notes import NoteError, parse_note, verify_note
from coign_verify.pack import files_of
from coign_verify.pack_check import verify_pack
from coign_verify.page import page as offline_page
from coign_verify.signing import SignerKey
from coign_verify.trust import read_trust

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason="the conformance data are not beside this repository")
LOG, W = KEY.verifier().text, WITNESS.verifier().text
TRUST = f"log {LOG}\n"
MUTATIONS, HOST = 250, "coign.clinic.example"


@pytest.fixture(scope="module")
def browser_page(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page, opened from a file, with no network."""
    file = tmp_path_factory.mktemp("page") / "verify.html"
    file.write_bytes(offline_page())
    context = chromium.new_context(offline=True, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(file.as_uri())
    yield page
    context.close()


class Here:
    """Asks the page what it would say."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def __call__(self, script: str, *given: Any) -> Any:
        return self.page.evaluate(f"async (given) => {{ const v = coignVerify; {script} }}", list(given))

    def pack(self, data: bytes, trust: str = TRUST) -> Any:
        script = "return v.verifyPack(v.fromBase64(given[0]), v.trustFrom(given[1]))"
        return self(script, base64.b64encode(data).decode(), trust)


@pytest.fixture(scope="module")
def here(browser_page: Page) -> Here:
    return Here(browser_page)


def located(found: Findings) -> tuple[int | None, str] | None:
    """The first place, but for what only the replay of the invariants sees."""
    names = tuple(f"{each.name}: " for each in INVARIANTS)
    return next(((p.position, p.kind) for p in found.problems if not p.detail.startswith(names)), None)


def agrees(here: Here, data: bytes, trust: str = TRUST) -> Findings:
    """Both come to the same answer, and name the same place first."""
    ours, page = verify_pack(data, read_trust(trust)), here.pack(data, trust)
    first = page["problems"][:1]
    assert page["code"] == ours.exit_code, (page["verdict"], ours.verdict)
    assert ((first[0]["position"], first[0]["kind"]) if first else None) == located(ours), page["verdict"]
    return ours


def test_whole_withheld_cosigned_and_strange_packs(here: Here) -> None:
    assert agrees(here, packed()).exit_code == 0
    assert agrees(here, packed(withheld=(4, 5), redacted="patient", documents=[])).exit_code == 0
    assert agrees(here, packed(), "").exit_code == 3
    assert agrees(here, packed(key=SignerKey.generate(KEY.name))).exit_code == 3, (
        "made anew with a key of somebody else's"
    )
    quorum = f"log {LOG}\nwitness north {W}\ngroup all 1 north\nquorum all\n"
    assert agrees(here, packed(cosigned=[WITNESS]), quorum).exit_code == 0
    assert agrees(here, packed(), quorum).exit_code == 3
    assert (
        here.pack(packed(cosigned=[WITNESS]), quorum)["witnesses"]
        == verify_pack(packed(cosigned=[WITNESS]), read_trust(quorum)).witnesses
    )
    page, ours = here.pack(packed()), verify_pack(packed(), read_trust(TRUST))
    assert page["proved"] == [line for line in ours.proved if "invariants" not in line]
    assert {line for line in ours.not_proved if "invariants" not in line} <= set(page["notProved"])


@pytest.mark.parametrize("statements", [case for case, _ in CHANGES])
def test_changes_of_the_logs_key(here: Here, statements: tuple[str, ...]) -> None:
    agrees(here, changed_pack(*statements))
    agrees(here, changed_pack(*statements), f"log {SECOND.verifier().text}\n")
    agrees(here, changed_pack(*statements, key=KEY))


def test_every_change_of_a_pack_is_found_where_the_command_finds_it(here: Here) -> None:
    data, random = packed(), Random(7)
    files = files_of(read_archive(data)[0])
    for _ in range(MUTATIONS):
        changed = Mutation(data, files, random).data
        if changed != data:
            assert agrees(here, changed).exit_code == 1


def test_what_a_trust_file_may_not_say(here: Here) -> None:
    for text in (
        "log x",
        "quorum north",
        f"witness a {W}\nwitness a {W}",
        f"witness a {W}\ngroup g 2 a",
        "group g any b",
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
            cases += [(case["note"].encode(), [key]) for key in keys if VerifierKey.from_text(key).algorithm < 6]
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


def test_somebody_checks_a_pack_with_the_keys_they_were_told(browser_page: Page) -> None:
    page = browser_page
    page.get_by_label("The keys you trust").fill(TRUST)
    page.get_by_label("The pack").set_input_files({"name": "therapy.pack", "mimeType": "", "buffer": packed()})
    verdict = page.locator("#verdict")
    verdict.wait_for()
    assert "✓ Verifies" in verdict.inner_text()
    assert "chain:C1" in page.frame_locator("#account-page").locator("h1").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("The pack").set_input_files({"name": "x", "mimeType": "", "buffer": b"something else"})
    page.get_by_text("x is not a pack").wait_for()
    assert verdict.is_hidden(), "an answer about another file is not left standing"
