"""The tour's twelve decisive moments, by hand through the pages; what the page says there is what the tour promises."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.served import served
from tests.web.site import Site
from tests.web.visitor import Visitor

from coign.custody.views import HOLDING
from coign.database import Database
from coign.demo import people, player, scene
from coign.demo.acts.moving import logger_file
from coign.demo.acts.values import inside
from coign.demo.turns import LID_OPEN
from coign.identity.views import CHAIN, UNIT
from coign.kernel.subjects import Chain, Equipment, Lot, Person, Room, Unit
from coign.ledger import checkpoints
from coign.ledger.entries import Entry
from coign.ledger.verification import verify_database
from coign.manufacturing.state import ROOM
from coign.manufacturing.views import BATCH, SAMPLE, SLOT
from coign.perform.assemble import folding
from coign.perform.request import Request, Source
from coign.records import reading
from coign.service import Service

#: Two therapies that go on from moment to moment.
pytestmark = pytest.mark.story
PAGE = Path(__file__).parents[2] / "docs/tutorial/twelve-moments.md"
ANNA = {"family_name": "Weiss", "given_name": "Anna", "birth_date": "1967-11-21", "hospital_number": "NH-760001"}
BEN = {"family_name": "Roth", "given_name": "Ben", "birth_date": "1979-03-08", "hospital_number": "NH-760002"}


def promised(number: int) -> list[str]:
    """What the tour says that one reads at this moment."""
    part = PAGE.read_text().partition(f"\n## {number}. ")[2].partition("\n## ")[0]
    found = [line[2:] for line in part.splitlines() if line.startswith("> ")]
    assert found, f"moment {number} promises nothing"
    return found


class Tour(Visitor):
    """A visitor with two patients: Anna's therapy meets every trouble, Ben's goes to its end."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.anna_, self.ben_ = self.enrol(**ANNA), self.enrol(**BEN)
        self.anna = self.play(str(self.anna_), "finish-collection")
        self.ben = str(self.ben_)

    def shows(self, number: int) -> None:
        """The page says what the tour promises for this moment; … stands for anything."""
        for sentence in promised(number):
            pattern = ".*".join(re.escape(part) for part in sentence.split("…"))
            assert re.search(pattern, self.words), f"{sentence}\n{self.words}"

    def collected(self) -> Unit:
        """The bag from Anna's collection."""
        return self.service.states.of(CHAIN, Chain(self.anna)).units_of_kind("starting_material")[-1]

    def bag_for(self, root: str, step: str) -> Unit:
        """Of the bags of a therapy the one that comes next at a step."""
        return Unit(player.next_command(self.service, root, step).command["unit"])

    def who_did(self, step: str) -> str:
        """The account of whoever did a step of Anna's therapy."""
        with scene.connection(self.service) as reads:
            acts = reading.acts(reads, self.service.ledger_id, self.anna)
        return next(a.person for a in acts if a.step == step).partition(":")[2]

    def clock(self, hours: float) -> str:
        """So many hours from now, as the hospital's clocks show it and forms take it."""
        moment = scene.now(self.service).plus(hours=hours).moment
        return moment.astimezone(ZoneInfo(people.zone_of(people.CENTRE))).strftime("%Y-%m-%dT%H:%M")

    def open_steps(self) -> set[str]:
        """What can be done next in Anna's therapy, as the lists know."""
        return self.next_of(self.anna)

    def next_of(self, root: str) -> set[str]:
        """The same for any therapy."""
        therapy = scene.find(self.service, root)
        return {step.id for step in player.open_steps(therapy.journey, therapy.programme)}

    def room(self) -> Room:
        """Where Anna's batch is made."""
        batch = self.service.states.of(SLOT, Chain(self.anna)).batch
        with scene.connection(self.service) as reads:
            rooms = [Room(t.subject) for t in reading.things(reads, self.service.ledger_id, kind="room")]
        return next(r for r in rooms if self.service.states.of(ROOM, r).open_batch == batch)


@pytest.fixture(scope="module")
def tour(site: Site, database: Database, home: Path) -> Iterator[Tour]:
    """One world for all twelve."""
    with served(database, home) as service:
        yield Tour(service)


@pytest.mark.requirement("TRC-14")
def test_1_a_label_at_the_chair_is_read_back_from_the_bag(tour: Tour) -> None:
    tour.be("nurse-1").act(tour.anna, "verify-collection-label").scan(tour.anna_)
    tour.shows(1)
    bag = tour.collected()
    serial = int(tour.service.states.of(UNIT, bag).label_serial)
    tour.scan(bag, serial=serial).go()
    assert tour.service.states.of(UNIT, bag).label_verified


