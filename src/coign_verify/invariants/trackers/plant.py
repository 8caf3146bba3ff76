"""What is remembered of batches, rooms, lots, packs and devices."""

from typing import NamedTuple

from coign_verify.invariants.model import Heard, Tracker


class Test(NamedTuple):
    """One test of the release panel, and who did it."""

    attribute: str
    verdict: str
    by: str
    reviewed: bool = False


class Batch(NamedTuple):
    """A batch. `hands`: who made or measured something of it. `deviations`: those that nobody closed."""

    chain: str = ""
    version: str = ""
    hands: frozenset[str] = frozenset()
    lots: frozenset[str] = frozenset()
    tests: frozenset[Test] = frozenset()
    reviewed_by: str = ""
    deviations: frozenset[str] = frozenset()
    growth: bool = False
    labels_missing: bool = False
    rejected: bool = False
    excepted: bool = False


def _worked(state: Batch, fact: Heard) -> Batch:
    return state._replace(hands=state.hands | {fact.body.get("operator") or fact.body["by"]})


def _begun(state: Batch, fact: Heard) -> Batch:
    return _worked(state, fact)._replace(chain=fact.body["chain"], version=fact.body["version"])


def _stepped(state: Batch, fact: Heard) -> Batch:
    return _worked(state, fact)._replace(lots=state.lots | set(fact.body["lots"]))


def _tested(state: Batch, fact: Heard) -> Batch:
    body = fact.body
    others = frozenset(t for t in state.tests if t.attribute != body["attribute"])
    return _worked(state, fact)._replace(tests=others | {Test(body["attribute"], body["verdict"], body["by"])})


def _reviewed(state: Batch, fact: Heard) -> Batch:
    attribute = fact.body["attribute"]
    return state._replace(
        tests=frozenset(t._replace(reviewed=True) if t.attribute == attribute else t for t in state.tests)
    )


def _set_aside(state: Batch, fact: Heard) -> Batch:
    return state._replace(tests=frozenset(t for t in state.tests if t.attribute != fact.body["attribute"]))


def _concluded(state: Batch, fact: Heard) -> Batch:
    return _set_aside(state, fact) if fact.body["conclusion"] == "laboratory_error" else state


def _counted(state: Batch, fact: Heard) -> Batch:
    body = fact.body
    return state._replace(labels_missing=body["printed"] != body["used"] + body["destroyed"])


def _deviates(state: Batch, fact: Heard) -> Batch:
    return state._replace(deviations=state.deviations | {fact.body["case"]})


def _closed(state: Batch, fact: Heard) -> Batch:
    return state._replace(deviations=state.deviations - {fact.body["case"]})


def _judged(state: Batch, fact: Heard) -> Batch:
    return state._replace(growth=fact.body["conclusion"] != "acceptable")


BATCH = Tracker(
    "batch",
    Batch(),
    {
        "manufacturing.batch_started.v1": (("batch",), _begun),
        "manufacturing.step_completed.v1": (("batch",), _stepped),
        "manufacturing.sample_drawn.v1": (("batch",), _worked),
        "manufacturing.bag_filled.v1": (("batch",), _worked),
        "manufacturing.filled.v1": (("batch",), _worked),
        "manufacturing.product_frozen.v1": (("batch",), _worked),
        "manufacturing.labels_counted.v1": (("batch",), _counted),
        "quality.result_recorded.v1": (("batch",), _tested),
        "quality.retest_recorded.v1": (("batch",), _worked),
        "quality.result_reviewed.v1": (("batch",), _reviewed),
        "quality.result_invalidated.v1": (("batch",), _set_aside),
        "quality.investigation_concluded.v1": (("batch",), _concluded),
        "quality.record_reviewed.v1": (("batch",), lambda s, f: s._replace(reviewed_by=f.body["by"])),
        "quality.deviation_opened.v1": (("batch",), _deviates),
        "quality.deviation_closed.v1": (("batch",), _closed),
        "facility.growth_found.v1": (("batch",), lambda s, f: s._replace(growth=True)),
        "facility.growth_assessed.v1": (("batch",), _judged),
        "quality.supplied_under_exception.v1": (("batch",), lambda s, f: s._replace(excepted=True)),
        "quality.batch_rejected.v1": (("batch",), lambda s, f: s._replace(rejected=True)),
    },
)


class Room(NamedTuple):
    """A room or cabinet: for whom it was cleared, and what is open in it."""

    cleared_for: str = ""
    open: str = ""
    usable_until: str = ""
    within: str = ""


ROOM = Tracker(
    "room",
    Room(),
    {
        "facility.room_put_in_use.v1": (
            ("room",),
            lambda s, f: s._replace(usable_until=f.body["qualified_until"], within=f.body.get("within") or ""),
        ),
        "facility.room_taken_out_of_use.v1": (("room",), lambda s, f: s._replace(usable_until="")),
        "manufacturing.line_cleared.v1": (("room",), lambda s, f: s._replace(cleared_for=f.body["chain"])),
        "manufacturing.line_mismatched.v1": (("room",), lambda s, f: s._replace(cleared_for="")),
        "manufacturing.batch_started.v1": (
            ("room",),
            lambda s, f: s._replace(cleared_for="", open=f.body["batch"]),
        ),
        "manufacturing.filled.v1": (("room",), lambda s, f: s._replace(open="")),
        "manufacturing.abandoned.v1": (("room",), lambda s, f: s._replace(open="")),
    },
)


