"""Resolve a reported act for one container: somebody else found out what became of it."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.events import UnitEnded, UnitsUnblocked
from coign.identity.views import UNIT
from coign.incident import gates
from coign.incident.events import ActResolved, Became
from coign.incident.views import INCIDENT, why_blocked
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Unit
from coign.kernel.values import Actor, FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveAct:
    """Which report, which container, what became of it, and how one knows."""

    case: Case = field(metadata=asks("Report", "known"))
    unit: Unit = field(metadata=asks("Container", "scan"))
    became: Became = field(metadata=asks("What became of it", "choose"))
    finding: FreeText = field(metadata=asks("Finding", hint="what happened, how you know, what it means for the cells"))


def _reads(asked: ResolveAct, actor: Actor) -> Sequence[Read]:
    return (Read(asked.case, INCIDENT), Read(asked.unit, UNIT))


def _decide(asked: ResolveAct, known: Circumstances) -> Sequence[Fact]:
    resolved = ActResolved(
        case=asked.case, unit=asked.unit, became=asked.became, finding=asked.finding, by=known.actor.person
    )
    lifted = UnitsUnblocked(units=(asked.unit,), why=why_blocked(asked.case))
    if asked.became == "may_go_on" or known.state(UNIT, asked.unit).ended:
        return (resolved, lifted)
    return (resolved, lifted, UnitEnded(unit=asked.unit, how=asked.became))


ACTION = Action(
    name="incident.resolve_act",
    title="Resolve a reported act",
    command=ResolveAct,
    roles=frozenset(gates.PRESENT),
    reads=_reads,
    gates=(
        gates.container_waits,
        gates.resolved_by_another,
        gates.what_is_gone_does_not_go_on,
        gates.ends_once,
    ),
    decide=_decide,
    emits=(ActResolved, UnitsUnblocked, UnitEnded),
    requirements=("GMP-19", "TRC-27", "PAT-13"),
    risk=Risk.PATIENT,
    rationale="A block that is waved through lets cells go on that were warm, open or another patient's.",
    meaning="assessed",
)