@pytest.mark.requirement("GMP-04", "TRC-01", "TRC-23")
def test_a_kit_on_hold_starts_no_collection_and_leads_to_those_it_was_used_in(tour: Tour) -> None:
    """Besides the twelve: what flows through the patient comes out of the centre's own store."""
    tour.ben = tour.play(tour.ben, "confirm-identity")
    command = player.next_command(tour.service, tour.ben, "start-collection").command
    kit, device = command["kit_lot"], command["equipment"]
    assert kit.identifier in tour.be("celllab-1").open("/store/").words
    tour.be("nurse-1").open("/actions/supply.hold_lot/").go(lot=kit, why="The bag of the kit is open.")
    tour.act(tour.ben, "start-collection").scan(device, kit, command["anticoagulant_lot"]).go()
    assert f"{kit.identifier} is on hold" in tour.words, tour.words
    tour.be("celllab-2").open(f"/subjects/{kit}/trace/")
    for reached in (Chain(tour.anna), tour.collected()):
        assert reached.identifier in tour.words, tour.words
    lifted = {"lot": kit, "finding": "It was the outer wrap."}
    celllab = people.in_role("celllab", people.CENTRE)[0].actor
    player.settled(tour.service, player.perform_as(tour.service, celllab, "supply.lift_hold", lifted, "tour-kit"))


@pytest.mark.requirement("TRC-11", "TRC-13")
def test_2_a_bag_changes_hands_only_between_two(tour: Tour) -> None:
    tour.anna = tour.play(tour.anna, "give-to-laboratory")
    bag = tour.collected()
    giver = tour.who_did("give-to-laboratory")
    tour.be(giver).act(tour.anna, "take-in-laboratory").scan(bag).go(condition="intact")
    tour.shows(2)
    tour.be("celllab-1").act(tour.anna, "take-in-laboratory").scan(bag).go(condition="intact")
    assert "take-in-laboratory" in scene.find(tour.service, tour.anna).journey.done, tour.words


@pytest.mark.requirement("SCS-09")
def test_3_a_warm_shipment_waits_for_a_judgement(tour: Tour) -> None:
    tour.anna = tour.play(tour.anna, "open-in")
    therapy = scene.find(tour.service, tour.anna)
    warehouse = people.in_role("warehouse", people.MAKER)[0].actor
    here = player.look(tour.service, therapy, "coldchain.record_logger", warehouse, {})
    file = tour.service.documents.get(logger_file(here, LID_OPEN))
    tour.be("warehouse-1").act(tour.anna, "read-logger-in").go(file=SimpleUploadedFile("logger.csv", file))
    tour.be("qa-1").open(f"/journeys/{tour.anna}/")
    tour.shows(3)


@pytest.mark.requirement("GMP-34", "GMP-35")
def test_4_no_two_patients_in_one_cabinet(tour: Tour) -> None:
    tour.anna = tour.play(tour.anna, "start-batch")
    tour.ben = tour.play(tour.ben, "accept-material")
    tour.be("operator-1").act(tour.ben, "clear-line").scan(tour.room()).go(finding="clear")
    tour.shows(4)


@pytest.mark.requirement("GMP-04")
def test_5_a_lot_on_hold_is_used_by_nobody(tour: Tour) -> None:
    therapy = scene.find(tour.service, tour.anna)
    operator = people.in_role("operator", people.MAKER)[0].actor
    here = player.look(tour.service, therapy, "manufacturing.complete_step", operator, {})
    while not (step := therapy.programme.next_step(tour.service.states.of(BATCH, here.batch).steps_done)).materials:
        player.perform_next(tour.service, tour.anna, "complete-steps")
    suggested = player.next_command(tour.service, tour.anna, "complete-steps").command
    lot = Lot(suggested["lots"][0])
    tour.be("warehouse-1").open("/actions/supply.hold_lot/").go(lot=lot, why="A vial of it leaked.")
    tour.be("operator-1").act(tour.anna, "complete-steps").scan(*(Lot(each) for each in suggested["lots"]))
    tour.scan(*(Equipment(each) for each in suggested["equipment"]))
    tour.go(**{f"m-{m.id}": inside(m, here.chance) for m in step.measurements})
    tour.shows(5)
    qa = people.in_role("qa", people.MAKER)[0].actor
    lifted = {"lot": lot, "finding": "The box leaked, no vial."}
    player.settled(tour.service, player.perform_as(tour.service, qa, "supply.lift_hold", lifted, "tour-lift"))


