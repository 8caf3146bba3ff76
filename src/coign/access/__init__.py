"""Who looked at whose identity: the one action of the access ledger."""

from collections.abc import Sequence
from dataclasses import field
from typing import get_args

from coign.access.events import IdentitiesShown
from coign.access.views import LOOKS
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Patient
from coign.kernel.values import Actor
from coign.people.events import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Whose identity was shown, and on which page or answer."""

    patients: tuple[Patient, ...] = field(metadata=asks("Patients", "known"))
    page: str = field(metadata=asks("Page", "known"))


def _reads(asked: Look, actor: Actor) -> Sequence[Read]:
    return tuple(Read(patient, LOOKS) for patient in asked.patients)


def _decide(asked: Look, known: Circumstances) -> Sequence[IdentitiesShown]:
    actor = known.actor
    return (
        IdentitiesShown(
            patients=asked.patients, to=actor.person, role=actor.role, organisation=actor.organisation, page=asked.page
        ),
    )


LOOK = Action(
    name="access.look",
    title="Look at an identity",
    command=Look,
    roles=frozenset(get_args(Role)),
    reads=_reads,
    gates=(),
    decide=_decide,
    emits=(IdentitiesShown,),
    requirements=("CSV-05", "CSV-42"),
    risk=Risk.DATA,
    rationale="A look that leaves no trace cannot be questioned; the page itself decides whether it may be shown.",
    beyond_sight=("patients",),
)

ACTIONS = (LOOK,)
VIEWS = (LOOKS,)
