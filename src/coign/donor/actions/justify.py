"""Decide, signed, that cells may be made into a product although markers of their donor are open."""

from collections.abc import Sequence
from dataclasses import field

from coign.donor import gates
from coign.donor.events import OpenMarkersJustified
from coign.donor.views import TESTING
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import Actor, Digest, FreeText
from coign.people.views import ORGANISATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Justify:
    """For which therapy, why, and on what evidence; the markers that are open are read from the record."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    reason: FreeText = field(
        metadata=asks("Why the cells are used", hint="the risk to the patient and to those who handle the cells")
    )
    evidence: Digest = field(metadata=asks("Risk assessment", "upload"))


def reads_of_testing(asked: gates.OfChain, known: Circumstances) -> Sequence[Read]:
    """When the cells were collected, and whose rules hold there."""
    chain = known.state(CHAIN, asked.chain)
    units = chain.units_of_kind("starting_material")
    return (
        *(Read(unit, UNIT) for unit in units),
        *([Read(chain.centre, ORGANISATION)] if chain.centre is not None else []),
    )


def _reads(asked: Justify, actor: Actor) -> Sequence[Read]:
    return (Read(asked.chain, CHAIN), Read(asked.chain, TESTING))


def _decide(asked: Justify, known: Circumstances) -> Sequence[OpenMarkersJustified]:
    return (
        OpenMarkersJustified(
            chain=asked.chain,
            open=gates.open_now(asked.chain, known),
            reason=asked.reason,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="donor.justify",
    title="Decide to use cells with open donor tests",
    command=Justify,
    roles=frozenset({"physician", "qp"}),
    reads=_reads,
    then_reads=(reads_of_testing,),
    gates=(gates.markers_are_open,),
    decide=_decide,
    emits=(OpenMarkersJustified,),
    requirements=("TRC-18", "TRC-21"),
    risk=Risk.PATIENT,
    rationale="Waiting for a marker can cost the patient the therapy; to go on without it is a person's decision.",
    meaning="approved",
)
