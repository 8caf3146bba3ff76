"""How a device stands between its use and its cleaning: what is to be done with it, by when, and the time left."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from coign import rulesets
from coign.equipment.views import DeviceState
from coign.kernel.values import Instant
from coign.web.therapy.track import deadline_text

#: Nobody needs to do anything about a device that nobody wants to use.
IDLE = "not_yet"
CLEAN, JUDGE_CLEANING = "equipment.clean", "equipment.judge_late_cleaning"


@dataclass(frozen=True, slots=True)
class Cleaning:
    """One line about it, and who goes on: by which act."""

    status: str
    word: str
    said: str
    act: str = ""
    since: Instant | None = None
    until: Instant | None = None

    def clock(self, now: Instant) -> dict[str, Any] | None:
        """The time that is left, for `hold_timer`."""
        if self.since is None or self.until is None:
            return None
        start, end = self.since.moment, self.until.moment
        return {"label": self.word, "start": start, "end": end, "now": now.moment, "use_by": self.said, "shape": "bar"}


def cleaning(state: DeviceState, now: Instant) -> Cleaning | None:
    """What holds of it now; None where its kind has no hold times, or it was neither used nor cleaned."""
    rules = rulesets.load()
    if state.not_judged_because:
        return Cleaning("stop", _("Cleaned too late"), _("The quality unit judges whether it is clean"), JUDGE_CLEANING)
    due, until = state.to_be_cleaned_by(rules), state.clean_until(rules)
    if due is not None:
        return _dirty(state, due, now)
    if state.clean_again:
        return Cleaning("look", _("To be cleaned again"), _("The quality unit did not accept the late cleaning"), CLEAN)
    if state.not_clean_any_more_because(now, rules):
        return Cleaning(IDLE, _("Not clean any more"), _("It is cleaned again before it is used"))
    if until is None:
        return None
    return Cleaning(
        "in_order", _("Clean"), _("Use it by %s") % deadline_text(until), since=state.cleaned_at, until=until
    )


def _dirty(state: DeviceState, due: Instant, now: Instant) -> Cleaning:
    if now > due:
        said = _("It was to be cleaned by %s; once it is, the quality unit judges") % deadline_text(due)
        return Cleaning("stop", _("Not cleaned in time"), said, CLEAN, state.used_at, due)
    return Cleaning("look", _("To be cleaned"), _("Clean it by %s") % deadline_text(due), CLEAN, state.used_at, due)
