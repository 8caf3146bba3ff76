"""Watching while it happens: the sequential tests of counts, and the bound that stops a trial."""

from math import log

from coign.kernel.frozen import dataclass
from coign.safety.signals.special import beta_cdf


@dataclass(frozen=True, slots=True)
class Bounds:
    """Above the upper bound the harm is taken to be there, below the lower one not; between them one watches on."""

    lower: float
    upper: float


def sprt_bounds(alpha: float, beta: float) -> Bounds:
    """Wald's bounds for these chances of being wrong."""
    return Bounds(log(beta / (1 - alpha)), log((1 - beta) / alpha))


def poisson_sprt(observed: int, expected: float, relative_risk: float) -> float:
    """The log-likelihood ratio of a raised rate against the expected one."""
    return observed * log(relative_risk) - (relative_risk - 1) * expected


def max_sprt(observed: int, expected: float) -> float:
    """The maximised log-likelihood ratio: 0 while no more was seen than expected. Its critical value is looked up."""
    if observed <= expected:
        return 0.0
    return expected - observed + observed * log(observed / expected)


def chance_rate_exceeds(rate_max: float, events: int, patients: int, prior_events: float, prior_free: float) -> float:
    """How sure one is that the true rate lies above a bound, after so many events in so many patients.

    The prior counts `prior_events` and `prior_free` as if they had been seen: a beta distribution, updated by counting.
    """
    return 1 - beta_cdf(rate_max, prior_events + events, prior_free + patients - events)
