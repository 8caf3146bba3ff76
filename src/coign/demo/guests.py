"""People in a role of another house: a maker with a ward of its own, and a hospital that makes. Told in memory only.

Whoever is one of them may do what the role does, and must not do it for the therapies of the other house.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from coign.demo import people
from coign.demo.seed import roles_for
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor, Instant
from coign.programmes.model import ProgrammeVersion
from coign.service import keys

Asked = tuple[Actor, str, Mapping[str, Any]]
QUALIFIED_DAYS = 300
ON_THE_WARD = ("coordinator", "physician", "nurse", "celllab", "infusion", "pharmacist")
AT_THE_PLANT = ("operator", "warehouse", "analyst", "qcreviewer", "qa", "qp", "safety", "regulatory")
#: Where there is one person in a role, there is a second one.
ROLES: Mapping[Organisation, tuple[str, ...]] = {
    people.MAKER: (*ON_THE_WARD, "analyst", "qcreviewer", "qa", "qp", "safety"),
    people.CENTRE: (*AT_THE_PLANT, "coordinator", "physician", "pharmacist"),
}
#: Who holds a second role: they may do what a second person is asked for, and must not for their own work.
SECOND_ROLES = (
    ("celllab-1", "nurse", people.CENTRE), ("nurse-1", "coordinator", people.CENTRE),
    ("physician-1", "infusion", people.CENTRE), ("celllab-2", "courier", people.COURIER),
)  # fmt: skip
SECOND_COURIER = Organisation.of("second-courier")


def welcomed(
    versions: Sequence[ProgrammeVersion], now: Instant, evidence: str, key_of: Callable[[Person], str]
) -> Iterator[Asked]:
    """Each registered, with the role and a key, and qualified for what it asks for; and another courier's house."""
    courier = {"organisation": SECOND_COURIER, "name": "Second Couriers", "category": "courier", "country": "NL"}
    yield _admin(people.MAKER), "people.register_organisation", courier
    for house, roles in ROLES.items():
        for role in roles:
            guest = Person.of(f"{role}-{house.identifier}")
            yield _registered(guest, house)
            yield _with_role(guest, role, house)
            yield from _enrolled(guest, house, key_of(guest), evidence)
            for task in _tasks(versions, role):
                yield _qualified(guest, task, now, evidence)
    for name, role, house in SECOND_ROLES:
        yield _with_role(Person.of(name), role, house)
        for task in _tasks(versions, role):
            if not {name.rpartition("-")[0]} & {r for v in versions for r in roles_for(v, task)}:
                yield _qualified(Person.of(name), task, now, evidence)


def _tasks(versions: Sequence[ProgrammeVersion], role: str) -> list[str]:
    return sorted({task for version in versions for task in version.tasks if role in roles_for(version, task)})


def _registered(guest: Person, house: Organisation) -> Asked:
    who = {"person": guest, "organisation": house, "name": f"Guest {guest.identifier}"}
    return _admin(house), "people.register_person", who


def _with_role(person: Person, role: str, house: Organisation) -> Asked:
    return _admin(house), "people.grant_role", {"person": person, "organisation": house, "role": role}


def _enrolled(guest: Person, house: Organisation, public_key: str, evidence: str) -> Iterator[Asked]:
    key = {"person": guest, "credential": keys.credential_of(guest, keys.DEMONSTRATION)}
    proposal = {**key, "method": keys.DEMONSTRATION, "public_key": public_key, "evidence": evidence}
    yield _admin(house), "people.propose_authenticator", proposal
    yield _admin(house, 1), "people.confirm_authenticator", key


def _qualified(person: Person, task: str, now: Instant, evidence: str) -> Asked:
    told = {"person": person, "task": task, "until": now.plus(days=QUALIFIED_DAYS), "evidence": evidence}
    return people.in_role("trainer", people.MAKER)[0].actor, "training.qualify", told


def _admin(house: Organisation, number: int = 0) -> Actor:
    admin = people.in_role("admin", people.MAKER)[number]
    return Actor(admin.person, admin.role, house)
