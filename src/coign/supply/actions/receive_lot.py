"""Take a lot of material in: it stands in quarantine until the quality unit has looked at it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Lot
from coign.kernel.values import Actor, Digest, Instant
from coign.supply import gates
from coign.supply.events import LotReceived
from coign.supply.views import LOT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveLot:
    """Which lot of which material, from whom, until when, with which certificate."""

    lot: Lot = field(metadata=asks("Lot", "scan"))
    material: str = field(metadata=asks("Material", "choose", options="materials"))
    supplier: str = field(metadata=asks("Supplier"))
    expires: Instant = field(metadata=asks("Expires", "scan"))
    certificate: Digest = field(metadata=asks("Supplier's certificate", "upload"))


def _reads(asked: ReceiveLot, actor: Actor) -> Sequence[Read]:
    return (Read(asked.lot, LOT),)


def _decide(asked: ReceiveLot, known: Circumstances) -> Sequence[LotReceived]:
    return (
        LotReceived(
            lot=asked.lot,
            organisation=known.actor.organisation,
            material=asked.material,
            supplier=asked.supplier,
            expires=asked.expires,
            certificate=asked.certificate,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="supply.receive_lot",
    title="Receive a lot of material",
    command=ReceiveLot,
    roles=frozenset({"warehouse"}),
    reads=_reads,
    gates=(gates.lot_is_new, gates.material_is_known, gates.expiry_lies_ahead),
    decide=_decide,
    emits=(LotReceived,),
    requirements=("GMP-04", "TRC-01"),
    risk=Risk.PRODUCT,
    rationale="What a lot is taken in as is what a recall will look for.",
    beyond_sight=("lot",),
)
