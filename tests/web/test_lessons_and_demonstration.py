"""A lesson is read before the next step; and everybody finds something to do in the demonstration."""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from tests.web.served import enrolled, served, signed_in
from tests.web.site import Site

from coign.database import Database
from coign.demo import administration, classroom, oversight, people, player, scene
from coign.demo.seed import Seeding
from coign.gateways.labels import Symbol, SymbolKind, symbol_text
from coign.kernel.errors import Refused
from coign.kernel.subjects import Chain
from coign.kernel.values import Instant
from coign.manufacturing.views import SLOT
from coign.people.views import AUTHORITY
from coign.service import Service

if TYPE_CHECKING:
    from tests.web.client import Client
else:
    Client = object


class House:
    """The demonstration with a therapy in production and everything that stands in training and store."""

    def __init__(self, service: Service) -> None:
        self.service, self._browsers = service, dict[str, Client]()
        patient = enrolled(service, "NH-640001")
        list(player.play(service, patient, "start-batch"))
        self.root = scene.find(service, patient).journey.root
        seeding = Seeding(service, 7)
        self._furnish(seeding)
        size = self.size
        self._furnish(seeding)
        assert self.size == size, "what is there already stays as it is"

    @staticmethod
    def _furnish(seeding: Seeding) -> None:
        classroom.furnish(seeding)
        administration.furnish(seeding)
        oversight.furnish(seeding)

    @property
    def size(self) -> int:
        with scene.connection(self.service) as reads:
            row = reads.execute("select size from head where ledger_id = %s", (self.service.ledger_id,)).fetchone()
        assert row is not None
        return int(row[0])

    def act(self, name: str, action: str, nonce: str, **command: object) -> list[str]:
        account = people.account(name)
        assert account is not None
        done = player.perform_as(self.service, account.actor, action, command, nonce)
        return list(done.entries[0].subjects)

    def browser(self, name: str) -> Client:
        if name not in self._browsers:
            self._browsers[name] = signed_in(name)
        return self._browsers[name]

    def get(self, name: str, path: str, status: int = 200) -> str:
        response = self.browser(name).get(path)
        assert response.status_code == status, response.content.decode()[-1500:]
        return response.content.decode()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def house(site: Site, database: Database, home: Path) -> Iterator[House]:
    with served(database, home) as service:
        yield House(service)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def kind(subjects: list[str], of: str) -> str:
    return next(s for s in subjects if s.startswith(f"{of}:"))


def test_a_lesson_stands_in_the_way_of_the_next_step_until_it_was_read(house: House) -> None:
    batch = house.service.states.of(SLOT, Chain(house.root)).batch
    opened = house.act("operator-1", "quality.open_deviation", "dev", batch=batch, description="A label lay there.")
    case = kind(opened, "case")
    assert case not in house.get("trainer-1", "/actions/training.attach_lesson/")
    house.act("qa-1", "quality.close_deviation", "close", case=case, assessment="Nothing else was there.")
    assert case in house.get("trainer-1", "/actions/training.attach_lesson/"), "closed ones can be chosen"

    text = "A label of the last batch lay under the bench.\n\nLook under the bench, too."
    given = {"case": case, "task": "aseptic_processing", "title": "Under the bench", "text": text}
    lesson = kind(house.act("trainer-1", "training.attach_lesson", "lesson", **given), "lesson").partition(":")[2]
    with pytest.raises(Refused) as no:
        player.perform_next(house.service, house.root)
    assert [g.gate for g in no.value.gates] == ["manufacturing.operator_is_qualified"]
    assert lesson in no.value.gates[0].message

    for name in ("operator-1", "operator-2"):
        mine = house.get(name, "/training/mine/")
        assert "Read these first" in mine and "Under the bench" in mine
        page = house.get(name, f"/training/lessons/{lesson}/")
        assert "<p>Look under the bench, too.</p>" in page
        assert house.browser(name).post(f"/training/lessons/{lesson}/").status_code == 302
        assert "You have read it" in house.get(name, f"/training/lessons/{lesson}/")
        assert "Read these first" not in house.get(name, "/training/mine/")
    assert house.browser("operator-1").post(f"/training/lessons/{lesson}/").status_code == 409
    assert player.perform_next(house.service, house.root)

    opens = words(house.get("trainer-1", "/training/?person=person:operator-3&of=aseptic_processing"))
    assert "The lesson “Under the bench”" in opens
    listed = house.get("trainer-1", "/training/courses/")
    assert "Under the bench" in listed and "Attach a lesson" in listed
    assert "Retire it" in house.get("trainer-1", f"/training/lessons/{lesson}/")
    house.act("trainer-1", "training.retire_lesson", "retire", lesson=f"lesson:{lesson}", why="part of the course")
    assert "Retired" in house.get("operator-1", f"/training/lessons/{lesson}/")
    house.get("operator-1", "/training/lessons/NONE/", 404)
    house.get("operator-1", "/training/lessons/bad!name/", 404)


