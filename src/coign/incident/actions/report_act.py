"""Report an act that happened outside the gates: recorded as told, it blocks what it concerns."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.events import UnitsBlocked
from coign.identity.views import CHAIN, UNIT, UnitState
from coign.incident import gates
from coign.incident.events import IN_A_PERSON, Act, ActReported
from coign.incident.views import INCIDENT, why_blocked
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Chain, Organisation, Patient, Site, Unit
from coign.kernel.values import Actor, FreeText, Instant
from coign.people.views import SITE
from coign.quality.events import DeviationOpened
from coign.quality.views import DISPOSITION
from coign.safety.events import CaseOpened, EventReported
from coign.safety.views import case_about

#: Whoever works with the cells or the patient may have been there.
WITNESSES = frozenset(
    {
        "coordinator", "physician", "nurse", "celllab", "infusion", "pharmacist", "courier", "warehouse", "operator",
        "analyst", "qcreviewer", "qa", "qp", "quality-us", "safety",
    }
)  # fmt: skip
#: How the deviation names what went wrong.
OUTSIDE_THE_GATES = "act_outside_the_gates"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAct:
    """What happened to which container, when, and to whom if it was given; told in the reporter's own words."""

    unit: Unit = field(metadata=asks("Container", "scan"))
    other: Unit | None = field(default=None, metadata=asks("A second container", "scan", hint="after a swap"))
    given_to: Patient | None = field(default=None, metadata=asks("Wristband", "scan", hint="if it was given"))
    act: Act = field(metadata=asks("What was done", "choose"))
    happened_at: Instant = field(metadata=asks("When it happened"))
    account: FreeText = field(metadata=asks("What happened", hint="what you saw and did, in your own words"))
    site: Site = field(metadata=asks("Place", "known"))
    case: Case = field(metadata=allotted())
    deviation: Case = field(metadata=allotted())
    other_deviation: Case = field(metadata=allotted())
    safety_case: Case = field(metadata=allotted())

    @property
    def units(self) -> tuple[Unit, ...]:
        """The containers concerned."""
        return tuple(dict.fromkeys(u for u in (self.unit, self.other) if u is not None))


def _reads(asked: ReportAct, actor: Actor) -> Sequence[Read]:
    views = (UNIT, DISPOSITION)
    cases = (asked.case, asked.deviation, asked.other_deviation, asked.safety_case)
    return (
        *(Read(unit, view) for unit in asked.units for view in views),
        Read(asked.site, SITE),
        Read(asked.case, INCIDENT),
        *(Read(case) for case in cases),
    )


def _reads_of_units(asked: ReportAct, known: Circumstances) -> Sequence[Read]:
    states = [known.state(UNIT, unit) for unit in asked.units]
    return (
        *(Read(s.chain, CHAIN) for s in states if s.chain is not None),
        *(Read(s.batch) for s in states if s.batch is not None),
    )


def _reads_of_chains(asked: ReportAct, known: Circumstances) -> Sequence[Read]:
    """After a wrong patient: everything else of the therapies concerned, which may be swapped as well."""
    return tuple(Read(unit, view) for unit in _beside(asked, known) for view in (UNIT, DISPOSITION))


def _is_wrong_patient(asked: ReportAct, known: Circumstances) -> bool:
    """Whether a container went into somebody it was not made for."""
    if asked.act != IN_A_PERSON:
        return False
    chains = (known.state(UNIT, unit).chain for unit in asked.units)
    return any(known.state(CHAIN, chain).patient != asked.given_to for chain in chains if chain is not None)


def _beside(asked: ReportAct, known: Circumstances) -> tuple[Unit, ...]:
    """The other product of the therapies concerned, after a wrong patient."""
    if not _is_wrong_patient(asked, known):
        return ()
    chains = (known.state(UNIT, unit).chain for unit in asked.units)
    others = (u for c in chains if c is not None for u in known.state(CHAIN, c).units_of_kind("final_container"))
    return tuple(unit for unit in dict.fromkeys(others) if unit not in asked.units)


