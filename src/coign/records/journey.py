"""A therapy's progress along its programme: which steps are done, what comes next. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.programmes.model import JourneyStep, ProgrammeVersion
from coign.records.calls import is_confirmed_to_fail, quality_calls, safety_calls

#: Kinds of unit that are bags, the later one first: where there is product, the therapy turns on it.
PRODUCT, CELLS = "final_container", "starting_material"
BAGS = (PRODUCT, CELLS)
#: What a completed step calls for, and the word for acts that are done once for each sample.
DRAW, SAMPLE = "manufacturing.draw_sample", "sample"
#: Acts that are done once for each of several things: which field tells them apart, and how many there are.
REPEATED: Mapping[str, tuple[str, Callable[[ProgrammeVersion, "Journey"], int]]] = {
    "manufacturing.complete_step": ("step", lambda programme, journey: len(programme.steps)),
    "collection.fill_cryobag": ("unit", lambda programme, journey: programme.cryobags_min),
    DRAW: ("sample", lambda programme, journey: len(programme.samples)),
    # The last bag is an act of its own.
    "manufacturing.fill_bag": ("unit", lambda programme, journey: programme.final_containers_max - 1),
    "manufacturing.verify_label": ("unit", lambda programme, journey: _labels_of_a_batch(programme, journey)),
    "quality.record_result": ("attribute", lambda programme, journey: len(programme.panel)),
    "quality.review_result": ("attribute", lambda programme, journey: len(programme.panel)),
}
#: How many there are of what an act is done once for each of.
_EACH: Mapping[str, Callable[[ProgrammeVersion, "Journey"], int]] = {
    "bag": lambda programme, journey: len(journey.bags),
    SAMPLE: lambda programme, journey: len(programme.samples),
}
#: One bag goes the whole way from the freezer to the patient, then the next one.
ISSUE, FINISH = "infusion.issue", "infusion.finish"
#: A review that was put off with its reason is owed, and holds nothing up meanwhile.
REVIEW_TRAIL = "quality.review_audit_trail"
#: Acts after which the next may begin although they are not done yet for everything.
_ENOUGH = frozenset({FINISH, "quality.record_result", "quality.review_result", REVIEW_TRAIL})
#: What is done with a product of which it is confirmed that it fails: it is rejected, or supplied by its papers.
CERTIFY, REJECT = "quality.certify", "quality.reject_batch"
#: Optional acts that something calls for: while they are called for they must be done, otherwise nobody waits for them.
CALLED_FOR = frozenset(
    {
        "coldchain.assess_excursion", "quality.close_deviation", "safety.report_event", "safety.assess_causality",
        "safety.assess_expectedness", "safety.record_submission", "quality.assess_in_laboratory",
        "quality.conclude_investigation", "quality.invalidate_result", "quality.request_exception",
        "quality.assess_exception_risk", "quality.accept_exception", "quality.record_exception_notice",
        "quality.record_expanded_access", "quality.supply_under_exception", "quality.acknowledge_late_result",
        "quality.assess_late_result", "facility.assess_growth", DRAW, REJECT,
    }
)  # fmt: skip
#: The papers of a product that fails, and its rejection; once it may go, or is no more, nobody waits for one.
PAPERS = frozenset(
    {
        "quality.request_exception", "quality.assess_exception_risk", "quality.accept_exception",
        "quality.record_exception_notice", "quality.record_expanded_access", "quality.supply_under_exception", REJECT,
    }
)  # fmt: skip
#: Acts by which a product is let go: the destination's rules say whose they are.
RELEASES = frozenset({CERTIFY, "quality.supply_under_exception"})
#: How a shipment is made ready, in this order.
OF_A_SHIPMENT = ("logistics.choose_shipper", "logistics.start_logger", "logistics.pack", "logistics.seal")


@dataclass(frozen=True, slots=True)
class Destination:
    """What the rules say where the patient is treated: who lets a product go, by which way one that fails may come."""

    releaser: str = ""
    way: str = ""

    def roles_of(self, step: JourneyStep) -> tuple[str, ...]:
        """Who does a step of a therapy that goes there."""
        return (self.releaser,) if step.action in RELEASES and self.releaser in step.roles else step.roles


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
    #: When the first bag was begun; empty: none was.
    infused: str = ""

    @property
    def bags(self) -> list[str]:
        """The bags that the therapy turns on now: those of product once there are some, before that of cells."""
        return next((found for kind in BAGS if (found := self.of_kind(kind))), [])

    def of_kind(self, kind: str) -> list[str]:
        """The bags of one kind that are left."""
        return self.partly.get(f"bags/{kind}", [])


def open_steps(journey: Journey, programme: ProgrammeVersion) -> list[JourneyStep]:
    """Steps not done whose predecessors are: the programme's graph, no expressions.

    An optional step is waited for only while something calls for it.
    """
    if journey.ended:
        return []
    steps = {s.id: s for s in programme.journey}
    enough = {s.id for s in programme.journey if s.action in _ENOUGH and _is_enough(s, journey, programme)}
    called = CALLED_FOR.intersection(action for action, times in journey.called.items() if times)
    uncalled = {s.id for s in programme.journey if s.optional and s.action not in called}
    passed = enough.union(journey.done, uncalled)
    return [
        s
        for s in programme.journey
        if s.id not in journey.done
        and passed.issuperset(s.after)
        # What nobody calls for is not offered; and nothing comes after an act that is itself still to come.
        and not (s.action in CALLED_FOR and s.id in uncalled)
        and not (s.action == CERTIFY and REJECT in called)
        and (s.each != SAMPLE or not samples_of(journey, programme) <= set(journey.partly.get(s.id, ())))
        and all(a in journey.done or a in enough or _has_come(steps[a], steps, journey) for a in s.after)
    ]


def samples_of(journey: Journey, programme: ProgrammeVersion) -> set[str]:
    """The samples that were drawn so far."""
    return {unit for s in programme.journey if s.action == DRAW for unit in journey.partly.get(s.id, ())}


def _labels_of_a_batch(programme: ProgrammeVersion, journey: Journey) -> int:
    """How many labels are scanned back in a row of their own; without one for the samples theirs are among them."""
    of_samples = any(s.action == "manufacturing.verify_label" and s.each == SAMPLE for s in programme.journey)
    return len(journey.of_kind(PRODUCT)) + (0 if of_samples else len(programme.samples))


def _is_enough(step: JourneyStep, journey: Journey, programme: ProgrammeVersion) -> bool:
    """Whether what comes after may begin: all results but pending ones, a first bag given, a review put off."""
    if step.action == FINISH:
        return bool(journey.partly.get(step.id))
    if step.action == REVIEW_TRAIL:
        return bool(journey.called.get(REVIEW_TRAIL))
    return {t.id for t in programme.panel if not t.may_be_pending} <= set(journey.partly.get(step.id, ()))


def _has_come(step: JourneyStep, steps: Mapping[str, JourneyStep], journey: Journey) -> bool:
    """Whether an optional step could have been done by now."""
    return all(a in journey.done or _has_come(steps[a], steps, journey) for a in step.after) and step.optional


def done_before(earlier: Iterable[Journey], programme: ProgrammeVersion, action: str) -> dict[str, int]:
    """Of the steps that lead to an action, those done for the patient in earlier therapies, with the newest act."""
    after = {s.id: s.after for s in programme.journey}
    leading: set[str] = set()
    waiting = [a for s in programme.journey if s.action == action for a in s.after]
    while waiting:
        step = waiting.pop()
        if step not in leading:
            leading.add(step)
            waiting += after[step]
    found: dict[str, int] = {}
    for journey in earlier:
        for step, position in journey.done.items():
            if step in leading:
                found[step] = max(position, found.get(step, position))
    return found


def window_of(journey: Journey, programme: ProgrammeVersion, step: JourneyStep) -> tuple[str, str]:
    """When a step opens and when it is overdue; empty where it may be done at any time."""
    time = programme.safety.response.timepoint(step.timepoint)
    if time is None or not journey.infused:
        return "", ""
    opens, closes = time.window(Instant(journey.infused))
    return str(opens), str(closes)


def step_done_by(
    journey: Journey, programme: ProgrammeVersion, action: str, side: str, timepoint: str = "", unit: str = ""
) -> JourneyStep | None:
    """The open step that a successful act of this action did, seen from the actor's side; None: none was open.

    `timepoint`: the time of the protocol that the act was for, `unit`: the container, where it was for one.
    """
    candidates = [
        s
        for s in open_steps(journey, programme)
        if s.action == action and s.side in ("", side) and s.timepoint in ("", timepoint)
    ]
    if any(s.each == SAMPLE for s in candidates):
        of_sample = unit in samples_of(journey, programme)
        candidates = [s for s in candidates if (s.each == SAMPLE) == of_sample]
    # Of optional steps the last one whose time has come is meant, of the others the first.
    return next(iter(reversed(candidates) if action in CALLED_FOR else candidates), None)


def note_act(
    journey: Journey, programme: ProgrammeVersion, step: JourneyStep, body: Mapping[str, Any], position: int
) -> None:
    """A step was done, or one of its repetitions."""
    if step.action in CALLED_FOR:
        journey.called[step.action] = max(0, journey.called.get(step.action, 0) - 1)
        if step.action == DRAW:
            _noted(journey, step, body[SAMPLE])
        if journey.called[step.action]:
            return
    if step.each or step.action in REPEATED:
        name, times = ("unit", _EACH[step.each]) if step.each else REPEATED[step.action]
        if len(_noted(journey, step, body[name])) < times(programme, journey):
            return
    if step.action == FINISH:
        _noted(journey, step, body["unit"])
        if journey.of_kind(PRODUCT):
            _go_to_next_bag(journey, programme, step)
            return
    journey.done[step.id] = position


def _noted(journey: Journey, step: JourneyStep, thing: str) -> list[str]:
    """For which things an act that is repeated was done, this one too."""
    found = journey.partly.setdefault(step.id, [])
    if thing not in found:
        found.append(thing)
    return found


def _go_to_next_bag(journey: Journey, programme: ProgrammeVersion, finish: JourneyStep) -> None:
    """A bag was given and another one is left: everything from its issue on is done again, for that bag."""
    of_a_bag = {s.id for s in programme.journey if s.action == ISSUE}
    for step in programme.journey[: programme.journey.index(finish)]:
        if step.id in of_a_bag or any(before in of_a_bag for before in step.after):
            of_a_bag.add(step.id)
            _undo(journey, step)


def note_bags(journey: Journey, facts: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Bags come into being and are no more: how many are left says how often an act is done, and what is made anew."""
    for kind, body in facts:
        if kind == "identity.unit_created.v1" and body["unit_kind"] in BAGS:
            journey.partly.setdefault(f"bags/{body['unit_kind']}", []).append(body["unit"])
        gone = {"identity.unit_ended.v1": [body.get("unit")], "quality.batch_rejected.v1": body.get("units", [])}
        for of in BAGS:
            if bags := journey.partly.get(f"bags/{of}"):
                journey.partly[f"bags/{of}"] = [unit for unit in bags if unit not in gone.get(kind, ())]


