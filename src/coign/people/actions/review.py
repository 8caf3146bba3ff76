"""Look again at somebody's access to an organisation: it is still needed, or it ends."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.people import gates, reset_gates
from coign.people.events import AccessConfirmed, AccessEnded
from coign.people.views import AUTHORITY


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmAccess:
    """Whose roles for the reviewer's organisation are all still needed."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAccess:
    """Whose roles for the reviewer's organisation end."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))


def _confirm(asked: ConfirmAccess, known: Circumstances) -> Sequence[AccessConfirmed]:
    actor = known.actor
    return (AccessConfirmed(person=asked.person, organisation=actor.organisation, reviewed_by=actor.person),)


CONFIRM_ACCESS = Action(
    name="people.confirm_access",
    title="Review: access is still needed",
    command=ConfirmAccess,
    roles=frozenset({"admin"}),
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY),),
    gates=(reset_gates.has_access_here, gates.not_oneself),
    decide=_confirm,
    emits=(AccessConfirmed,),
    requirements=("CSV-24",),
    risk=Risk.DATA,
    rationale="Rights outlive the work they were given for unless somebody looks again.",
)


def _end(asked: EndAccess, known: Circumstances) -> Sequence[AccessEnded]:
    actor = known.actor
    return (AccessEnded(person=asked.person, organisation=actor.organisation, reviewed_by=actor.person),)


END_ACCESS = Action(
    name="people.end_access",
    title="Review: access ends",
    command=EndAccess,
    roles=frozenset({"admin"}),
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY),),
    gates=(reset_gates.has_access_here, gates.not_oneself),
    decide=_end,
    emits=(AccessEnded,),
    requirements=("CSV-24",),
    risk=Risk.DATA,
    rationale="Whoever moved on to other work must not keep the rights of the old one.",
)
