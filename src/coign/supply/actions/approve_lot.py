"""Approve a lot of material: from now on it may be used, until it expires or is due for another test."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Lot
from coign.kernel.values import Actor, Digest, Instant
from coign.supply import gates
from coign.supply.events import LotApproved, LotRetested
from coign.supply.state import SUPPLIER
from coign.supply.views import LOT


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveLot:
    """Which lot was found in order, and by when it is tested again, if so."""

    lot: Lot = field(metadata=asks("Lot", "scan"))
    retest_by: Instant | None = field(default=None, metadata=asks("To be tested again by"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RetestLot:
    """Which approved lot was tested again, the raw data, and by when the next time."""

    lot: Lot = field(metadata=asks("Lot", "scan"))
    retest_by: Instant = field(metadata=asks("To be tested again by"))
    raw: Digest = field(metadata=asks("Raw data of the test", "upload"))


def _reads(asked: ApproveLot | RetestLot, actor: Actor) -> Sequence[Read]:
    return (Read(asked.lot, LOT),)


def _reads_of_supplier(asked: ApproveLot, known: Circumstances) -> Sequence[Read]:
    supplier = known.state(LOT, asked.lot).bought_of
    return (Read(supplier, SUPPLIER),) if supplier is not None else ()


def _approve(asked: ApproveLot, known: Circumstances) -> Sequence[LotApproved]:
    return (LotApproved(lot=asked.lot, by=known.actor.person, retest_by=asked.retest_by),)


APPROVE = Action(
    name="supply.approve_lot",
    title="Approve a lot of material",
    command=ApproveLot,
    roles=frozenset({"qa", "celllab"}),
    reads=_reads,
    then_reads=(_reads_of_supplier,),
    gates=(
        gates.lot_is_undecided,
        gates.lot_is_free,
        gates.lot_is_in_date,
        gates.supplier_stands,
        gates.origin_is_stated,
        gates.identity_was_tested,
        gates.retest_fits,
        gates.approved_by_another,
    ),
    decide=_approve,
    emits=(LotApproved,),
    requirements=("GMP-04", "GMP-05", "SCS-01"),
    risk=Risk.PRODUCT,
    rationale="A lot waved through reaches every patient whose product it goes into.",
    meaning="approved",
)


def _retest(asked: RetestLot, known: Circumstances) -> Sequence[LotRetested]:
    by = known.actor.person
    return (LotRetested(lot=asked.lot, retest_by=asked.retest_by, raw=asked.raw, by=by),)


RETEST = Action(
    name="supply.retest_lot",
    title="Keep a lot in use after another test",
    command=RetestLot,
    roles=frozenset({"qa", "celllab"}),
    reads=_reads,
    gates=(
        gates.lot_is_not_rejected,
        gates.lot_is_approved,
        gates.lot_is_free,
        gates.retest_fits,
    ),
    decide=_retest,
    emits=(LotRetested,),
    requirements=("GMP-04",),
    risk=Risk.PRODUCT,
    rationale="Material changes on the shelf: its date of retest is a promise that somebody looks again.",
    meaning="approved",
)
