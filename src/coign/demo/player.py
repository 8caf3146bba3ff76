"""The next act of a therapy: suggested, performed as the person whose turn it is, or played up to a stage.

Everything goes through the door: what a rule refuses to people it refuses here.
"""

import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from coign.clinical.views import COURSE
from coign.custody.views import HOLDING, OFFER
from coign.demo import acts, pace, people, scene
from coign.demo.acts import devices
from coign.demo.people import Account
from coign.demo.scene import Scene, Therapy
from coign.kernel.errors import CoignError, Forbidden, GateAnswer, Invalid, NotFound, Refused
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation
from coign.kernel.values import Actor, Instant
from coign.manufacturing.views import SLOT
from coign.perform.request import Done, Request, Signature, Source
from coign.programmes.model import JourneyStep
from coign.records.journey import CALLED_FOR, open_steps, organisation_for, window_of
from coign.service import Service, keys

#: What a second person does when the patient's name changed meanwhile.
SETTLE = "clinical.settle_identity"
CLEAN = "equipment.clean"
#: After how many steps of ten somebody cleans the device at once; else whoever needs it next does.
CLEANED_AT_ONCE = 8
#: What is done again, in this order, when too much time has passed between two acts that belong together.
AGAIN: Mapping[str, tuple[str, ...]] = {
    "collection.confirm_identity": ("collection.check_identity",),
    "collection.start": ("collection.check_identity", "collection.confirm_identity"),
    "custody.accept": ("custody.withdraw_offer", "custody.offer"),
    "custody.accept_shipment": ("custody.withdraw_shipment", "custody.offer_shipment"),
    "storage.confirm_removal": ("storage.start_removal",),
    "logistics.confirm_receipt": ("logistics.check_receipt",),
    "manufacturing.confirm_clearance": ("manufacturing.clear_line",),
    "manufacturing.clear_line": ("facility.put_in_use",),
    "manufacturing.complete_step": ("manufacturing.extend_hold", CLEAN, "equipment.judge_late_cleaning"),
    "manufacturing.fill_bag": ("manufacturing.extend_hold",),
    "manufacturing.fill": ("manufacturing.extend_hold",),
    "manufacturing.start_batch": ("manufacturing.clear_line", "manufacturing.confirm_clearance"),
    "clinical.start_conditioning": (SETTLE, "clinical.confirm_product"),
    "clinical.begin_conditioning": (SETTLE, "clinical.confirm_product", "clinical.start_conditioning"),
    # As many lines as may stand out; those that do not are not found.
    "quality.review_audit_trail": ("quality.answer_audit_trail_line",) * 8,
    "infusion.issue": (SETTLE, "infusion.assess_patient"),
    "infusion.thaw": ("infusion.issue",),
    "infusion.confirm_bedside": ("infusion.check_bedside",),
    "infusion.start": ("infusion.check_bedside", "infusion.confirm_bedside"),
}
#: What is not found any more when others cleared the room for themselves meanwhile.
OF_A_CLEARED_ROOM = frozenset({"manufacturing.confirm_clearance", "manufacturing.start_batch"})
#: Steps forward that are tried, in hours, when a rule asks for time to pass.
WAITS_H = (1, 6, 24, 48, 96, 168)
PROJECTED_SECONDS_MAX = 30.0
END = "end"
#: What was read for one act, shared by those who could do it.
Seen = dict[tuple[str, str], Any]


@dataclass(frozen=True, slots=True)
class Suggested:
    """What could be done next: by whom, what they would enter, and what stands against it now."""

    step: str
    action: str
    actor: Actor
    command: Mapping[str, Any]
    needs_signature: bool
    unmet: tuple[GateAnswer, ...] = ()


def next_command(service: Service, root: str, step: str = "") -> Suggested:
    """The next act of a therapy, or one of the steps that are open; `unmet` says why not yet."""
    therapy = scene.find(service, root)
    return suggested(service, therapy, open_step(therapy, step))


def perform_next(service: Service, root: str, step: str = "") -> Done:
    """Do the next act as the person whose turn it is; what belongs together and took too long is done again."""
    therapy = scene.find(service, root)
    return perform_next_of(service, therapy, open_step(therapy, step))