class Lot(NamedTuple):
    """A lot of a material that touches cells. `had_in_hand`: who received or tested it."""

    received: bool = False
    expires: str = ""
    retest_by: str = ""
    approved: bool = False
    rejected: bool = False
    held: bool = False
    suspect: bool = False
    had_in_hand: frozenset[str] = frozenset()
    material: str = ""
    supplier: str = ""
    origin_stated: bool = False

    @property
    def in_doubt(self) -> bool:
        """Whether somebody holds it back, found it not in order, or doubts that it is what it seems."""
        return self.rejected or self.held or self.suspect

    def may_be_used(self, now: str) -> bool:
        """Whether a step may take from it now."""
        in_date = now < self.expires and (not self.retest_by or now < self.retest_by)
        return self.approved and in_date and not self.in_doubt


def _approved(state: Lot, fact: Heard) -> Lot:
    return state._replace(approved=True, retest_by=fact.body.get("retest_by") or "")


def _in_hand(state: Lot, fact: Heard) -> Lot:
    return state._replace(had_in_hand=state.had_in_hand | {fact.body["by"]})


def _received(state: Lot, fact: Heard) -> Lot:
    body = fact.body
    return _in_hand(state, fact)._replace(
        received=True, expires=body["expires"], material=body.get("material", ""), supplier=body.get("supplier", ""),
        origin_stated=bool(body.get("origin_statement")),
    )  # fmt: skip


LOT = Tracker(
    "lot",
    Lot(),
    {
        "supply.lot_received.v1": (("lot",), _received),
        "supply.lot_tested.v1": (("lot",), _in_hand),
        "supply.lot_approved.v1": (("lot",), _approved),
        "supply.lot_retested.v1": (("lot",), lambda s, f: s._replace(retest_by=f.body["retest_by"])),
        "supply.lot_rejected.v1": (("lot",), lambda s, f: s._replace(rejected=True)),
        "supply.lot_held.v1": (("lot",), lambda s, f: s._replace(held=True)),
        "supply.lot_hold_lifted.v1": (("lot",), lambda s, f: s._replace(held=False)),
        "supply.lot_suspected.v1": (("lot",), lambda s, f: s._replace(suspect=True)),
        "supply.determined_illegitimate.v1": (("lot",), lambda s, f: s._replace(suspect=True, rejected=True)),
        "supply.suspicion_cleared.v1": (("lot",), lambda s, f: s._replace(suspect=False)),
    },
)


class Serial(NamedTuple):
    """A serialised pack."""

    registered: bool = False
    used: bool = False
    suspect: bool = False
    lot: str = ""
    expires_on: str = ""


def _taken_in(state: Serial, fact: Heard) -> Serial:
    return state._replace(registered=True, lot=fact.body["lot"], expires_on=fact.body.get("expires_on", ""))


SERIAL = Tracker(
    "serial",
    Serial(),
    {
        "supply.pack_registered.v1": (("serial",), _taken_in),
        "supply.pack_used.v1": (("serial",), lambda s, f: s._replace(used=True)),
        "supply.pack_suspected.v1": (("serial",), lambda s, f: s._replace(suspect=True)),
        "supply.determined_illegitimate.v1": (("serial",), lambda s, f: s._replace(suspect=True)),
        "supply.suspicion_cleared.v1": (("serial",), lambda s, f: s._replace(suspect=False)),
    },
)


class Device(NamedTuple):
    """A device that touches or measures cells, and whose cells it touched last without being cleaned since."""

    registered: bool = False
    due_on: str = ""
    out_by: str = ""
    in_order: bool = True
    used_at: str = ""
    measured_on: str = ""

    def may_be_used(self, now: str) -> bool:
        """Whether it is registered, in service, in order and not due."""
        return self.registered and not self.out_by and self.in_order and now < self.due_on


def _calibrated(state: Device, fact: Heard) -> Device:
    fine = fact.body["finding"] == "in_order"
    due_on = fact.body["due_on"] or "" if fine else state.due_on
    return state._replace(in_order=fine, due_on=due_on, measured_on=fact.body.get("calibrated_on") or fact.time)


DEVICE = Tracker(
    "device",
    Device(),
    {
        "equipment.device_registered.v1": (
            ("equipment",),
            lambda s, f: Device(registered=True, due_on=f.body["due_on"]),
        ),
        "equipment.device_calibrated.v1": (("equipment",), _calibrated),
        "equipment.devices_used.v1": (("equipment",), lambda s, f: s._replace(used_at=f.time)),
        "equipment.device_taken_out.v1": (("equipment",), lambda s, f: s._replace(out_by=f.body["by"])),
        "equipment.device_returned.v1": (("equipment",), lambda s, f: s._replace(out_by="")),
    },
)


class Shipper(NamedTuple):
    """A shipper whose own hold time was tested, until when that counts, and what lies in it."""

    qualified_until: str = ""
    shipment: str = ""


SHIPPER = Tracker(
    "shipper",
    Shipper(),
    {
        "logistics.shipper_qualified.v1": (
            ("shipper",),
            lambda s, f: s._replace(qualified_until=f.body["qualified_until"]),
        ),
        "logistics.packed.v1": (("shipper",), lambda s, f: s._replace(shipment=f.body["shipment"])),
        "logistics.unpacked.v1": (("shipper",), lambda s, f: s._replace(shipment="")),
        "logistics.received.v1": (("shipper",), lambda s, f: s._replace(shipment="")),
    },
)
