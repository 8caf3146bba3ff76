"""The gates of what flows through the patient at the chair: kit and anticoagulant out of the centre's own store."""

from typing import Protocol

from coign.identity.views import CHAIN
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain, Lot
from coign.supply.views import LOT

#: The materials of a collection, as a programme names them.
KIT, ANTICOAGULANT = "collection_kit", "anticoagulant"


class OfLots(Protocol):
    """A command that names the lots that a collection is made with."""

    @property
    def chain(self) -> Chain: ...

    @property
    def kit_lot(self) -> Lot: ...

    @property
    def anticoagulant_lot(self) -> Lot: ...


def lots_of(asked: OfLots, known: Circumstances) -> tuple[tuple[str, Lot], ...]:
    """Material and lot, so far as the programme of the therapy keeps such a material in the store."""
    version = known.state(CHAIN, asked.chain).version
    kept = known.programmes.version(version).materials if version is not None else {}
    return tuple((m, lot) for m, lot in ((KIT, asked.kit_lot), (ANTICOAGULANT, asked.anticoagulant_lot)) if m in kept)


def _foreign_because(material: str, lot: Lot, asked: OfLots, known: Circumstances) -> str | None:
    """None, or why it is no lot of this material in the store of the therapy's centre."""
    state = known.state(LOT, lot)
    if state.material != material:
        name = state.material.replace("_", " ") or "of no known material"
        return f"{lot.identifier} is {name}, not {material.replace('_', ' ')}"
    centre = known.state(CHAIN, asked.chain).centre
    return None if state.organisation == centre else f"{lot.identifier} was not received by this centre"


@gate(
    "collection.lots_are_of_this_store",
    requirement=("TRC-01", "TRC-23", "GMP-07"),
    protects="What flows through the patient must lead to them, and to their cells, when it is recalled.",
    remedy="Scan a lot of kit and one of anticoagulant; what came without being received is received first.",
    resolvers=("nurse", "celllab"),
    risk=Risk.PATIENT,
)
def lots_are_of_this_store(asked: OfLots, known: Circumstances) -> str | None:
    found = (_foreign_because(material, lot, asked, known) for material, lot in lots_of(asked, known))
    return "; ".join(why for why in found if why) or None


@gate(
    "collection.lots_may_be_used",
    requirement=("GMP-04", "GMP-07"),
    protects="Quarantined, held or expired material must touch neither a patient nor their cells.",
    remedy="Take a lot that is approved, in date and not on hold.",
    resolvers=("nurse", "celllab"),
    risk=Risk.PATIENT,
)
def lots_may_be_used(asked: OfLots, known: Circumstances) -> str | None:
    ours = [lot for material, lot in lots_of(asked, known) if not _foreign_because(material, lot, asked, known)]
    why = {lot: known.state(LOT, lot).not_usable_because(known.now) for lot in ours}
    return "; ".join(f"{lot.identifier} {reason}" for lot, reason in why.items() if reason) or None
