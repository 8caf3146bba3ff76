"""What can happen to a chain of identity and to the units in it."""

from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Chain, Organisation, Patient, Person, Product, Programme, Unit
from coign.kernel.values import Digest, Instant

UnitKind = Literal["starting_material", "intermediate", "final_container", "sample"]
Ending = Literal["administered", "consumed", "destroyed", "returned", "used_for_test", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainBegun(Fact, type="identity.chain_begun.v1", about=("chain",), parties=("centre", "maker")):
    """One therapy of one patient begins, under one version of one programme.

    It is about the chain alone: whoever it names as party sees the chain and never, by that, the patient (TRC-26).
    """

    chain: Chain
    patient: Patient
    programme: Programme
    version: Digest
    product: Product
    centre: Organisation
    maker: Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCreated(Fact, type="identity.unit_created.v1", about=("unit", "chain"), parties=("organisation",)):
    """A container exists from now on, with a printed label; `parents` are the units it was made from."""

    unit: Unit
    chain: Chain
    unit_kind: UnitKind
    organisation: Organisation
    label_serial: str
    parents: tuple[Unit, ...] = ()
    batch: Batch | None = None
    din: str = ""
    expires: Instant | None = None

    def claims(self) -> tuple[tuple[str, str], ...]:
        """A donation number is given once, for ever (ISBT 128 ST-001)."""
        return (("din", self.din),) if self.din else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelVerified(Fact, type="identity.label_verified.v1", about=("unit",)):
    """The label on the unit was scanned back and says what was printed."""

    unit: Unit
    label_serial: str
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsBlocked(Fact, type="identity.units_blocked.v1", about=("units",)):
    """Something about these units did not agree: they stand still until a third person resolves it."""

    units: tuple[Unit, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsUnblocked(Fact, type="identity.units_unblocked.v1", about=("units",)):
    """What blocked these units was resolved."""

    units: tuple[Unit, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEnded(Fact, type="identity.unit_ended.v1", about=("unit",)):
    """A unit is no more, in exactly one way."""

    unit: Unit
    how: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEnded(Fact, type="identity.chain_ended.v1", about=("chain",)):
    """The therapy is over."""

    chain: Chain
    why: str