def note_calls(journey: Journey, programme: ProgrammeVersion, facts: Mapping[str, Any], way: str = "") -> None:
    """What these facts call for: an excursion is assessed, a deviation is closed, a grave reaction is judged.

    `way`: that of the destination for a product that fails.
    """
    called = []
    read, missing = facts.get("coldchain.logger_read.v1", {}), facts.get("coldchain.logger_missing.v1")
    unclear = read if read.get("verdict", "in_order") != "in_order" else missing
    if unclear is not None:  # once for each unit that travelled
        called += ["coldchain.assess_excursion"] * (1 + len(unclear.get("further", ())))
    if "quality.deviation_opened.v1" in facts:
        called.append("quality.close_deviation")
    if completed := facts.get("manufacturing.step_completed.v1"):
        called += [DRAW] * len(programme.samples_after(completed["step"]))
    if "facility.growth_found.v1" in facts:
        called.append("facility.assess_growth")
    _note_taken_back(journey, programme, facts)
    called += [*safety_calls(facts), *quality_calls(facts, way)]
    if is_confirmed_to_fail(facts) and not any(s.action == CERTIFY and s.id in journey.done for s in programme.journey):
        called.append(REJECT)  # beside the papers by which it may be supplied all the same
    _note_release(journey, programme, facts)
    if missed := facts.get("safety.response_missed.v1"):
        for step in programme.journey:  # nobody waits for it any longer
            if step.timepoint == missed["timepoint"]:
                journey.done.setdefault(step.id, journey.position)
    if "manufacturing.filled.v1" in facts:
        for step in programme.journey:  # the last bag is filled, also where there were fewer than planned
            if step.action == "manufacturing.fill_bag":
                journey.done.setdefault(step.id, journey.position)
    for action in called:
        journey.called[action] = journey.called.get(action, 0) + 1
        for step in programme.journey:
            # One that was done before is to be done again: a further deviation came.
            if step.action == action and not any(
                s.after and step.id in s.after and s.id in journey.done for s in programme.journey
            ):
                journey.done.pop(step.id, None)


