"""Look into suspect product: record how many packs were checked, and clear it when all of them are right."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case
from coign.kernel.values import Actor, Digest, FreeText
from coign.supply import case_gates as gates
from coign.supply.events import SuspicionCleared, SuspicionInvestigated
from coign.supply.state import PACK, SUSPECT
from coign.supply.views import LOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigate:
    """Of which case, how many packs there are, how many were checked and found wrong, and what came of it."""

    case: Case = field(metadata=asks("Case", "choose", options="suspect_cases"))
    packs_in_hand: int = field(metadata=asks("Packs of this product in hand"))
    packs_checked: int = field(metadata=asks("Packs checked", hint="at least 3 or a tenth, or all if there are fewer"))
    packs_wrong: int = field(metadata=asks("Of these wrong"))
    finding: FreeText = field(metadata=asks("What was found out", hint="supplier's answer, transaction history, packs"))
    evidence: Digest = field(metadata=asks("Evidence", "upload"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearSuspicion:
    """Of which case the product is what it says, why, and the evidence that is kept."""

    case: Case = field(metadata=asks("Case", "choose", options="suspect_cases"))
    finding: FreeText = field(metadata=asks("What explains the doubt"))
    evidence: Digest = field(metadata=asks("Evidence that is kept", "upload"))


def _reads(asked: Investigate | ClearSuspicion, actor: Actor) -> Sequence[Read]:
    return (Read(asked.case, SUSPECT),)


def _investigate(asked: Investigate, known: Circumstances) -> Sequence[SuspicionInvestigated]:
    return (
        SuspicionInvestigated(
            case=asked.case,
            packs_in_hand=asked.packs_in_hand,
            packs_checked=asked.packs_checked,
            packs_wrong=asked.packs_wrong,
            finding=asked.finding,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


INVESTIGATE = Action(
    name="supply.investigate_suspicion",
    title="Record what was found out about suspect product",
    command=Investigate,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(gates.case_is_open, gates.counts_add_up),
    decide=_investigate,
    emits=(SuspicionInvestigated,),
    requirements=("SCS-16",),
    risk=Risk.PRODUCT,
    rationale="Whether one pack is wrong or the whole delivery is found out by looking at more than one.",
)


def reads_of_product(asked: ClearSuspicion, known: Circumstances) -> Sequence[Read]:
    """The pack and the lot that the case is about."""
    case = known.state(SUSPECT, asked.case)
    pack = (Read(case.serial, PACK),) if case.serial is not None else ()
    lot = (Read(case.lot, LOT),) if case.lot is not None else ()
    return (*pack, *lot)


def _clear(asked: ClearSuspicion, known: Circumstances) -> Sequence[SuspicionCleared]:
    case = known.state(SUSPECT, asked.case)
    return (
        SuspicionCleared(
            case=asked.case,
            serial=case.serial,
            lot=case.lot,
            finding=asked.finding,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


CLEAR = Action(
    name="supply.clear_suspicion",
    title="Clear suspect product",
    command=ClearSuspicion,
    roles=frozenset({"qa"}),
    reads=_reads,
    then_reads=(reads_of_product,),
    gates=(gates.case_is_open, gates.enough_was_checked, gates.nothing_was_wrong, gates.cleared_by_another),
    decide=_clear,
    emits=(SuspicionCleared,),
    requirements=("SCS-16",),
    risk=Risk.PATIENT,
    rationale="Product that is cleared goes to patients: the evidence outlives everybody who remembers it.",
    meaning="approved",
)
