"""When a programme's rule about dose-limiting toxicities is reached: the calculations that a programme names."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from coign.programmes.safety_plan import ToleranceRule
from coign.safety.signals.sequential import chance_rate_exceeds

Parameters = Mapping[str, Decimal]


def _maximum_count(parameters: Parameters, toxicities: int, patients: int) -> str:
    if toxicities < parameters["count"]:
        return ""
    return (
        f"{toxicities} of {patients} patients had a dose-limiting toxicity; at {parameters['count']} enrolment is held"
    )


def _beta_binomial(parameters: Parameters, toxicities: int, patients: int) -> str:
    if patients < parameters["patients_min"]:
        return ""
    rate, certainty = parameters["rate_max"], parameters["certainty"]
    prior_events, prior_free = float(parameters["prior_events"]), float(parameters["prior_free"])
    chance = chance_rate_exceeds(float(rate), toxicities, patients, prior_events, prior_free)
    if chance <= certainty:
        return ""
    return (
        f"{toxicities} of {patients} patients had a dose-limiting toxicity: the chance that the rate lies above {rate} "
        f"is {chance:.3f}, more than {certainty}"
    )


CALCULATIONS: Mapping[str, Callable[[Parameters, int, int], str]] = {
    "maximum_count": _maximum_count,
    "beta_binomial": _beta_binomial,
}


def reached(rule: ToleranceRule, toxicities: int, patients: int) -> str:
    """Why the rule is reached after so many toxicities in so many patients; empty while it is not."""
    return CALCULATIONS[rule.calculation](rule.parameters, toxicities, patients)
