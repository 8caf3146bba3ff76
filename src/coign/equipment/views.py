"""Whether a device may be used, is clean, and was in order when it was used: the questions that other domains ask."""

from dataclasses import replace
from typing import get_args

from coign.equipment.events import (
    DeviceCalibrated,
    DeviceCleaned,
    DeviceRegistered,
    DeviceReturned,
    DevicesUsed,
    DeviceTakenOut,
    DoubtAssessed,
    Kind,
    LateCleaningJudged,
)
from coign.kernel.actions import Circumstances
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Equipment, Organisation, Person, Site
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.rulesets import RuleSets

KINDS: tuple[Kind, ...] = get_args(Kind)


def kind_words(kind: str) -> str:
    """`cell processor`."""
    return kind.replace("controlled_rate", "controlled-rate").replace("_", " ")


@dataclass(frozen=True, slots=True)
class Doubt:
    """From the last good calibration to the one that was not: nobody knows what the device measured or did."""

    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class DeviceState:
    """One device: whose, of which kind, until when it is calibrated, whether it is in service, clean and trusted."""

    organisation: Organisation | None = None
    site: Site | None = None
    kind: str = ""
    model: str = ""
    #: When it was last known to be in order.
    good_at: Instant | None = None
    due: Instant | None = None
    failed_at: Instant | None = None
    calibrated_by: Person | None = None
    out_since: Instant | None = None
    out_by: Person | None = None
    #: Whose cells were last in it; None: it was cleaned since.
    used_for: Chain | None = None
    cleaned_at: Instant | None = None
    #: When it was last used; None: it was cleaned since.
    used_at: Instant | None = None
    #: When it was last used, cleaned since or not.
    last_used_at: Instant | None = None
    cleaned_by: Person | None = None
    #: When it was cleaned too late, until the quality unit has judged that it is clean.
    cleaned_late_at: Instant | None = None
    clean_again: bool = False
    #: Those that nobody judged to do no harm; consecutive bad calibrations make one.
    doubts: tuple[Doubt, ...] = ()

    def not_usable_because(self, at: Instant) -> str | None:
        """None, or why nobody may use it at that time."""
        if self.organisation is None:
            return "is not in the register of devices"
        if self.out_since is not None:
            return f"was taken out of service {self.out_since}"
        if self.failed_at is not None:
            return f"was found out of calibration {self.failed_at}"
        assert self.due is not None
        return None if at < self.due else f"was due for calibration {self.due}"

    def not_clean_because(self, chain: Chain | None) -> str | None:
        """None, or why nothing of this therapy may go into it."""
        if self.used_for in (None, chain):
            return None
        return "was not cleaned since it was used for another patient's cells"

    # How long it may stand dirty until it is cleaned, and clean until it is used (GMP-09; 21 CFR 211.67)

    def to_be_cleaned_by(self, rules: RuleSets) -> Instant | None:
        """Until when the cleaning of a used device is to begin; None: it is clean, or its kind has no such time."""
        return self._ends("equipment.dirty_hold", self.used_at, rules)

    def clean_until(self, rules: RuleSets) -> Instant | None:
        """Until when it may be used; None: it was used since, never cleaned, or its kind has no such time."""
        return self._ends("equipment.clean_hold", self.cleaned_at if self.used_at is None else None, rules)

    def _ends(self, hold: str, since: Instant | None, rules: RuleSets) -> Instant | None:
        minutes = rules.minutes_if_any(f"{hold}.{self.kind}", since) if since is not None else None
        return since.plus(minutes=minutes) if since is not None and minutes is not None else None

    def not_clean_any_more_because(self, now: Instant, rules: RuleSets) -> str | None:
        """None, or why a device that was cleaned is to be cleaned again before it is used."""
        if self.clean_again:
            return "is to be cleaned again: the quality unit did not accept that it was cleaned too late"
        ends = self.clean_until(rules)
        return f"was clean until {ends}" if ends is not None and now > ends else None

    @property
    def not_judged_because(self) -> str | None:
        """None, or why nobody may rely on its cleaning yet."""
        if self.cleaned_late_at is None or self.clean_again:
            return None
        return f"was cleaned too late, {self.cleaned_late_at}, and the quality unit has not judged it"

    def in_doubt_because(self, at: Instant) -> str | None:
        """None, or why what it was used on at that time stands still."""
        doubt = next((d for d in self.doubts if d.since <= at < d.until), None)
        return f"was found out of calibration {doubt.until}, after it was used {at}" if doubt is not None else None


def _evolve(state: DeviceState, fact: Fact, stamp: Stamp) -> DeviceState:
    match fact:
        case DeviceRegistered():
            return DeviceState(
                fact.organisation, fact.site, fact.device_kind, fact.model, fact.qualified_on, fact.due_on
            )
        case DeviceCalibrated(finding="in_order"):
            return replace(state, good_at=fact.calibrated_on, due=fact.due_on, failed_at=None, calibrated_by=fact.by)
        case DeviceCalibrated():
            return _failed(state, fact)
        case DeviceCleaned():
            return _cleaned(state, fact, stamp.time)
        case LateCleaningJudged(verdict=verdict):
            good = verdict == "clean"
            return replace(state, clean_again=not good, cleaned_late_at=None if good else state.cleaned_late_at)
        case DevicesUsed(chain=chain):
            return replace(state, used_for=chain, used_at=stamp.time, last_used_at=stamp.time)
        case DeviceTakenOut(by=by):
            return replace(state, out_since=stamp.time, out_by=by)
        case DeviceReturned():
            return replace(state, out_since=None, out_by=None)
        case DoubtAssessed(conclusion=conclusion):
            return replace(state, doubts=()) if conclusion == "no_effect" else state
        case _:
            return state


def _cleaned(state: DeviceState, fact: DeviceCleaned, at: Instant) -> DeviceState:
    # Cleaning once more does not undo that it was too late; only where the quality unit asked for it.
    still = None if state.clean_again else state.cleaned_late_at
    late = at if fact.was_due is not None else still
    return replace(
        state, used_for=None, used_at=None, cleaned_at=at, cleaned_by=fact.by, cleaned_late_at=late, clean_again=False
    )


def _failed(state: DeviceState, fact: DeviceCalibrated) -> DeviceState:
    doubt = Doubt(state.good_at or fact.calibrated_on, fact.calibrated_on)
    before = tuple(d for d in state.doubts if d.since != doubt.since)
    return replace(state, failed_at=fact.calibrated_on, calibrated_by=fact.by, doubts=(*before, doubt))


DEVICE = View(
    "equipment.device",
    kinds=frozenset({"equipment"}),
    folds=(
        DeviceRegistered,
        DeviceCalibrated,
        DeviceCleaned,
        DevicesUsed,
        DeviceTakenOut,
        DeviceReturned,
        DoubtAssessed,
        LateCleaningJudged,
    ),
    state=DeviceState,
    evolve=_evolve,
    version=3,
    public=True,
)


def not_of_kind_because(device: Equipment, kind: Kind, house: Organisation, known: Circumstances) -> str | None:
    """None, or why this is no device of that kind in the register of a house; once its DEVICE is read."""
    state = known.state(DEVICE, device)
    if state.organisation != house:
        return f"{device.identifier} is not in the register of devices of {house.identifier}"
    return None if state.kind == kind else f"{device.identifier} is registered as {kind_words(state.kind)}"
