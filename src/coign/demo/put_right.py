"""What goes wrong and is put right, or given all the same: acts that a therapy without trouble never sees."""

from collections.abc import Iterator, Mapping
from typing import Any

from coign.demo import classroom, devices, people
from coign.kernel.subjects import Chain, Unit
from coign.kernel.values import Actor
from coign.supply.views import LOT

Asked = tuple[Actor, str, Mapping[str, Any]]
#: The thawed bag has waited for longer than it keeps.
TOO_LATE_MIN = 155


def emergency(unit: Unit) -> Iterator[Asked]:
    """Two decide that a bag is given after its time, a third gives it."""
    told = {
        "unit": unit,
        "makers_advice": "0" * 64,
        "patient_informed": "yes",
        "reason": "Demonstration: the patient is conditioned and there is no other bag.",
    }
    yield _of_centre("physician"), "infusion.request_emergency", told
    yield _of_centre("pharmacist"), "infusion.decide_emergency", {"unit": unit}


def given_in_emergency(unit: Unit) -> Iterator[Asked]:
    """By somebody who had no part in the decision."""
    yield _of_centre("infusion"), "infusion.start_emergency", {"unit": unit, "site": people.site_of(people.CENTRE)}


def disposed_of(chain: Chain, left: Unit) -> Iterator[Asked]:
    """The therapy ends; the bag that is left is destroyed by two."""
    first, second = (account.actor for account in people.in_role("celllab", people.CENTRE)[:2])
    note = "Demonstration: the second bag is not needed any more."
    ended = {"chain": chain, "reason": "no_product", "note": note, "others": "destroyed"}
    yield _of_centre("physician"), "closing.end_therapy", ended
    yield first, "closing.dispose", {"unit": left}
    yield second, "closing.confirm_disposal", {"unit": left, "scanned": left}


def repaired_and_used(scene_of_lots: Any) -> Iterator[Asked]:
    """The device that was broken, a pack of vials, and a container that nobody has a record of."""
    qa, analyst = (people.in_role(role, people.MAKER)[0].actor for role in ("qa", "analyst"))
    done = {"equipment": devices.BROKEN, "what_was_done": "Demonstration: seal changed, gas measured for a day."}
    yield qa, "equipment.return_to_service", done
    expires = scene_of_lots.of(LOT, classroom.VIALS).expires
    pack = {"gtin": classroom.GTIN, "lot_number": classroom.VIALS.identifier, "number": classroom.PACKS[0]}
    yield analyst, "supply.use_pack", {**pack, "expires_on": expires[:10]}
    found = {"unit": Unit.of("FOUND-0001"), "site": people.site_of(people.MAKER)}
    yield people.in_role("warehouse", people.MAKER)[0].actor, "custody.take_in", found


def _of_centre(role: str) -> Actor:
    return people.in_role(role, people.CENTRE)[0].actor
