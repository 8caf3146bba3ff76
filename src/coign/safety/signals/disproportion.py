"""Disproportional reporting of an event with a product: PRR, ROR, IC and EBGM over a two-by-two table of reports.

Reports are not patients, and nothing here is an incidence. A signal is a question that a medical reviewer answers.
"""

from collections.abc import Callable
from math import exp, lgamma, log, log2, sqrt

from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.safety.grading.grades import Rules
from coign.safety.signals.special import digamma, gamma_cdf

#: The 97.5 % point of the normal distribution: 95 % limits lie this many standard errors off.
Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Reports:
    """Counts of reports: product and event, product and other events, other products and event, neither."""

    a: int
    b: int
    c: int
    d: int

    def __post_init__(self) -> None:
        if min(self.a, self.b, self.c, self.d) < 0:
            raise ValueError("a count of reports is not below 0")

    @property
    def total(self) -> int:
        """All reports."""
        return self.a + self.b + self.c + self.d

    @property
    def expected(self) -> float:
        """How many reports of product and event there would be if the two had nothing to do with each other."""
        return (self.a + self.b) * (self.a + self.c) / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio with its 95 % limits."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Statistic:
    """What a formula gives: the ratio, or why there is none; whether it asks for a look; what to be careful about."""

    ratio: Ratio | None
    flagged: bool = False
    undefined_because: str = ""
    warning: str = ""


def prr(reports: Reports, rules: Rules, at: Instant) -> Statistic:
    """The proportional reporting ratio, flagged by ratio, chi-square and number of reports together."""
    if why_not := _undefined(reports, "c"):
        return Statistic(None, undefined_because=why_not)
    a, b, c, d = reports.a, reports.b, reports.c, reports.d
    ratio = _limits((a / (a + b)) / (c / (c + d)), sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)))
    high = ratio.value >= rules.number("safety.signal.prr_min", at)
    apart = chi_square(reports) >= rules.number("safety.signal.chi_square_min", at)
    return _looked_at(ratio, high and apart, reports, rules, at)


def ror(reports: Reports, rules: Rules, at: Instant) -> Statistic:
    """The reporting odds ratio, flagged when its lower limit lies above 1."""
    if why_not := _undefined(reports, "bcd"):
        return Statistic(None, undefined_because=why_not)
    a, b, c, d = reports.a, reports.b, reports.c, reports.d
    ratio = _limits(a * d / (b * c), sqrt(1 / a + 1 / b + 1 / c + 1 / d))
    return _looked_at(ratio, ratio.low > rules.number("safety.signal.ror_low_min", at), reports, rules, at)


def _looked_at(ratio: Ratio, stands_out: bool, reports: Reports, rules: Rules, at: Instant) -> Statistic:
    """Few reports flag nothing, and say so."""
    enough = reports.a >= rules.number("safety.signal.reports_min", at)
    warning = "" if enough else f"only {reports.a} reports: the ratio says next to nothing"
    return Statistic(ratio, stands_out and enough, warning=warning)


def with_half(reports: Reports) -> Ratio:
    """The odds ratio with ½ added to every cell: for tables with an empty cell, and to be named as such."""
    a, b, c, d = (n + 0.5 for n in (reports.a, reports.b, reports.c, reports.d))
    return _limits(a * d / (b * c), sqrt(1 / a + 1 / b + 1 / c + 1 / d))


def _undefined(reports: Reports, asked: str) -> str:
    """Why there is no finite ratio; empty when there is one."""
    if not reports.a:
        return "no report names product and event together"
    empty = [cell for cell in asked if not getattr(reports, cell)]
    return f"{', '.join(empty)} is 0: the ratio is not finite" if empty else ""


def _limits(value: float, standard_error: float) -> Ratio:
    factor = exp(Z_95 * standard_error)
    return Ratio(value, value / factor, value * factor)


def chi_square(reports: Reports, *, corrected: bool = True) -> float:
    """Chi-square of the table, with the correction of Yates unless told otherwise; 0 where a margin is empty."""
    a, b, c, d, n = reports.a, reports.b, reports.c, reports.d, reports.total
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if not margins:
        return 0.0
    apart = max(abs(a * d - b * c) - (n / 2 if corrected else 0), 0)
    return n * apart * apart / margins


def information_component(reports: Reports, rules: Rules, at: Instant) -> Statistic:
    """The information component, flagged when its lower limit (IC025) lies above 0; defined for any table."""
    more, expected = reports.a + 0.5, reports.expected + 0.5
    value = log2(more / expected)
    low = value - 3.3 * more**-0.5 - 2 * more**-1.5
    ratio = Ratio(value, low, value + 2.4 * more**-0.5 - 0.5 * more**-1.5)
    return Statistic(ratio, low > rules.number("safety.signal.ic_low_min", at))


@dataclass(frozen=True, slots=True)
class Prior:
    """A mixture of two gamma distributions over the ratio of observed to expected, fitted to the whole database."""

    alpha1: float
    beta1: float
    alpha2: float
    beta2: float
    share1: float


def ebgm(reports: Reports, prior: Prior, rules: Rules, at: Instant) -> Statistic:
    """The empirical Bayes geometric mean between EB05 and EB95, flagged by EB05.

    A plain observed over expected is often printed under this name; without the shrinkage it is another thing.
    """
    observed, expected = reports.a, reports.expected
    if not expected:
        return Statistic(None, undefined_because="nothing is expected: product or event was never reported")
    first = _log_weight(observed, expected, prior.alpha1, prior.beta1) + log(prior.share1)
    second = _log_weight(observed, expected, prior.alpha2, prior.beta2) + log(1 - prior.share1)
    share = 1 / (1 + exp(second - first))
    mean = share * (digamma(prior.alpha1 + observed) - log(prior.beta1 + expected)) + (1 - share) * (
        digamma(prior.alpha2 + observed) - log(prior.beta2 + expected)
    )

    def below(ratio: float) -> float:
        parts = ((prior.alpha1, prior.beta1), (prior.alpha2, prior.beta2))
        one, other = (gamma_cdf(ratio * (beta + expected), alpha + observed) for alpha, beta in parts)
        return share * one + (1 - share) * other

    ratio = Ratio(exp(mean), _point(below, 0.05), _point(below, 0.95))
    return Statistic(ratio, ratio.low >= rules.number("safety.signal.eb05_min", at))


def _log_weight(n: int, expected: float, alpha: float, beta: float) -> float:
    """How likely the count is under one part of the prior, up to what both parts share."""
    spread = lgamma(alpha + n) - lgamma(alpha)
    return spread - n * log(1 + beta / expected) - alpha * log(1 + expected / beta)


def _point(below: Callable[[float], float], share: float) -> float:
    """Where so much of a distribution lies below: halved until nothing changes."""
    low, high = 0.0, 1.0
    while below(high) < share:
        high *= 2
    while high - low > high * 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < share else (low, middle)
    return high
