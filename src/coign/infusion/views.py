"""How far the infusion of a therapy is: which bag is thawed, which runs, what was given."""

from dataclasses import replace

from coign.correction.events import ValueCorrected
from coign.infusion.events import EmergencyInfusionStarted, InfusionFinished, InfusionStarted, Outcome, Thawed
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Unit
from coign.kernel.values import Instant, Quantity
from coign.kernel.views import Stamp, View

#: The newest bags of one therapy that are listed.
BAGS_LISTED_MAX = 32


@dataclass(frozen=True, slots=True)
class Given:
    """One bag that was given."""

    unit: Unit
    started_at: Instant | None
    finished_at: Instant
    given: Quantity
    residual: Quantity
    outcome: Outcome
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Infusion:
    """The infusion of one therapy, bag by bag."""

    thawed: Unit | None = None
    thawed_at: Instant | None = None
    running: Unit | None = None
    started_at: Instant | None = None
    first_started_at: Instant | None = None
    emergency: bool = False
    bags: tuple[Given, ...] = ()

    @property
    def begun(self) -> bool:
        """Whether any of the product has entered the patient."""
        return self.first_started_at is not None

    @property
    def finished(self) -> bool:
        """Whether at least one bag was given and none is running."""
        return bool(self.bags) and self.running is None


def _evolve(state: Infusion, fact: Fact, stamp: Stamp) -> Infusion:
    match fact:
        case Thawed(unit=unit):
            return replace(state, thawed=unit, thawed_at=stamp.time)
        case InfusionStarted(unit=unit):
            first = state.first_started_at or stamp.time
            return replace(state, running=unit, started_at=stamp.time, first_started_at=first)
        case EmergencyInfusionStarted():
            return replace(state, emergency=True)
        case InfusionFinished(unit=unit, given=given, residual=residual, outcome=outcome):
            bag = Given(unit, state.started_at, stamp.time, given, residual, outcome, state.emergency)
            bags = (*state.bags, bag)[-BAGS_LISTED_MAX:]
            return Infusion(first_started_at=state.first_started_at, bags=bags)
        case ValueCorrected(recorded_at=at) if fact.corrects(InfusionFinished):
            bags = tuple(fact.put_into(bag) if bag.finished_at == at else bag for bag in state.bags)
            return replace(state, bags=bags)
        case _:
            return state


INFUSION = View(
    "infusion.infusion",
    kinds=frozenset({"chain"}),
    folds=(Thawed, InfusionStarted, EmergencyInfusionStarted, InfusionFinished, ValueCorrected),
    state=Infusion,
    evolve=_evolve,
    version=3,
    public=True,
)
