"""What goes wrong on the way of a therapy and is put right before its next step: told in memory only."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import cast

from coign.demo import acts, people
from coign.demo.acts.moving import logger_file
from coign.demo.in_memory import InMemory
from coign.demo.put_right import Asked
from coign.demo.scene import Scene
from coign.gateways.loggers import Warming
from coign.identity.views import UNIT
from coign.kernel.subjects import Organisation, Patient, Unit
from coign.kernel.values import Actor
from coign.logistics.views import SHIPMENT

#: Where the lid stood open: minutes after the packing, how long, and how warm it became.
LID_OPEN = Warming(5, 10, Decimal(-120))


def wrong_wristband(scene: Scene, other: Patient, theirs: Unit) -> Iterator[Asked]:
    """Somebody else sits in the chair; a third person finds out why."""
    yield _at_centre("nurse"), "collection.check_identity", {"chain": scene.chain, "wristband": other}
    finding = "Demonstration: two patients had changed places; both wristbands were read again."
    yield _at_centre("coordinator"), "collection.resolve_mismatch", {"chain": scene.chain, "finding": finding}


def label_of_another(scene: Scene, other: Patient, theirs: Unit) -> Iterator[Asked]:
    """The label of a bag that was there before was scanned; a third person reads both again."""
    bag, serial = scene.bags[0], scene.state(UNIT, theirs).label_serial
    yield _at_centre("celllab", 1), "collection.verify_label", {"unit": bag, "label": theirs, "label_serial": serial}
    finding = "Demonstration: the sheet of the bag before lay on the table; this bag bears its own label."
    yield _at_centre("coordinator"), "collection.resolve_label", {"unit": bag, "finding": finding}


def dented_on_the_way(scene: Scene, other: Patient, theirs: Unit) -> Iterator[Asked]:
    """The taker finds a dent that the giver had not seen; somebody else looks, and it is held out again."""
    bag, taker = scene.bags[0], _at_centre("celllab")
    yield taker, "custody.accept", {"unit": bag, "condition": "damaged"}
    finding = "Demonstration: the outer bag was creased; the bag itself is whole."
    yield _at_centre("celllab", 1), "custody.resolve_mismatch", {"unit": bag, "finding": finding}
    offered = {"unit": bag, "to": people.CENTRE, "condition": "intact"}
    yield _at_centre("nurse"), "custody.offer", offered
    yield _at_centre("nurse"), "custody.withdraw_offer", {"unit": bag}
    yield _at_centre("nurse"), "custody.offer", offered


def packed_again(scene: Scene, other: Patient, theirs: Unit) -> Iterator[Asked]:
    """The courier is late: out of the shipper, and into another one."""
    packer, first = _at_centre("celllab"), scene.shipment
    yield packer, "logistics.unpack", {"shipment": first}
    for step in ("logistics.choose_shipper", "logistics.start_logger", "logistics.pack"):
        yield packer, step, acts.ACTS[step](scene)


def sealed_again(scene: Scene, other: Patient, theirs: Unit) -> Iterator[Asked]:
    """Another carrier is named, and back; the seal broke when the lid was pressed down."""
    packer, shipment = _at_centre("celllab"), scene.shipment
    yield packer, "logistics.name_carrier", {"shipment": shipment, "carrier": people.COURIER}
    shipper = scene.state(SHIPMENT, shipment).shipper
    why = "Demonstration: the seal broke when the lid was pressed down."
    replaced = {"shipment": shipment, "shipper": shipper, "seal": "SEAL-000002", "why": why}
    yield packer, "logistics.replace_seal", replaced
    offered = {"shipper": shipper, "to": people.COURIER, "seal": "SEAL-000002", "condition": "intact"}
    yield packer, "custody.offer_shipment", offered
    yield packer, "custody.withdraw_shipment", {"shipper": shipper}
    yield packer, "custody.offer_shipment", offered


def warm_on_the_way(scene: Scene, other: Patient, theirs: Unit) -> Iterator[Asked]:
    """The lid stood open for a while."""
    read = {"shipment": scene.shipment, "file": logger_file(scene, LID_OPEN)}
    yield people.in_role("warehouse", people.MAKER)[0].actor, "coldchain.record_logger", read


def another_name(scene: Scene, other: Patient, theirs: Unit) -> Iterator[Asked]:
    """She married while her cells were made; a second person compares wristband and document."""
    shown = scene.keep(f"Marriage certificate of {scene.patient}.")
    changed = {"patient": scene.patient, "family_name": "Lindqvist", "evidence": shown}
    yield _at_centre("coordinator"), "clinical.correct_identity", changed
    yield _at_centre("nurse"), "clinical.settle_identity", acts.ACTS["clinical.settle_identity"](scene)


def moved_outside_the_rules(scene: Scene, other: Patient, theirs: Unit) -> Iterator[Asked]:
    """A bag stood on a bench: reported by one, judged by another."""
    account = "Demonstration: found on the bench beside the tank, nobody knows since when."
    happened = {"unit": scene.unit, "act": "moved", "happened_at": scene.now.plus(minutes=-5), "account": account}
    yield _at_centre("celllab"), "incident.report_act", {**happened, "site": people.site_of(people.CENTRE)}
    told = cast(InMemory, scene.service).acts[-1].move.command
    finding = "Demonstration: it had been laid there a minute before, for the label to be read."
    resolved = {"case": told.case, "unit": scene.unit, "became": "may_go_on", "finding": finding}
    yield _at_centre("physician"), "incident.resolve_act", resolved


def another_bed(scene: Scene, other: Patient, theirs: Unit) -> Iterator[Asked]:
    """The bag was carried to the wrong bed; a third person finds out why."""
    bag = acts.ACTS["infusion.check_bedside"](scene)["unit"]
    yield _at_centre("infusion"), "infusion.check_bedside", {"unit": bag, "wristband": other}
    finding = "Demonstration: two patients had changed rooms; the bag never left the trolley."
    yield _at_centre("physician"), "infusion.resolve_mismatch", {"unit": bag, "finding": finding}


Mishap = Callable[[Scene, Patient, Unit], Iterator[Asked]]
#: What happens before which step of the journey.
BEFORE: Mapping[str, tuple[Mishap, ...]] = {
    "check-identity": (wrong_wristband,),
    "verify-collection-label": (label_of_another,),
    "take-in-laboratory": (dented_on_the_way,),
    "seal-collection": (packed_again,),
    "offer-collection": (sealed_again,),
    "read-logger-in": (warm_on_the_way,),
    "confirm-product": (moved_outside_the_rules, another_name),
    "check-bedside": (another_bed,),
}


def _at_centre(role: str, nth: int = 0) -> Actor:
    return people.in_role(role, Organisation(people.CENTRE))[nth].actor
