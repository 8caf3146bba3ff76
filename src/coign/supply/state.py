"""Suppliers as the quality unit judged them, packs by their serial, and cases of suspect product."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Lot, Organisation, Person, Serial
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.supply.events import (
    AuthorityConsulted,
    DeterminedIllegitimate,
    IllegitimateNotified,
    LotSuspected,
    NotificationTerminated,
    Origin,
    PackRegistered,
    PackSuspected,
    PackUsed,
    PackVerified,
    Reason,
    SupplierQualified,
    SupplierSuspended,
    SuspicionCleared,
    SuspicionInvestigated,
)

# Suppliers


@dataclass(frozen=True, slots=True)
class Supplied:
    """One material of a supplier: of which origin, qualified until when, licensed until when."""

    material: str
    origin: Origin
    since: Instant
    until: Instant
    licence_until: Instant | None = None
    suspended: bool = False

    @property
    def ends(self) -> Instant:
        """When the first of qualification and licence ends."""
        return min(self.until, self.licence_until or self.until)

    def not_to_be_bought_because(self, now: Instant) -> str | None:
        """None, or why nothing of this is taken in now."""
        if self.suspended:
            return "is suspended"
        if self.until <= now:
            return f"was qualified until {self.until}"
        if self.licence_until is not None and self.licence_until <= now:
            return f"had a licence until {self.licence_until}"
        return None


@dataclass(frozen=True, slots=True)
class SupplierState:
    """A supplier with one line a material."""

    name: str = ""
    organisation: Organisation | None = None
    supplied: tuple[Supplied, ...] = ()

    def of(self, material: str) -> Supplied | None:
        """What is known of this material of theirs."""
        return next((s for s in self.supplied if s.material == material), None)


def _evolve_supplier(state: SupplierState, fact: Fact, stamp: Stamp) -> SupplierState:
    match fact:
        case SupplierQualified():
            others = tuple(s for s in state.supplied if s.material != fact.material)
            new = Supplied(fact.material, fact.origin, stamp.time, fact.until, fact.licence_until)
            return SupplierState(fact.name, fact.organisation, (*others, new))
        case SupplierSuspended(material=material):
            supplied = (replace(s, suspended=True) if s.material == material else s for s in state.supplied)
            return replace(state, supplied=tuple(supplied))
        case _:
            return state


SUPPLIER = View(
    "supply.supplier",
    kinds=frozenset({"supplier"}),
    folds=(SupplierQualified, SupplierSuspended),
    state=SupplierState,
    evolve=_evolve_supplier,
)


# Packs


@dataclass(frozen=True, slots=True)
class PackState:
    """A pack as it was registered, and what became of it; a pack that nobody registered has no lot."""

    organisation: Organisation | None = None
    lot: Lot | None = None
    lot_number: str = ""
    expires_on: str = ""
    registered_at: Instant | None = None
    verified_at: Instant | None = None
    used_at: Instant | None = None
    used_in: Batch | None = None
    case: Case | None = None
    illegitimate: bool = False


def _evolve_pack(state: PackState, fact: Fact, stamp: Stamp) -> PackState:
    match fact:
        case PackRegistered():
            return replace(
                state, organisation=fact.organisation, lot=fact.lot, lot_number=fact.lot_number,
                expires_on=fact.expires_on, registered_at=stamp.time,
            )  # fmt: skip
        case PackVerified():
            return replace(state, verified_at=stamp.time)
        case PackUsed(batch=batch):
            return replace(state, used_at=stamp.time, used_in=batch)
        case PackSuspected(case=case):
            return replace(state, case=case)
        case DeterminedIllegitimate():
            return replace(state, illegitimate=True)
        case SuspicionCleared():
            return replace(state, case=None)
        case _:
            return state


PACK = View(
    "supply.pack",
    kinds=frozenset({"serial"}),
    folds=(PackRegistered, PackVerified, PackUsed, PackSuspected, DeterminedIllegitimate, SuspicionCleared),
    state=PackState,
    evolve=_evolve_pack,
)


# Cases of suspect product


@dataclass(frozen=True, slots=True)
class SuspectState:
    """One case: what is suspect and why, what was found out, and how far the authority knows."""

    organisation: Organisation | None = None
    serial: Serial | None = None
    lot: Lot | None = None
    reasons: tuple[Reason, ...] = ()
    opened_at: Instant | None = None
    opened_by: Person | None = None
    packs_in_hand: int = 0
    packs_checked: int = 0
    packs_wrong: int = 0
    investigated_at: Instant | None = None
    grounds: str = ""
    determined_at: Instant | None = None
    notify_by: Instant | None = None
    authority_told_at: Instant | None = None
    partners_told_at: Instant | None = None
    authority_agrees: bool = False
    terminated_at: Instant | None = None
    cleared_at: Instant | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is not yet known what the product is."""
        return self.opened_at is not None and self.determined_at is None and self.cleared_at is None

    @property
    def told_late(self) -> bool:
        """Whether authority or partners were told after their time (582(b)(4)(B)(ii))."""
        told = (self.authority_told_at, self.partners_told_at)
        return self.notify_by is not None and any(at is not None and at > self.notify_by for at in told)

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Who is still to be told."""
        if self.notify_by is None:
            return ()
        told = {"authority": self.authority_told_at, "partners": self.partners_told_at}
        return tuple(who for who, at in told.items() if at is None)


def _evolve_suspect(state: SuspectState, fact: Fact, stamp: Stamp) -> SuspectState:
    match fact:
        case PackSuspected():
            if state.opened_at is not None:  # the same pack again, while its case is open
                return replace(state, reasons=tuple(dict.fromkeys((*state.reasons, *fact.reasons))))
            return SuspectState(
                fact.organisation, serial=fact.serial, reasons=fact.reasons, opened_at=stamp.time, opened_by=fact.by
            )
        case LotSuspected():
            return SuspectState(fact.organisation, lot=fact.lot, opened_at=stamp.time, opened_by=fact.by)
        case SuspicionInvestigated():
            return replace(
                state, packs_in_hand=fact.packs_in_hand, packs_checked=fact.packs_checked,
                packs_wrong=fact.packs_wrong, investigated_at=stamp.time,
            )  # fmt: skip
        case DeterminedIllegitimate(grounds=grounds, notify_within_min=within_min):
            by = stamp.time.plus(minutes=within_min)
            return replace(state, grounds=grounds, determined_at=stamp.time, notify_by=by)
        case IllegitimateNotified(to=to, sent_at=sent_at):
            if to == "authority":
                return replace(state, authority_told_at=sent_at)
            return replace(state, partners_told_at=sent_at)
        case AuthorityConsulted(agrees=agrees):
            return replace(state, authority_agrees=agrees)
        case NotificationTerminated():
            return replace(state, terminated_at=stamp.time)
        case SuspicionCleared():
            return replace(state, cleared_at=stamp.time)
        case _:
            return state


SUSPECT = View(
    "supply.suspect",
    kinds=frozenset({"case"}),
    folds=(
        PackSuspected,
        LotSuspected,
        SuspicionInvestigated,
        DeterminedIllegitimate,
        IllegitimateNotified,
        AuthorityConsulted,
        NotificationTerminated,
        SuspicionCleared,
    ),
    state=SuspectState,
    evolve=_evolve_suspect,
)
