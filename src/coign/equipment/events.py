"""What can happen to devices: registered, calibrated, cleaned, used, taken out of service and returned to it."""

from dataclasses import dataclass
from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.subjects import Batch, Chain, Equipment, Organisation, Person, Site
from coign.kernel.values import Digest, FreeText, Instant

#: Storage tanks are not among them: `storage` qualifies them with their boxes. Cabinets are rooms (`facility`).
Kind = Literal[
    "apheresis_device",
    "cell_processor",
    "centrifuge",
    "incubator",
    "cell_counter",
    "controlled_rate_freezer",
    "freezer",
    "thawing_device",
    "scale",
    "thermometer",
]
#: What a calibration found before anything was adjusted.
Finding = Literal["in_order", "out_of_calibration"]
Conclusion = Literal["no_effect", "effect"]
LateCleaningVerdict = Literal["clean", "to_be_cleaned_again"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRegistered(Fact, type="equipment.device_registered.v1", about=("equipment",), parties=("organisation",)):
    """A device with a label of its own was qualified and may be used until its next calibration is due."""

    equipment: Equipment
    organisation: Organisation
    site: Site
    device_kind: Kind
    model: str
    qualified_on: Instant
    due_on: Instant
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCalibrated(Fact, type="equipment.device_calibrated.v1", about=("equipment",)):
    """A device was measured against a reference: in order until the next one is due, or out of calibration."""

    equipment: Equipment
    finding: Finding
    calibrated_on: Instant
    due_on: Instant | None
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCleaned(Fact, type="equipment.device_cleaned.v1", about=("equipment",)):
    """Nothing of the last patient's cells is left in it; `was_due`: by when it was to begin, where it began later."""

    equipment: Equipment
    agent: str
    by: Person
    begun_at: Instant | None = None
    was_due: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCleaningJudged(Fact, type="equipment.late_cleaning_judged.v1", about=("equipment",)):
    """The quality unit judged whether a device is clean that stood dirty for longer than was tested."""

    equipment: Equipment
    verdict: LateCleaningVerdict
    assessment: FreeText
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesUsed(Fact, type="equipment.devices_used.v1", about=("equipment",)):
    """Devices touched or measured the cells of one therapy; `what`: the step of production, or the act."""

    equipment: tuple[Equipment, ...]
    chain: Chain
    batch: Batch | None
    what: str
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTakenOut(Fact, type="equipment.device_taken_out.v1", about=("equipment",)):
    """Nobody uses it until somebody else has returned it to service."""

    equipment: Equipment
    why: FreeText
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReturned(Fact, type="equipment.device_returned.v1", about=("equipment",)):
    """Somebody who did not take it out says what was done and that it may be used again."""

    equipment: Equipment
    what_was_done: FreeText
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtAssessed(Fact, type="equipment.doubt_assessed.v1", about=("equipment",)):
    """The quality unit judged what a device out of calibration means for what it was used on."""

    equipment: Equipment
    conclusion: Conclusion
    assessment: FreeText
    evidence: Digest
    by: Person
