"""People in a role of another house: a maker with a ward of its own, and a hospital that makes. Told in memory only.

Whoever is one of them may do what the role does, and must not do it for the therapies of the other house.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coign.demo import people
from coign.demo.seed import roles_for
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor, Instant
from coign.programmes.model import ProgrammeVersion

Asked = tuple[Actor, str, Mapping[str, Any]]
QUALIFIED_DAYS = 300
ON_THE_WARD = ("coordinator", "physician", "nurse", "celllab", "infusion", "pharmacist")
AT_THE_PLANT = ("operator", "warehouse", "analyst", "qcreviewer", "qa", "qp", "safety", "regulatory")
ROLES: Mapping[Organisation, tuple[str, ...]] = {people.MAKER: ON_THE_WARD, people.CENTRE: AT_THE_PLANT}


def welcomed(versions: Sequence[ProgrammeVersion], now: Instant, evidence: str) -> Iterator[Asked]:
    """Each registered, with the role, and qualified for what it asks for."""
    trainer = people.in_role("trainer", people.MAKER)[0].actor
    for house, roles in ROLES.items():
        for role in roles:
            guest = Person.of(f"{role}-{house.identifier}")
            yield from _registered(guest, role, house)
            for task in sorted({t for v in versions for t in v.tasks if role in roles_for(v, t)}):
                told = {"person": guest, "task": task, "until": now.plus(days=QUALIFIED_DAYS), "evidence": evidence}
                yield trainer, "training.qualify", told


def _registered(guest: Person, role: str, house: Organisation) -> Iterator[Asked]:
    admin = people.in_role("admin", people.MAKER)[0]
    by, who = Actor(admin.person, admin.role, house), {"person": guest, "organisation": house}
    yield by, "people.register_person", {**who, "name": f"Guest {guest.identifier}"}
    yield by, "people.grant_role", {**who, "role": role}
