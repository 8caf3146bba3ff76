"""Signal statistics and sequential tests: the vectors of the requirements, empty cells, and functions against sums."""

from math import comb, exp, isclose, lgamma, log, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coign import rulesets
from coign.kernel.values import Instant
from coign.safety.signals.disproportion import (
    Prior,
    Reports,
    chi_square,
    ebgm,
    information_component,
    prr,
    ror,
    with_half,
)
from coign.safety.signals.sequential import Bounds, chance_rate_exceeds, max_sprt, poisson_sprt, sprt_bounds
from coign.safety.signals.special import beta_cdf, digamma, gamma_cdf

RULES = rulesets.load()
NOW = Instant.parse("2026-03-12T09:00:00Z")
TABLE = Reports(10, 90, 100, 9800)
PRIOR = Prior(0.2, 0.1, 2, 4, 1 / 3)


@pytest.mark.requirement("PAT-21")
def test_the_vectors_of_the_requirements_come_out() -> None:
    proportional, odds = prr(TABLE, RULES, NOW).ratio, ror(TABLE, RULES, NOW).ratio
    component, shrunk = information_component(TABLE, RULES, NOW).ratio, ebgm(TABLE, PRIOR, RULES, NOW).ratio
    assert proportional and odds and component and shrunk
    found = [
        proportional.value, proportional.low, proportional.high, odds.value, odds.low, odds.high, chi_square(TABLE),
        chi_square(TABLE, corrected=False), TABLE.expected, TABLE.a / TABLE.expected, component.value, component.low,
        shrunk.value, shrunk.low,
    ]  # fmt: skip
    expected = [9.900, 5.328, 18.394, 10.889, 5.503, 21.545, 65.514, 73.545, 1.100, 9.091, 2.714, 1.637, 8.083, 4.639]
    assert found == pytest.approx(expected, abs=1e-3)


@pytest.mark.requirement("PAT-20")
def test_the_sequential_vectors_come_out() -> None:
    bounds = sprt_bounds(0.05, 0.10)
    assert poisson_sprt(5, 1.5, 2) == pytest.approx(1.966, abs=1e-3)
    assert (bounds.upper, bounds.lower) == pytest.approx((2.890, -2.251), abs=1e-3)
    assert bounds == Bounds(bounds.lower, bounds.upper)
    assert max_sprt(5, 1.5) == pytest.approx(2.520, abs=1e-3)
    assert max_sprt(1, 1.5) == 0


@pytest.mark.requirement("PAT-21")
def test_the_flags_follow_the_thresholds_together() -> None:
    assert prr(TABLE, RULES, NOW).flagged and ror(TABLE, RULES, NOW).flagged
    assert information_component(TABLE, RULES, NOW).flagged and ebgm(TABLE, PRIOR, RULES, NOW).flagged
    usual = Reports(10, 990, 100, 9900)
    assert not prr(usual, RULES, NOW).flagged and not ror(usual, RULES, NOW).flagged
    assert not information_component(usual, RULES, NOW).flagged and not ebgm(usual, PRIOR, RULES, NOW).flagged
    scattered = prr(Reports(3, 30, 30, 700), RULES, NOW)
    assert scattered.ratio is not None and scattered.ratio.value > 2 and not scattered.flagged


@pytest.mark.requirement("PAT-21")
def test_few_reports_flag_nothing_and_say_so() -> None:
    found = prr(Reports(2, 8, 10, 9980), RULES, NOW)
    assert found.ratio is not None and found.ratio.value > 100
    assert not found.flagged and "only 2 reports" in found.warning


@pytest.mark.requirement("PAT-21")
@pytest.mark.parametrize(
    ("table", "proportional", "odds"),
    [
        (Reports(0, 5, 5, 5), "no report names", "no report names"),
        (Reports(5, 5, 0, 5), "c is 0", "c is 0"),
        (Reports(5, 0, 5, 0), "", "b, d is 0"),
        (Reports(0, 0, 0, 0), "no report names", "no report names"),
    ],
)
def test_an_empty_cell_gives_no_ratio_and_the_reason(table: Reports, proportional: str, odds: str) -> None:
    one, other = prr(table, RULES, NOW), ror(table, RULES, NOW)
    assert one.undefined_because.startswith(proportional) and (one.ratio is None) == bool(proportional)
    assert other.undefined_because.startswith(odds) and other.ratio is None
    assert with_half(table).value > 0
    assert information_component(table, RULES, NOW).ratio is not None


def test_nothing_expected_gives_no_shrunk_ratio_and_empty_margins_no_chi_square() -> None:
    assert ebgm(Reports(0, 0, 3, 3), PRIOR, RULES, NOW).undefined_because
    assert chi_square(Reports(0, 0, 3, 3)) == 0
    assert chi_square(Reports(1, 1, 1, 1)) == 0  # the correction takes no more than there is


def test_a_count_below_zero_is_no_count() -> None:
    with pytest.raises(ValueError, match="not below 0"):
        Reports(-1, 0, 0, 0)


@pytest.mark.requirement("PAT-21")
def test_shrinkage_pulls_small_counts_towards_one_and_is_no_plain_ratio() -> None:
    lone = Reports(1, 9, 1, 9989)
    found = ebgm(lone, PRIOR, RULES, NOW).ratio
    assert found is not None
    assert found.low < 2 < lone.a / lone.expected


@pytest.mark.requirement("PAT-20")
def test_one_is_the_surer_of_harm_the_more_events_there_are() -> None:
    chances = [chance_rate_exceeds(0.25, events, 6, 0.5, 1.5) for events in range(7)]
    assert chances == sorted(chances) and chances[0] < 0.1 < 0.9 < chances[-1]


# The functions, held to what can be summed exactly


@given(st.integers(1, 12), st.integers(1, 12), st.floats(0.01, 0.99))
def test_a_beta_distribution_of_whole_numbers_is_a_binomial_sum(a: int, b: int, x: float) -> None:
    n = a + b - 1
    exact = sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert isclose(beta_cdf(x, a, b), exact, rel_tol=1e-9, abs_tol=1e-12)


@given(st.integers(1, 20), st.floats(0.01, 60))
def test_a_gamma_distribution_of_whole_shape_is_a_poisson_sum(shape: int, x: float) -> None:
    exact = 1 - sum(exp(k * log(x) - x - lgamma(k + 1)) for k in range(shape))
    assert isclose(gamma_cdf(x, shape), exact, rel_tol=1e-8, abs_tol=1e-10)


@given(st.floats(0.05, 200))
def test_the_slope_of_the_logarithm_of_gamma_obeys_its_recurrence(x: float) -> None:
    assert isclose(digamma(x + 1), digamma(x) + 1 / x, rel_tol=1e-10, abs_tol=1e-10)


def test_known_values_of_the_functions() -> None:
    assert digamma(1) == pytest.approx(-0.5772156649015329, abs=1e-12)
    assert digamma(0.5) == pytest.approx(-1.9635100260214235, abs=1e-12)
    assert gamma_cdf(0.5, 0.5) == pytest.approx(0.6826894921370859, abs=1e-12)  # one standard deviation of a normal
    assert beta_cdf(0.5, 0.5, 0.5) == pytest.approx(0.5, abs=1e-12)
    assert beta_cdf(0.25, 0.5, 0.5) == pytest.approx(2 / pi * (pi / 6), abs=1e-12)
    assert (gamma_cdf(0, 1), gamma_cdf(-1, 1), beta_cdf(0, 1, 1), beta_cdf(1, 1, 1)) == (0, 0, 0, 1)