def play(service: Service, root: str, to: str) -> Iterator[str]:
    """Act after act, with plausible time between them, until a stage or a step is done; tells each act.

    `to`: a stage or a step of the programme, or `end`. Nothing happens if it is done already.
    """
    therapy = scene.find(service, root)
    _check_target(therapy, to)
    while not is_done(therapy, to):
        step = open_step(therapy)
        wait_until(service, due(service, therapy, step))
        done = perform_in_time(service, therapy, step)
        therapy = scene.again(service, therapy)
        yield f"{done.entries[0].position:>6}  {step.title}"


def is_done(therapy: Therapy, to: str) -> bool:
    """Whether a stage or step is done, so far as it has to be."""
    done = therapy.journey.done
    wanted = [s for s in therapy.programme.journey if to in (END, s.stage, s.id)]
    return all(
        s.id in done or (s.action in CALLED_FOR and to != s.id and not therapy.journey.called.get(s.action))
        for s in wanted
    )


def _check_target(therapy: Therapy, to: str) -> None:
    stages = [stage.id for stage in therapy.programme.stages]
    if to not in (END, *stages, *(s.id for s in therapy.programme.journey)):
        raise Invalid.at("to", f"{to} is no stage of this therapy: expected {', '.join(stages)}, a step, or {END}")


def open_step(therapy: Therapy, named: str = "") -> JourneyStep:
    found = open_steps(therapy.journey, therapy.programme)
    step = next((s for s in found if named in ("", s.id)), None)
    if step is None:
        raise NotFound(f"{therapy.journey.root} has {f'no open step {named}' if named else 'nothing left to do'}")
    return step


# Who does it, and what they enter


def suggested(service: Service, therapy: Therapy, step: JourneyStep) -> Suggested:
    """The first of those whose turn it could be for whom every gate holds; otherwise the first, with what is unmet."""
    first: Suggested | None = None
    problem: CoignError = NotFound(f"nobody in the demonstration does {step.action}")
    seen: Seen = {}
    for account in candidates(service, therapy, step, seen):
        try:
            found = _for(service, therapy, step, account, seen)
        except (Forbidden, NotFound) as error:
            problem = error
            continue
        if not found.unmet:
            return found
        first = first or found
    if first is None:
        raise problem
    return first


def _command(service: Service, therapy: Therapy, step: JourneyStep, account: Account, seen: Seen) -> Mapping[str, Any]:
    act = acts.of(step.action)
    if act is None:
        raise NotFound(f"nobody in the demonstration knows how to do {step.action}")
    return act(look(service, therapy, step.action, account.actor, seen))


def _for(service: Service, therapy: Therapy, step: JourneyStep, account: Account, seen: Seen) -> Suggested:
    command = _command(service, therapy, step, account, seen)
    asked = Request(step.action, account.actor, "demonstration/check", command, source=Source.INSIDE)
    answers = service.door.check(asked)
    unmet = tuple(a for a in answers if not a.holds)
    signed = service.door.actions[step.action].meaning is not None
    return Suggested(step.id, step.action, account.actor, command, signed, unmet)


def candidates(service: Service, therapy: Therapy, step: JourneyStep, seen: Seen | None = None) -> list[Account]:
    """Whose turn it could be, in an order that the story's chance gives."""
    organisation = _organisation(service, therapy, step, {} if seen is None else seen)
    found = [a for role in step.roles for a in people.in_role(role, organisation)]
    _chance(therapy, f"{step.action}/who").shuffle(found)
    return found


def _organisation(service: Service, therapy: Therapy, step: JourneyStep, seen: Seen) -> Organisation:
    """Whose people do it: the programme's side, except where a unit in somebody's hands decides."""
    if step.action in ("custody.offer_shipment", "custody.withdraw_shipment", "custody.accept_shipment"):
        view = look(service, therapy, step.action, people.INTERFACE.actor, seen)
        holder = view.state(HOLDING, view.unit).organisation
        to = view.state(OFFER, view.unit).to
        return (to if step.action == "custody.accept_shipment" else holder) or people.COURIER
    named = organisation_for(therapy.journey, step)
    # Before the order no maker is named: there is one.
    return Organisation(named) if named else {"maker": people.MAKER}.get(step.side, people.COURIER)


