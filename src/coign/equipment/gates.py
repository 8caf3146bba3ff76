"""The gates of the register of devices: each label once, dates that can be, and two people for a return."""

from typing import Protocol

from coign.equipment.events import Finding
from coign.equipment.views import DEVICE
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Equipment, Site
from coign.kernel.values import Instant
from coign.people.views import SITE

#: Who answers for the devices of a house.
KEEPERS = ("qa", "celllab")


class OfDevice(Protocol):
    """A command that concerns one device."""

    @property
    def equipment(self) -> Equipment: ...


class OfRegistration(OfDevice, Protocol):
    """A command that enters a device into the register."""

    @property
    def site(self) -> Site: ...

    @property
    def model(self) -> str: ...


class OfCalibration(OfDevice, Protocol):
    """A command that says when a device was measured, and when the next time is due."""

    @property
    def finding(self) -> Finding: ...

    @property
    def measured_on(self) -> Instant: ...

    @property
    def due_on(self) -> Instant | None: ...


class OfCleaning(OfDevice, Protocol):
    """A command that says how a device was cleaned."""

    @property
    def agent(self) -> str: ...

    @property
    def begun_at(self) -> Instant | None: ...


@gate(
    "equipment.device_is_registered",
    requirement="GMP-09",
    protects="What is said of a device stands in the register, where the next person looks.",
    remedy="Scan the device again or register it; a storage tank is looked after among the tanks.",
    resolvers=KEEPERS,
    risk=Risk.DATA,
)
def device_is_registered(asked: OfDevice, known: Circumstances) -> str | None:
    registered = known.state(DEVICE, asked.equipment).organisation is not None
    return None if registered else f"{asked.equipment.identifier} is not in the register of devices"


@gate(
    "equipment.device_is_new",
    requirement=("GMP-09", "CSV-15"),
    protects="One label, one device: two under one label have one calibration between them.",
    remedy="Use the device that is registered, or print another label.",
    resolvers=KEEPERS,
    risk=Risk.PRODUCT,
)
def device_is_new(asked: OfDevice, known: Circumstances) -> str | None:
    return f"{asked.equipment.identifier} is registered already" if known.exists(asked.equipment) else None


@gate(
    "equipment.site_is_ours",
    requirement="GMP-09",
    protects="A device stands at a place of the house that answers for it.",
    remedy="Choose a site of your organisation.",
    resolvers=(*KEEPERS, "admin"),
    risk=Risk.DATA,
)
def site_is_ours(asked: OfRegistration, known: Circumstances) -> str | None:
    if known.state(SITE, asked.site).organisation == known.actor.organisation:
        return None
    return f"{asked.site.identifier} is not a site of your organisation"


@gate(
    "equipment.model_is_named",
    requirement="GMP-09",
    protects="A recall of a maker of devices names the model.",
    remedy="Read maker and model off the type plate.",
    resolvers=KEEPERS,
    risk=Risk.DATA,
)
def model_is_named(asked: OfRegistration, known: Circumstances) -> str | None:
    return None if asked.model.strip() else "no model is named"


@gate(
    "equipment.measured_before_now",
    requirement=("GMP-03", "GMP-09"),
    protects="A calibration counts from when it was done; an older one does not undo what a newer one found.",
    remedy="Read the day off the certificate.",
    resolvers=KEEPERS,
    risk=Risk.PRODUCT,
)
def measured_before_now(asked: OfCalibration, known: Circumstances) -> str | None:
    if asked.measured_on > known.now:
        return f"{asked.measured_on} lies ahead"
    state = known.state(DEVICE, asked.equipment)
    before = max((at for at in (state.good_at, state.failed_at) if at is not None), default=None)
    if before is not None and asked.measured_on < before:
        return f"{asked.equipment.identifier} was measured again since, {before}"
    return None


@gate(
    "equipment.next_one_lies_ahead",
    requirement=("GMP-03", "GMP-09"),
    protects="Without a day on which it ends a calibration counts for ever.",
    remedy="Give the day of the next calibration as the programme of calibrations says.",
    resolvers=KEEPERS,
    risk=Risk.PRODUCT,
)
def next_one_lies_ahead(asked: OfCalibration, known: Circumstances) -> str | None:
    if asked.finding != "in_order":
        return None
    if asked.due_on is None:
        return "the day of the next calibration is missing"
    return f"{asked.due_on} has passed" if asked.due_on <= known.now else None