def _note_release(journey: Journey, programme: ProgrammeVersion, facts: Mapping[str, Any]) -> None:
    """A test whose result was set aside is made again; whatever lets product go stands for the release."""
    if set_aside := facts.get("quality.result_invalidated.v1"):
        for step in programme.journey:
            if step.action in ("quality.record_result", "quality.review_result"):
                _undo(journey, step)
                tested = journey.partly.get(step.id, [])
                journey.partly[step.id] = [name for name in tested if name != set_aside["attribute"]]
    counted = facts.get("manufacturing.labels_counted.v1")
    if counted and counted["printed"] != counted["used"] + counted["destroyed"]:
        for step in programme.journey:  # a label is missing: the room is searched, then all are counted again
            if step.action == "manufacturing.count_labels":
                _undo(journey, step)
    if "quality.certified.v1" in facts or "quality.supplied_under_exception.v1" in facts:
        for paper in PAPERS:
            journey.called.pop(paper, None)
        for step in programme.journey:
            if step.action == CERTIFY:
                journey.done.setdefault(step.id, journey.position)
    for failed in ("quality.batch_rejected.v1", "manufacturing.abandoned.v1"):
        if failed in facts:
            _begin_anew(journey, programme)


def _note_taken_back(journey: Journey, programme: ProgrammeVersion, facts: Mapping[str, Any]) -> None:
    """What was taken back before a shipment left is done again: unpacked, all of it; another shipper, its logger."""
    again: Sequence[str] = ()
    if "logistics.unpacked.v1" in facts:
        again = OF_A_SHIPMENT
    elif "logistics.shipper_freed.v1" in facts:
        again = OF_A_SHIPMENT["logistics.shipper_chosen.v1" in facts : 2]
    done = [s for s in programme.journey if s.action in again and s.id in journey.done]
    stage = max(done, key=lambda s: journey.done[s.id]).stage if done else ""
    for step in done:
        if step.stage == stage:  # an earlier way of the same therapy stays done
            _undo(journey, step)


def _begin_anew(journey: Journey, programme: ProgrammeVersion) -> None:
    """After a failed batch the therapy needs a place again, and cells again where no bag is left."""
    actions = [s.action for s in programme.journey]
    if "manufacturing.confirm_slot" not in actions:
        return
    first = actions.index("manufacturing.confirm_slot")
    accepted = actions.index("quality.accept_material") if "quality.accept_material" in actions else first
    for index, step in enumerate(programme.journey):
        with_cells = first < index <= accepted
        if index < first or (with_cells and journey.of_kind(CELLS)):
            continue
        _undo(journey, step)
        journey.partly.pop(step.id, None)
        if step.action.startswith(("quality.", "facility.", DRAW)):
            journey.called.pop(step.action, None)


def _undo(journey: Journey, step: JourneyStep) -> None:
    journey.done.pop(step.id, None)


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
