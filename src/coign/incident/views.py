"""What was reported, and which containers still wait for a finding."""

from dataclasses import replace

from coign.incident.events import ActReported, ActResolved
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Person, Unit
from coign.kernel.views import Stamp, View


@dataclass(frozen=True, slots=True)
class IncidentState:
    """One reported act. `waiting`: containers of which nobody has found out yet what became of them."""

    act: str = ""
    reported_by: Person | None = None
    waiting: tuple[Unit, ...] = ()
    #: Held after a wrong patient because they may be swapped; nothing was done with them.
    beside: tuple[Unit, ...] = ()

    @property
    def open(self) -> bool:
        """Whether a container still waits for a finding."""
        return bool(self.waiting)


def _evolve(state: IncidentState, fact: Fact, stamp: Stamp) -> IncidentState:
    match fact:
        case ActReported(act=act, by=by, units=units, beside=beside):
            return IncidentState(act, by, (*units, *beside), beside)
        case ActResolved(unit=unit):
            return replace(state, waiting=tuple(u for u in state.waiting if u != unit))
        case _:
            return state


INCIDENT = View(
    "incident.incident",
    kinds=frozenset({"case"}),
    folds=(ActReported, ActResolved),
    state=IncidentState,
    evolve=_evolve,
    version=2,
    public=True,
)


def why_blocked(case: Case) -> str:
    """Why containers stand still after a report: each report blocks by itself and is lifted by itself."""
    return f"an act outside the rules was reported ({case.identifier})"
