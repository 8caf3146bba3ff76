"""Pages of safety: due clocks first, a case, a product with denominators, what is recorded after an infusion."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from tests.web.served import enrolled, served, signed_in
from tests.web.site import Site

from coign.database import Database
from coign.demo import people, player, scene
from coign.infusion.views import INFUSION
from coign.kernel.subjects import Case, Chain, Programme
from coign.ledger.checkpoints import publish
from coign.ledger.store import connect
from coign.safety.case_state import CASE
from coign.safety.state import REACTIONS
from coign.safety.views import ENROLMENT
from coign.service import Service
from coign.service.opening import opened_from
from coign.service.pack_sight import Sight
from coign.service.packing import Packer
from coign.web.therapy.looking import entries_at, visible_entries
from coign_verify.archive import read_archive
from coign_verify.pack import ENTRIES, OPENINGS
from coign_verify.pack_check import verify_pack
from coign_verify.trust import Trust

if TYPE_CHECKING:
    from tests.web.client import Client
else:
    Client = object

#: One ward, one patient: what a test records the next one finds.
pytestmark = pytest.mark.story

OFFICER, PHYSICIAN, NURSE, COURIER, QA = "safety-1", "physician-1", "nurse-1", "courier-1", "qa-1"
CART = Programme.of("autologous-car-t")
_keys = count()


@dataclass(frozen=True, slots=True)
class Ward:
    """A treated patient of the demonstration, and browsers of those who see what comes after."""

    service: Service
    browsers: dict[str, Client]
    root: str

    def get(self, who: str, path: str, status: int = 200) -> str:
        """The page as this person sees it."""
        response = self.browsers[who].get(path)
        assert response.status_code == status, response.content.decode()[-2000:]
        return response.content.decode()

    def fill(self, who: str, path: str, status: int = 302, **values: Any) -> str:
        """A form, sent."""
        response = self.browsers[who].post(path, {"key": f"page-{next(_keys)}", **values})
        assert response.status_code == status, response.content.decode()[-3000:]
        self.settle()
        return response.content.decode() if status != 302 else str(response["Location"])

    def settle(self) -> None:
        """The lists know of everything entered so far."""
        with scene.connection(self.service) as reads:
            (size,) = reads.execute(
                "select size from head where ledger_id = %s", (self.service.ledger_id,)
            ).fetchone() or (0,)
        assert self.service.projector is not None and self.service.projector.wait_for(size - 1, timeout_s=30)

    def do(self, who: str, action: str, nonce: str, **command: Any) -> Any:
        """Beside the pages, by the same door."""
        account = people.account(who)
        assert account is not None
        return player.settled(self.service, player.perform_as(self.service, account.actor, action, command, nonce))

    @property
    def local(self) -> str:
        """Now, as a form of the centre has it."""
        at = scene.now(self.service).plus(minutes=-1).moment.astimezone(ZoneInfo("Europe/Berlin"))
        return f"{at:%Y-%m-%dT%H:%M:%S}"

    @property
    def case(self) -> str:
        """The newest case."""
        return str(self.service.states.of(REACTIONS, Chain(self.root)).cases[-1])


@pytest.fixture(scope="module")
def ward(site: Site, database: Database, home: Path) -> Iterator[Ward]:
    """The day after an infusion, when the first reaction was recorded."""
    with served(database, home) as service:
        patient = enrolled(service, "NH-730001")
        list(player.play(service, patient, "record-reaction"))
        root = scene.find(service, patient).journey.root
        yield Ward(service, {name: signed_in(name) for name in (OFFICER, PHYSICIAN, NURSE, COURIER, QA)}, root)


def _acts(root: str, action: str) -> str:
    return f"/journeys/{root}/do/{action}/"


def test_nothing_is_owed_before_anything_is_reported(ward: Ward) -> None:
    page = ward.get(OFFICER, "/")
    assert "No report is owed" in page and "RSI 1, in force since" in page and "1 patient treated" in page
    assert "Hold enrolment" in page


@pytest.mark.requirement("PAT-16")
def test_ice_is_asked_item_by_item_at_the_form(ward: Ward) -> None:
    page = ward.get(NURSE, _acts(ward.root, "safety.record_icans"))
    for item in ("year", "month", "city", "hospital", "follows command", "writes sentence", "counts back"):
        assert item in page
    ward.fill(
        NURSE, _acts(ward.root, "safety.record_icans"), seen_at=ward.local, test="ICE",
        right_answers=["city", "hospital"], objects_named="1", motor="none", sedated="no", died_of_it="no",
    )  # fmt: skip
    assert ward.service.states.of(REACTIONS, Chain(ward.root)).icans_last == "2"
    again = ward.fill(
        NURSE, _acts(ward.root, "safety.record_icans"), status=422, seen_at=ward.local, test="ICE",
        objects_named="two", motor="none", sedated="no", died_of_it="no",
    )  # fmt: skip
    assert "Enter a whole number" in again


@pytest.mark.requirement("PAT-17", "CSV-28")
def test_a_laboratory_value_is_written_with_its_unit(ward: Ward) -> None:
    path = _acts(ward.root, "safety.record_laboratory")
    without = ward.fill(
        PHYSICIAN, path, status=422, seen_at=ward.local, term="neutrophil count decreased", result="0.4"
    )
    assert "expected a number and its unit" in without
    ward.fill(
        PHYSICIAN, path, seen_at=ward.local, term="neutrophil count decreased", result="0,4 10*9/L",
        lower_limit="2.0 10*9/L",
    )  # fmt: skip
    (found,) = ward.service.states.of(REACTIONS, Chain(ward.root)).laboratory
    assert (found.term, found.grade) == ("neutrophil count decreased", "4")
    two_units = ward.fill(
        PHYSICIAN, path, status=409, seen_at=ward.local, term="neutrophil count decreased", result="0.4 10*9/L",
        lower_limit="2000 /mm3",
    )  # fmt: skip
    assert "two units" in two_units


@pytest.mark.requirement("PAT-01", "PAT-04", "PAT-09")
def test_a_reported_event_stands_first_on_the_officers_page_with_its_days(ward: Ward) -> None:
    ward.fill(
        PHYSICIAN, _acts(ward.root, "safety.report_event"), kind="adverse_event", term="Sepsis", onset=ward.local,
        aware_at=ward.local, known_at=ward.local, held_by="site", criteria=["life_threatening", "hospitalisation"],
        severity="4", outcome="not_recovered", narrative="Demonstration.",
    )  # fmt: skip
    board = ward.get(OFFICER, "/safety/")
    assert board.index("Suspected, unexpected, fatal or life-threatening") < board.index("New serious events")
    assert re.search(r"until \d\d [A-Z]{3} \d{4} 23:59 CES?T \(2[12]:59 UTC\)", board)
    assert "Due in 7 days" in board and "Sepsis" in board and "our own day" in board
    assert "Suspected, unexpected, fatal or life-threatening" in ward.get(OFFICER, "/")  # it is their first page


@pytest.mark.requirement("PAT-02", "PAT-03", "PAT-10")
def test_a_case_shows_both_opinions_and_offers_what_each_side_can_do(ward: Ward) -> None:
    path = f"/cases/{ward.case.partition(':')[2]}/"
    officer, physician = ward.get(OFFICER, path), ward.get(PHYSICIAN, path)
    assert "open: counts as related" in officer and "not looked up yet: counts as unexpected" in officer
    assert "Assess causality" in officer and "State causality" not in officer
    assert "State causality" in physician and "Record as sent" not in physician and "Add an event" in physician
    case = {"case": ward.case, "event": 1}
    ward.do(OFFICER, "safety.assess_causality", "a1", **case, opinion="not_related", rationale="x")
    ward.do(OFFICER, "safety.assess_expectedness", "a2", **case)
    sent = {"case": ward.case, "duty": "EU.susar_fatal.1"}
    ward.do(OFFICER, "safety.record_submission", "a3", **sent, sent_at=scene.now(ward.service), evidence="ab" * 32)
    page = ward.get(OFFICER, path)
    assert "not related" in page and "suspected, unexpected" in page and "not listed (RSI 1)" in page
    assert "Record the answer" in page
    answer = {"verdict": "rejected", "received_at": scene.now(ward.service), "evidence": "cd" * 32}
    ward.do(OFFICER, "safety.record_answer", "a4", **sent, **answer)
    assert "rejected: still owed" in ward.get(OFFICER, path)
    assert "rejected, so still owed" in ward.get(OFFICER, "/safety/")


@pytest.mark.requirement("CSV-04")
def test_who_carries_the_cells_learns_nothing_of_what_they_do(ward: Ward) -> None:
    identifier = ward.case.partition(":")[2]
    ward.get(COURIER, f"/cases/{identifier}/", status=404)
    ward.get(COURIER, f"/journeys/{ward.root}/safety/", status=404)
    page = ward.get(COURIER, "/safety/")
    assert "Sepsis" not in page and "No report is owed" in page and "0 patients treated" in page
    assert "Nobody was treated yet" in ward.get(COURIER, "/products/demolucel/")


@pytest.mark.parametrize("path", ["/cases/nothing/", "/cases/%20/", "/products/nothing/", "/products/%20/"])
def test_what_is_not_there_is_not_found(ward: Ward, path: str) -> None:
    ward.get(OFFICER, path, status=404)


@pytest.mark.requirement("PAT-26")
def test_a_product_is_told_by_stage_and_no_number_stands_without_what_it_is_out_of(ward: Ward) -> None:
    page = ward.get(OFFICER, "/products/demolucel/")
    assert "Phase 2" in page and "EU</b> phase 2, trial" in page
    assert "1 of 1 patients, 1 event." in page
    assert page.count("1 of 1") >= 3 and "0 of 0" in page
    assert "Day 28" in page and "Month 3" in page and "Complete response" in page


def test_the_safety_of_one_therapy_leads_to_what_is_recorded(ward: Ward) -> None:
    assert f"/journeys/{ward.root}/safety/" in ward.get(PHYSICIAN, f"/journeys/{ward.root}/")
    page = ward.get(PHYSICIAN, f"/journeys/{ward.root}/safety/")
    for action in ("record_reaction", "record_icans", "record_laboratory", "record_response", "report_event"):
        assert f"/do/safety.{action}/" in page
    assert "Worst grade of each day" in page and "grade 4" in page
    assert "/do/safety.report_event/" not in ward.get(NURSE, f"/journeys/{ward.root}/safety/")
    assert "/do/" not in ward.get(OFFICER, f"/journeys/{ward.root}/safety/")
    assert ward.case.partition(":")[2] in page


def test_before_anything_was_given_nothing_is_recorded(ward: Ward) -> None:
    patient = enrolled(ward.service, "NH-730002")
    list(player.play(ward.service, patient, "order"))
    root = scene.find(ward.service, patient).journey.root
    assert "Nothing was given yet" in ward.get(PHYSICIAN, f"/journeys/{root}/safety/")


@pytest.mark.requirement("PAT-20")
def test_a_hold_is_shown_with_its_reason_and_the_way_out_by_two(ward: Ward) -> None:
    ward.do(OFFICER, "safety.hold_enrolment", "h1", programme=CART, reason="Demonstration.")
    held = ward.get(OFFICER, "/safety/")
    assert "Enrolment is held" in held and "Decide that it may go on" in held and "Hold enrolment" not in held
    ward.do(OFFICER, "safety.propose_resumption", "h2", programme=CART, rationale="Demonstration.")
    assert "another one must agree" in ward.get(QA, "/safety/")
    assert "Agree that it may go on" in ward.get(QA, "/safety/")
    ward.do(QA, "safety.confirm_resumption", "h3", programme=CART)
    assert not ward.service.states.of(ENROLMENT, CART).is_held


@pytest.mark.requirement("PAT-13")
def test_a_mix_up_is_shown_with_what_is_looked_into_together(ward: Ward) -> None:
    other = enrolled(ward.service, "NH-730003")
    given, *_ = ward.service.states.of(CASE, Case(ward.case)).units
    now = scene.now(ward.service)
    command = {"unit": given, "given_to": other, "site": people.site_of(people.CENTRE), "narrative": "Demonstration."}
    ward.do(PHYSICIAN, "safety.report_wrong_patient", "m1", onset=now, aware_at=now, **command)
    page = ward.get(OFFICER, f"/cases/{ward.case.partition(':')[2]}/")
    assert "Looked into together" in page and page.count("/subjects/case:") == 2
    assert "Looked into together" not in ward.get(PHYSICIAN, f"/cases/{ward.case.partition(':')[2]}/")


@pytest.mark.requirement("PAT-23", "PAT-26")
def test_an_assessment_waits_from_the_first_day_of_its_window_until_it_is_done_or_told_as_missed(ward: Ward) -> None:
    therapy = f"/journeys/{ward.root}/"
    list(player.play(ward.service, ward.root, "record-response"))
    act = _acts(ward.root, "record-response-month-3")
    assert act not in ward.get(PHYSICIAN, "/") and "It was not assessed" not in ward.get(PHYSICIAN, act)
    assert "What comes next · from" in ward.get(PHYSICIAN, therapy)
    infused = ward.service.states.of(INFUSION, Chain(ward.root)).first_started_at
    assert infused is not None
    player.wait_until(ward.service, infused.plus(days=77))
    assert act in ward.get(PHYSICIAN, "/") and act not in ward.get(NURSE, "/")
    assert "Next for you · until" in ward.get(PHYSICIAN, therapy)
    form = ward.get(PHYSICIAN, act)
    assert "Month 3" in form and 'name="timepoint"' not in form and "Window" in form  # known from the step, not chosen
    assert 'name="timepoint"' in ward.get(PHYSICIAN, _acts(ward.root, "safety.record_response"))
    player.wait_until(ward.service, infused.plus(days=113))
    assert "overdue, the window ended on" in ward.get(PHYSICIAN, "/")
    assert "1 overdue" in ward.get(OFFICER, "/products/demolucel/")
    missed = _acts(ward.root, "safety.record_missed_response")
    assert missed in ward.get(PHYSICIAN, act) and missed in ward.get(PHYSICIAN, f"{therapy}safety/")
    ward.fill(PHYSICIAN, missed, timepoint="month_3", why="lost_to_follow_up", tried="Three calls.", go="yes")
    assert act not in ward.get(PHYSICIAN, "/")
    assert "not assessed: lost to follow up" in ward.get(PHYSICIAN, f"{therapy}safety/")
    assert "1 not assessed, with the reason" in ward.get(OFFICER, "/products/demolucel/")


def positions_in(pack: bytes) -> set[int]:
    lines = dict(read_archive(pack)[0])[ENTRIES].splitlines()
    return {json.loads(line)["position"] for line in lines}


@pytest.mark.requirement("CSV-02", "REG-10")
def test_quality_takes_the_therapy_away_as_a_pack_of_what_its_house_may_know(ward: Ward) -> None:
    service, trust = ward.service, Trust((ward.service.log_key,))
    with connect(service.database.application_dsn) as connection:
        publish(connection, service.ledger_id, service.keys_here(), service.clock.now_us())
        log = "select count(*) from security_log where ledger_id = %s and kind = 'pack.taken' and person = %s"
        address = f"/journeys/{ward.root}/pack/"
        assert address in (page := ward.get(QA, f"/journeys/{ward.root}/")) and "A pack opens the texts" in page
        page = ward.get(PHYSICIAN, f"/journeys/{ward.root}/")
        assert address not in page and "A pack opens" not in page
        taken = ward.browsers[QA].get(address)
        assert taken.status_code == 200 and ward.root.partition(":")[2] in taken["Content-Disposition"]
        found = verify_pack(taken.content, trust)
        assert (found.exit_code, found.problems) == (0, [])
        assert "the role qa of organisation:" in " ".join(found.not_proved)
        assert connection.execute(log, (service.ledger_id, f"person:{QA}")).fetchone() == (1,)
        openings = json.loads(dict(read_archive(taken.content)[0])[OPENINGS])
        assert openings and not any(each["field"].startswith("clinical.enrol.") for each in openings)
        newest = "select body from entry where ledger_id = %s order by position desc limit 1"
        (entry,) = connection.execute(newest, (-service.ledger_id,)).fetchone() or (b"",)
        assert f"pack of {ward.root}, with {len(openings)} values of the vault opened" in bytes(entry).decode()
        whole = Packer(connection, service.ledger_id, service.keys_here(), service.documents, service.programmes)
        packed = whole.pack(ward.root, Sight(service.states), partial(opened_from, service.vault)).data
    everything = verify_pack(packed, trust)
    assert everything.problems == [] and everything.entries > found.entries
    house = people.account(QA)
    assert house is not None
    shown, positions = positions_in(taken.content), positions_in(packed)
    readable = {e.position for e in visible_entries(entries_at(sorted(positions)), house.actor.organisation)}
    assert readable == shown & positions, "what the pages show, and no entry more"
    ward.get(PHYSICIAN, address, 403)
    ward.get(QA, "/journeys/chain:NONE/pack/", 404)
