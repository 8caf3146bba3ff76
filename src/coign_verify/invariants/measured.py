"""Invariants of what is measured: in its unit, in the order of time, and no more of it than there was."""

import re
from decimal import Decimal

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import COLLECTED, REFERENCE

KILOGRAMS, VOLUME, CELLS, TIME = ("kg",), ("mL",), ("10*9",), ("h", "d")
#: In which units, and whether more than nothing, by the fact and its field; a field may be empty.
QUANTITIES: dict[str, dict[str, tuple[tuple[str, ...], bool]]] = {
    "clinical.order_drafted.v1": {"weight": (KILOGRAMS, True)},
    "clinical.ordered.v1": {"weight": (KILOGRAMS, True)},
    "clinical.conditioning_started.v1": {"weight": (KILOGRAMS, True)},
    "infusion.patient_assessed.v1": {"weight": (KILOGRAMS, True)},
    "infusion.finished.v1": {"given": (VOLUME, False), "residual": (VOLUME, False)},
    "collection.finished.v1": {"volume": (VOLUME, True), "cd3": (CELLS, True)},
    "collection.cryobag_filled.v1": {"volume": (VOLUME, True), "cd3": (CELLS, True)},
    "logistics.shipper_qualified.v1": {"hold_time": (TIME, True)},
}
#: Minutes that are granted, and never taken back.
GRANTED = {"coldchain.excursion_assessed.v1": "further_minutes"}
#: What is held against one another stands in one unit.
BESIDE_ONE_ANOTHER = {"safety.laboratory_graded.v1": ("value", "upper_limit", "lower_limit", "baseline")}


@invariant("PAT-29", "TRC-22", "PAT-31", "PAT-17", "SCS-06", hears=(*QUANTITIES, *BESIDE_ONE_ANOTHER, *GRANTED))
def what_is_measured_stands_in_its_unit(known: Known, fact: Heard) -> Verdict:
    """Weights are in kilograms, volumes, cells and hold times in their units, and none of them below nothing."""
    if fact.type in BESIDE_ONE_ANOTHER:
        found = {q["unit"] for name in BESIDE_ONE_ANOTHER[fact.type] if (q := fact.body.get(name))}
        return () if len(found) <= 1 else (f"{' and '.join(sorted(found))} stand beside one another",)
    if fact.type in GRANTED:
        minutes = fact.body.get(GRANTED[fact.type]) or 0
        return () if minutes >= 0 else (f"{minutes} min were granted",)
    said = []
    for name, (units, more) in QUANTITIES[fact.type].items():
        told = fact.body.get(name)
        if told is None:
            continue
        amount = Decimal(told["value"])
        if told["unit"] not in units or amount < 0 or (more and not amount):
            said.append(f"{name} of {told['value']} {told['unit']}")
    return tuple(said)


#: Moments of one fact from the earliest to the latest; none of them lies after its entry.
IN_ORDER: dict[str, tuple[tuple[str, str], ...]] = {
    "clinical.order_drafted.v1": (("", "weighed_on"),),
    "safety.event_reported.v1": (("onset", "aware_at"), ("onset", "known_at")),
    "safety.event_followed_up.v1": (("", "received_at"),),
    "safety.submission_recorded.v1": (("", "sent_at"),),
    "safety.submission_answered.v1": (("", "received_at"),),
}


@invariant("PAT-04", "PAT-06", "PAT-29", "REG-03", hears=tuple(IN_ORDER))
def nothing_is_known_before_it_began_or_dated_ahead(known: Known, fact: Heard) -> Verdict:
    """What was measured, seen, learnt or sent is dated before its entry, and nothing is known before it began."""
    said = []
    for earlier, later in IN_ORDER[fact.type]:
        began, at = fact.body.get(earlier) or "", fact.body.get(later) or ""
        if at > fact.time:
            said.append(f"{later} {at} was still to come")
        if began > at:
            said.append(f"{later} {at} lies before {earlier} {began}")
    return tuple(said)


@invariant("PAT-03", hears=("safety.reference_published.v1",))
def a_reference_text_never_counts_from_before_the_one_in_force(known: Known, fact: Heard) -> Verdict:
    """A new version of what is expected counts from a later day than the one before it."""
    before = known.of(REFERENCE, fact.body["product"])
    later = not before or fact.body["effective"] > before
    return () if later else (f"a version from {fact.body['effective']} on was put before that of {before}",)


@invariant("TRC-22", "TRC-10", hears=("collection.cryobag_filled.v1", "collection.leaving_checked.v1"))
def cryobags_hold_what_came_from_the_chair_and_no_more(known: Known, fact: Heard) -> Verdict:
    """Cryobags are filled out of a bag that was collected at the chair, and hold no more cells than were in it."""
    source = fact.body.get("source") or fact.body["unit"]
    collected = known.of(COLLECTED, source)
    if collected.cells is None:
        return (f"{source} is no bag that was collected",)
    if fact.type != "collection.cryobag_filled.v1" or collected.corrected:
        return ()
    if fact.body["cd3"]["unit"] != collected.unit:
        return (f"{fact.body['cd3']['unit']} were filled and {collected.unit} collected",)
    filled = collected.filled + Decimal(fact.body["cd3"]["value"])
    return () if filled <= collected.cells else (f"{filled} were filled out of {source}, which held {collected.cells}",)


#: ISBT 128: the facility in five characters, the year in two digits, the sequence in six.
_DONATION_NUMBER = re.compile(r"[A-NP-Z1-9][A-NP-Z0-9]{4}[0-9]{2}[0-9]{6}\Z")


@invariant("TRC-08", "TRC-09", hears=("collection.finished.v1",))
def a_donation_number_can_be_read_again(known: Known, fact: Heard) -> Verdict:
    """The number of a donation names facility, year and sequence, as the standard has it."""
    din = fact.body["din"]
    return () if _DONATION_NUMBER.match(din) else (f"“{din}” is no donation number",)


INVARIANTS = (
    what_is_measured_stands_in_its_unit,
    nothing_is_known_before_it_began_or_dated_ahead,
    a_reference_text_never_counts_from_before_the_one_in_force,
    cryobags_hold_what_came_from_the_chair_and_no_more,
    a_donation_number_can_be_read_again,
)
