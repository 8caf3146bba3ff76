"""What can happen to suppliers, to lots of a material that touches cells, and to serialised packs."""

from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Lot, Organisation, Person, Serial, Supplier
from coign.kernel.values import Digest, FreeText, Instant

#: Where a material comes from; what is of animal or human origin needs a statement with every lot (GMP-05).
Origin = Literal["synthetic", "recombinant", "animal", "human"]
LotTest = Literal["identity", "further"]
#: Why a pack is not what it should be.
Reason = Literal[
    "unknown", "already_registered", "already_used", "lot_differs", "expiry_differs", "held_elsewhere",
    "under_suspicion", "found_illegitimate", "looks_wrong",
]  # fmt: skip
Grounds = Literal["illegitimate", "high_risk"]
Recipient = Literal["authority", "partners"]


# Suppliers


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierQualified(Fact, type="supply.supplier_qualified.v1", about=("supplier",), parties=("organisation",)):
    """The quality unit looked into a supplier: this material may be taken in from them, until a date."""

    supplier: Supplier
    organisation: Organisation
    name: str
    material: str
    origin: Origin
    until: Instant
    licence_until: Instant | None
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierSuspended(Fact, type="supply.supplier_suspended.v1", about=("supplier",)):
    """From now on nothing of this material is taken in from them or approved, until they are qualified anew."""

    supplier: Supplier
    material: str
    by: Person
    why: FreeText


# Lots


@dataclass(frozen=True, slots=True, kw_only=True)
class LotReceived(Fact, type="supply.lot_received.v1", about=("lot",), parties=("organisation",)):
    """A lot came in and stands in quarantine; the hash is that of the supplier's certificate.

    `supplier` is the subject of a qualified supplier; a name in words in entries from before suppliers were kept.
    """

    lot: Lot
    organisation: Organisation
    material: str
    supplier: str
    expires: Instant
    certificate: Digest
    by: Person
    origin_statement: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LotTested(Fact, type="supply.lot_tested.v1", about=("lot",)):
    """A sample of the lot was tested here, whatever the supplier's certificate says."""

    lot: Lot
    test: LotTest
    method: str
    passed: bool
    raw: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LotApproved(Fact, type="supply.lot_approved.v1", about=("lot",)):
    """The quality unit found the lot in order: it may be used until it expires or is due for another test."""

    lot: Lot
    by: Person
    retest_by: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRetested(Fact, type="supply.lot_retested.v1", about=("lot",)):
    """The lot was tested again and is still in order, until the next date."""

    lot: Lot
    retest_by: Instant
    raw: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRejected(Fact, type="supply.lot_rejected.v1", about=("lot",)):
    """The quality unit found the lot not in order: it must not be used, whatever was said before."""

    lot: Lot
    by: Person
    why: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class LotHeld(Fact, type="supply.lot_held.v1", about=("lot",)):
    """Nobody uses the lot until the quality unit has looked into something."""

    lot: Lot
    by: Person
    why: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class LotHoldLifted(Fact, type="supply.lot_hold_lifted.v1", about=("lot",)):
    """What the lot was held for was looked into."""

    lot: Lot
    by: Person
    finding: FreeText


# Packs


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRegistered(Fact, type="supply.pack_registered.v1", about=("serial", "lot"), parties=("organisation",)):
    """A pack of a received lot, with the code that is printed on it."""

    serial: Serial
    lot: Lot
    organisation: Organisation
    gtin: str
    number: str
    lot_number: str
    expires_on: str
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class PackVerified(Fact, type="supply.pack_verified.v1", about=("serial",)):
    """A pack was scanned and is what it was registered as."""

    serial: Serial
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class PackUsed(Fact, type="supply.pack_used.v1", about=("serial",)):
    """The pack was opened for use; its serial is never used again."""

    serial: Serial
    batch: Batch | None
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class PackSuspected(Fact, type="supply.pack_suspected.v1", about=("serial", "case"), parties=("organisation",)):
    """The code on a pack is not what the record holds of it: the pack is kept apart, and a case looks into it."""

    serial: Serial
    case: Case
    organisation: Organisation
    reasons: tuple[Reason, ...]
    gtin: str
    number: str
    lot_number: str
    expires_on: str
    scanned: str
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LotSuspected(Fact, type="supply.lot_suspected.v1", about=("lot", "case"), parties=("organisation",)):
    """Something about a lot makes somebody doubt that it is what it seems; nobody uses it while it is looked into."""

    lot: Lot
    case: Case
    organisation: Organisation
    what: FreeText
    picture: Digest | None
    by: Person


# Looking into what is suspect (21 U.S.C. 360eee-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspicionInvestigated(Fact, type="supply.suspicion_investigated.v1", about=("case",)):
    """So many packs of the suspect product were checked against what the supplier says they are."""

    case: Case
    packs_in_hand: int
    packs_checked: int
    packs_wrong: int
    finding: FreeText
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminedIllegitimate(Fact, type="supply.determined_illegitimate.v1", about=("case", "serial", "lot")):
    """The quality unit holds the product to be illegitimate, or likely to be: from now the clock to notify runs."""

    case: Case
    serial: Serial | None
    lot: Lot | None
    grounds: Grounds
    notify_within_min: int
    basis: FreeText
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class IllegitimateNotified(Fact, type="supply.illegitimate_notified.v1", about=("case",)):
    """The authority, or the partners who may have the product too, were told."""

    case: Case
    to: Recipient
    sent_at: Instant
    reference: str
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityConsulted(Fact, type="supply.authority_consulted.v1", about=("case",)):
    """The authority was asked whether the notification is still needed."""

    case: Case
    agrees: bool
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationTerminated(Fact, type="supply.notification_terminated.v1", about=("case",)):
    """The notification is no longer necessary, the authority agrees; the product stays out of use."""

    case: Case
    by: Person
    why: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspicionCleared(Fact, type="supply.suspicion_cleared.v1", about=("case", "serial", "lot")):
    """The product was found to be what it says; the evidence is kept, and it may be used again."""

    case: Case
    serial: Serial | None
    lot: Lot | None
    finding: FreeText
    evidence: Digest
    by: Person
