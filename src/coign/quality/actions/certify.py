"""Certify a batch: a qualified person answers for it, and its containers may be given to their patient."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks
from coign.kernel.subjects import Batch, Document
from coign.kernel.values import Actor
from coign.manufacturing.views import BATCH
from coign.quality import batch_gates
from coign.quality.events import Certified
from coign.quality.state import DOSSIER
from coign.quality.views import DISPOSITION
from coign.regulatory.views import reads_of_authorisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Certify:
    """Which batch."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    certificate: Document = field(metadata=allotted())


def _reads(asked: Certify, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, BATCH), Read(asked.batch, DOSSIER), Read(asked.certificate))


def _reads_of_units(asked: Certify, known: Circumstances) -> Sequence[Read]:
    batch = known.state(BATCH, asked.batch)
    of_chain = () if batch.chain is None else (Read(batch.chain, CHAIN),)
    of_units = (Read(unit, view) for unit in batch.final_containers for view in (UNIT, HOLDING, DISPOSITION))
    return (*of_chain, *of_units)


def _reads_of_authorisation(asked: Certify, known: Circumstances) -> Sequence[Read]:
    chain = known.state(BATCH, asked.batch).chain
    therapy = None if chain is None else known.state(CHAIN, chain)
    return () if therapy is None else reads_of_authorisation(therapy.product, therapy.centre)


def _decide(asked: Certify, known: Circumstances) -> Sequence[Certified]:
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    return (
        Certified(
            batch=asked.batch,
            chain=batch.chain,
            units=batch.final_containers,
            certificate=asked.certificate,
            maker=known.actor.organisation,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="quality.certify",
    title="Certify for release",
    command=Certify,
    roles=frozenset({"qp"}),
    reads=_reads,
    then_reads=(_reads_of_units, _reads_of_authorisation),
    gates=(
        batch_gates.record_is_reviewed,
        batch_gates.certified_by_another,
        batch_gates.judge_had_no_part,
        batch_gates.results_are_complete,
        batch_gates.results_meet_specification,
        batch_gates.deviations_are_closed,
        batch_gates.labels_are_verified,
        batch_gates.units_are_not_blocked,
        batch_gates.custody_is_in_order,
        batch_gates.product_is_in_date,
        batch_gates.batch_is_undecided,
        batch_gates.batch_is_not_held,
    ),
    decide=_decide,
    emits=(Certified,),
    requirements=("GMP-02", "GMP-15", "GMP-19", "GMP-37", "CSV-31", "TRC-14", "REG-S5"),
    risk=Risk.PATIENT,
    rationale="This signature is the last judgement before a patient is prepared for the product.",
    meaning="certified",
    page="designed",
)
