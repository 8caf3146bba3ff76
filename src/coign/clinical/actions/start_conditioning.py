"""Order lymphodepletion: from then on the patient depends on the product, so the product must be here and fit."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.clinical import conditioning_gates as gates
from coign.clinical.events import ConditioningStarted
from coign.clinical.views import COURSE, PATIENT
from coign.coldchain.views import CONDITION
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Chain
from coign.kernel.values import Actor, Instant
from coign.logistics.views import RECEIPT
from coign.manufacturing.views import BATCH, reads_of_lots
from coign.quality.views import DISPOSITION


@dataclass(frozen=True, slots=True, kw_only=True)
class StartConditioning:
    """For which therapy, from when, and when the cells are to be given."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    first_day: Instant = field(metadata=asks("First day of conditioning"))
    planned_infusion: Instant = field(metadata=asks("Planned infusion"))


def _reads(asked: StartConditioning, actor: Actor) -> Sequence[Read]:
    return (Read(asked.chain, CHAIN), Read(asked.chain, COURSE))


def _chain_reads(asked: StartConditioning, known: Circumstances) -> Sequence[Read]:
    chain = known.state(CHAIN, asked.chain)
    of_units = (
        Read(unit, view)
        for unit in chain.units_of_kind("final_container")
        for view in (UNIT, DISPOSITION, RECEIPT, CONDITION)
    )
    batches = dict.fromkeys(u.batch for u in chain.units if u.batch is not None)
    of_batches = (Read(batch, BATCH) for batch in batches)
    return (*of_units, *of_batches, *([Read(chain.patient, PATIENT)] if chain.patient is not None else []))


def _lot_reads(asked: StartConditioning, known: Circumstances) -> Sequence[Read]:
    batches = dict.fromkeys(u.batch for u in known.state(CHAIN, asked.chain).units if u.batch is not None)
    return tuple(dict.fromkeys(read for batch in batches for read in reads_of_lots(batch, known)))


def _decide(asked: StartConditioning, known: Circumstances) -> Sequence[ConditioningStarted]:
    patient = known.state(CHAIN, asked.chain).patient
    assert patient is not None
    return (
        ConditioningStarted(
            chain=asked.chain,
            patient=patient,
            first_day=asked.first_day,
            planned_infusion=asked.planned_infusion,
        ),
    )


ACTION = Action(
    name="clinical.start_conditioning",
    title="Order conditioning",
    command=StartConditioning,
    roles=frozenset({"physician"}),
    reads=_reads,
    then_reads=(_chain_reads, _lot_reads),
    gates=(
        gates.therapy_is_of_this_centre,
        gates.conditioning_has_consent,
        gates.conditioning_not_started,
        gates.product_exists,
        gates.product_is_certified,
        gates.product_lots_are_in_order,
        gates.product_is_received,
        gates.product_kept_cold,
        gates.product_may_be_used,
        gates.product_lasts_until_infusion,
        gates.infusion_follows_conditioning,
    ),
    decide=_decide,
    emits=(ConditioningStarted,),
    requirements=("PAT-28", "PAT-33"),
    risk=Risk.PATIENT,
    rationale="Conditioning cannot be undone: without the cells that follow it, the patient may die of it.",
    meaning="ordered",
)
