"""Add a document to an application that is open."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Application
from coign.kernel.values import Actor, Digest
from coign.regulatory import application_gates as gates
from coign.regulatory.events import DocumentAdded
from coign.regulatory.state import APPLICATION


@dataclass(frozen=True, slots=True, kw_only=True)
class AddDocument:
    """Which application, what the document is called, and the document."""

    application: Application = field(metadata=asks("Application", "choose", options="applications"))
    name: str = field(metadata=asks("Name", hint="what it is, without names of people"))
    document: Digest = field(metadata=asks("The document", "upload"))


def _reads(asked: AddDocument, actor: Actor) -> Sequence[Read]:
    return (Read(asked.application, APPLICATION),)


def _decide(asked: AddDocument, known: Circumstances) -> Sequence[DocumentAdded]:
    return (
        DocumentAdded(application=asked.application, name=asked.name, document=asked.document, by=known.actor.person),
    )


ACTION = Action(
    name="regulatory.add_document",
    title="Add a document",
    command=AddDocument,
    roles=frozenset({"regulatory"}),
    reads=_reads,
    gates=(
        gates.application_is_open,
        gates.application_is_yours,
        gates.dossier_is_readable,
    ),
    decide=_decide,
    emits=(DocumentAdded,),
    requirements=("REG-02",),
    risk=Risk.DATA,
    rationale="What was read and what was sent must be the same file.",
)
