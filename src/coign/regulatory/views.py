"""Which version of a programme is in force, and on which legal basis a product is given: questions of other domains."""

from dataclasses import dataclass

from coign.kernel.facts import Fact
from coign.kernel.subjects import Person
from coign.kernel.values import Digest, Instant
from coign.kernel.views import Stamp, View
from coign.regulatory.events import (
    Jurisdiction,
    LegalBasis,
    ProductBasisRecorded,
    ProgrammeApproved,
    ProgrammeProposed,
    Stage,
)

#: The newest entries about one product that are kept: five stages in each jurisdiction, with room for corrections.
BASES_KEPT_MAX = 60


@dataclass(frozen=True, slots=True)
class ProgrammeState:
    """The version in force, and the one that waits for a second signature."""

    in_force: Digest | None = None
    since: Instant | None = None
    proposed: Digest | None = None
    proposed_by: Person | None = None


def _evolve(state: ProgrammeState, fact: Fact, stamp: Stamp) -> ProgrammeState:
    match fact:
        case ProgrammeProposed(version=version, by=by):
            return ProgrammeState(state.in_force, state.since, version, by)
        case ProgrammeApproved(version=version):
            return ProgrammeState(version, stamp.time)
        case _:
            return state


PROGRAMME = View(
    "regulatory.programme",
    kinds=frozenset({"programme"}),
    folds=(ProgrammeProposed, ProgrammeApproved),
    state=ProgrammeState,
    evolve=_evolve,
    public=True,
)


@dataclass(frozen=True, slots=True)
class Basis:
    """The stage and legal basis of a product in one jurisdiction from a day on."""

    jurisdiction: Jurisdiction
    stage: Stage
    basis: LegalBasis
    since: Instant

    @property
    def may_be_given(self) -> bool:
        """Whether anybody may receive the product on this basis at all."""
        return self.basis != "none"


@dataclass(frozen=True, slots=True)
class ProductState:
    """Every stage and legal basis of one product, in the order in which they were recorded."""

    bases: tuple[Basis, ...] = ()

    def in_force(self, at: Instant) -> tuple[Basis, ...]:
        """What held at an instant, one for each jurisdiction: of those that had begun, the one that began last."""
        found: dict[str, Basis] = {}
        for each in self.bases:
            before = found.get(each.jurisdiction)
            if each.since <= at and (before is None or before.since <= each.since):
                found[each.jurisdiction] = each
        return tuple(found[name] for name in sorted(found))


def _evolve_product(state: ProductState, fact: Fact, stamp: Stamp) -> ProductState:
    match fact:
        case ProductBasisRecorded():
            told = Basis(fact.jurisdiction, fact.stage, fact.basis, fact.since)
            return ProductState((*state.bases, told)[-BASES_KEPT_MAX:])
        case _:
            return state


PRODUCT = View(
    "regulatory.product",
    kinds=frozenset({"product"}),
    folds=(ProductBasisRecorded,),
    state=ProductState,
    evolve=_evolve_product,
    public=True,
)
