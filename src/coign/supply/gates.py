"""The gates of lots: one beginning, tested here, two people, in date, decided once, held at once."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Lot, Supplier
from coign.kernel.values import Instant
from coign.supply.state import SUPPLIER, Supplied
from coign.supply.views import LOT


class OfLot(Protocol):
    """A command that concerns one lot."""

    @property
    def lot(self) -> Lot: ...


class OfMaterial(Protocol):
    """A command that names a material."""

    @property
    def material(self) -> str: ...


class OfPurchase(OfMaterial, Protocol):
    """A command that names a material of a supplier."""

    @property
    def supplier(self) -> Supplier: ...


class WithExpiry(Protocol):
    """A command that gives an expiry."""

    @property
    def expires(self) -> Instant: ...


class WithRetest(OfLot, Protocol):
    """A command that may say by when a lot is tested again."""

    @property
    def retest_by(self) -> Instant | None: ...


# Taking in


@gate(
    "supply.lot_is_new",
    requirement=("GMP-04", "TRC-01"),
    protects="One number, one lot: two lots under one number could not be told apart in a recall.",
    remedy="Scan the label again; if the number is right, look the lot up instead of receiving it.",
    resolvers=("warehouse", "celllab"),
    risk=Risk.PATIENT,
)
def lot_is_new(asked: OfLot, known: Circumstances) -> str | None:
    return f"{asked.lot.identifier} has a history already" if known.exists(asked.lot) else None


@gate(
    "supply.material_is_known",
    requirement="GMP-05",
    protects="A material that no programme names has no place in a product.",
    remedy="Choose a material that a programme names.",
    resolvers=("warehouse", "celllab"),
    risk=Risk.DATA,
)
def material_is_known(asked: OfMaterial, known: Circumstances) -> str | None:
    if any(asked.material in version.materials for version in known.programmes.all()):
        return None
    return f"no programme names the material “{asked.material}”"


@gate(
    "supply.supplier_is_qualified",
    requirement=("SCS-01", "GMP-04"),
    protects="What touches cells comes from somebody whose work the quality unit has looked into, and who may sell it.",
    remedy="Leave the delivery unopened and apart; let the quality unit qualify the supplier for this material.",
    resolvers=("qa", "qp", "celllab"),
    risk=Risk.PATIENT,
)
def supplier_is_qualified(asked: OfPurchase, known: Circumstances) -> str | None:
    supplied = known.state(SUPPLIER, asked.supplier).of(asked.material)
    if supplied is None:
        return f"{asked.supplier.identifier} is not qualified for “{asked.material}”"
    why = supplied.not_to_be_bought_because(known.now)
    return f"{asked.supplier.identifier} {why} for “{asked.material}”" if why else None


@gate(
    "supply.expiry_lies_ahead",
    requirement="GMP-04",
    protects="Material that has expired is not taken in.",
    remedy="Look at the expiry on the label; send expired material back.",
    resolvers=("warehouse", "celllab"),
    risk=Risk.PRODUCT,
)
def expiry_lies_ahead(asked: WithExpiry, known: Circumstances) -> str | None:
    return f"it expired {asked.expires}" if asked.expires <= known.now else None


# Deciding


@gate(
    "supply.lot_is_undecided",
    requirement="GMP-04",
    protects="A lot is approved once; what was rejected never comes back.",
    remedy="Look at the lot: the decision stands.",
    resolvers=("qa", "celllab"),
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
    protects="A rejection is said once, and nothing comes after it.",
    remedy="Look at the lot: it is rejected.",
    resolvers=("qa", "celllab"),
    risk=Risk.DATA,
)
def lot_is_not_rejected(asked: OfLot, known: Circumstances) -> str | None:
    return f"{asked.lot.identifier} was rejected before" if known.state(LOT, asked.lot).rejected else None


@gate(
    "supply.lot_is_in_date",
    requirement="GMP-04",
    protects="A lot that expired in quarantine must not be approved.",
    remedy="Reject the lot and order a new one.",
    resolvers=("qa", "celllab"),
    risk=Risk.PRODUCT,
)
def lot_is_in_date(asked: OfLot, known: Circumstances) -> str | None:
    expires = known.state(LOT, asked.lot).expires
    return f"{asked.lot.identifier} expired {expires}" if expires is not None and expires <= known.now else None


@gate(
    "supply.identity_was_tested",
    requirement="GMP-04",
    protects="A certificate tells what the supplier sent; only a test tells what is in the bottle (21 CFR 211.84(d)).",
    remedy="Let the laboratory test a sample for identity; reject the lot if a test failed.",
    resolvers=("analyst",),
    risk=Risk.PATIENT,
)
def identity_was_tested(asked: OfLot, known: Circumstances) -> str | None:
    lot = known.state(LOT, asked.lot)
    if lot.test_failed:
        return f"a test of {asked.lot.identifier} failed"
    return None if lot.identity_tested else f"nobody tested here that {asked.lot.identifier} is what it says"


def _supplied(asked: OfLot, known: Circumstances) -> Supplied | None:
    lot = known.state(LOT, asked.lot)
    return known.state(SUPPLIER, lot.bought_of).of(lot.material) if lot.bought_of is not None else None


@gate(
    "supply.supplier_stands",
    requirement=("SCS-01", "GMP-04"),
    protects="A certificate of somebody who was suspended since is a piece of paper.",
    remedy="Wait until the supplier was looked into and qualified anew, or reject the lot.",
    resolvers=("qa", "celllab"),
    risk=Risk.PATIENT,
)
def supplier_stands(asked: OfLot, known: Circumstances) -> str | None:
    supplied = _supplied(asked, known)
    if supplied is None:
        return f"the supplier of {asked.lot.identifier} is not kept as one: receive it from a qualified supplier"
    return f"the supplier of {asked.lot.identifier} is suspended" if supplied.suspended else None


@gate(
    "supply.origin_is_stated",
    requirement="GMP-05",
    protects="What comes from an animal or a human can carry what made its source ill (TSE, viruses).",
    remedy="Get the statement on origin from the supplier and receive the lot with it, or reject the lot.",
    resolvers=("warehouse", "qa"),
    risk=Risk.PATIENT,
)
def origin_is_stated(asked: OfLot, known: Circumstances) -> str | None:
    supplied = _supplied(asked, known)
    if supplied is None or supplied.origin not in ("animal", "human"):
        return None
    if known.state(LOT, asked.lot).origin_statement is not None:
        return None
    return f"{asked.lot.identifier} is of {supplied.origin} origin and came without a statement on it"


@gate(
    "supply.retest_fits",
    requirement="GMP-04",
    protects="A lot is tested again while it can still be used.",
    remedy="Give a date that lies ahead and not after the expiry.",
    resolvers=("qa", "celllab"),
    risk=Risk.PRODUCT,
)
def retest_fits(asked: WithRetest, known: Circumstances) -> str | None:
    if asked.retest_by is None:
        return None
    expires = known.state(LOT, asked.lot).expires
    if asked.retest_by <= known.now:
        return f"{asked.retest_by} has passed"
    return f"the lot expires {expires}, before that" if expires is not None and asked.retest_by > expires else None


@gate(
    "supply.lot_is_approved",
    requirement="GMP-04",
    protects="What was never approved is not tested again: it is approved or rejected.",
    remedy="Approve the lot first.",
    resolvers=("qa", "celllab"),
    risk=Risk.PRODUCT,
)
def lot_is_approved(asked: OfLot, known: Circumstances) -> str | None:
    lot = known.state(LOT, asked.lot)
    return None if lot.approved or lot.rejected else f"{asked.lot.identifier} was not approved yet"


@gate(
    "supply.approved_by_another",
    requirement=("GMP-04", "GMP-02"),
    protects="Who took the lot in or tested it does not judge it.",
    remedy="Let somebody else of the quality unit look at the certificate and the test.",
    resolvers=("qa", "celllab"),
    risk=Risk.PRODUCT,
)
def approved_by_another(asked: OfLot, known: Circumstances) -> str | None:
    lot = known.state(LOT, asked.lot)
    if lot.received_by == known.actor.person:
        return "you received this lot yourself"
    return "you tested this lot yourself" if known.actor.person in lot.tested_by else None


# Holding


@gate(
    "supply.lot_is_free",
    requirement=("GMP-04", "SCS-16"),
    protects="Lots on hold and suspect lots wait for what is looked into.",
    remedy="Look into what the lot is held for first.",
    resolvers=("qa", "celllab"),
    risk=Risk.PRODUCT,
)
def lot_is_free(asked: OfLot, known: Circumstances) -> str | None:
    lot = known.state(LOT, asked.lot)
    if lot.suspected is not None:
        return f"{asked.lot.identifier} is suspect: {lot.suspected.identifier} looks into it"
    return f"{asked.lot.identifier} is on hold" if lot.held_by is not None else None


@gate(
    "supply.lot_is_not_suspect",
    requirement="SCS-16",
    protects="One doubt, one case: two of them would be looked into by nobody.",
    remedy="Add what you saw to the case that is open.",
    resolvers=("qa", "celllab"),
    risk=Risk.DATA,
)
def lot_is_not_suspect(asked: OfLot, known: Circumstances) -> str | None:
    suspected = known.state(LOT, asked.lot).suspected
    return f"{asked.lot.identifier} is suspect already: {suspected.identifier} looks into it" if suspected else None


@gate(
    "supply.lot_is_held",
    requirement="GMP-04",
    protects="Only what is held can be set free.",
    remedy="Look at the lot.",
    resolvers=("qa", "celllab"),
    risk=Risk.DATA,
)
def lot_is_held(asked: OfLot, known: Circumstances) -> str | None:
    return None if known.state(LOT, asked.lot).held_by is not None else f"{asked.lot.identifier} is not on hold"


@gate(
    "supply.hold_lifted_by_another",
    requirement=("GMP-04", "GMP-02"),
    protects="Two people are sure before something is used that one was not sure of.",
    remedy="Let somebody else of the quality unit look into it.",
    resolvers=("qa", "celllab"),
    risk=Risk.PRODUCT,
)
def hold_lifted_by_another(asked: OfLot, known: Circumstances) -> str | None:
    held_by = known.state(LOT, asked.lot).held_by
    return "you put this lot on hold yourself" if held_by == known.actor.person else None
