"""Let cells go on that waited longer after a step than the programme allows: a deviation that quality judges."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case
from coign.kernel.values import Actor, FreeText, Instant
from coign.manufacturing import hold_time, step_gates
from coign.manufacturing.events import HoldExtended
from coign.manufacturing.views import BATCH
from coign.quality.events import DeviationOpened


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendHold:
    """Which batch, until when its cells may wait, and why they may go on."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    until: Instant = field(metadata=asks("Production goes on until"))
    why: FreeText = field(metadata=asks("Why the cells may go on", hint="how they were kept, counted or looked at"))
    case: Case = field(metadata=allotted())


def _reads(asked: ExtendHold, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, BATCH), Read(asked.case))


def _decide(asked: ExtendHold, known: Circumstances) -> Sequence[Fact]:
    step = known.state(BATCH, asked.batch).steps_done[-1]
    house, by = known.actor.organisation, known.actor.person
    return (
        HoldExtended(batch=asked.batch, step=step, until=asked.until, why=asked.why, by=by),
        DeviationOpened(case=asked.case, batch=asked.batch, organisation=house, step=step, description=asked.why),
    )


ACTION = Action(
    name="manufacturing.extend_hold",
    title="Let cells go on that waited too long",
    command=ExtendHold,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(step_gates.batch_is_open, hold_time.hold_time_is_over, hold_time.extension_lies_ahead),
    decide=_decide,
    emits=(HoldExtended, DeviationOpened),
    requirements=("GMP-10", "GMP-19"),
    risk=Risk.PATIENT,
    rationale="A hold that was too long is not repaired by going on: somebody answers for it, and the record says so.",
    meaning="approved",
)