def look(service: Service, therapy: Therapy, action: str, actor: Actor, seen: Seen) -> Scene:
    """What somebody has in front of them for an act."""
    now = Instant.of_us(service.clock.now_us())
    return Scene(service, therapy, action, actor, therapy.seed, now, _chance(therapy, action), seen)


def _chance(therapy: Therapy, what: str) -> random.Random:
    """The story's chance for one thing: the same for the same seed, therapy and progress."""
    told = f"{therapy.seed}/{therapy.number}/{therapy.acts_done}/{what}"
    return random.Random(told)  # noqa: S311 - a story, no secret


# Doing it


def perform_as(service: Service, actor: Actor, action: str, command: Mapping[str, Any], nonce: str) -> Done:
    """Perform an action as somebody of the demonstration, signed with their own key where it is signed."""
    return service.door.perform(signed(service, Request(action, actor, nonce, command, source=Source.INSIDE)))


def signed(service: Service, request: Request) -> Request:
    """The request with its signature, where the action is signed; refused, and not recorded, if a gate is shut now."""
    if service.door.actions[request.action].meaning is None:
        return request
    prepared = service.door.prepare(request)
    person = request.actor.person
    value = keys.demonstration_key(service, person).sign(prepared.intent_hash)
    signature = Signature(keys.DEMONSTRATION, keys.credential_of(person, keys.DEMONSTRATION), value)
    return replace(request, intent_hash=prepared.intent_hash, signature=signature)


def settled(service: Service, done: Done) -> Done:
    """Wait until the lists know of what was done."""
    assert service.projector is not None, "the demonstration needs the read models"
    if not service.projector.wait_for(done.entries[-1].position, timeout_s=PROJECTED_SECONDS_MAX):
        raise CoignError("the lists do not follow the record: look into the log")
    return done


def perform_next_of(service: Service, therapy: Therapy, step: JourneyStep) -> Done:
    """The same for a therapy that was read, and one of its open steps."""
    if service.door.actions[step.action].meaning is not None and step.action not in AGAIN:
        return settled(service, _signed(service, therapy, step))
    try:
        found = suggested(service, therapy, step)
        again = bool(found.unmet) and step.action in AGAIN
    except NotFound:
        if step.action not in OF_A_CLEARED_ROOM:
            raise
        again = True
    if again:
        _again(service, therapy, step)
        found = suggested(service, therapy, step)
    if found.unmet:
        raise Refused(found.action, found.unmet, subjects=[therapy.journey.root])
    done = settled(service, _do(service, therapy, found.actor, found.action, found.command))
    if step.action == "manufacturing.complete_step" and _chance(therapy, CLEAN).randrange(10) < CLEANED_AT_ONCE:
        _clean_up(service, therapy, found.actor)
    return done


def _clean_up(service: Service, therapy: Therapy, actor: Actor) -> None:
    """Whoever used a device that has a time for it cleans it before they go."""
    now = scene.again(service, therapy)
    for device in devices.left_dirty(look(service, now, CLEAN, actor, {})):
        settled(service, _do(service, now, actor, CLEAN, devices.cleaned(device)))


def _signed(service: Service, therapy: Therapy, step: JourneyStep) -> Done:
    """The first of those whose turn it is for whom it can be prepared: that asks every gate and records nothing."""
    problem: CoignError = NotFound(f"nobody in the demonstration does {step.action}")
    seen: Seen = {}
    for account in candidates(service, therapy, step, seen):
        try:
            command = _command(service, therapy, step, account, seen)
            return _do(service, therapy, account.actor, step.action, command)
        except (Forbidden, NotFound, Refused) as error:
            problem = problem if isinstance(problem, Refused) else error
    raise problem


def _do(service: Service, therapy: Therapy, actor: Actor, action: str, command: Mapping[str, Any]) -> Done:
    # The key names where the therapy stands and what is entered, so that the same act is never entered twice. Where
    # the therapy stands is not enough: a room is put in use, or a device cleaned, without it moving on. Hashed: an
    # entry shows its key to those who may not know the therapy as well.
    turn = f"{therapy.journey.root}/{action}/{therapy.journey.position}/{sorted(command.items())}"
    nonce = f"play/{hashlib.sha256(turn.encode()).hexdigest()[:32]}"
    return perform_as(service, actor, action, command, nonce)


