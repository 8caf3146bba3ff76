"""What came out of what: one line for each step of cells, materials, rooms and hands towards a patient. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Edge:
    """`lower` came out of `upper`, or was touched by it; `how` says which. `lasts`: until it is drawn once more."""

    upper: str
    lower: str
    how: str
    lasts: bool = False


def edges_of(facts: Sequence[tuple[str, Mapping[str, Any]]], person: str) -> Iterator[Edge]:
    """The lines that these facts draw; `person` is who acted."""
    for kind, body in facts:
        yield from _of_cells(kind, body)
        yield from _of_what_touched(kind, body)
        for touched in _BY_HAND.get(kind, ()):
            if body.get(touched):
                yield Edge(person, body[touched], "handled")


#: Acts by which a person had cells or their product in hand, and what of it.
_BY_HAND: Mapping[str, tuple[str, ...]] = {
    "collection.started.v1": ("chain",),
    "collection.finished.v1": ("unit",),
    "manufacturing.batch_started.v1": ("batch",),
    "manufacturing.step_completed.v1": ("batch",),
    "manufacturing.sample_drawn.v1": ("batch",),
    "manufacturing.bag_filled.v1": ("batch",),
    "manufacturing.filled.v1": ("batch",),
    "manufacturing.product_frozen.v1": ("batch",),
    "quality.result_recorded.v1": ("batch",),
    "quality.retest_recorded.v1": ("batch",),
    "logistics.packed.v1": ("unit",),
    "infusion.thawed.v1": ("unit",),
    "infusion.started.v1": ("unit",),
    "infusion.finished.v1": ("unit",),
}


def _of_cells(kind: str, body: Mapping[str, Any]) -> Iterator[Edge]:
    match kind:
        case "identity.chain_begun.v1":
            yield Edge(body["patient"], body["chain"], "therapy")
        case "identity.unit_created.v1":
            yield from (Edge(parent, body["unit"], "made from") for parent in body["parents"])
            if body["batch"]:
                yield Edge(body["batch"], body["unit"], "made in")
            elif not body["parents"]:
                yield Edge(body["chain"], body["unit"], "collected for")
        case "manufacturing.batch_started.v1":
            yield Edge(body["unit"], body["batch"], "went into")
        case "infusion.finished.v1":
            yield Edge(body["unit"], body["patient"], "given to")


def _of_what_touched(kind: str, body: Mapping[str, Any]) -> Iterator[Edge]:
    match kind:
        case "manufacturing.batch_started.v1":
            yield Edge(body["room"], body["batch"], "made in", lasts=True)
        case "manufacturing.filled.v1" | "manufacturing.abandoned.v1":
            yield Edge(body["room"], body["batch"], "made in")
        case "facility.room_put_in_use.v1" if body["within"]:
            yield Edge(body["within"], body["room"], "stands in")
        case "manufacturing.step_completed.v1":
            yield from (Edge(lot, body["batch"], "went into") for lot in body["lots"])
            yield from (Edge(device, body["batch"], "used in") for device in body.get("equipment", ()))
        case "storage.box_set_up.v1":
            yield Edge(body["tank"], body["box"], "stands in")
        case "storage.placed.v1":
            yield Edge(body["box"], body["unit"], "kept in", lasts=True)
        case "storage.taken_out.v1":
            yield Edge(body["box"], body["unit"], "kept in")
        case "collection.started.v1":
            yield Edge(body["equipment"], body["chain"], "collected with")
            yield from (Edge(lot, body["chain"], "collected with") for lot in body.get("lots", ()))
        case "manufacturing.product_frozen.v1":
            yield from (Edge(body["equipment"], unit, "frozen in") for unit in body["units"])
        case "logistics.packed.v1":
            yield Edge(body["shipper"], body["shipment"], "carried")
            yield from (Edge(body["shipment"], unit, "carried") for unit in (body["unit"], *body.get("further", ())))
        case "supply.lot_received.v1" if body["supplier"].startswith("supplier:"):
            yield Edge(body["supplier"], body["lot"], "supplied")
        case "supply.pack_registered.v1":
            yield Edge(body["lot"], body["serial"], "pack of")
        case "supply.pack_used.v1" if body["batch"]:
            yield Edge(body["serial"], body["batch"], "went into")
