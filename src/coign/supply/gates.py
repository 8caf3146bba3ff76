"""The gates of supply: one beginning, two people, in date, decided once."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Lot
from coign.kernel.values import Instant
from coign.supply.views import LOT


class OfLot(Protocol):
    """A command that concerns one lot."""

    @property
    def lot(self) -> Lot: ...


class OfMaterial(Protocol):
    """A command that names a material."""

    @property
    def material(self) -> str: ...


class WithExpiry(Protocol):
    """A command that gives an expiry."""

    @property
    def expires(self) -> Instant: ...


@gate(
    "supply.lot_is_new",
    requirement=("GMP-04", "TRC-01"),
    protects="One number, one lot: two lots under one number could not be told apart in a recall.",
    remedy="Scan the label again; if the number is right, look the lot up instead of receiving it.",
    resolvers=("warehouse",),
    risk=Risk.PATIENT,
)
def lot_is_new(asked: OfLot, known: Circumstances) -> str | None:
    return f"{asked.lot.identifier} has a history already" if known.exists(asked.lot) else None


@gate(
    "supply.material_is_known",
    requirement="GMP-05",
    protects="A material that no programme names has no place in a product.",
    remedy="Choose a material that a programme names.",
    resolvers=("warehouse",),
    risk=Risk.DATA,
)
def material_is_known(asked: OfMaterial, known: Circumstances) -> str | None:
    if any(asked.material in version.materials for version in known.programmes.all()):
        return None
    return f"no programme names the material “{asked.material}”"


@gate(
    "supply.expiry_lies_ahead",
    requirement="GMP-04",
    protects="Material that has expired is not taken in.",
    remedy="Look at the expiry on the label; send expired material back.",
    resolvers=("warehouse",),
    risk=Risk.PRODUCT,
)
def expiry_lies_ahead(asked: WithExpiry, known: Circumstances) -> str | None:
    return f"it expired {asked.expires}" if asked.expires <= known.now else None


@gate(
    "supply.lot_is_undecided",
    requirement="GMP-04",
    protects="A lot is approved once; what was rejected never comes back.",
    remedy="Look at the lot: the decision stands.",
    resolvers=("qa",),
    risk=Risk.PRODUCT,
)
def lot_is_undecided(asked: OfLot, known: Circumstances) -> str | None:
    lot = known.state(LOT, asked.lot)
    if lot.rejected:
        return f"{asked.lot.identifier} was rejected"
    return f"{asked.lot.identifier} was approved" if lot.approved else None


@gate(
    "supply.lot_is_not_rejected",
    requirement="GMP-04",
    protects="A rejection is said once.",
    remedy="Look at the lot: it is rejected.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def lot_is_not_rejected(asked: OfLot, known: Circumstances) -> str | None:
    return f"{asked.lot.identifier} was rejected before" if known.state(LOT, asked.lot).rejected else None


@gate(
    "supply.lot_is_in_date",
    requirement="GMP-04",
    protects="A lot that expired in quarantine must not be approved.",
    remedy="Reject the lot and order a new one.",
    resolvers=("qa",),
    risk=Risk.PRODUCT,
)
def lot_is_in_date(asked: OfLot, known: Circumstances) -> str | None:
    expires = known.state(LOT, asked.lot).expires
    return f"{asked.lot.identifier} expired {expires}" if expires is not None and expires <= known.now else None


@gate(
    "supply.approved_by_another",
    requirement=("GMP-04", "GMP-02"),
    protects="Who took the lot in does not judge it.",
    remedy="Let somebody else of the quality unit look at the certificate and the test.",
    resolvers=("qa",),
    risk=Risk.PRODUCT,
)
def approved_by_another(asked: OfLot, known: Circumstances) -> str | None:
    return "you received this lot yourself" if known.state(LOT, asked.lot).received_by == known.actor.person else None
