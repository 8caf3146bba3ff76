"""How long a device may stay dirty until it is cleaned, and clean until it is used (GMP-09; 21 CFR 211.67)."""

from coign.equipment.views import DeviceState
from coign.kernel.values import Instant
from coign.rulesets import RuleSets


def to_be_cleaned_by(state: DeviceState, rules: RuleSets) -> Instant | None:
    """Until when the cleaning of a used device is to begin; None: it is clean, or its kind has no such time."""
    return _ends("equipment.dirty_hold", state, state.used_at, rules)


def clean_until(state: DeviceState, rules: RuleSets) -> Instant | None:
    """Until when a cleaned device may be used; None: it was used since, never cleaned, or its kind has no such time."""
    return _ends("equipment.clean_hold", state, state.cleaned_at if state.used_at is None else None, rules)


def _ends(hold: str, state: DeviceState, since: Instant | None, rules: RuleSets) -> Instant | None:
    minutes = rules.minutes_if_any(f"{hold}.{state.kind}", since) if since is not None else None
    return since.plus(minutes=minutes) if since is not None and minutes is not None else None


def not_clean_any_more_because(state: DeviceState, now: Instant, rules: RuleSets) -> str | None:
    """None, or why a device that was cleaned is to be cleaned again before it is used."""
    if state.clean_again:
        return "is to be cleaned again: the quality unit did not accept that it was cleaned too late"
    ends = clean_until(state, rules)
    return f"was clean until {ends}" if ends is not None and now > ends else None


def not_judged_because(state: DeviceState) -> str | None:
    """None, or why nobody may rely on its cleaning yet."""
    if state.cleaned_late_at is None or state.clean_again:
        return None
    return f"was cleaned too late, {state.cleaned_late_at}, and the quality unit has not judged it"
