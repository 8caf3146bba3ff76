"""How a count lies to the limits of its room: looked up in the dated rule sets, never entered by hand."""

from decimal import Decimal
from typing import Any

from coign.facility.events import VIABLE, Condition, Level, LimitSet, Sample

#: In what each sample is counted.
UNITS: dict[Sample, str] = {
    "particles_0_5": "1/m3",
    "particles_5": "1/m3",
    "active_air": "{CFU}/m3",
    "settle_plate": "{CFU}",
    "contact_plate": "{CFU}",
    "glove_print": "{CFU}",
}


def action_limit(
    sample: Sample, *, grade: str, limit_set: LimitSet, condition: Condition, rules: Any, at: Any
) -> Decimal | None:
    """The most that a grade allows of a sample; None where no limit is published and the site sets its own.

    Particles are limited at rest and in operation, growth whenever it is found. A set holds only the rows in which it
    differs from Annex 1.
    """
    what = sample if sample in VIABLE else f"{sample}.{condition}"
    for name in (limit_set, "annex1"):
        try:
            found: Decimal = rules.number(f"monitoring.{name}.{grade}.{what}", at)
        except KeyError:
            continue
        return found
    return None


def level_of(count: int, limit: Decimal | None, alert_fraction: Decimal) -> Level:
    """Within, above the alert level, or above the action limit."""
    if limit is None:
        return "no_limit"
    if count > limit:
        return "action"
    return "alert" if limit and count > limit * alert_fraction else "within"
