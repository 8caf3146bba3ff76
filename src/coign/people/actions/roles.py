"""Give a role to a person, and take it away."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Instant
from coign.people import gates, own_gates
from coign.people.events import Role, RoleGranted, RoleRevoked
from coign.people.views import AUTHORITY, ORGANISATION


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRole:
    """Who may act in which role for which organisation, and until when."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    role: Role = field(metadata=asks("Role", "choose"))
    organisation: Organisation = field(metadata=asks("For", "choose", options="organisations"))
    until: Instant | None = field(
        default=None, metadata=asks("Until", hint="leave empty when it does not end; an inspector's always does")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeRole:
    """Which role ends now."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    role: Role = field(metadata=asks("Role", "choose"))
    organisation: Organisation = field(metadata=asks("For", "choose", options="organisations"))


def _grant(asked: GrantRole, known: Circumstances) -> Sequence[RoleGranted]:
    return (RoleGranted(person=asked.person, role=asked.role, organisation=asked.organisation, until=asked.until),)


GRANT_ROLE = Action(
    name="people.grant_role",
    title="Give a role",
    command=GrantRole,
    roles=frozenset({"admin", "setup"}),
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY), Read(asked.organisation, ORGANISATION)),
    gates=(
        gates.person_is_active,
        gates.organisation_is_registered,
        gates.not_oneself,
        gates.roles_are_separate,
        gates.administrators_take_two,
        gates.inspectors_access_ends,
        own_gates.is_for_own_organisation,
    ),
    decide=_grant,
    emits=(RoleGranted,),
    requirements=("CSV-24", "CSV-06", "GMP-02", "REG-10"),
    risk=Risk.PATIENT,
    rationale="A role opens every gate of authority: given to the wrong person it lets them release or infuse.",
)


def _revoke(asked: RevokeRole, known: Circumstances) -> Sequence[RoleRevoked]:
    return (RoleRevoked(person=asked.person, role=asked.role, organisation=asked.organisation),)


REVOKE_ROLE = Action(
    name="people.revoke_role",
    title="Take a role away",
    command=RevokeRole,
    roles=frozenset({"admin"}),
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY), Read(asked.organisation, ORGANISATION)),
    gates=(gates.role_is_held, own_gates.is_for_own_organisation),
    decide=_revoke,
    emits=(RoleRevoked,),
    requirements=("CSV-08", "CSV-24"),
    risk=Risk.DATA,
    rationale="Must work at once: authority is asked at commit.",
)
