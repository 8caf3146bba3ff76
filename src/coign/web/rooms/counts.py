"""Counts of samples beside the limits they are held to."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coign import rulesets
from coign.facility.events import Condition, Level, LimitSet, Sample
from coign.facility.limits import UNITS, action_limit
from coign.facility.views import SAMPLE_WORDS
from coign.kernel.values import Instant
from coign.web.therapy.units import quantity_words

#: How a level looks: worst shape first.
STATUS: dict[Level, str] = {"action": "stop", "alert": "look", "no_limit": "in_order", "within": "in_order"}
_WORDS = {
    "within": gettext_lazy("Within"),
    "alert": gettext_lazy("Alert level"),
    "action": gettext_lazy("Above its limit"),
    "no_limit": gettext_lazy("No limit set"),
}


def sample_name(sample: Sample) -> str:
    """`Settle plate`."""
    words = SAMPLE_WORDS[sample]
    return words[0].upper() + words[1:]


def level_words(level: Level) -> str:
    """What a level is called beside its shape."""
    return str(_WORDS[level])


def limit_words(sample: Sample, *, grade: str, limit_set: LimitSet, condition: Condition, at: Instant) -> str:
    """`at most 5 CFU`, `no growth`; empty where no limit is published."""
    rules = rulesets.load()
    limit = action_limit(sample, grade=grade, limit_set=limit_set, condition=condition, rules=rules, at=at)
    if limit is None:
        return ""
    return _("at most %s") % quantity_words(f"{limit:,}", UNITS[sample]) if limit else _("no growth")


def count_row(
    sample: Sample, count: int, level: Level, *, grade: str, limit_set: LimitSet, condition: Condition, at: Instant
) -> dict[str, Any]:
    """One line of a table of counts."""
    return {
        "sample": sample_name(sample),
        "count": quantity_words(f"{count:,}", UNITS[sample]),
        "limit": limit_words(sample, grade=grade, limit_set=limit_set, condition=condition, at=at) or _("none set"),
        "status": STATUS[level],
        "word": level_words(level),
    }
