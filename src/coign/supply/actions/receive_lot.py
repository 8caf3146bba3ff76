"""Take a lot of material in: it stands in quarantine until the quality unit has looked at it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Lot, Supplier
from coign.kernel.values import Actor, Digest, Instant
from coign.supply import gates
from coign.supply.events import LotReceived
from coign.supply.state import SUPPLIER
from coign.supply.views import LOT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveLot:
    """Which lot of which material, from whom, until when, with which certificate and statement on its origin."""

    lot: Lot = field(metadata=asks("Lot", "scan"))
    material: str = field(metadata=asks("Material", "choose", options="materials"))
    supplier: Supplier = field(metadata=asks("Supplier", "choose", options="suppliers"))
    expires: Instant = field(metadata=asks("Expires", "scan"))
    certificate: Digest = field(metadata=asks("Supplier's certificate", "upload"))
    origin_statement: Digest | None = field(
        default=None,
        metadata=asks(
            "Statement on origin", "upload", hint="for material of animal or human origin: TSE, viral safety"
        ),
    )


def _reads(asked: ReceiveLot, actor: Actor) -> Sequence[Read]:
    return (Read(asked.lot, LOT), Read(asked.supplier, SUPPLIER))


def _decide(asked: ReceiveLot, known: Circumstances) -> Sequence[LotReceived]:
    return (
        LotReceived(
            lot=asked.lot,
            organisation=known.actor.organisation,
            material=asked.material,
            supplier=str(asked.supplier),
            expires=asked.expires,
            certificate=asked.certificate,
            by=known.actor.person,
            origin_statement=asked.origin_statement,
        ),
    )


ACTION = Action(
    name="supply.receive_lot",
    title="Receive a lot of material",
    command=ReceiveLot,
    roles=frozenset({"warehouse", "celllab"}),
    reads=_reads,
    gates=(gates.lot_is_new, gates.material_is_known, gates.supplier_is_qualified, gates.expiry_lies_ahead),
    decide=_decide,
    emits=(LotReceived,),
    requirements=("GMP-04", "SCS-01", "TRC-01"),
    risk=Risk.PRODUCT,
    rationale="What a lot is taken in as is what a recall will look for.",
    beyond_sight=("lot",),
)
