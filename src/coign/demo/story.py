"""Several therapies side by side, each up to its stage, with plausible time between two acts."""

import heapq
import random
from collections.abc import Iterator

from coign.demo import (
    administration,
    classroom,
    devices,
    inspection,
    oversight,
    pace,
    patients,
    people,
    plans,
    player,
    scene,
    stock,
    turns,
)
from coign.demo.acts.centre import settle_identity
from coign.demo.plans import Plan
from coign.demo.scene import Therapy
from coign.demo.seed import Progress, Seeding
from coign.demo.turns import TURNS
from coign.kernel.errors import NotFound, Refused
from coign.kernel.subjects import Person
from coign.kernel.values import Actor, Instant
from coign.ledger.entries import Entry
from coign.service import Service, heads

#: As many as `make run` tells.
JOURNEYS = 40
#: How long somebody waits for a free room or shipper before they look again, and how often.
LOOK_AGAIN_H, LOOKS_MAX = 4, 90


def tell(service: Service, seed: int, journeys: int = JOURNEYS, progress: Progress = lambda line: None) -> int:
    """The whole story: its beginning, then every therapy up to its stage. How many acts of therapies were entered.

    Where it was interrupted it goes on; what was told to its end is not told again, whatever people made of it since.
    """
    seeding = Seeding(service, seed, progress)
    if is_told(seeding, journeys):
        return 0
    seeding.run(journeys)
    service.catch_up()
    acts = 0
    for line in _Telling(seeding, journeys).acts():
        acts += 1
        progress(f"[{acts:>4}] {line}")
    classroom.furnish(seeding)
    administration.furnish(seeding)
    devices.furnish(seeding)
    oversight.furnish(seeding)
    inspection.furnish(seeding)
    # So that whoever looks at the demonstration finds one, at the same place in every telling.
    with scene.connection(service) as connection:
        heads.enter(connection, service.ledger_id, service.door)
    return acts


def how_many(service: Service, seed: int) -> int:
    """As many therapies as this record's story has; as many as `make run` tells where it has not come to its end."""
    return enrolled(service, seed) if oversight.is_furnished(Seeding(service, seed)) else JOURNEYS


def is_told(seeding: Seeding, journeys: int) -> bool:
    """Whether a story of so many therapies came to its end."""
    return oversight.is_furnished(seeding) and enrolled(seeding.service, seeding.seed) >= journeys


def enrolled(service: Service, seed: int) -> int:
    """How many therapies of the story were begun."""
    with scene.connection(service) as reads:
        row = reads.execute(
            "select count(*) from nonce where ledger_id = %s and person = any(%s) and nonce like %s",
            (service.ledger_id, [str(p) for p in _coordinators()], f"seed/{seed}/therapy/%/enrol"),
        ).fetchone()
    assert row is not None
    return int(row[0])


def _coordinator(number: int) -> Actor:
    """Who enrols the patient of the therapy with this number."""
    return people.in_role("coordinator", plans.plan_of(number).centre)[0].actor


def _coordinators() -> set[Person]:
    return {_coordinator(number).person for number in range(len(plans.PLANS))}


def take_turn(seeding: Seeding, therapy: Therapy, name: str) -> str:
    """What goes wrong in a therapy, in place of what should come; gives the title of the act."""
    turn, service = TURNS[name], seeding.service
    actor = turns.actor_of(turn, therapy)
    done = seeding.once(
        _turn(therapy.number, name),
        actor,
        turn.action,
        lambda: turn.command(player.look(service, therapy, turn.action, actor, {})),
    )
    if done is not None:
        player.settled(service, done)
    return service.door.actions[turn.action].title