def _decide(asked: ReportAct, known: Circumstances) -> Sequence[Fact]:
    # A container that no entry speaks of cannot be blocked; the report itself names it.
    ours = tuple(unit for unit in asked.units if known.exists(unit))
    deviations = _deviations(asked, known, ours)
    left = tuple(unit for unit in _beside(asked, known) if not known.state(UNIT, unit).ended)
    safety = _safety_case(asked, known)
    report = ActReported(
        case=asked.case,
        act=asked.act,
        units=asked.units,
        given_to=asked.given_to,
        happened_at=asked.happened_at,
        account=asked.account,
        by=known.actor.person,
        informed=_informed(known, ours),
        beside=left,
        deviations=tuple(d.case for d in deviations),
        safety_case=asked.safety_case if safety else None,
    )
    blocked = (UnitsBlocked(units=(*ours, *left), why=why_blocked(asked.case)),) if ours else ()
    return (report, *blocked, *deviations, *safety)


def _informed(known: Circumstances, units: tuple[Unit, ...]) -> tuple[Organisation, ...]:
    chains = (known.state(UNIT, unit).chain for unit in units)
    bound = [known.state(CHAIN, chain) for chain in chains if chain is not None]
    concerned = (o for state in bound for o in (state.centre, state.maker) if o is not None)
    return tuple(sorted({known.actor.organisation, *concerned}))


def _deviations(asked: ReportAct, known: Circumstances, units: tuple[Unit, ...]) -> list[DeviationOpened]:
    """One for each batch; for containers of no batch, such as a collected bag, one for each therapy."""
    found: dict[Batch | Chain, DeviationOpened] = {}
    cases = iter((asked.deviation, asked.other_deviation))
    for unit in units:
        state = known.state(UNIT, unit)
        about = state.batch or state.chain
        if state.chain is None or about is None or about in found:
            continue
        maker = known.state(CHAIN, state.chain).maker
        assert maker is not None
        loose = () if state.batch is not None else tuple(u for u in units if _is_loose(known.state(UNIT, u), state))
        found[about] = DeviationOpened(
            case=next(cases),
            batch=state.batch,
            units=loose,
            organisation=maker,
            what=(OUTSIDE_THE_GATES,),
            description=asked.account,
        )
    return list(found.values())


def _is_loose(unit: UnitState, beside: UnitState) -> bool:
    """Whether a container belongs to no batch and to the same therapy."""
    return unit.batch is None and unit.chain == beside.chain


def _safety_case(asked: ReportAct, known: Circumstances) -> tuple[Fact, ...]:
    chain = known.state(UNIT, asked.unit).chain
    if asked.act != IN_A_PERSON or chain is None:
        return ()
    wrong = asked.given_to is not None and known.state(CHAIN, chain).patient != asked.given_to
    return (
        case_about(asked.safety_case, chain=chain, unit=asked.unit, site=asked.site, known=known),
        EventReported(
            case=asked.safety_case,
            event=1,
            kind="wrong_patient" if wrong else "medication_error",
            term="Product administered to wrong patient" if wrong else "Product administered outside its conditions",
            dictionary="",
            onset=asked.happened_at,
            severity=None,
            criteria=(),
            outcome="unknown",
            aware_at=known.now,
            known_at=known.now,
            held_by="site",
            opinion=None,
            narrative=asked.account,
        ),
    )


ACTION = Action(
    name="incident.report_act",
    title="Report what happened outside the rules",
    command=ReportAct,
    roles=WITNESSES,
    reads=_reads,
    then_reads=(_reads_of_units, _reads_of_chains),
    gates=(
        gates.containers_are_known,
        gates.containers_might_be_used,
        gates.product_was_released,
        gates.was_given_to_its_patient,
        gates.happened_before_now,
    ),
    decide=_decide,
    emits=(ActReported, UnitsBlocked, DeviationOpened, CaseOpened, EventReported),
    requirements=("GMP-18", "GMP-19", "PAT-13", "TRC-27", "CSV-05"),
    risk=Risk.PATIENT,
    rationale="A system that only refuses makes people lie: what happened must be on record, and stop what it touches.",
    observed=True,
    # A swapped bag is another house's: whoever stands before it may say so without coming to see its record.
    beyond_sight=("unit", "other", "given_to"),
)
