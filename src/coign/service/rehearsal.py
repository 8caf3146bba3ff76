"""A temporary installation where two organisations hand units to and fro: what drills break and what bench measures."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from coign.database import Supervisor, temporary
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor
from coign.perform.door import Door
from coign.perform.request import Request, Source
from coign.service import SETUP, Service, Settings

HOSPITAL, MAKER = Organisation("organisation:drill-hospital"), Organisation("organisation:drill-maker")
#: Two who may resume a record that was shut.
ADMINISTRATORS = tuple(Actor(Person(f"person:drill-admin-{n}"), "admin", HOSPITAL) for n in (1, 2))
_ORGANISATIONS = (
    (HOSPITAL, "Drill Hospital", "treatment_centre", "celllab"),
    (MAKER, "Drill Maker", "maker", "warehouse"),
)


@contextmanager
def installation(callers: int) -> Iterator[tuple[Path, Supervisor]]:
    """A temporary installation with its people; its database is held here, so that processes may come and go."""
    with temporary() as supervisor:
        supervisor.start()
        home = supervisor.places.home
        with Service.open(settings=Settings(home=home, demonstration=False)) as service:
            set_up(service.door, callers)
        yield home, supervisor


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who hand units to one another."""

    giver: Actor
    taker: Actor


def pairs(callers: int) -> list[Pair]:
    """One pair for each caller, all of them different people."""
    return [Pair(_actor(HOSPITAL, "celllab", n), _actor(MAKER, "warehouse", n)) for n in range(callers)]


def _actor(organisation: Organisation, role: str, number: int) -> Actor:
    return Actor(Person(f"person:{role}-{number}"), role, organisation)


def set_up(door: Door, callers: int, *, besides: Sequence[Actor] = ()) -> None:
    """Register organisations and people, those `besides` as well, and finish set-up. Repeating it changes nothing."""
    requests: list[Request] = []
    for organisation, name, category, role in _ORGANISATIONS:
        fields = {"organisation": organisation, "name": name, "category": category, "country": "DE"}
        requests.append(_request("people.register_organisation", f"setup-{organisation}", fields))
        for number in range(callers):
            requests += _registered(_actor(organisation, role, number))
    for actor in (*ADMINISTRATORS, *besides):
        requests += _registered(actor)
    requests.append(_request("installation.finish_setup", "setup-finished", {}))
    for start in range(0, len(requests), 200):
        door.perform_all(requests[start : start + 200])


def _registered(actor: Actor) -> list[Request]:
    who = {"person": actor.person, "organisation": actor.organisation}
    named = {**who, "name": f"Drill {actor.person.identifier}"}
    return [
        _request("people.register_person", f"setup-{actor.person}", named),
        _request("people.grant_role", f"setup-{actor.person}-role", {**who, "role": actor.role}),
    ]


def resume(door: Door, finding: str) -> int:
    """Two administrators look at what shut the record and let it go on; where the entry stands that says so."""
    one, other = ADMINISTRATORS
    door.perform(_by(one, "installation.propose_resume", f"propose: {finding}", {"finding": finding}))
    return door.perform(_by(other, "installation.agree_to_resume", f"agree: {finding}", {})).position


def _request(action: str, nonce: str, command: Mapping[str, object]) -> Request:
    return _by(SETUP, action, nonce, command)


def _by(actor: Actor, action: str, nonce: str, command: Mapping[str, object]) -> Request:
    return Request(action, actor, nonce, command, source=Source.INSIDE)


def take_in(unit: str, pair: Pair) -> Request:
    """The giver takes a new unit into custody."""
    return _by(pair.giver, "custody.take_in", f"{unit}-0", {"unit": f"unit:{unit}", "site": "site:drill"})


def hand_overs(unit: str, pair: Pair) -> Iterator[Request]:
    """A unit's endless story: taken in, then offered and accepted, there and back again."""
    yield take_in(unit, pair)
    keys = count(1)
    while True:
        for giver, taker in ((pair.giver, pair.taker), (pair.taker, pair.giver)):
            offered = {"unit": f"unit:{unit}", "to": taker.organisation, "seal": "S1"}
            yield _by(giver, "custody.offer", f"{unit}-{next(keys)}", offered)
            yield _by(taker, "custody.accept", f"{unit}-{next(keys)}", {"unit": f"unit:{unit}", "seal": "S1"})