class _Telling:
    """Who is where in the story; what comes first in time is entered first."""

    def __init__(self, seeding: Seeding, journeys: int) -> None:
        self._seeding, self._service = seeding, seeding.service
        self._began, self._rooms_kept = _began(self._service), 0
        self._begins = self._began.plus(days=plans.days_before_the_first(journeys))
        self._therapies = {number: self._enrolled(number) for number in range(journeys)}
        self._looks = dict.fromkeys(range(journeys), 0)

    def acts(self) -> Iterator[str]:
        """One act after another, whichever therapy it belongs to."""
        coming = [(moment, n) for n in self._therapies if (moment := self._due(n)) is not None]
        heapq.heapify(coming)
        while coming:
            moment, number = heapq.heappop(coming)
            player.wait_until(self._service, moment)
            self._keep_rooms()
            try:
                yield self._act(number)
                self._looks[number] = 0
                following = self._due(number)
            except (NotFound, Refused):  # no room or shipper is free, or the agreed day has not come
                self._looks[number] += 1
                if self._looks[number] > LOOKS_MAX:
                    raise
                following = self._seeding.now.plus(hours=LOOK_AGAIN_H)
            if following is not None:
                heapq.heappush(coming, (following, number))

    def _keep_rooms(self) -> None:
        """Rooms are qualified again before their time is over."""
        days = (self._seeding.now.moment.date() - self._began.moment.date()).days
        times = days // stock.QUALIFIED_EACH_DAYS
        while self._rooms_kept < times:
            self._rooms_kept += 1
            stock.qualify_rooms(self._seeding, self._rooms_kept)

    def _due(self, number: int) -> Instant | None:
        """When the next act of a therapy comes; None: it is where it should be."""
        therapy, plan = self._therapies[number], plans.plan_of(number)
        if therapy is None:
            chance = random.Random(f"{self._seeding.seed}/{_enrolment(number)}")  # noqa: S311 - a story, no secret
            return pace.in_the_morning(self._begins.plus(days=plan.begins_day), chance, people.zone_of(plan.centre))
        if self._has_arrived(therapy, plan):
            return None
        if self._changes_name(therapy):
            return Instant(therapy.journey.updated)
        return player.due(self._service, therapy, player.open_step(therapy))

    def _enrolled(self, number: int) -> Therapy | None:
        """The therapy that this part of the story began, if it has come so far."""
        with scene.connection(self._service) as reads:
            row = reads.execute(
                "select s.subject from nonce n join entry_subject s using (ledger_id, position) where n.ledger_id = %s "
                "and n.person = %s and n.nonce = %s and s.subject like 'patient:%%' and s.seq is not null",
                (
                    self._service.ledger_id,
                    str(_coordinator(number).person),
                    f"seed/{self._seeding.seed}/{_enrolment(number)}",
                ),
            ).fetchone()
        return scene.find(self._service, row[0]) if row is not None else None

    def _has_arrived(self, therapy: Therapy, plan: Plan) -> bool:
        partly = len(therapy.journey.partly.get(plan.to, ()))
        if plan.stays_there and plan.turns and self._turned(therapy, plan.turns[-1][1]):
            return True
        return player.is_done(therapy, plan.to) or bool(plan.times and partly >= plan.times)

    def _turned(self, therapy: Therapy, name: str) -> bool:
        return self._seeding.stands(turns.actor_of(TURNS[name], therapy), _turn(therapy.number, name))

    def _act(self, number: int) -> str:
        therapy = self._therapies[number]
        if therapy is None:
            return self._enrol(number)
        if self._changes_name(therapy):
            said = self._change_name(therapy)
        else:
            step = player.open_step(therapy)
            named = dict(plans.plan_of(number).turns).get(step.id, "")
            if named and not self._turned(therapy, named):
                said = take_turn(self._seeding, therapy, named)
            else:
                player.perform_next_of(self._service, therapy, step)
                said = step.title
        self._therapies[number] = scene.again(self._service, therapy)
        return f"{therapy.journey.chain or therapy.journey.patient}  {said}"

    def _enrol(self, number: int) -> str:
        who = patients.patient(self._seeding.seed, number)
        done = self._seeding.once(
            _enrolment(number),
            _coordinator(number),
            "clinical.enrol",
            lambda: {
                "family_name": who.family_name,
                "given_name": who.given_name,
                "birth_date": who.birth_date,
                "hospital_number": who.hospital_number,
            },
        )
        if done is not None:
            player.settled(self._service, done)
        self._therapies[number] = self._enrolled(number)
        return f"therapy {number + 1}: enrolled"

    def _changes_name(self, therapy: Therapy) -> bool:
        """Once production has begun, so that the name on the order and the name on the wristband differ."""
        new = patients.patient(self._seeding.seed, therapy.number).new_family_name
        return bool(
            new
            and "start-batch" in therapy.journey.done
            and not self._seeding.stands(_coordinator(therapy.number), _new_name(therapy.number))
        )

    def _change_name(self, therapy: Therapy) -> str:
        new = patients.patient(self._seeding.seed, therapy.number).new_family_name
        done = self._seeding.once(
            _new_name(therapy.number),
            _coordinator(therapy.number),
            "clinical.correct_identity",
            lambda: {
                "patient": therapy.journey.patient,
                "family_name": new,
                "evidence": self._seeding.keep(f"Marriage certificate of {therapy.journey.patient}."),
            },
        )
        if done is not None:
            player.settled(self._service, done)
        self._settle(therapy)
        return "Change of name"

    def _settle(self, therapy: Therapy) -> None:
        """A nurse looks at wristband and certificate."""
        nurse = people.in_role("nurse", plans.plan_of(therapy.number).centre)[0].actor
        done = self._seeding.once(
            f"{_new_name(therapy.number)}/settled",
            nurse,
            player.SETTLE,
            lambda: settle_identity(player.look(self._service, therapy, player.SETTLE, nurse, {})),
        )
        if done is not None:
            player.settled(self._service, done)


def _enrolment(number: int) -> str:
    return f"therapy/{number}/enrol"


def _new_name(number: int) -> str:
    return f"therapy/{number}/new-name"


def _turn(number: int, name: str) -> str:
    return f"therapy/{number}/{name}"


def _began(service: Service) -> Instant:
    """The record's first instant."""
    with scene.connection(service) as reads:
        row = reads.execute(
            "select body from entry where ledger_id = %s and position = 0", (service.ledger_id,)
        ).fetchone()
    assert row is not None, "the record has a first entry"
    return Entry(0, bytes(row[0])).time
