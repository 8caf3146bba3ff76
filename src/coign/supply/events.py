"""What can happen to a lot of a material that touches cells."""

from dataclasses import dataclass

from coign.kernel.facts import Fact
from coign.kernel.subjects import Lot, Organisation, Person
from coign.kernel.values import Digest, FreeText, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class LotReceived(Fact, type="supply.lot_received.v1", about=("lot",), parties=("organisation",)):
    """A lot came in and stands in quarantine; the hash is that of the supplier's certificate."""

    lot: Lot
    organisation: Organisation
    material: str
    supplier: str
    expires: Instant
    certificate: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LotApproved(Fact, type="supply.lot_approved.v1", about=("lot",)):
    """The quality unit found the lot in order: it may be used until it expires."""

    lot: Lot
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRejected(Fact, type="supply.lot_rejected.v1", about=("lot",)):
    """The quality unit found the lot not in order: it must not be used, whatever was said before."""

    lot: Lot
    by: Person
    why: FreeText
