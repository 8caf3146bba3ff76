"""A batch that a stop of its authorisation caught: it is held until the quality unit takes it off (REG-S5)."""

from collections.abc import Sequence

from coign.identity.views import CHAIN
from coign.kernel.actions import Circumstances, Read, Risk, gate
from coign.manufacturing.step_gates import OfBatch
from coign.manufacturing.views import BATCH, held_because
from coign.regulatory.views import not_authorised_because, reads_of_authorisation


def reads_of_chain(asked: OfBatch, known: Circumstances) -> Sequence[Read]:
    """The therapy that the batch belongs to."""
    chain = known.state(BATCH, asked.batch).chain
    return () if chain is None else (Read(chain, CHAIN),)


def reads_of_stops(asked: OfBatch, known: Circumstances) -> Sequence[Read]:
    """What an authority says of the product, once the therapy is read."""
    chain = known.state(BATCH, asked.batch).chain
    therapy = None if chain is None else known.state(CHAIN, chain)
    return () if therapy is None else reads_of_authorisation(therapy.product, therapy.centre)


@gate(
    "manufacturing.batch_is_not_held",
    requirement=("REG-S5", "GMP-19"),
    protects="What was being made when it was stopped is kept as it is, until it is known what that means for it.",
    remedy="Keep the cells as they are; once the stop is lifted, the quality unit takes the batch off the hold.",
    resolvers=("qa", "regulatory"),
    risk=Risk.PATIENT,
)
def batch_is_not_held(asked: OfBatch, known: Circumstances) -> str | None:
    why = held_because(asked.batch, known)
    return f"{asked.batch.identifier} {why}" if why else None


@gate(
    "manufacturing.therapy_of_batch_goes_on",
    requirement=("TRC-27", "TRC-10"),
    protects="A container that is filled after its therapy is over has nobody it is for and no decision about its end.",
    remedy="Fill nothing: the quality unit gives the batch up, and its room is free again.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def therapy_of_batch_goes_on(asked: OfBatch, known: Circumstances) -> str | None:
    chain = known.state(BATCH, asked.batch).chain
    ended = known.state(CHAIN, chain).ended if chain is not None else ""
    return f"the therapy of {asked.batch.identifier} has ended: {ended}" if ended else None


@gate(
    "manufacturing.batch_is_held",
    requirement="REG-S5",
    protects="Only a batch that is held is taken off the hold; the next stop asks again.",
    remedy="Look at the batch: nothing holds it.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def batch_is_held(asked: OfBatch, known: Circumstances) -> str | None:
    return (
        None
        if held_because(asked.batch, known)
        else f"{asked.batch.identifier} is on no hold of a stopped authorisation"
    )


@gate(
    "manufacturing.may_go_on",
    requirement=("REG-02", "REG-S5"),
    protects="No house sets going again what an authority still stops.",
    remedy="Wait until the suspension is lifted, or the place is on the authorisation again.",
    resolvers=("authority", "regulatory"),
    risk=Risk.PATIENT,
)
def may_go_on(asked: OfBatch, known: Circumstances) -> str | None:
    batch = known.state(BATCH, asked.batch)
    therapy = None if batch.chain is None else known.state(CHAIN, batch.chain)
    if therapy is None or therapy.product is None or therapy.centre is None:
        return None
    return not_authorised_because(
        known,
        "manufacture",
        product=therapy.product,
        centre=therapy.centre,
        organisation=batch.maker,
        site=batch.site,
    )