@pytest.mark.requirement("GMP-20", "TRC-14")
def test_a_sample_is_drawn_when_the_plan_says_so_and_its_page_says_what_it_is_for(tour: Tour) -> None:
    """Besides the twelve: production waits for the sample of the culture, and for nobody else's."""
    while "draw-samples" not in (open_ := tour.open_steps()):
        assert "complete-steps" in open_
        player.settled(tour.service, player.perform_next(tour.service, tour.anna, "complete-steps"))
    assert "complete-steps" not in open_
    suggested = player.next_command(tour.service, tour.anna, "draw-samples")
    drawer = tour.be(suggested.actor.person.identifier)
    drawer.act(tour.anna, "draw-samples")
    for said in ("Culture before it is washed: at least 10 mL", "steers production", "Mycoplasma"):
        assert said in tour.page
    drawn_at = tour.clock(-0.01)
    drawer.go(volume="9", drawn_at=drawn_at)
    assert "is less than the 10 mL" in tour.words, tour.words
    drawer.act(tour.anna, "draw-samples").go(volume="11", drawn_at=drawn_at)
    (sample,) = tour.service.states.of(CHAIN, Chain(tour.anna)).units_of_kind("sample")
    assert not tour.service.states.of(UNIT, sample).label_verified
    tour.open(f"/subjects/{sample}/")
    for said in ("Draw a sample", "in_process", "mycoplasma"):
        assert said in tour.words, tour.words
    labels = people.in_role("operator", people.MAKER)
    other = next(a.account for a in labels if a.account != suggested.actor.person.identifier)
    tour.be(other).act(tour.anna, "verify-sample-labels").scan(sample, serial=1).go()
    assert tour.service.states.of(UNIT, sample).label_verified, tour.words
    for person, button in ((other, "Hand the sample over"), ("analyst-1", "Take the sample over")):
        way = re.search(rf'href="([^"]+)">{button}', tour.be(person).open(f"/subjects/{sample}/").page)
        assert way is not None, tour.words
        tour.open(way[1]).scan(sample).go(condition="intact")
    assert tour.service.states.of(HOLDING, sample).person == Person.of("analyst-1")
    tour.open(f"/subjects/{sample}/trace/?back=1")
    assert str(tour.service.states.of(SLOT, Chain(tour.anna)).batch).partition(":")[2] in tour.words


@pytest.mark.requirement("GMP-21")
def test_6_viability_of_68_percent_is_out_of_specification(tour: Tour) -> None:
    tour.anna = tour.play(tour.anna, "verify-product-label")
    states = tour.service.states
    samples = states.of(CHAIN, Chain(tour.anna)).units_of_kind("sample")
    sample = next(s for s in samples if states.of(SAMPLE, s).serves("viability"))
    raw = SimpleUploadedFile("cytometer.txt", b"viability 68 %")
    tour.be("analyst-1").act(tour.anna, "record-results").scan(sample).go(value="68", raw=raw)
    tour.be("qcreviewer-1").open(f"/journeys/{tour.anna}/")
    tour.shows(6)


@pytest.mark.requirement("GMP-09", "GMP-19")
def test_a_counter_found_wrong_later_holds_the_batch_until_somebody_else_has_judged_it(tour: Tour) -> None:
    """Besides the twelve: what Anna's cells were counted with."""
    device = Equipment.of("cell-counter-1")
    batch = tour.service.states.of(SLOT, Chain(tour.anna)).batch
    assert batch is not None
    found = {"equipment": device, "calibrated_on": scene.now(tour.service), "evidence": "cd" * 32}
    analyst, qa = (people.in_role(role, people.MAKER)[0].actor for role in ("analyst", "qa"))
    bad = {**found, "finding": "out_of_calibration"}
    player.settled(tour.service, player.perform_as(tour.service, analyst, "equipment.calibrate", bad, "tour-bad"))
    tour.be("qa-1").open(f"/equipment/{device.identifier}/")
    assert re.search(rf"{batch.identifier}.{{1,80}}On hold", tour.words), tour.words
    tour.open(f"/journeys/{tour.anna}/")
    assert "cell-counter-1 was found out of calibration" in tour.words
    judged = {"equipment": device, "conclusion": "no_effect", "assessment": "Off by 1 %.", "evidence": "cd" * 32}
    player.settled(tour.service, player.perform_as(tour.service, qa, "equipment.assess_doubt", judged, "tour-judged"))
    tour.open(f"/journeys/{tour.anna}/")
    assert "cell-counter-1 was found out of calibration" not in tour.words
    good = {**found, "finding": "in_order", "due_on": scene.now(tour.service).plus(days=300)}
    good["calibrated_on"] = scene.now(tour.service)
    player.settled(tour.service, player.perform_as(tour.service, analyst, "equipment.calibrate", good, "tour-good"))