def test_everybody_finds_something_to_do(house: House) -> None:
    assert "Aseptic processing, behaviour at the bench" in house.get("operator-3", "/training/mine/")
    centre = words(house.get("trainer-1", f"/training/?place={people.CENTRE}"))
    assert "1 end within 30 days" in centre and "0 of 2" in centre and "in question" in centre
    assert words(house.get("trainer-1", "/training/courses/")).count("Look into it") == 2
    waiting = words(house.get("qa-1", "/store/"))
    assert "A suspect product waits for you" in waiting and "expiry on the pack is another one" in waiting
    assert "Record a test" not in waiting and "Approve" in waiting
    assert "Scan a pack" in house.get("warehouse-1", "/store/")
    watched = words(house.get("trainer-1", "/training/people/person:nurse-1/"))
    assert "practice of “ICE scoring” watched: mastered" in watched and "course ice-scoring" in watched


def test_what_waits_stands_on_the_first_page_and_opens_where_it_is_done(house: House) -> None:
    from coign.web import waits

    for name, title in (
        ("analyst-1", "Freezing medium with DMSO"), ("inspector-1", "Exemplucel is stopped"),
        ("trainer-1", "identity-check"),
        ("authority-1", "Decide on the application"), ("admin-1", "A signing key of operator-3"),
        ("operator-3", "Course “Aseptic processing, behaviour at the bench”"), ("qa-1", "A suspect product"),
    ):  # fmt: skip
        account = people.account(name)
        assert account is not None
        first, found = house.get(name, "/"), waits.matters(account.actor)
        assert all(f'href="{escape(matter.url)}"' in first for matter in found)
        house.get(name, next(m.url for m in found if title in (m.title, m.about)))


def test_what_is_shut_is_told_with_the_sentence_of_its_gate(house: House) -> None:
    assert "question 1 is not answered" in house.get("authority-1", "/not-now/")
    assert "you act as inspector" in house.get("inspector-1", "/not-now/")
    assert "you are not qualified for “shipper_opening”" in house.get("analyst-1", "/not-now/")


@pytest.mark.requirement("TRC-S3")
def test_a_changed_name_is_settled_from_the_first_page_by_somebody_else(house: House) -> None:
    patient = scene.find(house.service, house.root).journey.patient
    changed = {"patient": patient, "family_name": "Vogt-Brandt", "evidence": "ab" * 32}
    house.act("coordinator-1", "clinical.correct_identity", "new-name", **changed)
    address = reverse("do", args=[house.root, "clinical.settle_identity"])
    for name, is_theirs in (("coordinator-1", False), ("nurse-1", True)):
        first = house.get(name, "/")
        assert "Name or number changed" in first
        assert (f'href="{address}"' in first) is is_theirs
    wristband = symbol_text(Symbol(SymbolKind.WRISTBAND, patient.partition(":")[2], 1))
    scanned = house.browser("nurse-1").post(address, {"scan": wristband}).content.decode()
    assert "Everything is scanned" in scanned
    read = {"patient": patient, "birth_date": "1969-05-02", "hospital_number": "NH-640010"}
    wrong = house.browser("nurse-1").post(address, read)
    assert wrong.status_code == 409, words(wrong.content.decode())[-1500:]
    assert "are not those of this patient" in wrong.content.decode()
    done = house.browser("nurse-1").post(address, read | {"hospital_number": "NH-640001"})
    assert done.status_code == 302, words(done.content.decode())[-900:]
    assert "Name or number changed" not in house.get("nurse-1", "/")


def test_one_account_signs_with_password_and_code_as_people_do_elsewhere(house: House) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    now = Instant.of_us(house.service.clock.now_us())
    asked = {
        "equipment": "equipment:demo-scale", "device_kind": "scale", "model": "Example 1",
        "screen": "1", "key": "by-code",
        "site": "site:beispiel-plant-1", "evidence": SimpleUploadedFile("report.txt", b"In order."),
        "qualified_on": now.plus(days=-1)[:19], "due_on": now.plus(days=90)[:19],
    }  # fmt: skip
    page = house.browser("totp-demo").post("/actions/equipment.register/", asked).content.decode()
    assert 'value="password+otp"' in page and 'name="code"' in page, words(page)[-1500:]
    enrolled_for = house.service.states.of(AUTHORITY, people.BY_CODE.person).credentials
    assert [credential.method for credential in enrolled_for] == ["password+otp"]
