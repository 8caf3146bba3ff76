"""The limits of sign-in and signing, from the rule sets that hold today."""

import time

from coign import rulesets
from coign.kernel.values import Instant


def today() -> Instant:
    """Which day's rules hold."""
    return Instant.of_us(time.time_ns() // 1000)


def seconds(rule: str) -> int:
    """A duration of the rule sets in seconds."""
    return round(rulesets.load().minutes(rule, today()) * 60)


def number(rule: str) -> int:
    """A count of the rule sets."""
    return int(rulesets.load().number(rule, today()))
