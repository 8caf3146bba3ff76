"""Report that a product went into somebody it was not made for: three investigations begin, linked to one another."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN, UNIT
from coign.infusion.views import INFUSION
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Patient, Site, Unit
from coign.kernel.values import Actor, FreeText, Instant
from coign.people.views import SITE
from coign.quality.events import DeviationOpened
from coign.safety import case_gates
from coign.safety.actions.report_event import opened
from coign.safety.case_state import CASE
from coign.safety.events import CaseOpened, Criterion, EventReported, Outcome, WrongPatientReported

TERM = "Product administered to wrong patient"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWrongPatient:
    """Which bag went into whom, and what it did."""

    unit: Unit = field(metadata=asks("Bag that was given", "scan"))
    given_to: Patient = field(metadata=asks("Wristband of who received it", "scan"))
    site: Site = field(metadata=asks("Place that reports", "known"))
    onset: Instant = field(metadata=asks("Given at"))
    aware_at: Instant = field(metadata=asks("You became aware at"))
    criteria: tuple[Criterion, ...] = field(default=(), metadata=asks("Serious because", "choose"))
    outcome: Outcome = field(default="unknown", metadata=asks("Outcome so far", "choose"))
    narrative: FreeText = field(metadata=asks("What happened"))
    case: Case = field(metadata=allotted())
    quality_case: Case = field(metadata=allotted())
    identity_case: Case = field(metadata=allotted())

    @property
    def known_at(self) -> Instant:
        """Who sees the mix-up holds patient, reporter, product and event at once."""
        return self.aware_at


def _reads(asked: ReportWrongPatient, actor: Actor) -> Sequence[Read]:
    return (
        Read(asked.unit, UNIT),
        Read(asked.given_to),
        Read(asked.site, SITE),
        Read(asked.case, CASE),
        Read(asked.quality_case, CASE),
        Read(asked.identity_case, CASE),
    )


def _chain_reads(asked: ReportWrongPatient, known: Circumstances) -> Sequence[Read]:
    unit = known.state(UNIT, asked.unit)
    if unit.chain is None:
        return ()
    batch = () if unit.batch is None else (Read(unit.batch),)
    return (Read(unit.chain, CHAIN), Read(unit.chain, INFUSION), *batch)


def _decide(asked: ReportWrongPatient, known: Circumstances) -> Sequence[Fact]:
    unit = known.state(UNIT, asked.unit)
    assert unit.chain is not None and unit.batch is not None
    case = opened(asked.case, unit.chain, known.state(SITE, asked.site).zone, known)
    investigations = ((asked.quality_case, "wrong_patient"), (asked.identity_case, "chain_of_identity"))
    return (
        CaseOpened(
            case=case.case,
            chain=case.chain,
            centre=known.actor.organisation,
            sponsor=case.sponsor,
            product=case.product,
            programme=case.programme,
            batches=(unit.batch,),
            units=(asked.unit,),
            zone=case.zone,
            reporter=case.reporter,
        ),
        EventReported(
            case=asked.case,
            event=1,
            kind="wrong_patient",
            term=TERM,
            dictionary="",
            onset=asked.onset,
            severity=None,
            criteria=asked.criteria,
            outcome=asked.outcome,
            aware_at=asked.aware_at,
            known_at=asked.known_at,
            held_by="site",
            opinion="related",
            narrative=asked.narrative,
        ),
        *(
            DeviationOpened(case=investigation, batch=unit.batch, organisation=case.sponsor, what=(what,))
            for investigation, what in investigations
        ),
        WrongPatientReported(
            unit=asked.unit,
            given_to=asked.given_to,
            cases=(asked.case, asked.quality_case, asked.identity_case),
        ),
    )


ACTION = Action(
    name="safety.report_wrong_patient",
    title="Report a product given to the wrong patient",
    command=ReportWrongPatient,
    roles=frozenset({"physician", "nurse"}),
    reads=_reads,
    then_reads=(_chain_reads,),
    gates=(
        case_gates.bag_is_product,
        case_gates.given_to_another,
        case_gates.site_is_ours,
        case_gates.times_are_in_order,
        case_gates.death_is_told_once,
    ),
    decide=_decide,
    emits=(WrongPatientReported, CaseOpened, EventReported, DeviationOpened),
    requirements=("PAT-13", "PAT-01", "PAT-04"),
    risk=Risk.PATIENT,
    rationale="Two patients are harmed at once: who received foreign cells, and who has lost their own.",
)
