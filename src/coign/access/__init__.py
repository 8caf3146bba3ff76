"""Who looked at whose identity, and who took a copy of what: the actions of the access ledger."""

from collections.abc import Sequence
from dataclasses import field
from typing import get_args

from coign.access.events import CopyTaken, IdentitiesShown
from coign.access.views import COPIES, LOOKS
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Patient
from coign.kernel.values import Actor, Digest
from coign.people.authority import LEDGER
from coign.people.events import Role

#: Everybody; and the record itself, in whose name a command on the machine takes what nobody signed in for.
TAKERS = frozenset({*get_args(Role), LEDGER})


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
    roles=TAKERS,
    reads=_reads,
    gates=(),
    decide=_decide,
    emits=(IdentitiesShown,),
    requirements=("CSV-05", "CSV-42"),
    risk=Risk.DATA,
    rationale="A look that leaves no trace cannot be questioned; the page itself decides whether it may be shown.",
    beyond_sight=("patients",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCopy:
    """What was taken away as a file or on paper, from which page, and the hash of its bytes."""

    what: str = field(metadata=asks("What", "known"))
    sha256: Digest = field(metadata=asks("Hash", "known"))
    page: str = field(metadata=asks("Page", "known"))


def _taken(asked: TakeCopy, known: Circumstances) -> Sequence[CopyTaken]:
    actor = known.actor
    return (
        CopyTaken(
            by=actor.person, role=actor.role, organisation=actor.organisation,
            what=asked.what, sha256=asked.sha256, page=asked.page,
        ),
    )  # fmt: skip


TAKE_COPY = Action(
    name="access.take_copy",
    title="Take a copy away",
    command=TakeCopy,
    roles=TAKERS,
    reads=lambda asked, actor: (Read(actor.person, COPIES),),
    gates=(),
    decide=_taken,
    emits=(CopyTaken,),
    requirements=("REG-10", "CSV-02", "CSV-05"),
    risk=Risk.DATA,
    rationale="Nobody calls a file back, so it must be known who has which; the page decides whether it may be taken.",
)

ACTIONS = (LOOK, TAKE_COPY)
VIEWS = (LOOKS, COPIES)
