"""On pages: a value is corrected by two, the record is shown as it stood, somebody's acts are found with refusals."""

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.served import enrolled, served, signed_in
from tests.web.site import Site

from coign.collection.views import COLLECTION
from coign.database import Database
from coign.demo import people, player, scene
from coign.identity.views import UNIT
from coign.kernel.errors import Invalid, NotFound, Refused
from coign.kernel.subjects import Chain
from coign.ledger.checkpoints import publish
from coign.ledger.store import connect
from coign.service import Service
from coign.service.export_check import is_export, verify_export
from coign.service.exporting import Exported, Exporter, texts_of
from coign.service.pack_sight import Sight
from coign_verify.archive import archive, read_archive
from coign_verify.signing import SignerKey, build_note, sign_note
from coign_verify.trust import Trust

if TYPE_CHECKING:
    from tests.web.client import Client
else:
    Client = object

#: One therapy in which a volume was mistyped: what is told of it goes on from test to test.
pytestmark = pytest.mark.story


class House:
    """A collected bag, and a browser for each who looks."""

    def __init__(self, service: Service) -> None:
        self.service = service
        list(player.play(service, enrolled(service, "NH-710001"), "finish-collection"))
        self.root = scene.find(service, self._newest()).journey.root
        self.chain = Chain(scene.find(service, self.root).journey.chain)
        self._browsers: dict[str, Client] = {}
        self.case = ""

    def _newest(self) -> str:
        return max((str(s) for s, _ in self.service.states.all(COLLECTION)), default="")

    def get(self, who: str, path: str, status: int = 200) -> str:
        """The page as this person sees it."""
        response = self._browser(who).get(path)
        assert response.status_code == status, response.content.decode()[-2000:]
        return unescape(response.content.decode())

    def post(self, who: str, path: str, **filled: str) -> Any:
        return self._browser(who).post(path, filled)

    def _browser(self, who: str) -> Client:
        if who not in self._browsers:
            self._browsers[who] = signed_in(who)
        return self._browsers[who]

    def act(self, who: str, action: str, **command: Any) -> Any:
        """Perform as this account, signed as the demonstration signs."""
        account = people.account(who)
        assert account is not None
        nonce = f"{action}-{len(command)}-{who}-{self.service.clock.now_us()}"
        return player.settled(self.service, player.perform_as(self.service, account.actor, action, command, nonce))

    @property
    def collected(self) -> Any:
        """What the record keeps of the collection now."""
        return self.service.states.of(COLLECTION, self.chain).collected[-1]


@pytest.fixture(scope="module")
def house(site: Site, database: Database, home: Path) -> Iterator[House]:
    """One demonstration for all tests of this file."""
    with served(database, home) as service:
        yield House(service)


def entry_of(page: str) -> int:
    """The entry that finished the collection, as the page of the therapy lists it."""
    found = re.search(r'/entries/(\d+)/">Finish the collection', page)
    assert found is not None
    return int(found[1])


def certified(house: House) -> tuple[str, str]:
    """What whoever releases reads of the corrections."""
    from coign.web.therapy.certified import lines
    from coign.web.therapy.story import story_of

    account = people.account("qp-1")
    assert account is not None
    found = next(li for li in lines(story_of(house.root, account.actor), []) if li.title == "Corrected values")
    return found.status, found.sentence


def exported(house: House, subjects: list[str]) -> Exported:
    """What somebody who may see everything takes away."""
    service = house.service
    with connect(service.database.application_dsn) as connection:
        publish(connection, service.ledger_id, service.keys_here(), service.clock.now_us())
        exporter = Exporter(connection, service.ledger_id, service.keys_here(), service.documents, service.programmes)
        return exporter.export(subjects, Sight(service.states), lambda found: texts_of(service.vault, found))