def _again(service: Service, therapy: Therapy, step: JourneyStep) -> None:
    for action in AGAIN[step.action]:
        like = next((s for s in therapy.programme.journey if s.action == action and s.side == step.side), step)
        may = service.door.actions[action].roles
        roles = like.roles if may & set(like.roles) else tuple(sorted(may))
        repeated = JourneyStep(like.id, action, like.stage, like.title, roles, like.after, like.side, like.task)
        now = scene.again(service, therapy)
        try:
            found = suggested(service, now, repeated)
        except NotFound:
            continue  # that was not it: nothing waits for this act
        if not found.unmet:
            settled(service, _do(service, now, found.actor, found.action, found.command))


# Time


def due(service: Service, therapy: Therapy, step: JourneyStep) -> Instant:
    """When the act would be done: some time after the last one, and not before the day that was agreed."""
    journey, name = therapy.journey, _pace_name(service, therapy, step)
    zone = people.zone_of(people.MAKER if step.side == "maker" else Organisation(journey.centre))
    usual = pace.after(Instant(journey.updated), name, _chance(therapy, "pace"), zone)
    return max(usual, agreed(service, therapy, step) or usual)


def agreed(service: Service, therapy: Therapy, step: JourneyStep) -> Instant | None:
    """The day that was agreed for an act, if one was."""
    chain = therapy.journey.chain
    if not chain:
        return None
    view = look(service, therapy, step.action, people.INTERFACE.actor, {})
    match step.action:
        case "collection.check_identity":
            return view.state(SLOT, view.chain).collection_on
        case "manufacturing.clear_line":
            return view.state(SLOT, view.chain).start_on
        case "clinical.begin_conditioning":
            return view.state(COURSE, view.chain).conditioning_from
        case "infusion.assess_patient":
            planned = view.state(COURSE, view.chain).planned_infusion
            return planned.plus(hours=-2) if planned is not None else None
        case "infusion.issue":
            return view.state(COURSE, view.chain).planned_infusion
        case "safety.record_response":
            opens, _ = window_of(therapy.journey, therapy.programme, step)
            zone = people.zone_of(Organisation(therapy.journey.centre))
            return pace.in_the_morning(Instant(opens).plus(days=1), _chance(therapy, "visit"), zone) if opens else None
        case _:
            return None


def _pace_name(service: Service, therapy: Therapy, step: JourneyStep) -> str:
    """Two uses of one action that take different times."""
    if step.action == "logistics.choose_shipper":
        return f"{step.action}/{step.stage}"
    if step.action == "storage.start_removal" and not therapy.journey.partly.get(step.id):
        return f"{step.action}/{step.stage}"
    if step.action == "custody.offer_shipment" and step.side == "courier":
        return "custody.offer_shipment/courier"
    return step.action


def wait_until(service: Service, moment: Instant) -> None:
    """Move the clock forward to an instant, if it lies ahead and today is not reached before."""
    hours = min(moment.minutes_since(Instant.of_us(service.clock.now_us())) / 60, _hours_left(service))
    if hours > 0:
        service.advance(hours)


def _hours_left(service: Service) -> float:
    """Until the demonstration reaches today; a little less, since the wall clock moves as well."""
    return max(0.0, service.simulated.hours_left - 0.001) if service.simulated is not None else 0.0


def perform_in_time(service: Service, therapy: Therapy, step: JourneyStep) -> Done:
    """Do a step; where rules refuse, see whether they only ask for time to pass."""
    for wait in (*WAITS_H, None):
        try:
            return perform_next_of(service, therapy, step)
        except Refused:
            if wait is None or _hours_left(service) < wait or not _waiting_helps(step):
                raise
            service.advance(wait)
    raise AssertionError("unreachable")


def _waiting_helps(step: JourneyStep) -> bool:
    """Only where a day was agreed that lies ahead; elsewhere time makes nothing better."""
    return step.action in (
        "clinical.begin_conditioning", "infusion.issue", "collection.check_identity", "manufacturing.clear_line",
    )  # fmt: skip
