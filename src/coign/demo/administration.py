"""What waits for administrators at the story's end: keys that one of them proposed and the other looks at."""

from typing import TYPE_CHECKING, Any

from coign.demo import people
from coign.service import keys

if TYPE_CHECKING:
    from coign.demo.seed import Seeding

#: Who proposed a further key for whom: the one with which the server signs for somebody's password and code.
PROPOSED = (
    ("admin-1", "analyst-1"),
    ("admin-1", "qcreviewer-1"),
    ("admin-2", "operator-3"),
    ("admin-2", "warehouse-2"),
)


def furnish(seeding: "Seeding") -> None:
    """Every proposal; what is there already stays as it is."""
    for admin, name in PROPOSED:
        by, whose = people.account(admin), people.account(name)
        assert by is not None
        assert whose is not None

        def proposal(person: Any = whose.person) -> dict[str, Any]:
            return {
                "person": person,
                "credential": keys.credential_of(person, keys.ATTESTED),
                "method": keys.ATTESTED,
                "public_key": keys.public_key_for(seeding.service, person, keys.ATTESTED),
                "evidence": seeding.keep(f"Identity document of {person} seen by an administrator, copy not kept."),
            }

        seeding.once(f"further-key/{name}", by.actor, "people.propose_authenticator", proposal)
