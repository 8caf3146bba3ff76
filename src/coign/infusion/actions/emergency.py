"""Decide at the bed, by two, to give one bag although a limit does not hold; then give it, and tell the maker."""

from collections.abc import Sequence
from dataclasses import field
from typing import Literal

from coign.identity.views import CHAIN, UNIT
from coign.infusion import emergency_gates, gates, product_gates
from coign.infusion.actions.reading import of_bag, of_patient, of_therapy
from coign.infusion.events import EmergencyDecided, EmergencyInfusionStarted, EmergencyRequested, InfusionStarted
from coign.infusion.state import BAG
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Chain, Site, Unit
from coign.kernel.values import Actor, Digest, FreeText
from coign.people.views import SITE
from coign.quality.events import DeviationOpened
from coign.safety.events import CaseOpened, EventReported
from coign.safety.views import case_about

#: How the deviation names what went wrong, and the term of the safety case.
GIVEN_IN_AN_EMERGENCY, TERM = "given_on_an_emergency_decision", "Product administered outside its conditions"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEmergency:
    """Which bag, what the maker advised, whether the patient knows, and why it cannot wait."""

    unit: Unit = field(metadata=asks("Bag", "scan"))
    makers_advice: Digest = field(metadata=asks("Advice of the maker", "upload", hint="quality or medical, in writing"))
    patient_informed: Literal["yes", "no", "cannot_be"] = field(metadata=asks("Patient told", "choose"))
    reason: FreeText = field(metadata=asks("Why it cannot wait", hint="what happens to the patient without this bag"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideEmergency:
    """Which bag; what does not hold is read from the record."""

    unit: Unit = field(metadata=asks("Bag", "scan"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEmergency:
    """Which bag, and where."""

    unit: Unit = field(metadata=asks("Bag", "scan"))
    site: Site = field(metadata=asks("Place", "known"))
    deviation: Case = field(metadata=allotted())
    safety_case: Case = field(metadata=allotted())


def _chain(unit: Unit, known: Circumstances) -> Chain:
    chain = known.state(UNIT, unit).chain
    assert chain is not None
    return chain


def _requested(asked: RequestEmergency, known: Circumstances) -> Sequence[EmergencyRequested]:
    return (
        EmergencyRequested(
            unit=asked.unit,
            chain=_chain(asked.unit, known),
            unmet=emergency_gates.unmet_now(asked, known),
            makers_advice=asked.makers_advice,
            reason=asked.reason,
            by=known.actor.person,
            patient_informed=asked.patient_informed,
        ),
    )


def _decided(asked: DecideEmergency, known: Circumstances) -> Sequence[EmergencyDecided]:
    emergency = known.state(BAG, asked.unit).emergency
    assert emergency is not None
    return (
        EmergencyDecided(
            unit=asked.unit,
            chain=_chain(asked.unit, known),
            unmet=emergency_gates.unmet_now(asked, known),
            first=emergency.first,
            second=known.actor.person,
        ),
    )


def _start_reads(asked: StartEmergency, actor: Actor) -> Sequence[Read]:
    return (*of_bag(asked, actor), Read(asked.site, SITE), Read(asked.deviation), Read(asked.safety_case))


def _batch_read(asked: StartEmergency, known: Circumstances) -> Sequence[Read]:
    batch = known.state(UNIT, asked.unit).batch
    return (*of_patient(asked, known), *([Read(batch)] if batch is not None else []))


def _started(asked: StartEmergency, known: Circumstances) -> Sequence[Fact]:
    chain = _chain(asked.unit, known)
    started = EmergencyInfusionStarted(
        unit=asked.unit,
        chain=chain,
        unmet=emergency_gates.unmet_now(asked, known),
        deviation=asked.deviation,
        safety_case=asked.safety_case,
        by=known.actor.person,
    )
    return (
        started,
        InfusionStarted(unit=asked.unit, chain=chain),
        *_deviation(asked, known, started),
        *_safety_case(asked, known, chain),
    )


def _deviation(
    asked: StartEmergency, known: Circumstances, started: EmergencyInfusionStarted
) -> Sequence[DeviationOpened]:
    """The maker's quality unit gets it on its desk, with what did not hold."""
    batch, maker = known.state(UNIT, asked.unit).batch, known.state(CHAIN, started.chain).maker
    assert maker is not None
    what = (GIVEN_IN_AN_EMERGENCY, *started.unmet)
    loose = () if batch is not None else (asked.unit,)
    return (DeviationOpened(case=asked.deviation, batch=batch, units=loose, organisation=maker, what=what),)


def _safety_case(asked: StartEmergency, known: Circumstances, chain: Chain) -> Sequence[Fact]:
    """A medication error by definition, followed up whether or not anything comes of it."""
    emergency = known.state(BAG, asked.unit).emergency
    assert emergency is not None
    opened = case_about(asked.safety_case, chain=chain, unit=asked.unit, site=asked.site, known=known)
    reported = EventReported(
        case=asked.safety_case,
        event=1,
        kind="medication_error",
        term=TERM,
        dictionary="",
        onset=known.now,
        severity=None,
        criteria=(),
        outcome="unknown",
        aware_at=known.now,
        known_at=known.now,
        held_by="site",
        opinion=None,
        narrative=emergency.reason,
    )
    return (opened, reported)


REQUEST = Action(
    name="infusion.request_emergency",
    title="Ask for an emergency decision about a bag",
    command=RequestEmergency,
    roles=frozenset({"physician"}),
    reads=of_bag,
    then_reads=(of_therapy, of_patient),
    gates=(
        product_gates.unit_is_product,
        product_gates.therapy_is_of_this_centre,
        product_gates.product_may_be_used,
        gates.is_thawed,
        gates.not_started,
        emergency_gates.patient_is_informed,
        emergency_gates.something_is_unmet,
    ),
    decide=_requested,
    emits=(EmergencyRequested,),
    requirements=("PAT-30", "PAT-33", "TRC-13"),
    risk=Risk.PATIENT,
    rationale="A conditioned patient may die without the bag, and of the bag: whoever asks for it says so and signs.",
    meaning="ordered",
)

DECIDE = Action(
    name="infusion.decide_emergency",
    title="Agree to an emergency decision about a bag",
    command=DecideEmergency,
    roles=frozenset({"physician", "pharmacist"}),
    reads=of_bag,
    then_reads=(of_therapy, of_patient),
    gates=(
        product_gates.therapy_is_of_this_centre,
        product_gates.product_may_be_used,
        gates.not_started,
        emergency_gates.emergency_is_requested,
        emergency_gates.second_did_not_request,
        emergency_gates.something_is_unmet,
    ),
    decide=_decided,
    emits=(EmergencyDecided,),
    requirements=("PAT-30", "TRC-13", "CSV-29"),
    risk=Risk.PATIENT,
    rationale="One person in a hurry is wrong more often than two.",
    meaning="approved",
    second_of="infusion.request_emergency",
)

START = Action(
    name="infusion.start_emergency",
    title="Start the infusion on an emergency decision",
    command=StartEmergency,
    roles=frozenset({"infusion", "nurse"}),
    reads=_start_reads,
    then_reads=(of_therapy, _batch_read),
    gates=(
        product_gates.therapy_is_of_this_centre,
        gates.not_started,
        gates.bedside_is_confirmed,
        gates.bedside_is_fresh,
        product_gates.product_may_be_used,
        product_gates.product_is_released,
        product_gates.is_authorised,
        product_gates.lots_are_in_order,
        product_gates.consent_in_force,
        product_gates.identity_is_settled,
        emergency_gates.emergency_is_decided,
        emergency_gates.emergency_still_holds,
        emergency_gates.emergency_covers_what_is_unmet,
        emergency_gates.giver_did_not_decide,
    ),
    decide=_started,
    emits=(EmergencyInfusionStarted, InfusionStarted, DeviationOpened, CaseOpened, EventReported),
    requirements=("PAT-13", "PAT-28", "PAT-30", "PAT-31", "GMP-18", "TRC-13"),
    risk=Risk.PATIENT,
    rationale="What is given against a limit is known to everybody who must follow the patient up.",
)