@pytest.mark.requirement("CSV-31", "CSV-39")
def test_what_stands_out_in_the_audit_trail_is_answered_before_its_review(tour: Tour) -> None:
    """Besides the twelve: the plates of Anna's room were entered three days after they were read."""
    service, found = tour.service, player.next_command(tour.service, tour.anna, "record-monitoring")
    claimed = scene.now(service).plus(days=-3)
    late = Request(found.action, found.actor, "tour-late", found.command, claimed_time=claimed, source=Source.INSIDE)
    entry = player.settled(service, service.door.perform(player.signed(service, late))).position
    later = replace(late, nonce="tour-later", claimed_time=claimed.plus(days=-2))
    tour.anna = tour.play(tour.anna, "review-record")
    trail = f"/journeys/{tour.anna}/audit-trail/"
    tour.be("qa-1").open(trail)
    assert "entered 3 days after it is said to have been done" in tour.words, tour.words
    tour.act(tour.anna, "review-audit-trail").go(conclusion="Nothing of weight.")
    # One client plays everybody: whether two acts of a pair lie seconds apart is the machine's business.
    assert re.search(rf"not answered: .*entry {entry}\b", tour.words), tour.words
    tour.open(trail).go(entry=entry, answer="accepted", why="")
    assert "say what was found out, and from whom" in tour.words, tour.words
    tour.open(trail).go(entry=entry, answer="accepted", why="Asked the analyst: read in time, the terminal was down.")
    assert f"Entry {entry} is answered." in tour.page and "Answered" in tour.words, tour.words
    for narrower in ("why=late", f"who={found.actor.person}", f"what={found.action}"):
        assert f"/entries/{entry}/" in tour.open(f"{trail}?{narrower}").page.partition('id="lines"')[2], narrower
    assert tour.open(f"{trail}?since=soon").status == 422
    tour.anna = tour.play(tour.anna, "review-audit-trail")
    tour.be("qp-1").open(f"/journeys/{tour.anna}/release/")
    assert "Read by exception by" in tour.words, tour.words
    since = player.settled(service, service.door.perform(player.signed(service, later))).position
    tour.open(f"/journeys/{tour.anna}/release/")
    assert re.search(rf"stands out since the review: .*entry {since}\b", tour.words, re.IGNORECASE), tour.words
    assert "Stands out since its review" in tour.be("qa-1").open("/").words, tour.words
    batch = str(service.states.of(SLOT, Chain(tour.anna)).batch)
    for action, said in (
        ("quality.answer_audit_trail_line", {"entry": since, "answer": "accepted", "why": "The same terminal."}),
        ("quality.review_audit_trail", {"conclusion": "The terminal is repaired."}),
    ):
        qa = people.in_role("qa", people.MAKER)[0].actor
        player.settled(service, player.perform_as(service, qa, action, {"batch": batch, **said}, f"tour-{action}"))
    assert "Stands out since its review" not in tour.open("/").words, tour.words
    tour.be("qp-1")
    assert "stands out since" not in tour.open(f"/journeys/{tour.anna}/release/").words, tour.words
    tour.be("physician-1").open(trail)
    assert tour.status == 404


@pytest.mark.requirement("GMP-15")
def test_7_nobody_certifies_what_fails(tour: Tour) -> None:
    tour.anna = tour.play(tour.anna, "review-audit-trail")
    tour.be("qp-1").act(tour.anna, "certify").go()
    tour.shows(7)


@pytest.mark.requirement("PAT-28")
def test_8_conditioning_waits_for_the_product(tour: Tour) -> None:
    tour.anna = tour.play(tour.anna, "supply-exception")
    tour.be("physician-1").act(tour.anna, "conditioning")
    tour.go(first_day=tour.clock(24), planned_infusion=tour.clock(24 * 6), examined_at=tour.clock(-1), fit="fit")
    tour.shows(8)


@pytest.mark.requirement("PAT-30")
def test_9_a_thawed_bag_has_its_clock(tour: Tour) -> None:
    tour.anna = tour.play(tour.anna, "confirm-bedside")
    bag = tour.bag_for(tour.anna, "start-infusion")
    tour.service.advance(3)
    tour.be("infusion-1").act(tour.anna, "start-infusion").scan(bag).go()
    tour.shows(9)


