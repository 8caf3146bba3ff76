"""A therapy's progress along its programme: which steps are done, what comes next. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coign.programmes.model import JourneyStep, ProgrammeVersion

#: Acts that are done once for each of several things, as the programme lists them: which field tells them apart, how
#: many there are.
REPEATED: Mapping[str, tuple[str, Callable[[ProgrammeVersion], int]]] = {
    "manufacturing.complete_step": ("step", lambda programme: len(programme.steps)),
    "collection.fill_cryobag": ("unit", lambda programme: programme.cryobags_min),
    "manufacturing.verify_label": ("unit", lambda programme: 2),  # the final container and the sample
    "quality.record_result": ("attribute", lambda programme: len(programme.panel)),
    "quality.review_result": ("attribute", lambda programme: len(programme.panel)),
}
#: Optional acts that something calls for: while they are called for they must be done, otherwise nobody waits for them.
CALLED_FOR = frozenset(
    {
        "coldchain.assess_excursion", "quality.close_deviation", "safety.report_event", "safety.assess_causality",
        "safety.assess_expectedness", "safety.record_submission",
    }
)  # fmt: skip
#: Kinds of unit that are bags, the later one first: where there is product, the therapy turns on it.
BAGS = ("final_container", "starting_material")
#: From this grade on a reaction asks whether it is to be reported.
GRADE_TO_JUDGE = "3"


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
    #: Of acts that are repeated: for which things they were done so far.
    partly: dict[str, list[str]] = field(default_factory=dict)
    #: How many times an optional act is called for and not done.
    called: dict[str, int] = field(default_factory=dict)

    @property
    def bags(self) -> list[str]:
        """The bags that the therapy turns on now: those of product once there are some, before that of cells."""
        return next((found for kind in BAGS if (found := self.partly.get(f"bags/{kind}"))), [])


def open_steps(journey: Journey, programme: ProgrammeVersion) -> list[JourneyStep]:
    """Steps not done whose predecessors are: the programme's graph, no expressions.

    An optional step is waited for only while something calls for it.
    """
    if journey.ended:
        return []
    steps = {s.id: s for s in programme.journey}
    passed = {s.id for s in programme.journey if s.id in journey.done or _nobody_waits_for(s, journey)}
    return [
        s
        for s in programme.journey
        if s.id not in journey.done
        and all(a in passed for a in s.after)
        # What nobody calls for is not offered; and nothing comes after an act that is itself still to come.
        and not (s.action in CALLED_FOR and _nobody_waits_for(s, journey))
        and all(a in journey.done or _has_come(steps[a], steps, journey) for a in s.after)
    ]


def _nobody_waits_for(step: JourneyStep, journey: Journey) -> bool:
    return step.optional and not (step.action in CALLED_FOR and journey.called.get(step.action, 0))


def _has_come(step: JourneyStep, steps: Mapping[str, JourneyStep], journey: Journey) -> bool:
    """Whether an optional step could have been done by now."""
    return all(a in journey.done or _has_come(steps[a], steps, journey) for a in step.after) and step.optional


def step_done_by(journey: Journey, programme: ProgrammeVersion, action: str, side: str) -> JourneyStep | None:
    """The open step that a successful act of this action did, seen from the actor's side; None: none was open."""
    candidates = [s for s in open_steps(journey, programme) if s.action == action and s.side in ("", side)]
    # Of optional steps the last one whose time has come is meant, of the others the first.
    return next(iter(reversed(candidates) if action in CALLED_FOR else candidates), None)


def note_act(
    journey: Journey, programme: ProgrammeVersion, step: JourneyStep, body: Mapping[str, Any], position: int
) -> None:
    """A step was done, or one of its repetitions."""
    if step.action in CALLED_FOR:
        journey.called[step.action] = max(0, journey.called.get(step.action, 0) - 1)
        if journey.called[step.action]:
            return
    if step.each or step.action in REPEATED:
        name, times = ("unit", lambda programme: len(journey.bags)) if step.each else REPEATED[step.action]
        found = journey.partly.setdefault(step.id, [])
        if body[name] not in found:
            found.append(body[name])
        if len(found) < times(programme):
            return
    journey.done[step.id] = position


def note_bags(journey: Journey, facts: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Bags come into being and are no more; how many there are says how often an act is done."""
    for kind, body in facts:
        if kind == "identity.unit_created.v1" and body["unit_kind"] in BAGS:
            journey.partly.setdefault(f"bags/{body['unit_kind']}", []).append(body["unit"])
        if kind == "identity.unit_ended.v1":
            for bags in (journey.partly.get(f"bags/{of}", []) for of in BAGS):
                if body["unit"] in bags:
                    bags.remove(body["unit"])


def note_calls(journey: Journey, programme: ProgrammeVersion, facts: Mapping[str, Any]) -> None:
    """What these facts call for: an excursion is assessed, a deviation is closed, a grave reaction is judged."""
    called = []
    read, missing = facts.get("coldchain.logger_read.v1", {}), facts.get("coldchain.logger_missing.v1")
    unclear = read if read.get("verdict", "in_order") != "in_order" else missing
    if unclear is not None:  # once for each unit that travelled
        called += ["coldchain.assess_excursion"] * (1 + len(unclear.get("further", ())))
    if "quality.deviation_opened.v1" in facts:
        called.append("quality.close_deviation")
    called += _safety_calls(facts)
    for action in called:
        journey.called[action] = journey.called.get(action, 0) + 1
        for step in programme.journey:
            # One that was done before is to be done again: a further deviation came.
            if step.action == action and not any(
                s.after and step.id in s.after and s.id in journey.done for s in programme.journey
            ):
                journey.done.pop(step.id, None)


def _safety_calls(facts: Mapping[str, Any]) -> list[str]:
    """A grave grade asks for a report, a report for both judgements, an unexpected event for sending."""
    called = []
    for seen in ("safety.reaction_recorded.v1", "safety.icans_recorded.v1"):
        grades = (facts.get(seen, {}).get("grade"), facts.get(seen, {}).get("clinicians_grade"))
        if any(grade is not None and grade >= GRADE_TO_JUDGE for grade in grades):
            called.append("safety.report_event")
    if "safety.event_reported.v1" in facts:
        called += ["safety.assess_causality", "safety.assess_expectedness"]
    if facts.get("safety.expectedness_assessed.v1", {}).get("expected") == "no":
        called.append("safety.record_submission")
    return called


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
