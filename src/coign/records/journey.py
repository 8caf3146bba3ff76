"""A therapy's progress along its programme: which steps are done, what comes next. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coign.programmes.model import JourneyStep, ProgrammeVersion


@dataclass(slots=True)
class Journey:
    """One row of the list of therapies."""

    root: str
    patient: str
    centre: str
    begun: str
    chain: str = ""
    programme: str = ""
    version: str = ""
    product: str = ""
    maker: str = ""
    stage: str = ""
    updated: str = ""
    position: int = -1
    done: dict[str, int] = field(default_factory=dict)
    ended: str = ""


def open_steps(journey: Journey, programme: ProgrammeVersion) -> list[JourneyStep]:
    """Steps not done whose predecessors are: the programme's graph, no expressions."""
    if journey.ended:
        return []
    return [s for s in programme.journey if s.id not in journey.done and all(a in journey.done for a in s.after)]


def step_done_by(journey: Journey, programme: ProgrammeVersion, action: str, side: str) -> JourneyStep | None:
    """The open step that a successful act of this action did, seen from the actor's side; None: none was open."""
    candidates = [s for s in open_steps(journey, programme) if s.action == action]
    return next((s for s in candidates if s.side in ("", side)), None)


def stage_reached(journey: Journey, programme: ProgrammeVersion) -> str:
    """The stage of the first open step; when none is open, the last stage."""
    steps = open_steps(journey, programme) or list(programme.journey[-1:])
    return steps[0].stage if steps else ""


def side_of(journey: Journey, organisation: str) -> str:
    """Whether an organisation is the centre, the maker or somebody on the way between them."""
    return {journey.centre: "centre", journey.maker: "maker"}.get(organisation, "courier")


def organisation_for(journey: Journey, step: JourneyStep) -> str:
    """Whose people do a step; empty when whoever has the role and is party to it may."""
    return {"centre": journey.centre, "maker": journey.maker}.get(step.side, "")


def stages(programme: ProgrammeVersion) -> list[str]:
    """The stages of the track in order."""
    return list(dict.fromkeys(s.stage for s in programme.journey))


def stage_is_done(stage: str, programme: ProgrammeVersion, done: Mapping[str, int]) -> bool:
    """Whether every step of a stage is done."""
    return all(s.id in done for s in programme.journey if s.stage == stage)


def latest_position(stage: str, programme: ProgrammeVersion, done: Mapping[str, int]) -> int | None:
    """Where the stage's last act stands; None: nothing of it was done."""
    found: Sequence[int] = [done[s.id] for s in programme.journey if s.stage == stage and s.id in done]
    return max(found) if found else None
