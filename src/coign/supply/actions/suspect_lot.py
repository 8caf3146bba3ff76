"""Report that a lot is suspect: nobody uses it while it is looked into."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Lot
from coign.kernel.values import Actor, Digest, FreeText
from coign.supply import gates
from coign.supply.actions.packs import HANDLERS
from coign.supply.events import LotSuspected
from coign.supply.state import SUSPECT
from coign.supply.views import LOT


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectLot:
    """Which lot, what about it is doubtful, and a picture if there is one."""

    lot: Lot = field(metadata=asks("Lot", "scan"))
    what: FreeText = field(metadata=asks("What makes you doubt", hint="label, seal, seller, price, content"))
    picture: Digest | None = field(default=None, metadata=asks("Picture", "upload"))
    case: Case = field(metadata=allotted())


def _reads(asked: SuspectLot, actor: Actor) -> Sequence[Read]:
    return (Read(asked.lot, LOT), Read(asked.case, SUSPECT))


def _decide(asked: SuspectLot, known: Circumstances) -> Sequence[LotSuspected]:
    return (
        LotSuspected(
            lot=asked.lot,
            case=asked.case,
            organisation=known.actor.organisation,
            what=asked.what,
            picture=asked.picture,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="supply.suspect_lot",
    title="Report that a lot is suspect",
    command=SuspectLot,
    roles=HANDLERS,
    reads=_reads,
    gates=(gates.lot_is_not_rejected, gates.lot_is_not_suspect),
    decide=_decide,
    emits=(LotSuspected,),
    requirements=("SCS-16", "SCS-19"),
    risk=Risk.PATIENT,
    rationale="Whoever holds a bottle sees first that something is wrong with it.",
)
