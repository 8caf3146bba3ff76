"""The gates of devices at a step and at freezing: the right kind, in the register, in order, clean (GMP-09)."""

from collections.abc import Mapping
from typing import Protocol

from coign.equipment.views import DEVICE, DeviceState, kind_words, not_of_kind_because
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Equipment
from coign.kernel.values import Instant
from coign.manufacturing.step_gates import OfStep, step_now
from coign.manufacturing.views import BATCH


class OfDevices(OfStep, Protocol):
    """A command that completes a step on devices."""

    @property
    def equipment(self) -> tuple[Equipment, ...]: ...


class OfFreezer(Protocol):
    """A command that tells of one run of a freezer."""

    @property
    def equipment(self) -> Equipment: ...

    @property
    def started_at(self) -> Instant: ...


@gate(
    "manufacturing.devices_are_scanned",
    requirement=("GMP-09", "TRC-23"),
    protects="A device that is found wrong later must lead to this batch.",
    remedy="Scan one device of each kind that the step names.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def devices_are_scanned(asked: OfDevices, known: Circumstances) -> str | None:
    step = step_now(asked, known)
    scanned = {known.state(DEVICE, device).kind for device in asked.equipment}
    missing = [kind_words(n.kind) for n in step.equipment if n.kind not in scanned] if step is not None else []
    return f"not scanned: {', '.join(missing)}" if missing else None


@gate(
    "manufacturing.devices_are_of_the_step",
    requirement="GMP-09",
    protects="What nobody registered for this work was never tested for it.",
    remedy="Scan a registered device of a kind that the step names, or have this one registered.",
    resolvers=("operator", "qa"),
    risk=Risk.PATIENT,
)
def devices_are_of_the_step(asked: OfDevices, known: Circumstances) -> str | None:
    step = step_now(asked, known)
    if step is None:
        return None
    kinds, states = {n.kind for n in step.equipment}, {d: known.state(DEVICE, d) for d in asked.equipment}
    ours = known.actor.organisation
    said = [
        f"{d.identifier} is not in the register of devices of {ours.identifier}"
        for d, s in states.items()
        if s.organisation != ours
    ]
    said += [
        f"{d.identifier} is registered as {kind_words(s.kind)}, which “{step.id}” does not need"
        for d, s in states.items()
        if s.organisation == ours and s.kind not in kinds
    ]
    return "; ".join(said) or None


@gate(
    "manufacturing.devices_may_be_used",
    requirement=("GMP-09", "GMP-03"),
    protects="Nobody knows what a device did or measured whose calibration is over.",
    remedy="Take another device, or have this one calibrated or returned to service.",
    resolvers=("qa", "analyst"),
    risk=Risk.PATIENT,
)
def devices_may_be_used(asked: OfDevices, known: Circumstances) -> str | None:
    states = {d: known.state(DEVICE, d) for d in asked.equipment}
    ours = {d: s for d, s in states.items() if s.organisation == known.actor.organisation}
    why = {device: state.not_usable_because(known.now) for device, state in ours.items()}
    return "; ".join(f"{device.identifier} {reason}" for device, reason in why.items() if reason) or None


@gate(
    "manufacturing.devices_are_clean",
    requirement=("GMP-09", "GMP-34"),
    protects="What is left of one patient's cells goes into the next one's.",
    remedy="Clean the device and record it, or take one that is clean.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def devices_are_clean(asked: OfDevices, known: Circumstances) -> str | None:
    chain = known.state(BATCH, asked.batch).chain
    return _said({device: state.not_clean_because(chain) for device, state in _must_be_clean(asked, known).items()})


def _must_be_clean(asked: OfDevices, known: Circumstances) -> dict[Equipment, DeviceState]:
    """Of the scanned devices those of a kind that the step needs clean."""
    step = step_now(asked, known)
    must = {n.kind for n in step.equipment if n.clean} if step is not None else set()
    return {d: s for d in asked.equipment if (s := known.state(DEVICE, d)).kind in must}


def _said(why: Mapping[Equipment, str | None]) -> str | None:
    return "; ".join(f"{device.identifier} {reason}" for device, reason in why.items() if reason) or None


@gate(
    "manufacturing.devices_are_still_clean",
    requirement="GMP-09",
    protects="What stands clean for longer than was tested may have grown something since.",
    remedy="Clean the device again and record it, or take one that was cleaned later.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def devices_are_still_clean(asked: OfDevices, known: Circumstances) -> str | None:
    states = _must_be_clean(asked, known)
    return _said({d: state.not_clean_any_more_because(known.now, known.rules) for d, state in states.items()})


@gate(
    "manufacturing.late_cleaning_is_judged",
    requirement=("GMP-09", "GMP-19"),
    protects="What dried in a device is not removed by the cleaning that was tested on what was fresh.",
    remedy="Take another device, or let the quality unit judge the late cleaning.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def late_cleaning_is_judged(asked: OfDevices, known: Circumstances) -> str | None:
    return _said({device: state.not_judged_because for device, state in _must_be_clean(asked, known).items()})


@gate(
    "manufacturing.freezer_is_registered",
    requirement="GMP-09",
    protects="A freezer that nobody qualified cools as it likes.",
    remedy="Scan the controlled-rate freezer again, or have it registered with its qualification.",
    resolvers=("operator", "qa"),
    risk=Risk.PATIENT,
)
def freezer_is_registered(asked: OfFreezer, known: Circumstances) -> str | None:
    return not_of_kind_because(asked.equipment, "controlled_rate_freezer", known.actor.organisation, known)


@gate(
    "manufacturing.freezer_may_be_used",
    requirement=("GMP-09", "GMP-03"),
    protects="Nobody knows how cold it was in a freezer whose calibration is over.",
    remedy="Have the freezer calibrated: if it is found in order the run counts. Report what happened meanwhile.",
    resolvers=("qa", "analyst"),
    risk=Risk.PATIENT,
)
def freezer_may_be_used(asked: OfFreezer, known: Circumstances) -> str | None:
    if not_of_kind_because(asked.equipment, "controlled_rate_freezer", known.actor.organisation, known):
        return None  # `manufacturing.freezer_is_registered` says so
    why = known.state(DEVICE, asked.equipment).not_usable_because(asked.started_at)
    return f"{asked.equipment.identifier} {why}" if why else None