@pytest.mark.requirement("CSV-31")
def test_a_review_that_cannot_wait_is_put_off_and_stays_owed(tour: Tour) -> None:
    """Besides the twelve: Ben's product may be released before its audit trail is read, for a reason."""
    service, qa = tour.service, people.in_role("qa", people.MAKER)[0].actor
    tour.ben = tour.play(tour.ben, "review-record")
    assert "certify" not in tour.next_of(tour.ben)
    put_off = {"batch": service.states.of(SLOT, Chain(tour.ben)).batch, "why": "He is failing by the day."}
    player.settled(service, player.perform_as(service, qa, "quality.defer_audit_trail_review", put_off, "tour-put-off"))
    assert {"review-audit-trail", "certify"} <= tour.next_of(tour.ben)
    assert "Review owed" in tour.be("qa-1").open("/").words, tour.words
    player.settled(service, player.perform_next(service, tour.ben, "certify"))
    assert "Put off with a reason" in tour.open(f"/journeys/{tour.ben}/audit-trail/").page
    service.advance(24 * 4)
    assert "Review overdue" in tour.open("/").words, tour.words


@pytest.mark.requirement("TRC-12")
def test_10_another_patients_wristband_stops_everything(tour: Tour) -> None:
    tour.ben = tour.play(tour.ben, "thaw")
    bag = tour.bag_for(tour.ben, "check-bedside")
    tour.be("nurse-1").act(tour.ben, "check-bedside").scan(bag, tour.anna_).go()
    tour.shows(10)
    third = people.in_role("infusion", people.CENTRE)[1].actor
    found = {"unit": bag, "finding": "Anna's wristband lay on the table; Ben wears his own. Read aloud by two."}
    done = player.perform_as(tour.service, third, "infusion.resolve_mismatch", found, "tour-resolve")
    player.settled(tour.service, done)


@pytest.mark.requirement("PAT-15")
def test_11_the_record_grades_what_was_seen(tour: Tour) -> None:
    tour.ben = tour.play(tour.ben, "finish-infusion")
    tour.be("nurse-1").act(tour.ben, "record-reaction")
    tour.go(
        seen_at=tour.clock(-0.05), temperature="39.1", blood_pressure="one_vasopressor", oxygen="none",
        anticytokine_given="no", fever_before="not_known", fever_explained="no", died_of_it="no",
    )  # fmt: skip
    tour.be("physician-1").open(f"/journeys/{tour.ben}/safety/")
    tour.shows(11)


@pytest.mark.requirement("CSV-01")
def test_12_all_of_it_verifies(tour: Tour) -> None:
    service = tour.service
    with psycopg.connect(service.database.owner_dsn, autocommit=True) as connection:
        found = verify_database(connection, service.ledger_id, log_keys=[service.log_key], folding=folding())
    assert not found.problems
    tour.be("inspector-1").open("/")
    tour.shows(12)


@pytest.mark.requirement("REG-10", "CSV-01")
def test_an_entry_is_verified_where_it_is_read(tour: Tour, home: Path) -> None:
    """Besides the twelve: from its bytes to the signed checkpoint, in words; and a changed byte is seen."""
    service = tour.service
    with scene.connection(service) as reads:
        acts = reading.acts(reads, service.ledger_id, tour.anna)
    signed = next(a.position for a in acts if a.step == "review-audit-trail")
    page = f"/entries/{signed}/"
    assert "Verify now" in tour.be("qa-1").open(page).words
    assert f"Entry {signed} is not sealed by a checkpoint yet" in tour.open(f"{page}?verify=now").words
    key = service.keys_here()
    with psycopg.connect(service.database.application_dsn, autocommit=True) as connection:
        checkpoints.publish(connection, service.ledger_id, key, service.clock.now_us())
    for said in (
        "is as it was entered, and in its place",
        "It verifies with the key of qa-1",
        "lead from it to the root",
    ):
        assert said in tour.open(f"{page}?verify=now").words, tour.words

    from coign.web.verifying import verified

    with psycopg.connect(service.database.application_dsn) as connection:
        row = connection.execute(
            "select body from entry where ledger_id = %s and position = %s", (service.ledger_id, signed)
        ).fetchone()
    assert row is not None
    changed = Entry(signed, bytes(row[0]).replace(b"qa-1", b"qa-2"))
    said = {row.title: row.status for row in verified(changed).rows}
    assert said == {
        "The words": "stop",
        "The signature": "stop",
        "The place": "stop",
        "The seal": "in_order",
        "The witnesses": "look",
    }
