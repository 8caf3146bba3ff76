"""What nurse, cell laboratory and physician find once a patient is conditioned, and when something turns."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from tests.web.served import enrolled, served, signed_in
from tests.web.site import Site

from coign.database import Database
from coign.demo import people, player, scene
from coign.donor.views import TESTING
from coign.identity.views import CHAIN, UNIT
from coign.kernel.subjects import Chain
from coign.manufacturing.views import SLOT
from coign.perform import Request
from coign.perform.request import Done
from coign.service import Service

if TYPE_CHECKING:
    from tests.web.client import Client
else:
    Client = object

#: One therapy that goes on from test to test.
pytestmark = pytest.mark.story
WHO = {"family_name": "Weiss", "given_name": "Nora", "birth_date": "1980-01-09", "hospital_number": "NH-730001"}


class Ward:
    """A demonstration with one conditioned patient, and a browser for each of its people."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._browsers: dict[str, Client] = {}
        coordinator = people.in_role("coordinator", people.CENTRE)[0].actor
        done = service.door.perform(Request("clinical.enrol", coordinator, "enrol-ward", WHO))
        player.settled(service, done)
        patient = next(s for s in done.entries[0].subjects if s.startswith("patient:"))
        list(player.play(service, patient, "record-conditioning"))
        self.root = scene.find(service, patient).journey.root
        self.bags = service.states.of(CHAIN, Chain(self.root)).units_of_kind("final_container")
        self.bag = self.bags[0]

    def browser(self, who: str) -> Client:
        """This person's browser."""
        if who not in self._browsers:
            self._browsers[who] = signed_in(who)
        return self._browsers[who]

    def page(self, who: str, path: str = "") -> str:
        """The words of the main part of a page; the path is inside the therapy unless it begins with a slash."""
        answer = self.browser(who).get(path if path.startswith("/") else f"/journeys/{self.root}/{path}")
        assert answer.status_code == 200, answer.content.decode()[-2000:]
        main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))

    def act(self, who: str, action: str, **command: Any) -> Done:
        """Perform beside the web, signed where it is signed."""
        account = people.account(who)
        assert account is not None
        key = f"ward/{who}/{action}/{command.get('unit', command.get('chain', ''))}"
        return player.settled(self.service, player.perform_as(self.service, account.actor, action, command, key))


@pytest.fixture(scope="module")
def ward(site: Site, database: Database, home: Path) -> Iterator[Ward]:
    """One ward for all tests of this file."""
    with served(database, home) as service:
        yield Ward(service)


@pytest.mark.requirement("TRC-19")
def test_the_label_of_tested_autologous_cells_says_for_whom_they_are_and_no_reservation(ward: Ward) -> None:
    page = ward.page("celllab-1", f"/labels/{ward.bag.identifier}/")
    assert "FOR AUTOLOGOUS USE ONLY" in page
    assert "QUARANTINE" not in page and "NOT EVALUATED" not in page and "BIOLOGICAL HAZARD" not in page


@pytest.mark.requirement("TRC-19", "TRC-15")
def test_a_reactive_donor_stands_on_label_and_page_until_the_bag_is_set_apart(ward: Ward) -> None:
    assert "The donor is reactive" not in ward.page("celllab-1")
    sample = ward.service.states.of(TESTING, Chain(ward.root)).samples[0].number
    report = {"sample": sample, "laboratory": "Virology", "report": "ab" * 32, "syphilis": "reactive"}
    ward.act("celllab-1", "donor.record_report", chain=ward.root, **report)

    label = ward.page("celllab-1", f"/labels/{ward.bag.identifier}/")
    assert "BIOLOGICAL HAZARD" in label and "WARNING: Reactive test results for syphilis" in label
    page = ward.page("celllab-1")
    assert "The donor is reactive" in page and "Set a hazardous bag apart" in page
    assert "Set a hazardous bag apart" not in ward.page("nurse-1")

    for bag in ward.bags:
        assert "Set a hazardous bag apart" in ward.page("celllab-1")
        ward.act("celllab-1", "donor.set_apart", unit=bag, label=bag, place="Tank H")
    assert "The donor is reactive" not in ward.page("celllab-1")


