"""Which values of a batch or a therapy were corrected, and what still waits: the question that release asks."""

from dataclasses import replace
from typing import Protocol

from coign.correction.events import CorrectionAssessed, CorrectionDiffers, CorrectionProposed, ValueCorrected
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case
from coign.kernel.values import Instant, Quantity
from coign.kernel.views import Stamp, View

#: The newest corrected values, and the newest open cases, that are listed: the state stays bounded.
LISTED_MAX = 64


class RecordedVolume(Protocol):
    """What a state keeps of a volume that can be corrected."""

    @property
    def volume(self) -> Quantity: ...
    @property
    def recorded_at(self) -> Instant: ...


@dataclass(frozen=True, slots=True)
class Corrected:
    """One value that was corrected, and the case in which it was last."""

    entry: int
    name: str
    case: Case
    recorded_at: Instant
    value: Quantity


@dataclass(frozen=True, slots=True)
class OpenCorrection:
    """A correction of which nobody has assessed yet what was decided on the old value."""

    case: Case
    entry: int
    name: str
    #: Whether the second person has still to read the source.
    proposed: bool = True


@dataclass(frozen=True, slots=True)
class Corrections:
    """What was corrected in the record of one batch or therapy. `open_count` also counts what is not listed."""

    values: tuple[Corrected, ...] = ()
    open: tuple[OpenCorrection, ...] = ()
    open_count: int = 0

    def corrected_in(self, entry: int, name: str) -> Case | None:
        """The case in which a value was last corrected; None: it was not."""
        return next((v.case for v in self.values if (v.entry, v.name) == (entry, name)), None)

    def volume_of(self, recorded: RecordedVolume | None) -> Quantity | None:
        """The volume that counts: what it was corrected to, or what was recorded; None: none was recorded."""
        if recorded is None:
            return None
        told = (v.value for v in self.values if (v.recorded_at, v.name) == (recorded.recorded_at, "volume"))
        return next(told, recorded.volume)

    def waits(self, entry: int, name: str) -> Case | None:
        """The case in which a second person has still to read this value."""
        return next((o.case for o in self.open if o.proposed and (o.entry, o.name) == (entry, name)), None)

    @property
    def open_because(self) -> str | None:
        """None, or which corrections wait."""
        return ", ".join(o.case.identifier for o in self.open) if self.open_count else None


def _evolve(state: Corrections, fact: Fact, stamp: Stamp) -> Corrections:
    match fact:
        case CorrectionProposed(case=case, entry=entry, name=name):
            listed = (*state.open, OpenCorrection(case, entry, name))[-LISTED_MAX:]
            return replace(state, open=listed, open_count=state.open_count + 1)
        case CorrectionDiffers(case=case):
            return _read(state, case)
        case ValueCorrected(case=case, entry=entry, name=name):
            others = tuple(v for v in state.values if (v.entry, v.name) != (entry, name))
            corrected = Corrected(entry, name, case, fact.recorded_at, fact.quantity)
            return replace(_read(state, case), values=(*others, corrected)[-LISTED_MAX:])
        case CorrectionAssessed(case=case):
            left = tuple(o for o in state.open if o.case != case)
            return replace(state, open=left, open_count=state.open_count - 1)
        case _:
            return state


def _read(state: Corrections, case: Case) -> Corrections:
    """The second person has read the source."""
    return replace(state, open=tuple(replace(o, proposed=False) if o.case == case else o for o in state.open))


CORRECTIONS = View(
    "correction.corrections",
    kinds=frozenset({"batch", "chain"}),
    folds=(CorrectionProposed, CorrectionDiffers, ValueCorrected, CorrectionAssessed),
    state=Corrections,
    evolve=_evolve,
    version=2,
    public=True,
)
