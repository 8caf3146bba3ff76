"""Resolve why a unit is blocked: somebody who had no part in it found out what happened."""

from collections.abc import Sequence
from dataclasses import field
from typing import Literal

from coign.facility.views import ENVIRONMENT
from coign.identity.events import UnitsUnblocked
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor, FreeText
from coign.quality import gates, release_gates
from coign.quality.events import BlockResolved
from coign.quality.state import BLOCKS, DOSSIER, REASONS
from coign.quality.views import DISPOSITION


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveBlock:
    """Which unit, which of its blocks, and what was found."""

    unit: Unit = field(metadata=asks("Unit", "scan"))
    why: Literal["arrival", "label", "late_result"] = field(metadata=asks("What did not agree", "choose"))
    finding: FreeText = field(metadata=asks("What happened", hint="what unit, label, seal and papers showed"))


def _reads(asked: ResolveBlock, actor: Actor) -> Sequence[Read]:
    return tuple(Read(asked.unit, view) for view in (UNIT, BLOCKS, DISPOSITION))


def _reads_of_batch(asked: ResolveBlock, known: Circumstances) -> Sequence[Read]:
    batch = known.state(UNIT, asked.unit).batch
    return (Read(batch, DOSSIER), Read(batch, ENVIRONMENT)) if batch is not None else ()


def _decide(asked: ResolveBlock, known: Circumstances) -> Sequence[Fact]:
    return (
        BlockResolved(unit=asked.unit, why=REASONS[asked.why], by=known.actor.person, finding=asked.finding),
        UnitsUnblocked(units=(asked.unit,), why=REASONS[asked.why]),
    )


ACTION = Action(
    name="quality.resolve_block",
    title="Resolve what blocks a unit",
    command=ResolveBlock,
    roles=frozenset({"qa"}),
    reads=_reads,
    then_reads=(_reads_of_batch,),
    gates=(gates.block_is_open, gates.resolver_had_no_part, release_gates.late_result_is_cleared),
    decide=_decide,
    emits=(BlockResolved, UnitsUnblocked),
    requirements=("TRC-13", "TRC-S1", "TRC-S4", "GMP-38"),
    risk=Risk.PATIENT,
    rationale="A block that is waved through lets a swapped bag go on to the wrong patient.",
    meaning="approved",
)
