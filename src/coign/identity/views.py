"""What a chain binds together, and what a unit is: the questions that all domains ask."""

from dataclasses import replace

from coign.identity.events import (
    ChainBegun,
    ChainEnded,
    LabelVerified,
    UnitCreated,
    UnitEnded,
    UnitsBlocked,
    UnitsUnblocked,
)
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Chain, Organisation, Patient, Product, Programme, Unit
from coign.kernel.values import Digest, Instant
from coign.kernel.views import Stamp, View


@dataclass(frozen=True, slots=True)
class ChainUnit:
    """A unit of a chain, as the chain lists it."""

    unit: Unit
    kind: str
    batch: Batch | None = None


@dataclass(frozen=True, slots=True)
class ChainState:
    """Who and what one therapy binds together."""

    patient: Patient | None = None
    programme: Programme | None = None
    version: Digest | None = None
    product: Product | None = None
    centre: Organisation | None = None
    maker: Organisation | None = None
    begun: Instant | None = None
    units: tuple[ChainUnit, ...] = ()
    ended: str = ""

    def units_of_kind(self, kind: str) -> tuple[Unit, ...]:
        """The chain's units of one kind, oldest first."""
        return tuple(u.unit for u in self.units if u.kind == kind)


def _evolve_chain(state: ChainState, fact: Fact, stamp: Stamp) -> ChainState:
    match fact:
        case ChainBegun():
            return ChainState(
                fact.patient, fact.programme, fact.version, fact.product, fact.centre, fact.maker, stamp.time
            )
        case UnitCreated(unit=unit, unit_kind=kind, batch=batch):
            return replace(state, units=(*state.units, ChainUnit(unit, kind, batch)))
        case ChainEnded(why=why):
            return replace(state, ended=why)
        case _:
            return state


CHAIN = View(
    "identity.chain",
    kinds=frozenset({"chain"}),
    folds=(ChainBegun, UnitCreated, ChainEnded),
    state=ChainState,
    evolve=_evolve_chain,
    public=True,
)


@dataclass(frozen=True, slots=True)
class UnitState:
    """What a unit is, whose therapy it belongs to, and whether it may move."""

    chain: Chain | None = None
    kind: str = ""
    made_by: Organisation | None = None
    made_at: Instant | None = None
    parents: tuple[Unit, ...] = ()
    batch: Batch | None = None
    din: str = ""
    expires: Instant | None = None
    label_serial: str = ""
    label_verified: bool = False
    blocked: tuple[str, ...] = ()
    ended: str = ""

    @property
    def stands_still_because(self) -> str | None:
        """None, or why the unit must not be moved or used: not verified, blocked or ended."""
        if self.ended:
            return f"was {self.ended.replace('_', ' ')}"
        if self.blocked:
            return f"is blocked: {', '.join(self.blocked)}"
        if self.chain is not None and not self.label_verified:
            return "has a label that was not scanned back"
        return None


def _evolve_unit(state: UnitState, fact: Fact, stamp: Stamp) -> UnitState:
    match fact:
        case UnitCreated():
            return UnitState(
                fact.chain, fact.unit_kind, fact.organisation, stamp.time, fact.parents, fact.batch, fact.din,
                fact.expires, fact.label_serial,
            )  # fmt: skip
        case LabelVerified():
            return replace(state, label_verified=True)
        case UnitsBlocked(why=why):
            return replace(state, blocked=tuple(sorted({*state.blocked, why})))
        case UnitsUnblocked(why=why):
            return replace(state, blocked=tuple(b for b in state.blocked if b != why))
        case UnitEnded(how=how):
            return replace(state, ended=how)
        case _:
            return state


UNIT = View(
    "identity.unit",
    kinds=frozenset({"unit"}),
    folds=(UnitCreated, LabelVerified, UnitsBlocked, UnitsUnblocked, UnitEnded),
    state=UnitState,
    evolve=_evolve_unit,
    public=True,
)
