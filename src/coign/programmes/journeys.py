"""The journey of a programme file: which act comes when, by whom; the graph has no way back."""

from collections.abc import Collection, Mapping

from coign.programmes.model import JourneyStep, Stage
from coign.programmes.nodes import Item, text_of

SIDES = ("centre", "maker", "courier")
#: What an act may be done once for each of.
EACH = ("bag", "sample")


def read_stages(item: Item) -> tuple[Stage, ...]:
    """The stages of the track, in the order they are drawn."""
    found: dict[str, Stage] = {}
    for each in item.items():
        fields = each.fields(("id", "title"))
        identifier = text_of(fields, "id")
        if identifier in found:
            each.refuse("double_id", f"the stage {identifier} stands here twice")
        found[identifier] = Stage(identifier, text_of(fields, "title"))
    if not found:
        item.refuse("empty", "a journey has at least one stage")
    return tuple(found.values())


def read_journey(
    item: Item,
    stages: tuple[Stage, ...],
    tasks: Mapping[str, str],
    timepoints: Collection[str],
    actions: Mapping[str, Collection[str]] | None,
) -> tuple[JourneyStep, ...]:
    """All acts; what they name must exist, and following `after` never leads in a circle."""
    steps: dict[str, JourneyStep] = {}
    places: dict[str, dict[str, Item]] = {}
    for each in item.items():
        fields = each.fields(
            ("id", "action", "stage", "title", "roles", "side"), ("after", "task", "optional", "each", "timepoint")
        )
        step = _step(fields)
        if step.id in steps:
            each.refuse("double_id", f"the act {step.id} stands here twice")
        steps[step.id], places[step.id] = step, fields
        _check_names(fields, step, {s.id for s in stages}, tasks)
        if step.timepoint and step.timepoint not in timepoints:
            fields["timepoint"].refuse("unknown_timepoint", f"at {step.timepoint} the programme assesses no response")
        _check_action(fields, step, actions)
    if not steps:
        item.refuse("empty", "a journey has at least one act")
    for step in steps.values():
        for before in step.after:
            if before and before not in steps:
                places[step.id]["after"].refuse("unknown_step", f"{step.id} comes after {before}, which is not here")
    _check_no_circle(item, steps)
    return tuple(steps.values())


def _step(fields: Mapping[str, Item]) -> JourneyStep:
    return JourneyStep(
        id=text_of(fields, "id"),
        action=text_of(fields, "action"),
        stage=text_of(fields, "stage"),
        title=text_of(fields, "title"),
        roles=fields["roles"].texts() if "roles" in fields else (),
        after=fields["after"].texts() if "after" in fields else (),
        side=text_of(fields, "side"),
        task=text_of(fields, "task"),
        optional=fields["optional"].truth() if "optional" in fields else False,
        each=text_of(fields, "each"),
        timepoint=text_of(fields, "timepoint"),
    )


def _check_names(fields: Mapping[str, Item], step: JourneyStep, stages: set[str], tasks: Mapping[str, str]) -> None:
    if step.stage and step.stage not in stages:
        fields["stage"].refuse("unknown_stage", f"{step.stage} is not among the stages")
    if step.side and step.side not in SIDES:
        fields["side"].refuse("unknown_side", f"{step.side} is not one of {', '.join(SIDES)}")
    if step.each and step.each not in EACH:
        fields["each"].refuse("unknown_each", f"{step.each} is not one of {', '.join(EACH)}")
    if step.task and step.task not in tasks:
        fields["task"].refuse("unknown_task", f"{step.task} is not among the tasks")
    if "roles" in fields and not step.roles:
        fields["roles"].refuse("empty", "somebody must be able to do it")


def _check_action(fields: Mapping[str, Item], step: JourneyStep, actions: Mapping[str, Collection[str]] | None) -> None:
    if actions is None or not step.action:
        return
    roles = {role for may in actions.values() for role in may}
    if step.action not in actions:
        fields["action"].refuse("unknown_action", f"there is no action {step.action}")
    for role in step.roles:
        if role and role not in roles:
            fields["roles"].refuse("unknown_role", f"{role} is not a role; known are {', '.join(sorted(roles))}")
        elif role and step.action in actions and role not in actions[step.action]:
            fields["roles"].refuse("role_may_not", f"{role} may not perform {step.action}")


def _check_no_circle(item: Item, steps: Mapping[str, JourneyStep]) -> None:
    """Take away what waits for nothing and what nothing waits for, again and again; what is left goes in a circle."""
    waiting = {step.id: {b for b in step.after if b in steps} for step in steps.values()}
    while waiting:
        awaited = {before for befores in waiting.values() for before in befores}
        outside = {name for name, before in waiting.items() if not before or name not in awaited}
        if not outside:
            item.refuse("cycle", f"these acts wait for each other in a circle: {', '.join(sorted(waiting))}")
            return
        waiting = {name: before - outside for name, before in waiting.items() if name not in outside}
