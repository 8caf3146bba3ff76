"""Record what a laboratory reported about a sample, whenever it comes; a reactive marker stops the bags at once."""

from collections.abc import Sequence
from dataclasses import field

from coign.donor import gates
from coign.donor.events import MarkerReported
from coign.donor.markers import NOT_REPORTED, REACTIVE, TITLES, Result
from coign.donor.state import HAZARD_NOT_MARKED
from coign.donor.views import APART, TESTING
from coign.identity.events import UnitsBlocked
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Unit
from coign.kernel.values import Actor, Digest
from coign.logistics.views import RECEIPT
from coign.storage.events import SegregationAsked


def _marker(name: str) -> dict[str, object]:
    title = TITLES[name]
    return asks(title[0].upper() + title[1:], "choose")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReport:
    """Which sample, which laboratory, and the result of each marker that the report names."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    sample: str = field(metadata=asks("Number of the sample", hint="as it stands on the report"))
    laboratory: str = field(metadata=asks("Laboratory", hint="with its licence, as it stands on the report"))
    report: Digest = field(metadata=asks("Report", "upload"))
    hiv_1_2: Result = field(default="not_in_this_report", metadata=_marker("hiv_1_2"))
    hiv_nat: Result = field(default="not_in_this_report", metadata=_marker("hiv_nat"))
    hbsag: Result = field(default="not_in_this_report", metadata=_marker("hbsag"))
    anti_hbc: Result = field(default="not_in_this_report", metadata=_marker("anti_hbc"))
    hbv_nat: Result = field(default="not_in_this_report", metadata=_marker("hbv_nat"))
    anti_hcv: Result = field(default="not_in_this_report", metadata=_marker("anti_hcv"))
    hcv_nat: Result = field(default="not_in_this_report", metadata=_marker("hcv_nat"))
    syphilis: Result = field(default="not_in_this_report", metadata=_marker("syphilis"))
    htlv: Result = field(default="not_in_this_report", metadata=_marker("htlv"))
    cmv: Result = field(default="not_in_this_report", metadata=_marker("cmv"))
    wnv_nat: Result = field(default="not_in_this_report", metadata=_marker("wnv_nat"))


def _reads(asked: RecordReport, actor: Actor) -> Sequence[Read]:
    return (Read(asked.chain, CHAIN), Read(asked.chain, TESTING))


def _units_read(asked: RecordReport, known: Circumstances) -> Sequence[Read]:
    units = (each.unit for each in known.state(CHAIN, asked.chain).units)
    return tuple(Read(unit, view) for unit in units for view in (UNIT, RECEIPT, APART))


def _to_block(asked: RecordReport, known: Circumstances) -> tuple[Unit, ...]:
    """Bags that lie somewhere and were not set apart; what is on its way must arrive, and is caught there."""
    units = (each.unit for each in known.state(CHAIN, asked.chain).units)
    return tuple(
        unit
        for unit in units
        if not known.state(UNIT, unit).ended
        and known.state(RECEIPT, unit).under_way is None
        and known.state(APART, unit).organisation is None
    )


def _decide(asked: RecordReport, known: Circumstances) -> Sequence[Fact]:
    found = tuple(
        MarkerReported(
            chain=asked.chain,
            sample=asked.sample,
            marker=marker,
            result="reactive" if result == REACTIVE else "negative",
            laboratory=asked.laboratory,
            report=asked.report,
        )
        for marker, result in gates.reported(asked)
    )
    if not any(f.result == REACTIVE for f in found):
        return found
    blocked = _to_block(asked, known)
    alive = (u.unit for u in known.state(CHAIN, asked.chain).units if not known.state(UNIT, u.unit).ended)
    return (
        *found,
        *(SegregationAsked(unit=unit, tank_kind="biohazard", by=known.actor.person) for unit in alive),
        *((UnitsBlocked(units=blocked, why=HAZARD_NOT_MARKED),) if blocked else ()),
    )


ACTION = Action(
    name="donor.record_report",
    title="Record a laboratory's report on the donor",
    command=RecordReport,
    roles=frozenset({"celllab", "coordinator", "physician"}),
    reads=_reads,
    then_reads=(_units_read,),
    gates=(gates.therapy_is_of_this_centre, gates.sample_is_known, gates.something_is_reported),
    decide=_decide,
    emits=(MarkerReported, SegregationAsked, UnitsBlocked),
    requirements=("TRC-18", "TRC-19", "TRC-21"),
    risk=Risk.PATIENT,
    rationale="Whoever handles the cells may be infected by them: what is reactive is known to everybody at once.",
)

__all__ = ["ACTION", "NOT_REPORTED", "RecordReport"]