@pytest.mark.requirement("PAT-28")
def test_the_physician_is_asked_about_everything_that_the_programme_lists(ward: Ward) -> None:
    path = f"/journeys/{ward.root}/do/assess-patient/"
    page = ward.page("physician-1", path)
    programme = scene.find(ward.service, ward.root).programme
    for item in programme.before_infusion.items:
        assert item.label in page
    assert "Does not apply" in page
    answer = ward.browser("physician-1").post(path, {"m-infection": "none", "m-oxygen_saturation": "97"})
    assert answer.status_code == 422
    assert "Enter Creatinine clearance." in answer.content.decode()


@pytest.mark.requirement("PAT-29")
def test_whoever_decides_about_cells_sees_the_dose_bag_by_bag_with_its_units(ward: Ward) -> None:
    path = f"/journeys/{ward.root}/do/assess-patient/"
    for who, at in (("physician-1", path), ("nurse-1", f"/journeys/{ward.root}/")):
        answer = ward.browser(who).get(at).content.decode()
        page = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer)))
        for number, bag in enumerate(ward.bags, start=1):
            each = r"[\d.]+ million \d+ mL × [\d.]+ million per mL, \d+ % of the dose"
            assert re.search(rf"Bag {number} of 2 {bag.identifier} {each}", page)
        assert re.search(r"All bags together [\d.]+ million viable CAR\+ T cells", page)
        assert re.search(r"Weight \d+\.\d kg, measured \d\d [A-Z]{3} \d{4}", page)
        assert re.search(r"The programme allows [\d.]+ million to [\d.]+ million at", page)
    assert "million viable" not in ward.page("qp-1")  # the maker knows no weight of a patient


@pytest.mark.requirement("TRC-26", "CSV-04")
def test_the_maker_learns_of_a_therapy_what_it_makes_and_not_how_the_patient_is(ward: Ward) -> None:
    here, there = (ward.page(who, f"/subjects/{ward.root}/") for who in ("physician-1", "qa-1"))
    assert re.search(r"Weight \d+\.?\d* kg", here) and "Order conditioning" in here
    assert " kg" not in there and "Order conditioning" not in there and "Finish the collection" in there


def test_the_cell_laboratory_scans_every_bag_and_the_queue_says_who_is_conditioned(ward: Ward) -> None:
    assert "Every bag in its place, 0 of 2" in ward.page("celllab-1", "do/confirm-product/")
    assert "Patient conditioned" in ward.page("physician-1", "/")


@pytest.mark.requirement("PAT-28")
def test_when_the_product_turns_the_physician_is_called_before_anybody_else(ward: Ward) -> None:
    assert "something turned" not in ward.page("nurse-1", "/")
    batch = ward.service.states.of(SLOT, Chain(ward.root)).batch
    ward.act("qa-1", "quality.reject_batch", batch=batch, why="growth in the sterility test")

    mine = ward.page("physician-1", "/")
    assert mine.index("Conditioned, and something turned") < mine.index("Scan anything")
    assert "Decide now" in mine and "no bag of product is left" in mine
    others = ward.page("nurse-1", "/")
    assert re.search(r"Call \S+.* first", others) and "Decide now" not in others
    assert "Call the physician first" in ward.page("nurse-1")
    assert "NH-730001" not in ward.page("qa-1", "/")

    ward.act(
        "physician-1", "clinical.answer_turn", chain=ward.root, told_at=scene.now(ward.service), decision="rescue",
        reason="back-up cells are here",
    )  # fmt: skip
    assert "Decided" in ward.page("physician-1", "/")
    assert "A physician has decided" in ward.page("nurse-1")


