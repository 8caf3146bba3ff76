"""What happened outside the rules: a report is never refused, and what the regular way would have asked is stored."""

from tests.catalogue.stage import SEALED, accepted, actor, lone_refusal

from coign.custody.events import HandedOver
from coign.identity.events import ChainBegun, LabelVerified, UnitCreated, UnitEnded, UnitsBlocked
from coign.incident.events import Act, ActReported
from coign.incident.views import why_blocked
from coign.kernel.subjects import (
    Batch,
    Case,
    Chain,
    Document,
    Organisation,
    Patient,
    Person,
    Product,
    Programme,
    Room,
    Site,
    Unit,
)
from coign.kernel.values import Digest, FreeText, Instant
from coign.manufacturing.events import BatchStarted
from coign.people.events import SiteRegistered
from coign.quality.events import Certified

NURSE, QA, PHYSICIAN = (
    actor("nina", "nurse", "hospital"),
    actor("rosa", "qa", "maker"),
    actor("paul", "physician", "hospital"),
)
HOSPITAL, MAKER = Organisation("organisation:hospital"), Organisation("organisation:maker")
CHAIN, PATIENT = Chain("chain:C1"), Patient("patient:P1")
BAG, BATCH, CASE = Unit("unit:B1"), Batch("batch:L1"), Case("case:I1")
WARD = Site("site:ward")
TOLD = FreeText(commitment=SEALED)

MADE = (
    SiteRegistered(site=WARD, organisation=HOSPITAL, name="Ward", zone="Europe/Paris", country="FR"),
    ChainBegun(
        chain=CHAIN, patient=PATIENT, programme=Programme("programme:car-t"), version=Digest("ab" * 32),
        product=Product("product:demolucel"), centre=HOSPITAL, maker=MAKER,
    ),
    BatchStarted(
        batch=BATCH, chain=CHAIN, unit=Unit("unit:S1"), room=Room("room:R1"), maker=MAKER,
        programme=Programme("programme:car-t"), version=Digest("ab" * 32), operator=Person("person:otto"),
    ),
    UnitCreated(
        unit=BAG, chain=CHAIN, unit_kind="final_container", organisation=MAKER, label_serial="1", batch=BATCH
    ),
)  # fmt: skip
LABELLED = LabelVerified(unit=BAG, label_serial="1", by=Person("person:otto"))
RELEASED = Certified(
    batch=BATCH, chain=CHAIN, units=(BAG,), certificate=Document("document:D1"), maker=MAKER, by=Person("person:ulla")
)
GOOD = (*MADE, LABELLED, RELEASED)

report = {
    "unit": "unit:B1", "given_to": "patient:P1", "act": "administered", "happened_at": "2026-03-12T09:30:00Z",
    "account": "It was given before the second check.", "site": "site:ward",
}  # fmt: skip
CASES = {
    "case": "case:I1", "deviation": "case:D1", "other_deviation": "case:D2", "safety_case": "case:S1",
}  # fmt: skip

accepted("incident.report_act", actor=NURSE, given=GOOD, command=report, inside=CASES)
accepted("incident.report_act", actor=NURSE, given=GOOD, command=report | {"act": "moved"}, inside=CASES)
lone_refusal(
    "incident.report_act", "incident.containers_are_known", actor=NURSE, given=GOOD,
    command=report | {"other": "unit:X"}, inside=CASES,
)  # fmt: skip
lone_refusal(
    "incident.report_act", "incident.containers_might_be_used", actor=NURSE,
    given=(*GOOD, UnitsBlocked(units=(BAG,), why="the label did not agree")), command=report, inside=CASES,
)  # fmt: skip
lone_refusal(
    "incident.report_act", "incident.product_was_released", actor=NURSE, given=(*MADE, LABELLED), command=report,
    inside=CASES,
)  # fmt: skip
lone_refusal(
    "incident.report_act", "incident.was_given_to_its_patient", actor=NURSE, given=GOOD,
    command=report | {"given_to": "patient:P2"}, inside=CASES,
)  # fmt: skip
lone_refusal(
    "incident.report_act", "incident.happened_before_now", actor=NURSE, given=GOOD,
    command=report | {"happened_at": "2026-03-13T09:30:00Z"}, inside=CASES,
)  # fmt: skip


def reported(act: Act = "moved", *, by: Person = NURSE.person) -> ActReported:
    return ActReported(
        case=CASE, act=act, units=(BAG,), given_to=None, happened_at=Instant("2026-03-12T09:30:00.000000Z"),
        account=TOLD, by=by, informed=(HOSPITAL, MAKER), deviations=(), safety_case=None,
    )  # fmt: skip


AT_THE_CENTRE = HandedOver(
    unit=BAG, giver=Person("person:otto"), taker=NURSE.person, to=HOSPITAL, seal="S1", condition="intact"
)
BLOCKED = UnitsBlocked(units=(BAG,), why=why_blocked(CASE))
finding = {"case": "case:I1", "unit": "unit:B1", "became": "may_go_on", "finding": "It never left the cold."}

accepted("incident.resolve_act", actor=QA, given=(*GOOD, reported(), BLOCKED), command=finding)
accepted(
    "incident.resolve_act", actor=PHYSICIAN, given=(*GOOD, AT_THE_CENTRE, reported("administered"), BLOCKED),
    command=finding | {"became": "administered"},
)  # fmt: skip
lone_refusal(
    "incident.resolve_act", "incident.container_waits", actor=QA, given=(*GOOD, reported(), BLOCKED),
    command=finding | {"unit": "unit:S1"},
)  # fmt: skip
lone_refusal(
    "incident.resolve_act", "incident.resolved_by_another", actor=QA, given=(*GOOD, reported(by=QA.person), BLOCKED),
    command=finding,
)  # fmt: skip
lone_refusal(
    "incident.resolve_act", "incident.what_is_gone_does_not_go_on", actor=QA,
    given=(*GOOD, reported("administered"), BLOCKED), command=finding,
)  # fmt: skip
lone_refusal(
    "incident.resolve_act", "incident.ends_once", actor=QA,
    given=(*GOOD, reported(), BLOCKED, UnitEnded(unit=BAG, how="destroyed")), command=finding | {"became": "lost"},
)  # fmt: skip
