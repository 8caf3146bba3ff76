"""Approve a version of a programme: the second of two signatures; from now on it is in force."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Programme
from coign.kernel.values import Actor, Digest
from coign.regulatory import gates
from coign.regulatory.events import ProgrammeApproved
from coign.regulatory.views import PROGRAMME


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveProgramme:
    """Which programme, and the hash of the file that this person read for themselves."""

    programme: Programme = field(metadata=asks("Programme", "choose", options="programmes"))
    version: Digest = field(metadata=asks("Version", "choose", options="programme_versions"))


def _reads(asked: ApproveProgramme, actor: Actor) -> Sequence[Read]:
    return (Read(asked.programme, PROGRAMME),)


def _decide(asked: ApproveProgramme, known: Circumstances) -> Sequence[ProgrammeApproved]:
    proposed_by = known.state(PROGRAMME, asked.programme).proposed_by
    assert proposed_by is not None
    version = known.programmes.version(asked.version)
    return (
        ProgrammeApproved(
            programme=asked.programme, version=asked.version, proposed_by=proposed_by, by=known.actor.person,
            terms=version.terms_digest,
        ),
    )  # fmt: skip


ACTION = Action(
    name="regulatory.approve_programme",
    title="Approve a version of a programme",
    command=ApproveProgramme,
    roles=frozenset({"qa", "qp"}),
    reads=_reads,
    gates=(gates.version_is_proposed, gates.version_is_here, gates.approved_by_another),
    decide=_decide,
    emits=(ProgrammeApproved,),
    requirements=("GMP-06", "GMP-27", "CSV-11"),
    risk=Risk.PATIENT,
    rationale="A programme put in force by one person alone could change a limit that protects patients.",
    meaning="approved",
    second_of="regulatory.propose_programme",
)
