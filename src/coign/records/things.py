"""What can be scanned, and where it is: derived from facts, for the scan box and the tray."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coign.kernel.frozen import dataclass
from coign.ledger.entries import Entry


@dataclass(frozen=True, slots=True)
class Thing:
    """A physical thing with a symbol. Empty text leaves what was known before."""

    subject: str
    organisation: str = ""
    title: str = ""
    detail: str = ""
    belongs: bool = False  # to the therapy that the entry concerns
    gone: bool = False


def things_of(facts: Sequence[tuple[str, Mapping[str, Any]]], entry: Entry) -> Iterator[Thing]:
    """The things that these facts make, move or end; one entry may make several of a kind."""
    organisation = str(entry.actor.organisation)
    made = {body["unit"] for kind, body in facts if kind == "identity.unit_created.v1"}
    for kind, body in facts:
        match kind:
            case "clinical.patient_enrolled.v1":
                yield Thing(body["patient"], body["centre"], "Wristband", belongs=True)
            case "identity.unit_created.v1":
                title = "Cryobag" if _is_cryobag(body) else _UNIT_TITLES[body["unit_kind"]]
                yield Thing(body["unit"], body["organisation"], title, body["din"], belongs=True)
            case "custody.began.v1":
                yield Thing(body["unit"], body["holder"], "" if body["unit"] in made else "Unit", belongs=True)
            case "custody.handed_over.v1":
                yield Thing(body["unit"], body["to"], belongs=True)
            case "identity.unit_ended.v1":
                yield Thing(body["unit"], detail=body["how"], belongs=True, gone=True)
            case "logistics.shipper_qualified.v1":
                yield Thing(body["shipper"], organisation, "Dry shipper")
            case "logistics.received.v1":
                yield Thing(body["shipper"], body["organisation"], "Dry shipper")
            case "storage.box_set_up.v1":
                yield Thing(
                    body["box"], organisation, "Box in a tank", f"{body['tank'].partition(':')[2]}, {body['rack']}"
                )
            case "storage.tank_qualified.v1":
                yield Thing(body["tank"], organisation, "Storage tank")
            case "equipment.device_registered.v1":
                yield Thing(body["equipment"], organisation, "Device", body["device_kind"].replace("_", " "))
            case "manufacturing.room_registered.v1":
                yield Thing(body["room"], organisation, "Room")
            case "supply.lot_received.v1":
                yield Thing(body["lot"], organisation, "Material lot")


def _is_cryobag(body: Mapping[str, Any]) -> bool:
    """Cells that were collected and then divided."""
    return bool(body["unit_kind"] == "starting_material" and body["parents"])


_UNIT_TITLES = {
    "starting_material": "Collection bag",
    "intermediate": "Vessel",
    "final_container": "Product bag",
    "sample": "Sample",
}