@pytest.mark.requirement("SCS-27")
def test_a_slot_is_moved_with_a_reason_and_the_centre_sees_the_new_day(ward: Ward) -> None:
    assert "Move the slot" not in ward.page("operator-1"), "after a failed batch none is kept"
    now = scene.now(ward.service)
    dates = {"collection_on": now.plus(days=3), "start_on": now.plus(days=7), "ready_on": now.plus(days=40)}
    ward.act("operator-1", "manufacturing.confirm_slot", chain=ward.root, **dates)
    assert "Move the slot" in ward.page("operator-1") and "Move the slot" not in ward.page("nurse-1")
    ready = now.plus(days=61)
    asked = {"start_on": now.plus(days=8), "ready_on": ready, "reason": "the suite is requalified"}
    ward.act("operator-1", "manufacturing.move_slot", chain=ward.root, **asked)
    day = f"{ready.moment.astimezone(ZoneInfo('Europe/Berlin')):%d %b %Y}".upper()
    assert day in ward.page("physician-1").partition("Certified")[2][:40]


@pytest.mark.requirement("TRC-27")
def test_the_end_asks_about_each_container_and_what_is_left_stands_on_the_first_page(ward: Ward) -> None:
    assert "End the therapy" in ward.page("physician-1")
    asked = ward.page("physician-1", "do/closing.end_therapy/")
    assert all(f"What becomes of {bag.identifier}" in asked for bag in ward.bags)
    decisions = [{"unit": bag, "becomes": "destroyed"} for bag in ward.bags]
    ward.act(
        "physician-1", "closing.end_therapy", chain=ward.root, reason="no_product", note="told", others="destroyed",
        decisions=decisions,
    )  # fmt: skip

    assert f"{ward.bag.identifier} to be destroyed" in ward.page("celllab-1", "/")
    ward.act("celllab-1", "closing.dispose", unit=ward.bag)
    second = ward.page("celllab-2", "do/closing.confirm_disposal/")
    assert ward.bag.identifier not in second  # the second person finds it for themselves
    ward.act("celllab-2", "closing.confirm_disposal", unit=ward.bag, scanned=ward.bag)
    assert ward.bag.identifier not in ward.page("celllab-1", "/")


@pytest.mark.requirement("TRC-27")
def test_a_batch_that_is_being_made_when_its_therapy_ends_is_given_up_by_the_quality_unit(ward: Ward) -> None:
    patient = enrolled(ward.service, "NH-730002")
    list(player.play(ward.service, patient, "start-batch"))
    root = scene.find(ward.service, patient).journey.root
    ward.act("physician-1", "closing.end_therapy", chain=root, reason="death", note="told", others="destroyed")
    batch = ward.service.states.of(SLOT, Chain(root)).batch
    assert batch is not None
    assert f"{batch.identifier} is still being made" in ward.page("qa-1", "/")
    there = {who: ward.page(who, f"/journeys/{root}/") for who in ("operator-1", "qa-1", "physician-1")}
    assert "Its batch is still being made" in there["operator-1"] and "Give a batch up" in there["qa-1"]
    assert "Give a batch up" not in there["operator-1"] + there["physician-1"]
    assert "Why" in ward.page("qa-1", f"/journeys/{root}/do/manufacturing.abandon_batch/")
    ward.act("qa-1", "manufacturing.abandon_batch", batch=batch, why="the patient gave up")
    assert f"{batch.identifier} is still being made" not in ward.page("qa-1", "/")


def test_who_reports_something_outside_the_gates_finds_it_again_without_what_is_another_houses(ward: Ward) -> None:
    at = scene.now(ward.service).plus(minutes=-20)
    site = next(p.site for p in people.PLACES if p.organisation == people.CENTRE)
    told = {"unit": ward.bags[1], "act": "warmed", "happened_at": at, "account": "it stood out", "site": site}
    position = ward.act("nurse-1", "incident.report_act", **told).entries[0].position
    mine = ward.page("nurse-1", f"/entries/{position}/")
    assert "You entered this" in mine and ward.bags[1].identifier in mine and "warmed" in mine
    batch = ward.service.states.of(UNIT, ward.bags[1]).batch
    assert batch is not None and batch.identifier not in mine
    assert ward.browser("physician-1").get(f"/entries/{position}/").status_code == 404
