"""Record a test of a lot: that it is what it says, and whatever else the house tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Lot
from coign.kernel.values import Actor, Digest
from coign.supply import gates
from coign.supply.events import LotTest, LotTested
from coign.supply.views import LOT


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLotTest:
    """Which lot was tested how, whether it passed, and the raw data."""

    lot: Lot = field(metadata=asks("Lot", "scan"))
    test: LotTest = field(metadata=asks("Test", "choose"))
    method: str = field(metadata=asks("Method", hint="such as: infrared spectrum against reference"))
    passed: bool = field(metadata=asks("The lot passed", "choose"))
    raw: Digest = field(metadata=asks("Raw data", "upload"))


def _reads(asked: RecordLotTest, actor: Actor) -> Sequence[Read]:
    return (Read(asked.lot, LOT),)


def _decide(asked: RecordLotTest, known: Circumstances) -> Sequence[LotTested]:
    return (
        LotTested(
            lot=asked.lot,
            test=asked.test,
            method=asked.method,
            passed=asked.passed,
            raw=asked.raw,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="supply.record_lot_test",
    title="Record a test of a lot",
    command=RecordLotTest,
    roles=frozenset({"analyst", "celllab"}),
    reads=_reads,
    gates=(gates.lot_is_undecided,),
    decide=_decide,
    emits=(LotTested,),
    requirements=("GMP-04",),
    risk=Risk.PRODUCT,
    rationale="A wrong bottle with the right label passes every paper check.",
)
