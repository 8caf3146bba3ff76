"""What a scan of a pack says: it cannot be read, it agrees, or it is suspect; and the gates that follow.

A scan that is suspect is never refused: it is entered, the pack is kept apart, and a case is opened.
"""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Lot
from coign.supply.codes import PackCode, SeenPack, day_of, is_day_of, serial_of, unreadable_because
from coign.supply.events import Reason
from coign.supply.state import PACK
from coign.supply.views import LOT


class OfRegistration(Protocol):
    """A command that registers a pack of a received lot."""

    @property
    def lot(self) -> Lot: ...


def suspicions(asked: SeenPack, known: Circumstances) -> tuple[Reason, ...]:
    """Why a scanned pack is not what the record holds of it; nothing: it agrees (DSCSA 582; SCS-S6)."""
    pack = known.state(PACK, serial_of(asked))
    found: list[Reason] = []
    if pack.illegitimate:
        found.append("found_illegitimate")
    elif pack.case is not None:
        found.append("under_suspicion")
    if pack.registered_at is None:
        found.append("unknown")
    elif pack.organisation != known.actor.organisation:
        found.append("held_elsewhere")
    else:
        if pack.lot_number != asked.lot_number:
            found.append("lot_differs")
        if pack.expires_on != asked.expires_on:
            found.append("expiry_differs")
    if pack.used_at is not None:
        found.append("already_used")
    if asked.looks_wrong:
        found.append("looks_wrong")
    return tuple(found)


def suspicions_at_receipt(asked: PackCode, lot: Lot, known: Circumstances) -> tuple[Reason, ...]:
    """Why a pack that came with a lot is not one of it."""
    pack, expires = known.state(PACK, serial_of(asked)), known.state(LOT, lot).expires
    found: list[Reason] = []
    if pack.illegitimate:
        found.append("found_illegitimate")
    elif pack.case is not None:
        found.append("under_suspicion")
    if pack.registered_at is not None:
        found.append("already_registered")
    if asked.lot_number != lot.identifier:
        found.append("lot_differs")
    if expires is not None and not is_day_of(asked, expires):
        found.append("expiry_differs")
    return tuple(found)


@gate(
    "supply.pack_code_is_readable",
    requirement="SCS-15",
    protects="What was read wrongly accuses nobody: a misread code is no counterfeit.",
    remedy="Scan the code again. If the code itself is wrong, say that its lot is suspect.",
    resolvers=("warehouse",),
    risk=Risk.DATA,
)
def pack_code_is_readable(asked: PackCode, known: Circumstances) -> str | None:
    return unreadable_because(asked)


@gate(
    "supply.pack_is_in_date",
    requirement="SCS-15",
    protects="What has expired is not used, however genuine it is.",
    remedy="Keep the pack apart and take another one.",
    resolvers=("warehouse", "pharmacist"),
    risk=Risk.PATIENT,
)
def pack_is_in_date(asked: SeenPack, known: Circumstances) -> str | None:
    day = day_of(asked)
    if day is None or suspicions(asked, known):
        return None  # `supply.pack_code_is_readable` says so, or the suspicion is entered
    return f"the pack expired {asked.expires_on}" if day.isoformat() < known.now[:10] else None


@gate(
    "supply.pack_lot_may_be_used",
    requirement=("GMP-04", "SCS-15"),
    protects="A pack is as good as its lot: quarantine and hold count for every pack of it.",
    remedy="Take a pack of an approved lot, or let the quality unit decide about this one.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def pack_lot_may_be_used(asked: SeenPack, known: Circumstances) -> str | None:
    lot = known.state(PACK, serial_of(asked)).lot
    if lot is None or suspicions(asked, known):
        return None  # the suspicion is entered
    why = known.state(LOT, lot).not_usable_because(known.now)
    return f"its lot {lot.identifier} {why}" if why else None


@gate(
    "supply.lot_takes_packs",
    requirement=("SCS-15", "GMP-04"),
    protects="Packs are registered for a lot that was received and not sent back.",
    remedy="Receive the lot first; packs of a rejected lot are not registered.",
    resolvers=("warehouse",),
    risk=Risk.DATA,
)
def lot_takes_packs(asked: OfRegistration, known: Circumstances) -> str | None:
    return f"{asked.lot.identifier} was rejected" if known.state(LOT, asked.lot).rejected else None
