"""Tells therapies in memory, one after the other and one in trouble, for whoever wants to try what else may happen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

from coign import catalogue
from coign.checker.history import History
from coign.checker.rules import Move
from coign.collection.views import COLLECTION
from coign.demo import (
    acts,
    administration,
    after_the_cells,
    classroom,
    departures,
    devices,
    guests,
    in_vain,
    inspection,
    interruptions,
    mishaps,
    oversight,
    patients,
    people,
    player,
    put_right,
    turns,
)
from coign.demo.besides import Do, by, errors, telling
from coign.demo.besides.beginning import SEED, Beginning
from coign.demo.in_memory import BEGINS, InMemory
from coign.demo.scene import Scene, Therapy, version_of
from coign.kernel.errors import Forbidden, NotFound, Refused
from coign.kernel.subjects import Chain, Organisation, Patient
from coign.manufacturing.views import BATCH
from coign.perform.request import Request
from coign.programmes.model import JourneyStep, Programmes
from coign.service import SETUP, keys, therapies
from coign.training.courses.model import Library

#: Between two acts, unless a day was agreed.
PACE_MIN = 2
NO_TROUBLE: Mapping[str, str] = {}
#: How long somebody waits before they look again, where a rule asks for time to pass.
WAITS_H = (24, 48, 96, 168, 336)


def begun(programmes: Programmes) -> InMemory:
    """People, keys, skills and stock, and no patient yet."""
    here = InMemory(programmes)
    here.perform(Request("installation.open", SETUP, "open", {"origin": here.origin, "demonstration": True}))
    beginning = Beginning(here.service, SEED)
    beginning.run()
    evidence = beginning.keep("Observed practice of guests. Passed.")
    key_of = partial(keys.public_key_for, here.service, method=keys.DEMONSTRATION)
    _all(here, guests.welcomed(programmes.all(), here.now, evidence, key_of))
    return here


def enrolled(here: InMemory, number: int, centre: Organisation = people.CENTRE) -> Therapy:
    """A new patient."""
    who = patients.patient(SEED, number)
    here.therapy = str(number)
    named = ("family_name", "given_name", "birth_date", "hospital_number")
    coordinator = people.in_role("coordinator", centre)[0].actor
    done = here.perform(Request("clinical.enrol", coordinator, str(number), {n: getattr(who, n) for n in named}))
    patient = next(s for s in done.entries[0].subjects if s.startswith("patient:"))
    return _therapy(here, number, patient)


def _therapy(here: InMemory, number: int, patient: str) -> Therapy:
    journey = here.journeys.of_patient(patient)
    return Therapy(journey, version_of(here.service, journey), number, SEED)


def _in_time(here: InMemory, therapy: Therapy, step: JourneyStep) -> None:
    here.now = max(here.now.plus(minutes=PACE_MIN), player.agreed(here.service, therapy, step) or here.now)
    for wait in WAITS_H:
        try:
            _step(here, therapy, step)
        except Refused:
            here.advance(wait)
        else:
            return
    _step(here, therapy, step)


def _step(here: InMemory, therapy: Therapy, step: JourneyStep) -> None:
    again = player.AGAIN.get(step.action, ())
    if _done_by_somebody(here, therapy, step):
        return
    for action in again:
        like = next((s for s in therapy.programme.journey if s.action == action and s.side == step.side), step)
        may = catalogue.ACTIONS[action].roles
        roles = like.roles if may & set(like.roles) else tuple(sorted(may))
        repeated = replace(like, action=action, roles=roles)
        with_others = _therapy(here, therapy.number, therapy.journey.patient)
        try:
            _done_by_somebody(here, with_others, repeated)
        except NotFound:
            continue
    if not _done_by_somebody(here, _therapy(here, therapy.number, therapy.journey.patient), step):
        raise Refused(step.action, [])


def _done_by_somebody(here: InMemory, therapy: Therapy, step: JourneyStep) -> bool:
    seen = here.look_around()
    act = acts.of(step.action)
    assert act is not None, f"nobody in the demonstration knows how to do {step.action}"
    for account in player.candidates(here.service, therapy, step, seen):
        try:
            command = act(player.look(here.service, therapy, step.action, account.actor, seen))
            here.perform(Request(step.action, account.actor, f"{therapy.number}/{len(here.acts)}", command))
        except (Forbidden, NotFound, Refused):
            continue
        return True
    return False


#: A therapy in trouble: warm on its way, a deviation in production, a test that fails, supplied all the same.
IN_TROUBLE = {
    "complete-steps": "deviation",
    "record-results": "failing_viability",
}


@cache
def told_of_this_release() -> History:
    """With the programmes and courses that come with this version."""
    programmes, courses = therapies.released()
    return told(Library(programmes.all(), courses))


def told(programmes: Programmes) -> History:
    """Two therapies side by side from enrolment to the reaction, one of them to its end; then one in trouble."""
    here = begun(programmes)
    # The one whose acts go wrong comes second, so that there is somebody whose number or wristband is taken for theirs.
    going = [enrolled(here, number) for number in (1, 0)][::-1]
    while _waits(going[-1]):
        going = [_a_stage(here, therapy) for therapy in going]
    _told_further(here, going[0])
    for to in going[-1].programme.journey:
        if to.timepoint:
            going[-1] = _act(here, going[-1])
    _in_trouble(here, going[0])
    _abroad(here)
    here.therapy = here.stage = ""
    for each in (classroom, administration, devices, oversight, inspection):
        each.furnish(Beginning(here.service, SEED))
    _all(here, put_right.repaired_and_used(here))
    telling.after(here)
    between = tuple(_interrupting(here, going[0]))
    beside = (*departures.told_beside(here), *in_vain.told_beside(here))
    return History(tuple(here.acts), programmes, between, tuple(_attempted(here)), beside)


def _told_further(here: InMemory, therapy: Therapy) -> None:
    """What comes after the first report, and for a while nobody new."""
    here.therapy = str(therapy.number)
    for told in (after_the_cells.measured, after_the_cells.told_further, after_the_cells.held_for_a_while):
        _all(here, told(_scene(here, therapy)))


def _interrupting(here: InMemory, therapy: Therapy) -> Iterator[Move]:
    """Asked of nobody yet; each may be at any time."""
    number, journey = str(therapy.number), therapy.journey
    commands = [told.move.command for told in here.acts if told.therapy in ("", number)]
    here.now = BEGINS
    for at, asked in enumerate(
        interruptions.of_therapy(commands, Patient(journey.patient), Chain(journey.chain), BEGINS)
    ):
        actor, action, command = asked
        yield replace(here.move(Request(action, actor, f"between/{at}", command)), position=len(here.acts) + at)


def _attempted(here: InMemory) -> Iterator[Move]:
    """Before a product that fails is decided about."""
    for told in [told for told in here.acts if told.move.action.name == "quality.supply_under_exception"]:
        here.now = BEGINS
        made = here.of(BATCH, told.move.command.batch)
        for at, asked in enumerate(interruptions.of_decision(told.move.command.batch, made.final_containers)):
            actor, action, command = asked
            move = here.move(Request(action, actor, f"attempt/{at}", command))
            yield replace(move, position=2 * len(here.acts) + at)


def _in_trouble(here: InMemory, other: Therapy) -> None:
    """From a wrong wristband to a bag that is given after its time."""
    therapy = enrolled(here, 2)
    beside, waiting = dict(errors.BEFORE), dict(mishaps.BEFORE)
    theirs = here.of(COLLECTION, Chain(other.journey.chain)).units[-1]
    while (step := player.open_step(therapy)).id != "check-bedside" or waiting:
        if step.id in beside:
            therapy = _mishaps(here, therapy, beside.pop(step.id))
            continue
        here.therapy, here.stage = str(therapy.number), step.stage
        for mishap in waiting.pop(step.id, ()):
            _all(here, mishap(_scene(here, therapy), Patient(other.journey.patient), theirs))
            therapy = _therapy(here, therapy.number, therapy.journey.patient)
        if player.open_step(therapy).id == step.id != "check-bedside":
            therapy = _act(here, therapy, IN_TROUBLE)
    here.advance(put_right.TOO_LATE_MIN / 60)
    unit = acts.ACTS["infusion.start"](_scene(here, therapy))["unit"]
    _all(here, put_right.emergency(unit))
    for _ in ("check", "confirm"):
        therapy = _act(here, therapy)
    _all(here, put_right.given_in_emergency(unit))
    finished = acts.ACTS["infusion.finish"](_scene(here, therapy))
    _all(here, iter([(people.in_role("infusion", people.CENTRE)[0].actor, "infusion.finish", finished)]))
    left = next(bag for bag in _scene(here, therapy).bags if bag != unit)
    _all(here, put_right.disposed_of(Chain(therapy.journey.chain), left))


def _abroad(here: InMemory) -> None:
    """A product that fails and goes to another jurisdiction, decided about before its audit trail is read."""
    therapy, decided = enrolled(here, 3, people.CENTRE_US), "supply-exception"
    while not player.is_done(therapy, decided):
        step = player.open_step(therapy)
        if step.id == "review-audit-trail":
            therapy = _mishaps(here, therapy, (errors.reviewed_later,))
            steps = {each.id: each for each in therapy.programme.journey}
            for waits in ("request-exception", "record-expanded-access", decided):
                _in_time(here, _therapy(here, therapy.number, therapy.journey.patient), steps[waits])
            return
        therapy = _act(here, therapy, {"record-results": "failing_viability"})


def _mishaps(here: InMemory, therapy: Therapy, told: Sequence[errors.Mishap]) -> Therapy:
    """What happens before a step."""

    def look(name: str) -> Scene:
        again, actor = _therapy(here, therapy.number, therapy.journey.patient), by(name)
        return player.look(here.service, again, "", actor, here.look_around())

    for each in told:
        here.stage = each.__name__.replace("_", " ")
        each(Do(here), look)
    return _therapy(here, therapy.number, therapy.journey.patient)


def _scene(here: InMemory, therapy: Therapy) -> Scene:
    return player.look(here.service, therapy, "", people.INTERFACE.actor, here.look_around())


def _all(here: InMemory, asked: Iterator[put_right.Asked]) -> Sequence[str]:
    """One after the other; what the last one was about."""
    about: Sequence[str] = ()
    for actor, action, command in asked:
        about = here.perform(Request(action, actor, f"put-right/{len(here.acts)}", command)).entries[0].subjects
    return about


def _waits(therapy: Therapy) -> bool:
    """Whether there is an act to do, other than a visit in some weeks or months."""
    return not player.is_done(therapy, player.END) and not player.open_step(therapy).timepoint


def _a_stage(here: InMemory, therapy: Therapy, trouble: Mapping[str, str] = NO_TROUBLE) -> Therapy:
    """Nobody waits in the middle of one: cells are out of the cold there."""
    stage = player.open_step(therapy).stage if _waits(therapy) else ""
    while _waits(therapy) and player.open_step(therapy).stage == stage:
        therapy = _act(here, therapy, trouble)
    return therapy


def _act(here: InMemory, therapy: Therapy, trouble: Mapping[str, str] = NO_TROUBLE) -> Therapy:
    step = player.open_step(therapy)
    here.therapy, here.stage = str(therapy.number), step.stage
    named = trouble.get(step.id, "")
    if named and (here.therapy, named) not in here.nonces:
        here.nonces.add((here.therapy, named))
        turn = turns.TURNS[named]
        actor = turns.actor_of(turn, therapy)
        looked = player.look(here.service, therapy, turn.action, actor, here.look_around())
        here.perform(Request(turn.action, actor, f"{therapy.number}/{named}", turn.command(looked)))
    else:
        _in_time(here, therapy, step)
    return _therapy(here, therapy.number, therapy.journey.patient)
