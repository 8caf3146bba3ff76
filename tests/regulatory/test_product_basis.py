"""Stage and legal basis of a product: one for each jurisdiction, and what held on a day holds for that day for ever."""

import pytest

from coign.kernel.subjects import Organisation, Person, Product
from coign.kernel.values import Actor, Digest, Instant
from coign.kernel.views import Stamp
from coign.regulatory.events import ProductBasisRecorded
from coign.regulatory.gates import FITTING
from coign.regulatory.views import BASES_KEPT_MAX, PRODUCT, ProductState

CELLS = Product.of("cells")
BY = Actor(Person.of("r"), "regulatory", Organisation.of("maker"))


def _told(*facts: tuple[str, str, str, str]) -> ProductState:
    state = PRODUCT.state()
    for position, (jurisdiction, stage, basis, since) in enumerate(facts):
        fact = ProductBasisRecorded(
            product=CELLS,
            jurisdiction=jurisdiction,  # type: ignore[arg-type]
            stage=stage,  # type: ignore[arg-type]
            basis=basis,  # type: ignore[arg-type]
            since=Instant.parse(since),
            evidence=Digest("ab" * 32),
            by=BY.person,
        )
        state = PRODUCT.evolve(state, fact, Stamp(Instant.parse("2026-06-01T00:00:00Z"), position, BY, CELLS))
    return state


def _at(state: ProductState, day: str) -> list[tuple[str, str]]:
    return [(b.jurisdiction, b.basis) for b in state.in_force(Instant.parse(f"{day}T12:00:00Z"))]


@pytest.mark.requirement("REG-01", "REG-02")
def test_what_held_on_a_day_is_told_for_each_jurisdiction() -> None:
    state = _told(
        ("US", "phase_2", "trial", "2026-01-01T00:00:00Z"),
        ("EU", "preclinical", "none", "2025-06-01T00:00:00Z"),
        ("EU", "authorised", "marketing_authorisation", "2026-05-01T00:00:00Z"),
        ("EU", "phase_1", "trial", "2026-02-01T00:00:00Z"),  # recorded late: it does not push the later one aside
    )
    assert _at(state, "2025-01-01") == []
    assert _at(state, "2026-01-15") == [("EU", "none"), ("US", "trial")]
    assert _at(state, "2026-03-01") == [("EU", "trial"), ("US", "trial")]
    assert _at(state, "2026-05-02") == [("EU", "marketing_authorisation"), ("US", "trial")]


def test_a_preclinical_product_is_given_to_nobody() -> None:
    (basis,) = _told(("EU", "preclinical", "none", "2025-06-01T00:00:00Z")).bases
    assert not basis.may_be_given
    assert FITTING["preclinical"] == {"none"}


def test_the_list_of_a_product_stays_short() -> None:
    state = _told(*[("EU", "phase_1", "trial", "2026-02-01T00:00:00Z")] * (BASES_KEPT_MAX + 3))
    assert len(state.bases) == BASES_KEPT_MAX
