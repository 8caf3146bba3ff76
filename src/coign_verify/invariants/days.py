"""Invariants of days: what counts until a day has it ahead, what was measured or done has it behind."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import DEVICE

#: Until when something counts, by the fact that says so.
COUNTS_UNTIL: dict[str, tuple[str, ...]] = {
    "supply.supplier_qualified.v1": ("until", "licence_until"),
    "supply.lot_received.v1": ("expires",),
    "supply.lot_approved.v1": ("retest_by",),
    "supply.lot_retested.v1": ("retest_by",),
    "equipment.device_registered.v1": ("due_on",),
    "equipment.device_calibrated.v1": ("due_on",),
    "storage.tank_qualified.v1": ("qualified_until",),
    "logistics.shipper_qualified.v1": ("qualified_until",),
    "facility.room_put_in_use.v1": ("qualified_until",),
    "training.qualified.v1": ("until",),
    "training.extension_approved.v1": ("until",),
    "regulatory.authorisation_granted.v1": ("valid_until",),
    "regulatory.authorisation_renewed.v1": ("valid_until",),
}

#: When something was done or seen that is entered afterwards.
DONE_ON: dict[str, tuple[str, ...]] = {
    "equipment.device_registered.v1": ("qualified_on",),
    "equipment.device_calibrated.v1": ("calibrated_on",),
    "equipment.device_cleaned.v1": ("begun_at",),
    "facility.room_put_in_use.v1": ("qualified_on",),
    "facility.monitored.v1": ("taken_at",),
    "donor.samples_taken.v1": ("taken_at",),
    "training.qualified.v1": ("certified_on",),
    "supply.illegitimate_notified.v1": ("sent_at",),
    "quality.exception_notified.v1": ("told_at",),
}


@invariant("GMP-03", "GMP-04", "GMP-09", "SCS-01", "SCS-03", "TRN-08", hears=tuple(COUNTS_UNTIL))
def what_counts_until_a_day_has_it_ahead(known: Known, fact: Heard) -> Verdict:
    """No qualification, calibration, approval or expiry begins on a day on which it is over already."""
    days = [(name, fact.body.get(name)) for name in COUNTS_UNTIL[fact.type]]
    if fact.type == "equipment.device_calibrated.v1":
        if fact.body["finding"] != "in_order":
            return None
        if not fact.body["due_on"]:
            return ("it is in order for ever",)
    return tuple(f"{name} is {day}" for name, day in days if day and day <= fact.time)


@invariant("CSV-38", "GMP-03", "GMP-09", "GMP-18", hears=tuple(DONE_ON))
def what_is_entered_has_happened(known: Known, fact: Heard) -> Verdict:
    """Nothing is entered as done, measured or seen on a day that has not come."""
    days = [(name, fact.body.get(name)) for name in DONE_ON[fact.type]]
    return tuple(f"{name} is {day}" for name, day in days if day and day > fact.time)


@invariant("GMP-03", "GMP-09", hears=("equipment.device_cleaned.v1", "equipment.device_calibrated.v1"))
def a_device_is_cleaned_after_its_use_and_measured_in_order(known: Known, fact: Heard) -> Verdict:
    """What a use left in a device is cleaned away after it, and no older measurement undoes a newer one."""
    device = fact.body["equipment"]
    state = known.of(DEVICE, device)
    if fact.type == "equipment.device_cleaned.v1":
        begun = fact.body.get("begun_at") or fact.time
        return (f"{device} was used after its cleaning began",) if begun < state.used_at else ()
    measured = fact.body.get("calibrated_on") or fact.time
    return (f"{device} was measured again since {measured}",) if measured < state.measured_on else ()


INVARIANTS = (
    what_counts_until_a_day_has_it_ahead,
    what_is_entered_has_happened,
    a_device_is_cleaned_after_its_use_and_measured_in_order,
)
