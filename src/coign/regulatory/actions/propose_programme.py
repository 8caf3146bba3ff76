"""Propose a version of a programme: the first of two signatures that put it in force."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Programme
from coign.kernel.values import Actor, Digest
from coign.regulatory import gates
from coign.regulatory.events import ProgrammeProposed
from coign.regulatory.views import PROGRAMME


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeProgramme:
    """Which programme, and the hash of the file that was read."""

    programme: Programme = field(metadata=asks("Programme", "choose", options="programmes"))
    version: Digest = field(metadata=asks("Version", "choose", options="programme_versions"))


def _reads(asked: ProposeProgramme, actor: Actor) -> Sequence[Read]:
    return (Read(asked.programme, PROGRAMME),)


def _decide(asked: ProposeProgramme, known: Circumstances) -> Sequence[ProgrammeProposed]:
    return (ProgrammeProposed(programme=asked.programme, version=asked.version, by=known.actor.person),)


ACTION = Action(
    name="regulatory.propose_programme",
    title="Propose a version of a programme",
    command=ProposeProgramme,
    roles=frozenset({"regulatory"}),
    reads=_reads,
    gates=(gates.version_is_here, gates.version_is_news),
    decide=_decide,
    emits=(ProgrammeProposed,),
    requirements=("GMP-06", "GMP-27", "CSV-11"),
    risk=Risk.PATIENT,
    rationale="A programme holds every limit: a wrong one opens gates that should be shut.",
    meaning="proposed",
)