def read_back(data: bytes) -> dict[str, bytes]:
    """The files of an export, each with the hash that its manifest names; read with nothing of ours."""
    with zipfile.ZipFile(BytesIO(data)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    listed = [line.split(" ") for line in files["manifest.txt"].decode().splitlines() if line.startswith("file ")]
    assert {name for _, name, _, _ in listed} == files.keys() - {"manifest.txt"}
    for _, name, size, digest in listed:
        assert (len(files[name]), sha256(files[name]).hexdigest()) == (int(size), digest)
    return files


def signed_anew(files: list[tuple[str, bytes]], key: SignerKey) -> bytes:
    """What somebody who changed files would sign for them, with a key of their own."""
    lines = dict(files)["manifest.txt"].decode().partition("\n\n")[0].splitlines()
    head = [lines[0], f"key {key.verifier().text}", *(line for line in lines if line.startswith("subject "))]
    checked = dict(files)["checkpoint.txt"].decode().partition("\n\n")[0] + "\n"
    point = build_note(checked, [sign_note(checked, key)])
    files = [(n, point if n == "checkpoint.txt" else f) for n, f in files]
    listed = [f"file {n} {len(f)} {sha256(f).hexdigest()}" for n, f in files if n != "manifest.txt"]
    text = "".join(f"{line}\n" for line in (*head, *listed))
    note = build_note(text, [sign_note(text, key)])
    return archive([(n, note if n == "manifest.txt" else f) for n, f in files])


def recorded(house: House, files: dict[str, bytes]) -> dict[int, bytes]:
    """Every entry that the record has about what an export says it is about."""
    named = [each["subject"] for each in json.loads(files["contents.json"])["subjects"]]
    size = int(files["checkpoint.txt"].split(b"\n")[1])
    with connect(house.service.database.reader_dsn) as connection:
        rows = connection.execute(
            "select distinct e.position, e.body from entry_subject s join entry e using (ledger_id, position) "
            "where s.ledger_id = %s and s.subject = any(%s) and e.position < %s",
            (house.service.ledger_id, named, size),
        ).fetchall()
    return {at: bytes(body) for at, body in rows}


def history(house: House, who: str, query: str = "") -> str:
    return house.get(who, f"/subjects/{house.chain}/{query}")


def test_from_the_entry_a_nurse_reaches_the_form_that_corrects_it_and_the_bag_stands_still(house: House) -> None:
    at = entry_of(house.get("nurse-1", f"/subjects/{house.chain}/"))
    receipt = house.get("nurse-1", f"/entries/{at}/")
    links = re.findall(r'href="(/actions/correction\.propose/[^"]+)"', receipt)
    assert len(links) == 2, "volume and cells"
    address = next(link for link in links if "name=volume" in link)
    before = house.collected.volume
    form = house.get("nurse-1", address)
    assert "Stands there now" in form and before.value in form
    answer = house.post(
        "nurse-1", address, entry=str(at), name="volume", value="77.25", reason="read from the wrong line"
    )
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    assert house.collected.volume == before, "one person changes nothing"
    unit = house.collected.unit
    (why,) = house.service.states.of(UNIT, unit).blocked
    found = re.search(r"\((.+)\)", why)
    assert found is not None
    house.case = f"case:{found[1]}"
    again = house.get("nurse-1", f"/entries/{at}/")
    assert "Correction proposed" in again and "name=volume" not in again


def test_the_maker_who_was_only_told_cannot_correct_what_the_centre_recorded(house: House) -> None:
    at = entry_of(history(house, "nurse-1"))
    form = house.post(
        "qa-1", f"/actions/correction.propose/?entry={at}&name=cd3", entry=str(at), name="cd3", value="1", reason="x"
    )
    assert form.status_code == 422
    for nowhere in (-1, 1 << 63):
        with pytest.raises(Invalid, match="not known here"):
            house.act("nurse-1", "correction.propose", entry=nowhere, name="cd3", value="1", reason="x")
    with pytest.raises(Invalid, match="volume"):
        house.act("nurse-1", "correction.propose", entry=at, name="colour", value="1", reason="x")


def test_the_second_person_finds_it_on_their_first_page_and_is_told_no_value(house: House) -> None:
    home = house.get("nurse-2", "/")
    address = f"/actions/correction.read_source/?case={house.case.replace(':', '%3A')}"
    assert "Values that are being corrected" in home and address in home
    main = house.get("nurse-2", address).partition("<main")[2].partition("</main>")[0]
    assert "Nobody tells you here what you should find" in main and "77.25" not in main
    assert address not in house.get("nurse-1", "/").partition("<main")[2], "who proposed it does not read as well"


@pytest.mark.requirement("CSV-02", "CSV-05")
def test_after_two_equal_readings_the_value_counts_and_the_old_one_stays_visible(house: House) -> None:
    old, at = house.collected.volume, entry_of(history(house, "nurse-1"))
    house.act("nurse-2", "correction.read_source", case=house.case, value="77.25")
    assert house.collected.volume.value == "77.25"
    receipt = house.get("nurse-1", f"/entries/{at}/")
    assert f"<del>{old.value} mL</del>" in receipt and "<b>77.25 mL</b>" in receipt
    assert "Corrected since" in history(house, "nurse-1")
    assert "Corrected since" in house.get("nurse-1", f"/journeys/{house.root}/")
    assert house.service.states.of(UNIT, house.collected.unit).blocked, "until somebody has assessed it"


def test_whoever_assesses_sees_both_values_and_what_was_done_since(house: House) -> None:
    assert certified(house) == ("not_yet", "1 corrected, 1 not assessed")
    address = f"/actions/correction.assess/?case={house.case}"
    page = house.get("physician-1", address)
    assert "Counts now" in page and "77.25 mL" in page and "Done since the value was recorded" not in page
    house.act("physician-1", "correction.assess", case=house.case, assessment="Enough cells by either volume.")
    assert not house.service.states.of(UNIT, house.collected.unit).blocked
    assert certified(house) == ("look", "1 corrected, 0 not assessed")


@pytest.mark.requirement("CSV-02")
def test_an_export_read_back_by_itself_is_what_the_record_holds_and_its_print_shows_old_new_and_why(
    house: House,
) -> None:
    found = exported(house, [str(house.chain)])
    assert found.data == exported(house, [str(house.chain)]).data, "the same state gives the same bytes"
    files = read_back(found.data)
    whole = recorded(house, files)
    entries = [line for line in files["entries.jsonl"].split(b"\n") if line]
    assert entries == [body for _at, body in sorted(whole.items())], "every entry, in its own bytes"
    plain = {at: json.loads(body) for at, body in whole.items()}
    told = [json.loads(line) for line in files["values.jsonl"].splitlines()]
    assert {(v["position"], v["fact"], v["field"], json.dumps(v["value"])) for v in told} == {
        (at, fact["type"], name, json.dumps(value))
        for at, entry in plain.items() if entry["outcome"] != "refused"
        for fact in entry["intent"]["facts"] for name, value in fact["body"].items()
    }  # fmt: skip
    signed = [json.loads(line) for line in files["signatures.jsonl"].splitlines()]
    assert {s["position"]: s["signature"] for s in signed} == {
        at: entry["signature"] for at, entry in plain.items() if entry["signature"] is not None
    }
    old = next(v for v in told if v["field"] == "volume" and v["replaced"])
    assert old["replaced"].startswith("corrected to 77.25 mL by entry ")
    page = unescape(files["export.html"].decode())
    assert f"<del>{old['value']['value']} mL</del>" in page and "<ins>77.25 mL</ins>" in page
    assert "read from the wrong line" in page and "person:nurse-1 and person:nurse-2" in page
    assert "Vogt" not in page and b"Vogt" not in files["texts.jsonl"], "who somebody is stays in the vault"
    assert files["export.pdf"].startswith(b"%PDF-") and len(files) == 9


@pytest.mark.requirement("CSV-01", "CSV-02")
def test_an_export_verifies_and_whatever_is_changed_in_it_is_found(house: House) -> None:
    data, trust = exported(house, [str(house.chain)]).data, Trust((house.service.log_key,))
    assert is_export(data)
    found = verify_export(data, trust)
    assert (found.exit_code, found.problems) == (0, []) and "made anew" in " ".join(found.proved)
    assert "export.pdf" in " ".join(found.not_proved)
    assert verify_export(data, Trust()).exit_code == 3, "whose it is, is not known"
    for at in range(40, len(data), len(data) // 20):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert verify_export(changed, trust).exit_code == 1, at
    assert verify_export(data[:-1], trust).exit_code == 1
    files = read_archive(data)[0]
    forged = SignerKey.generate(house.service.log_key.name)
    for name in ("values.jsonl", "signatures.jsonl", "export.html", "entries.jsonl", "texts.jsonl"):
        changed_files = [(n, f if n != name else f[: len(f) // 2] + f[len(f) // 2 + 1 :]) for n, f in files]
        mended = signed_anew(changed_files, forged)
        wrong = verify_export(mended, Trust((forged.verifier(),)))
        assert wrong.exit_code == 1, name


@pytest.mark.requirement("CSV-02", "CSV-04")
def test_any_set_of_records_is_exported_and_what_is_not_known_is_not(house: House) -> None:
    unit = str(house.collected.unit)
    files = read_back(exported(house, [unit, "person:nurse-1"]).data)
    listed = files["manifest.txt"].decode()
    assert f"subject {unit}\n" in listed and "subject person:nurse-1\n" in listed
    assert b"people.role_granted.v1" in files["entries.jsonl"]
    with pytest.raises(NotFound, match="unit:NONE"):
        exported(house, [unit, "unit:NONE"])
    taken = house._browser("qa-1").get(f"/subjects/{house.chain}/export/")
    assert taken.status_code == 200 and read_back(taken.content)["contents.json"]
    assert b'"withheld":[]' not in read_back(taken.content)["contents.json"], "the maker is not told of the patient"
    house.get("nurse-1", f"/subjects/{house.chain}/export/", 403)
    house.get("qa-1", "/subjects/patient:NONE/export/", 404)


@pytest.mark.requirement("CSV-02")
def test_as_of_an_entry_the_page_shows_what_stood_then_and_offers_nothing_to_do(house: House) -> None:
    at = entry_of(history(house, "nurse-1"))
    then = history(house, "nurse-1", f"?as_of={at}").partition("<main")[2]
    now = history(house, "nurse-1").partition("<main")[2]
    assert "View of the past" in then and "What came later is not shown" in then and "View of the past" not in now
    assert "Correct a recorded value" in now and "Correct a recorded value" not in then
    assert "Corrected since" not in then and "volume 77.25 mL" not in then
    assert "/journeys/" not in then and "/actions/" not in then
    assert re.search(rf'"/subjects/[^"?]+/\?as_of={at}"', then), "things lead to their own page at the same point"
    assert not re.search(r'"/subjects/(chain|unit|patient|organisation)[^"?]+/"', then.partition('class="c-states"')[2])
    entry = house.get("nurse-1", f"/entries/{at}/?as_of={at}").partition("<main")[2]
    assert "View of the past" in entry and "77.25" not in entry and "/actions/" not in entry
    house.get("nurse-1", f"/entries/{at}/?as_of={at - 1}", 404)
    unit = f"/subjects/{house.collected.unit}/"
    report = "Report what happened outside the rules"
    assert report in house.get("nurse-1", unit) and report not in house.get("nurse-1", f"{unit}?as_of={at}")


def test_as_of_an_instant_before_anything_the_page_says_so_and_what_is_no_time_is_named(house: House) -> None:
    assert "Nothing was recorded about it by then" in history(house, "nurse-1", "?as_of=2001-01-01T00:00:00")
    late = history(house, "nurse-1", "?as_of=2399-01-01T00:00:00Z")
    assert "Nothing came later" in late and "Correct a recorded value" in late
    for wrong in ("yesterday", "2026-02-30T10:00", "1500-01-01T00:00:00Z"):
        assert "as_of" in house.get("nurse-1", f"/subjects/{house.chain}/?as_of={wrong}", 422)
    assert house._browser("courier-1").get(f"/subjects/{house.chain}/?as_of=1").status_code == 404


def taken(house: House, query: str) -> list[dict[str, str]]:
    """The rows of the table that a nurse takes along."""
    answer: Any = house._browser("nurse-1").get(f"/done-by/person:nurse-1/acts.csv{query}")
    return list(csv.DictReader(StringIO(answer.content.decode())))


@pytest.mark.requirement("REG-S2")
def test_everything_a_person_did_between_two_instants_is_found_with_what_was_refused(house: House) -> None:
    from coign.web.therapy.people import names_of

    at = entry_of(history(house, "nurse-1"))
    with pytest.raises(Refused):
        house.act("nurse-1", "correction.propose", entry=at, name="volume", value="77.25", reason="it is so already")
    own = house.get("nurse-1", "/done-by/person:nurse-1/").partition("<main")[2]
    assert "Correct a recorded value" in own and "correction.value_is_another" in own
    refused = taken(house, "?outcome=refused")
    assert refused and {row["outcome"] for row in refused} == {"refused"}
    assert refused[0]["unmet"] == "correction.value_is_another"
    assert "correction.value_is_another" in house.get("nurse-1", "/done-by/person:nurse-1/?outcome=refused")
    before = house.get("nurse-1", "/done-by/person:nurse-1/?until=2001-01-01T00:00").partition("<main")[2]
    assert "Correct a recorded value" not in before
    rows = taken(house, "?since=2001-01-01T00:00")
    assert {"done", "refused"} <= {row["outcome"] for row in rows}
    assert [int(r["entry"]) for r in rows] == sorted((int(r["entry"]) for r in rows), reverse=True)
    pair = house.get("nurse-2", "/done-by/person:nurse-2/").partition("<main")[2]
    (name,) = names_of(["person:nurse-1"], str(people.CENTRE)).values()  # by whichever test their account was opened
    assert re.search(rf"with\s+(<a[^>]*>)?[^<]*{re.escape(name)}", pair), "with whom they acted as a pair"


@pytest.mark.requirement("CSV-04")
def test_only_those_who_oversee_judge_or_train_ask_what_others_did(house: House) -> None:
    house.get("nurse-1", "/done-by/person:nurse-2/", 404)
    house.get("nurse-1", "/done-by/", 403)
    assert "operator-1" in house.get("qa-1", "/done-by/")
    house.get("qa-1", "/done-by/person:operator-1/")
    house.get("qa-1", "/done-by/person:nurse-1/", 404)
    assert "person:nurse-1" in house.get("inspector-1", "/done-by/?q=nurse-1")
    seen = house.get("inspector-1", "/done-by/person:nurse-1/").partition("<main")[2]
    assert str(house.chain) not in seen, "what an authority is no party to, it is not told"
    house.get("qa-1", "/done-by/person:nobody/", 404)
    for wrong in ("?since=yesterday", "?outcome=perhaps", "?before=x"):
        house.get("nurse-1", f"/done-by/person:nurse-1/{wrong}", 422)
    assert "/done-by/person:operator-1/" in house.get("qa-1", "/training/people/person:operator-1/")
