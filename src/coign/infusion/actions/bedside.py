"""Check bag and patient at the bed: two people, each blind to the other, and a third one when it does not agree."""

from collections.abc import Sequence
from dataclasses import field

from coign.clinical.views import PATIENT
from coign.identity.events import UnitsBlocked, UnitsUnblocked
from coign.identity.views import CHAIN, UNIT
from coign.infusion import gates, product_gates
from coign.infusion.actions.reading import of_bag, of_therapy
from coign.infusion.events import BedsideChecked, BedsideConfirmed, BedsideMismatched, BedsideMismatchResolved
from coign.infusion.state import BAG, BEDSIDE_DIFFERS
from coign.infusion.views import INFUSION
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Patient, Unit
from coign.kernel.values import Actor, FreeText

AT_THE_BED = frozenset({"nurse", "infusion", "physician"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckBedside:
    """Which bag and whose wristband were scanned."""

    unit: Unit = field(metadata=asks("Bag", "scan"))
    wristband: Patient = field(metadata=asks("Wristband", "scan"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmBedside:
    """For which bag a first check is open, and what the second person scanned: bag and wristband."""

    unit: Unit = field(metadata=asks("Bag that was checked first", "known"))
    bag: Unit = field(metadata=asks("Bag", "scan"))
    wristband: Patient = field(metadata=asks("Wristband", "scan"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveMismatch:
    """Which bag, and what was found."""

    unit: Unit = field(metadata=asks("Bag", "scan"))
    finding: FreeText = field(
        metadata=asks("What happened", hint="which bag and which patient this is, and how you know")
    )


Check = CheckBedside | ConfirmBedside


def _scanned(asked: Check) -> Unit:
    return asked.bag if isinstance(asked, ConfirmBedside) else asked.unit


def _reads(asked: Check, actor: Actor) -> Sequence[Read]:
    scanned = _scanned(asked)
    return (*of_bag(asked, actor), Read(scanned, UNIT), Read(scanned, BAG), Read(asked.wristband, PATIENT))


def _therapies_read(asked: Check, known: Circumstances) -> Sequence[Read]:
    """The bag's therapy, and the therapies of whoever wears the wristband: one of their bags may be thawed too."""
    chains = known.state(PATIENT, asked.wristband).chains
    return (*of_therapy(asked, known), *(Read(chain, INFUSION) for chain in chains))


def _thawed_bags_read(asked: Check, known: Circumstances) -> Sequence[Read]:
    return tuple(Read(unit, BAG) for unit in _thawed_of(asked.wristband, known))


def _thawed_of(patient: Patient, known: Circumstances) -> tuple[Unit, ...]:
    """The bags of a patient that are thawed and not given."""
    thawed = (known.state(INFUSION, chain).thawed for chain in known.state(PATIENT, patient).chains)
    return tuple(unit for unit in thawed if unit is not None)


def _mismatched(asked: Check, known: Circumstances) -> Sequence[BedsideMismatched | UnitsBlocked]:
    """Empty if bag and wristband belong together; else everything stops at once, for every bag concerned."""
    chain = known.state(UNIT, asked.unit).chain
    expected = None if chain is None else known.state(CHAIN, chain).patient
    assert expected is not None
    if (_scanned(asked), asked.wristband) == (asked.unit, expected):
        return ()
    others = _thawed_of(asked.wristband, known) if asked.wristband != expected else ()
    units = tuple(dict.fromkeys((asked.unit, _scanned(asked), *others)))
    first = known.state(BAG, asked.unit).first if isinstance(asked, ConfirmBedside) else None
    between = tuple(dict.fromkeys(p for p in (first, known.actor.person) if p is not None))
    return (
        BedsideMismatched(units=units, expected=expected, found=asked.wristband, between=between),
        UnitsBlocked(units=units, why=BEDSIDE_DIFFERS),
    )


def _first(asked: CheckBedside, known: Circumstances) -> Sequence[BedsideChecked | BedsideMismatched | UnitsBlocked]:
    checked = BedsideChecked(unit=asked.unit, wristband=asked.wristband, by=known.actor.person)
    return _mismatched(asked, known) or (checked,)


def _second(
    asked: ConfirmBedside, known: Circumstances
) -> Sequence[BedsideConfirmed | BedsideMismatched | UnitsBlocked]:
    first = known.state(BAG, asked.unit)
    assert first.first is not None
    confirmed = BedsideConfirmed(unit=asked.unit, patient=asked.wristband, first=first.first, second=known.actor.person)
    return _mismatched(asked, known) or (confirmed,)


CHECK_BEDSIDE = Action(
    name="infusion.check_bedside",
    title="Check at the bedside",
    command=CheckBedside,
    roles=AT_THE_BED,
    reads=_reads,
    then_reads=(_therapies_read, _thawed_bags_read),
    gates=(
        product_gates.unit_is_product,
        product_gates.therapy_is_of_this_centre,
        product_gates.product_may_be_used,
        gates.no_open_mismatch,
        gates.is_thawed,
        gates.not_started,
        gates.qualified_for_bedside_check,
    ),
    decide=_first,
    emits=(BedsideChecked, BedsideMismatched, UnitsBlocked),
    requirements=("TRC-12", "TRC-13", "PAT-28", "PAT-31", "TRN-01", "TRN-08"),
    risk=Risk.PATIENT,
    rationale="Somebody else's cells can kill: this is the last look before they are given.",
    page="designed",
)

CONFIRM_BEDSIDE = Action(
    name="infusion.confirm_bedside",
    title="Confirm at the bedside",
    command=ConfirmBedside,
    roles=AT_THE_BED,
    reads=_reads,
    then_reads=(_therapies_read, _thawed_bags_read),
    gates=(
        product_gates.therapy_is_of_this_centre,
        product_gates.product_may_be_used,
        gates.first_check_is_open,
        gates.second_is_another_person,
        gates.second_within_window,
        gates.qualified_for_bedside_check,
    ),
    decide=_second,
    emits=(BedsideConfirmed, BedsideMismatched, UnitsBlocked),
    requirements=("TRC-12", "TRC-13", "CSV-29", "PAT-28", "PAT-31", "TRN-01", "TRN-08"),
    risk=Risk.PATIENT,
    rationale="What one tired person reads wrongly, a second one who does not know the answer reads rightly.",
    second_of="infusion.check_bedside",
    page="designed",
)


def _resolved(asked: ResolveMismatch, known: Circumstances) -> Sequence[BedsideMismatchResolved | UnitsUnblocked]:
    return (
        BedsideMismatchResolved(unit=asked.unit, finding=asked.finding),
        UnitsUnblocked(units=(asked.unit,), why=BEDSIDE_DIFFERS),
    )


RESOLVE_MISMATCH = Action(
    name="infusion.resolve_mismatch",
    title="Resolve a bedside check that did not agree",
    command=ResolveMismatch,
    roles=frozenset({"physician", "pharmacist", "infusion"}),
    reads=of_bag,
    then_reads=(of_therapy,),
    gates=(
        product_gates.therapy_is_of_this_centre,
        gates.mismatch_is_open,
        gates.resolver_is_a_third_person,
        gates.qualified_for_bedside_check,
    ),
    decide=_resolved,
    emits=(BedsideMismatchResolved, UnitsUnblocked),
    requirements=("TRC-12", "TRC-13", "PAT-28"),
    risk=Risk.PATIENT,
    rationale="A mix-up waved through by those who stood at the bed reaches the patient.",
)
