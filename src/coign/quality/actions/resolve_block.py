"""Resolve why a unit is blocked: somebody who had no part in it found out what happened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from coign.identity.events import UnitsUnblocked
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor, FreeText
from coign.quality import gates
from coign.quality.events import BlockResolved
from coign.quality.state import BLOCKS, REASONS


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveBlock:
    """Which unit, which of its blocks, and what was found."""

    unit: Unit = field(metadata=asks("Unit", "scan"))
    why: Literal["arrival", "label"] = field(metadata=asks("What did not agree", "choose"))
    finding: FreeText = field(metadata=asks("What happened", hint="what unit, label, seal and papers showed"))


def _reads(asked: ResolveBlock, actor: Actor) -> Sequence[Read]:
    return (Read(asked.unit, UNIT), Read(asked.unit, BLOCKS))


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
    gates=(gates.block_is_open, gates.resolver_had_no_part),
    decide=_decide,
    emits=(BlockResolved, UnitsUnblocked),
    requirements=("TRC-13", "TRC-S1", "TRC-S4"),
    risk=Risk.PATIENT,
    rationale="A block that is waved through lets a swapped bag go on to the wrong patient.",
    meaning="approved",
)