@gate(
    "equipment.agent_is_named",
    requirement="GMP-09",
    protects="Whoever reads the log must know with what the device was cleaned.",
    remedy="Say which agent was used.",
    resolvers=("operator", "nurse", *KEEPERS),
    risk=Risk.DATA,
)
def agent_is_named(asked: OfCleaning, known: Circumstances) -> str | None:
    return None if asked.agent.strip() else "it is not said with what it was cleaned"


@gate(
    "equipment.cleaning_follows_the_use",
    requirement="GMP-09",
    protects="What began before the device was used did not take away what the use left in it.",
    remedy="Enter when the cleaning began after the last use.",
    resolvers=("operator", "nurse", *KEEPERS),
    risk=Risk.PRODUCT,
)
def cleaning_follows_the_use(asked: OfCleaning, known: Circumstances) -> str | None:
    if asked.begun_at is None:
        return None
    if asked.begun_at > known.now:
        return f"{asked.begun_at} lies ahead"
    used = known.state(DEVICE, asked.equipment).last_used_at
    return f"{asked.equipment.identifier} was used after that, {used}" if used and asked.begun_at < used else None


@gate(
    "equipment.late_cleaning_waits",
    requirement="GMP-09",
    protects="Only what was cleaned too late is judged, and once.",
    remedy="Look at the device: nothing about its cleaning waits for the quality unit.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def late_cleaning_waits(asked: OfDevice, known: Circumstances) -> str | None:
    state = known.state(DEVICE, asked.equipment)
    if state.organisation is None:
        return None  # `equipment.device_is_registered` says so
    waits = state.cleaned_late_at is not None and not state.clean_again
    return None if waits else f"nobody asks whether {asked.equipment.identifier} is clean"


@gate(
    "equipment.judged_by_another",
    requirement=("GMP-09", "GMP-02"),
    protects="Whoever cleaned too late does not judge whether it did any harm.",
    remedy="Let somebody of the quality unit judge it who did not clean the device.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def judged_by_another(asked: OfDevice, known: Circumstances) -> str | None:
    mine = known.state(DEVICE, asked.equipment).cleaned_by == known.actor.person
    return "you cleaned it yourself" if mine else None


@gate(
    "equipment.device_is_in_service",
    requirement="GMP-09",
    protects="A device is taken out of service once; a second entry would hide when it was.",
    remedy="Look at the device: nobody uses it as it is.",
    resolvers=KEEPERS,
    risk=Risk.DATA,
)
def device_is_in_service(asked: OfDevice, known: Circumstances) -> str | None:
    state = known.state(DEVICE, asked.equipment)
    return f"{asked.equipment.identifier} was taken out of service before" if state.out_since is not None else None


@gate(
    "equipment.device_is_out_of_service",
    requirement="GMP-09",
    protects="Only what was taken out of service is returned to it.",
    remedy="Look at the device: it is in service.",
    resolvers=KEEPERS,
    risk=Risk.DATA,
)
def device_is_out_of_service(asked: OfDevice, known: Circumstances) -> str | None:
    state = known.state(DEVICE, asked.equipment)
    if state.organisation is None:
        return None  # `equipment.device_is_registered` says so
    return None if state.out_since is not None else f"{asked.equipment.identifier} is in service"


@gate(
    "equipment.returned_by_another",
    requirement=("GMP-09", "GMP-02"),
    protects="Whoever found the fault believes too soon that it is gone.",
    remedy="Let a colleague see what was done and return the device to service.",
    resolvers=KEEPERS,
    risk=Risk.PRODUCT,
)
def returned_by_another(asked: OfDevice, known: Circumstances) -> str | None:
    mine = known.state(DEVICE, asked.equipment).out_by == known.actor.person
    return "you took it out of service yourself" if mine else None


@gate(
    "equipment.doubt_is_open",
    requirement=("GMP-09", "GMP-19"),
    protects="Only what was found out of calibration is judged; the next finding asks again.",
    remedy="Look at the device: nothing that it was used on stands still.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def doubt_is_open(asked: OfDevice, known: Circumstances) -> str | None:
    state = known.state(DEVICE, asked.equipment)
    if state.organisation is None:
        return None  # `equipment.device_is_registered` says so
    return None if state.doubts else f"nothing that {asked.equipment.identifier} was used on is in doubt"


@gate(
    "equipment.assessed_by_another",
    requirement=("GMP-09", "GMP-02"),
    protects="Whoever measured the device does not judge what its error did to the product.",
    remedy="Let somebody of the quality unit judge it who did not calibrate the device.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def assessed_by_another(asked: OfDevice, known: Circumstances) -> str | None:
    mine = known.state(DEVICE, asked.equipment).calibrated_by == known.actor.person
    return "you calibrated it yourself" if mine else None
