"""A maker on paper: its people, rooms, lots, and one therapy at any stage between collection and the centre's door.

Stories are played by the catalogue's own actions; what belongs to the clinic is history as it is.
"""

from collections.abc import Callable
from dataclasses import fields
from importlib.resources import files
from typing import Any

from tests.support.authorised import granted, lifted, suspended
from tests.support.paper import PaperRecord

from coign import catalogue
from coign.clinical.events import Ordered
from coign.custody.events import CustodyBegan
from coign.donor.events import MarkerReported, SamplesTaken
from coign.identity.events import ChainBegun, LabelVerified, UnitCreated
from coign.identity.views import UNIT
from coign.kernel.facts import Fact
from coign.kernel.subjects import (
    Batch,
    Box,
    Case,
    Chain,
    Document,
    Equipment,
    Lot,
    Organisation,
    Patient,
    Person,
    Product,
    Programme,
    Room,
    Shipment,
    Shipper,
    Site,
    Subject,
    Supplier,
    Unit,
)
from coign.kernel.values import Actor, Digest, FreeText, Identifying, Instant, Quantity
from coign.logistics.state import SHIPPER as SHIPPER_VIEW
from coign.logistics.views import SHIPMENT
from coign.manufacturing.events import Measured
from coign.manufacturing.views import BATCH as BATCH_VIEW
from coign.people.events import OrganisationRegistered, PersonRegistered, RoleGranted, SiteRegistered
from coign.programmes.model import PlannedSample, Programmes
from coign.programmes.reading import read
from coign.regulatory.events import Act, Decider, Jurisdiction
from coign.storage.state import BOX as BOX_VIEW
from coign.storage.views import PLACE

VERSION = read(files("coign.programmes").joinpath("autologous-car-t.yaml").read_bytes())
PROGRAMMES = Programmes([VERSION])
CAR_T = Programme.of("autologous-car-t")
DEMOLUCEL = Product.of("demolucel")
CENTRE, MAKER, COURIERS = (Organisation.of(name) for name in ("centre", "maker", "courier"))
PLANT, WARD = Site.of("plant-1"), Site.of("ward")
FILE = Digest("ab" * 32)
SEALED: Any = FreeText(commitment="5e" * 32)


def _person(name: str, role: str, organisation: Organisation = MAKER) -> Actor:
    return Actor(Person.of(name), role, organisation)


CELLLAB, CELLLAB_2, NURSE = (
    _person(n, n.split("-")[0], CENTRE) for n in ("celllab-1", "celllab-2", "nurse-1")
)  # fmt: skip
COURIER = _person("courier-1", "courier", COURIERS)
WAREHOUSE, WAREHOUSE_2 = _person("warehouse-1", "warehouse"), _person("warehouse-2", "warehouse")
OPERATORS = OPERATOR, OPERATOR_2, OPERATOR_3 = tuple(_person(f"operator-{n}", "operator") for n in (1, 2, 3))
ANALYST, QCREVIEWER = _person("analyst-1", "analyst"), _person("qcreviewer-1", "qcreviewer")
QA, QA_2, QP = _person("qa-1", "qa"), _person("qa-2", "qa"), _person("qp-1", "qp")
QUALITY_US, PHYSICIAN = _person("quality-us-1", "quality-us"), _person("physician-1", "physician", CENTRE)
ANALYST_2 = _person("analyst-2", "analyst")
TRAINER, REGULATORY = _person("trainer-1", "trainer"), _person("regulatory-1", "regulatory")
AUTHORITY_EU = Organisation.of("authority")
ASSESSOR = _person("assessor-1", "authority", AUTHORITY_EU)
PEOPLE = (
    CELLLAB, CELLLAB_2, NURSE, COURIER, WAREHOUSE, WAREHOUSE_2, *OPERATORS, ANALYST, QCREVIEWER, QA, QA_2, QP,
    TRAINER, REGULATORY, QUALITY_US, PHYSICIAN, ANALYST_2,
)  # fmt: skip


def as_role(actor: Actor, role: str) -> Actor:
    """The same person in another role."""
    return Actor(actor.person, role, actor.organisation)


T1, T2 = Chain.of("T1"), Chain.of("T2")
BAG, OTHER_BAG = Unit.of("BAG1"), Unit.of("BAG2")
PRODUCT, PRODUCT_2 = Unit.of("PRODUCT1"), Unit.of("PRODUCT2")
#: One of the culture, one of the product, one that is kept: as the programme plans them.
CULTURE, SAMPLE, RETAINED = SAMPLES = Unit.of("CULTURE1"), Unit.of("SAMPLE1"), Unit.of("RETAINED1")
TANK, TANK_2, FREEZER = (Equipment.of(name) for name in ("TANK-C", "TANK-M", "FREEZER-1"))
BOX, BOX_2 = Box.of("C-R1-B1"), Box.of("M-R1-B1")
POSITIONS = 25
BATCH, ROOM = Batch.of("B1"), Room.of("C2")
SHIPPER, SHIPPER_2 = Shipper.of("SH1"), Shipper.of("SH2")
INWARD, OUTWARD, LATER = (Shipment.of(f"X{n}") for n in (1, 2, 3))
SUPPLIER = Supplier.of("acme")
LOTS = {material: Lot.of(f"L-{material}") for material in VERSION.materials}
DEVICES = {
    "cell_processor": Equipment.of("PROCESSOR-1"), "cell_counter": Equipment.of("COUNTER-1"),
    "incubator": Equipment.of("INCUBATOR-1"), "controlled_rate_freezer": FREEZER,
}  # fmt: skip
CASE, CERTIFICATE = Case.of("DEV1"), Document.of("CERT1")

PASSING = {
    "viability": "84.6", "viable_cells": "3", "cd3": "95", "car_positive": "17", "vcn": "2.1", "endotoxin": "0.5",
    "potency": "400", "identity": "match", "sterility": "negative", "mycoplasma": "negative",
}  # fmt: skip
MEASURED = {
    "viability_after_wash": "88.1", "t_cells_selected": "900", "moi": "3", "viability_before_transduction": "90",
    "cells_in_culture": "4.2", "viability_in_culture": "92", "glucose": "11", "viability_at_harvest": "91",
    "cells_harvested": "3.1", "dmso_contact": "40",
}  # fmt: skip


class Plant(PaperRecord):
    """A maker whose people are qualified, whose lots are approved, and who has a room and a shipper."""

    def __init__(self, start: Instant, *, programmes: Programmes = PROGRAMMES) -> None:
        super().__init__(start, programmes)
        self.as_before("founded", self._founded)

    def _founded(self) -> None:
        admin = _person("admin-1", "admin")
        for organisation, category in (
            (CENTRE, "treatment_centre"), (MAKER, "maker"), (COURIERS, "courier"), (AUTHORITY_EU, "authority"),
        ):  # fmt: skip
            self.happened(
                OrganisationRegistered(organisation=organisation, name="X", category=category, country="DE"), by=admin
            )
        for actor in PEOPLE:
            self.happened(
                PersonRegistered(
                    person=actor.person, organisation=actor.organisation, name=Identifying(commitment="5e" * 32)
                ),
                RoleGranted(person=actor.person, role=actor.role, organisation=actor.organisation),
                by=admin,
            )
        for site, organisation in ((PLANT, MAKER), (WARD, CENTRE)):
            self.happened(
                SiteRegistered(site=site, organisation=organisation, name="X", zone="Europe/Berlin", country="DE"),
                by=admin,
            )

        self.authorise()

    def authorise(self, jurisdiction: Jurisdiction = "EU") -> None:
        """An authority allows the product there, for centre and maker; whoever may come to release is named."""
        named = tuple(actor.person for actor in (QP, QUALITY_US, QA, ANALYST))
        allowed = granted(
            DEMOLUCEL, makers=(MAKER,), centres=(CENTRE,), sites=(PLANT,), releasers=named, since=self.now,
            jurisdiction=jurisdiction,
        )  # fmt: skip
        self.happened(allowed, by=ASSESSOR)

    def suspend(self, *scope: Act, decider: Decider = "nobody", site: Site | None = None) -> None:
        """The authority stops these acts."""
        self.happened(suspended(DEMOLUCEL, *scope, decider=decider, site=site), by=ASSESSOR)

    def lift(self, suspension: int = 1) -> None:
        """The authority lets go on what that suspension stopped."""
        self.happened(lifted(DEMOLUCEL, suspension), by=ASSESSOR)

    def act(self, name: str, actor: Actor, /, **given: Any) -> list[Fact]:
        """Perform an action of the catalogue."""
        action = catalogue.ACTIONS[name]
        return self.do(action, action.command(**given), actor)

    # Preparation

    def granted(self, actor: Actor, role: str) -> None:
        """The same person in a further role, whatever an administrator would say."""
        self.happened(RoleGranted(person=actor.person, role=role, organisation=actor.organisation), by=TRAINER)

    def revoked(self, actor: Actor, task: str) -> None:
        self.act("training.revoke_qualification", TRAINER, person=actor.person, task=task, why=SEALED)

    def qualify(self, actor: Actor, task: str, *, days: int = 300) -> None:
        self.act(
            "training.qualify", TRAINER, person=actor.person, task=task, until=self.now.plus(days=days), evidence=FILE
        )

    def equipped(self) -> None:
        """People qualified, lots approved, a room and a shipper."""
        self.until("equipped")

    def _equipped(self) -> None:
        for operator in OPERATORS:
            self.qualify(operator, "aseptic_processing")
            self.qualify(operator, "filling")
        self.qualify(ANALYST, "release_testing")
        self.qualify(ANALYST_2, "release_testing")
        for material in LOTS:
            self.lot(material)
        self.room(ROOM)
        self.shipper(SHIPPER, CELLLAB)
        self.shipper(SHIPPER_2, WAREHOUSE)
        self.tank(TANK, BOX, CELLLAB)
        self.tank(TANK_2, BOX_2, WAREHOUSE)
        for kind, device in DEVICES.items():
            self.device(device, kind)

    def room(self, room: Room, grade: str = "A", **given: Any) -> None:
        """A room or cabinet that the quality unit put in use."""
        self.act("manufacturing.register_room", QA, room=room, site=PLANT, grade=grade)
        self.act("facility.put_in_use", QA, **{**self.qualification(room), **given})

    def qualification(self, room: Room = ROOM) -> dict[str, Any]:
        return {"room": room, "qualified_on": self.now.plus(days=-1), "evidence": FILE}

    def device(self, device: Equipment, kind: str, **given: Any) -> None:
        """A device that the quality unit registered."""
        self.act("equipment.register", QA, **{**self.registration(device, kind), **given})

    def registration(self, device: Equipment, kind: str = "incubator") -> dict[str, Any]:
        return {
            "equipment": device, "device_kind": kind, "model": "Example 1", "site": PLANT, "evidence": FILE,
            "qualified_on": self.now.plus(days=-1), "due_on": self.now.plus(days=900),
        }  # fmt: skip

    def calibrated(self, device: Equipment, finding: str = "in_order", by: Actor | None = None) -> list[Fact]:
        """Held against the reference just now."""
        given = {"equipment": device, "calibrated_on": self.now, "evidence": FILE, "finding": finding}
        return self.act("equipment.calibrate", by or ANALYST, due_on=self.now.plus(days=300), **given)

    def tank(self, tank: Equipment, box: Box, actor: Actor, *, kind: str = "general", days: float = 365) -> None:
        """A tank with one box."""
        site = WARD if actor.organisation == CENTRE else PLANT
        until = self.now.plus(days=days)
        self.act("storage.qualify_tank", actor, tank=tank, site=site, tank_kind=kind, qualified_until=until)
        self.act("storage.set_up_box", actor, box=box, tank=tank, rack="R1", positions=POSITIONS)

    def lot(self, material: str, *, lot: Lot | None = None, approved: bool = True, days: int = 300) -> Lot:
        made = lot or LOTS[material]
        self.supplier(material)
        expires = self.now.plus(days=days)
        given = {"material": material, "supplier": SUPPLIER, "expires": expires, "certificate": FILE}
        self.act("supply.receive_lot", WAREHOUSE, lot=made, **given)
        if approved:
            tested = {"test": "identity", "method": "spectrum", "passed": True, "raw": FILE}
            self.act("supply.record_lot_test", ANALYST, lot=made, **tested)
            self.act("supply.approve_lot", QA, lot=made)
        return made

    def supplier(self, material: str, **given: Any) -> None:
        """The one supplier, qualified for a material."""
        good = {"name": "Acme", "origin": "synthetic", "until": self.now.plus(days=1000), "evidence": FILE}
        self.act("supply.qualify_supplier", QA, supplier=SUPPLIER, material=material, **{**good, **given})

    def shipper(self, shipper: Shipper, actor: Actor, *, hours: str = "240", days: float = 365) -> None:
        self.act(
            "logistics.register_shipper",
            actor,
            shipper=shipper,
            hold_time=Quantity(hours, "h"),
            qualified_until=self.now.plus(days=days),
        )

    # From the centre to the maker

    def ordered(self, chain: Chain = T1) -> None:
        begun = ChainBegun(
            chain=chain, patient=Patient.of(f"of-{chain.identifier}"), programme=CAR_T, version=VERSION.digest,
            product=DEMOLUCEL, centre=CENTRE, maker=MAKER,
        )  # fmt: skip
        self.happened(begun, by=_person("physician-1", "physician", CENTRE))

    def weighed(self, weight: str = "71", chain: Chain = T1) -> None:
        """What the order says of the patient besides."""
        self.happened(
            Ordered(
                patient=Patient.of(f"of-{chain.identifier}"), chain=chain, programme=CAR_T, weighed_on=self.now,
                weight=Quantity(weight, "kg"), prescriber=PHYSICIAN.person,
            ),
            by=PHYSICIAN,
        )  # fmt: skip

    def collected(
        self, unit: Unit = BAG, chain: Chain = T1, *, labelled: bool = True, tested: bool = True, **of: Any
    ) -> None:
        self.happened(
            UnitCreated(
                unit=unit, chain=chain, unit_kind="starting_material", organisation=CENTRE, label_serial="1", **of
            ),
            CustodyBegan(unit=unit, holder=CENTRE, person=NURSE.person, site=WARD),
            by=NURSE,
        )  # fmt: skip
        if labelled:
            self.happened(LabelVerified(unit=unit, label_serial="1", by=CELLLAB.person), by=CELLLAB)
        if tested:
            self.donor_tested(chain, sample=f"S-{unit.identifier}")

    def donor_tested(self, chain: Chain = T1, *, sample: str = "S", result: Any = "negative", but: str = "") -> None:
        """Blood taken now, and a report of every marker but one that this country asks for."""
        taken = SamplesTaken(
            chain=chain, sample=sample, taken_at=self.now, history_reviewed="yes", origin_at_risk="no", by=NURSE.person
        )
        markers = ("hiv_1_2", "hbsag", "anti_hbc", "anti_hcv", "syphilis")
        reports = (
            MarkerReported(chain=chain, sample=sample, marker=m, result=result, laboratory="Lab", report=FILE)
            for m in markers
            if m != but
        )
        self.happened(taken, *reports, by=CELLLAB)

    def handed(self, unit: Unit, giver: Actor, taker: Actor) -> None:
        self.act("custody.offer", giver, unit=unit, to=taker.organisation, seal="77102", condition="intact")
        self.act("custody.accept", taker, unit=unit, seal="77102", condition="intact")

    def sealed(self, shipper: Shipper, giver: Actor, taker: Actor, seal: str = "77102") -> None:
        """A sealed shipper goes from hand to hand."""
        self.act("custody.offer_shipment", giver, shipper=shipper, to=taker.organisation, seal=seal)
        self.act("custody.accept_shipment", taker, shipper=shipper, seal=seal)

    def placed(self, unit: Unit, box: Box, position: int | None = None) -> None:
        """The unit lies in a position of a box, by default the first that is free."""
        by = CELLLAB if self.state(BOX_VIEW, box).organisation == CENTRE else WAREHOUSE
        place = catalogue.ACTIONS["storage.place"]
        if "storage.tank_fits_unit" in self.unmet(place, place.command(unit=unit, box=box, position=1), by):
            tank = Equipment.of(f"QUARANTINE-{by.role}")
            box = Box.of(f"QUARANTINE-BOX-{by.role}")
            if self.state(BOX_VIEW, box).tank is None:
                self.tank(tank, box, by, kind="quarantine")
        free = (n for n in range(1, POSITIONS + 1) if self.state(BOX_VIEW, box).unit_at(n) is None)
        self.act("storage.place", by, unit=unit, box=box, position=position or next(free))

    def taken_out(self, unit: Unit, purpose: str = "transport") -> None:
        """Two persons take a unit out of its position."""
        place = self.state(PLACE, unit)
        at_the_centre = self.state(BOX_VIEW, place.box).organisation == CENTRE
        two = (CELLLAB, CELLLAB_2) if at_the_centre else (WAREHOUSE, WAREHOUSE_2)
        where = {"box": place.box, "position": place.position, "purpose": purpose}
        self.act("storage.start_removal", two[0], unit=unit, **where)
        self.act("storage.confirm_removal", two[1], unit=unit, found=unit)

    def chosen(self, chain: Chain = T1, shipper: Shipper = SHIPPER, by: Actor = CELLLAB) -> None:
        """A shipper is set aside for the next way of a therapy, and a logger runs in it."""
        self.act("logistics.choose_shipper", by, chain=chain, shipper=shipper)
        self.act("logistics.start_logger", by, chain=chain, shipper=shipper, logger="TL-5520")

    def packed(
        self,
        unit: Unit = BAG,
        shipment: Shipment = INWARD,
        shipper: Shipper = SHIPPER,
        *,
        seal: str = "77102",
        further: tuple[Unit, ...] = (),
    ) -> None:
        """A shipper is chosen, the units packed into it, and it is sealed."""
        by = CELLLAB if shipment != OUTWARD else WAREHOUSE
        if self.state(SHIPPER_VIEW, shipper).is_free:
            self.chosen(self.state(UNIT, unit).chain, shipper, by)
        self.act("logistics.pack", by, **self.parcel(unit, shipment, shipper), further=further)
        self.act("logistics.seal", by, shipment=shipment, shipper=shipper, seal=seal)

    @staticmethod
    def parcel(unit: Unit = BAG, shipment: Shipment = INWARD, shipper: Shipper = SHIPPER) -> dict[str, Any]:
        to = CENTRE if shipment == OUTWARD else MAKER
        return {
            "unit": unit, "shipper": shipper, "to": to, "shipment": shipment,
            "carrier": COURIERS, "destination": WARD if shipment == OUTWARD else PLANT,
        }  # fmt: skip

    def delivered(self, unit: Unit = BAG, shipment: Shipment = INWARD, *, hours: float = 40) -> None:
        inward = shipment != OUTWARD
        giver, taker = (CELLLAB, WAREHOUSE) if inward else (WAREHOUSE, CELLLAB)
        shipper = self.state(SHIPMENT, shipment).shipper
        self.sealed(shipper, giver, COURIER)
        self.act("logistics.depart", COURIER, shipper=shipper)
        self.wait(hours=hours)
        self.act("logistics.arrive", COURIER, shipper=shipper)
        self.sealed(shipper, COURIER, taker)

    def opened(self, shipment: Shipment = INWARD, seal: str = "77102") -> None:
        """The seal is compared, then cut."""
        by = CELLLAB if shipment == OUTWARD else WAREHOUSE
        self.act("logistics.compare_seals", by, shipment=shipment, seal=seal)
        self.act("logistics.open", by, shipment=shipment)

    def reading(self, shipment: Shipment = INWARD, *, hours: float = 41, **changed: Any) -> dict[str, Any]:
        good = {
            "shipment": shipment, "file": FILE, "logger": "TL-5520", "first": self.now.plus(hours=-hours),
            "last": self.now, "readings": 500, "minutes_above_limit": 0, "unknown_minutes": 0,
            "worst": Quantity("-171.5", "Cel"), "problems": (),
        }  # fmt: skip
        return {**good, **changed}

    def logged(self, shipment: Shipment = INWARD, **changed: Any) -> None:
        reader = CELLLAB if shipment == OUTWARD else WAREHOUSE
        if self.state(SHIPMENT, shipment).opened_at is None:
            self.opened(shipment)
        self.act("coldchain.record_logger", reader, **self.reading(shipment, **changed))

    def assessed(self, unit: Unit = BAG, verdict: str = "usable") -> None:
        self.act("coldchain.assess_excursion", QA, unit=unit, verdict=verdict, basis=SEALED, evidence=FILE)

    @staticmethod
    def found(shipment: Shipment = INWARD, unit: Unit = BAG, **changed: Any) -> dict[str, Any]:
        return {"shipment": shipment, "unit": unit, "seal": "77102", "condition": "intact", **changed}

    def received(self, unit: Unit = BAG, shipment: Shipment = INWARD) -> None:
        first, second = (CELLLAB, CELLLAB_2) if shipment == OUTWARD else (WAREHOUSE, WAREHOUSE_2)
        self.act("logistics.check_receipt", first, **self.found(shipment, unit))
        self.act("logistics.confirm_receipt", second, **self.found(shipment, unit))

    def arrived(self, unit: Unit = BAG, shipment: Shipment = INWARD, shipper: Shipper = SHIPPER) -> None:
        self.packed(unit, shipment, shipper)
        self.delivered(unit, shipment)
        self.logged(shipment)
        self.received(unit, shipment)
        self.placed(unit, BOX if shipment == OUTWARD else BOX_2)

    def accepted(self, unit: Unit = BAG) -> None:
        self.act("quality.accept_material", QA, unit=unit)

    # In the plant

    def slot(self, chain: Chain = T1) -> None:
        self.act("manufacturing.confirm_slot", OPERATOR, **self.dates(chain))

    def dates(self, chain: Chain = T1) -> dict[str, Any]:
        days = {"collection_on": 3, "start_on": 7, "ready_on": 21}
        return {"chain": chain, **{name: self.now.plus(days=n) for name, n in days.items()}}

    @staticmethod
    def look(chain: Chain = T1, room: Room = ROOM, finding: str = "clear") -> dict[str, Any]:
        return {"room": room, "chain": chain, "finding": finding}

    def cleared(self, chain: Chain = T1, room: Room = ROOM) -> None:
        self.act("manufacturing.clear_line", OPERATOR, **self.look(chain, room))
        self.act("manufacturing.confirm_clearance", OPERATOR_2, **self.look(chain, room))

    def started(self, unit: Unit = BAG, batch: Batch = BATCH, room: Room = ROOM) -> None:
        if self.state(PLACE, unit).box is not None:
            self.taken_out(unit, "production")
        self.act("manufacturing.start_batch", OPERATOR, unit=unit, room=room, batch=batch)

    @staticmethod
    def step(number: int = 0, batch: Batch = BATCH, **changed: str) -> dict[str, Any]:
        step = VERSION.steps[number]
        measured = tuple(
            Measured(id=m.id, quantity=Quantity(changed.get(m.id, MEASURED[m.id]), m.unit)) for m in step.measurements
        )
        lots = tuple(LOTS[material] for material in step.materials)
        case = Case.of(f"DEV-{number}")
        devices = tuple(DEVICES[need.kind] for need in step.equipment)
        return {
            "batch": batch, "step": step.id, "measurements": measured, "lots": lots, "case": case, "equipment": devices,
        }  # fmt: skip

    def stepped(self, batch: Batch = BATCH, *, sampled: bool = True) -> None:
        """All steps are done, and what is due between them is drawn; `sampled`: after the last one as well."""
        for number, step in enumerate(VERSION.steps):
            self.act("manufacturing.complete_step", OPERATOR, **self.step(number, batch))
            if sampled or step != VERSION.steps[-1]:
                self.drawn(*VERSION.samples_after(step.id))

    def drawn(self, *planned: PlannedSample) -> None:
        """Samples of the batch are drawn, as they are planned."""
        for each in planned:
            self.act("manufacturing.draw_sample", OPERATOR, **self.drawing(each))

    def drawing(self, planned: PlannedSample = VERSION.samples[1], /, **changed: Any) -> dict[str, Any]:
        good = {
            "batch": BATCH, "planned": planned.id, "volume": planned.volume_min,
            "drawn_at": self.now.plus(minutes=-1), "sample": SAMPLES[VERSION.samples.index(planned)],
        }  # fmt: skip
        return {**good, **changed}

    def filling(self, batch: Batch = BATCH) -> dict[str, Any]:
        return {
            "batch": batch, "volume": Quantity("68", "mL"), "filled_at": self.now.plus(minutes=-5),
            "final_container": PRODUCT,
        }  # fmt: skip

    def bag(self, batch: Batch = BATCH) -> dict[str, Any]:
        return {
            "batch": batch, "volume": Quantity("34", "mL"), "filled_at": self.now.plus(minutes=-5), "bag": PRODUCT_2,
        }  # fmt: skip

    def bag_filled(self) -> None:
        """A first bag; the last one is to come."""
        self.act("manufacturing.fill_bag", OPERATOR, **self.bag())

    def filled(self, *, monitored: bool = True) -> None:
        """The product is in its container, and nothing grew on the plates of the room."""
        self.act("manufacturing.fill", OPERATOR, **self.filling())
        if monitored:
            self.monitored()

    def labelled(self, *units: Unit) -> None:
        for unit in units or self.state(BATCH_VIEW, BATCH).units:
            self.act("manufacturing.verify_label", OPERATOR_2, unit=unit, scanned=unit, label_serial="1")

    def run(self, **changed: Any) -> dict[str, Any]:
        """A run of the freezer that ended a minute ago."""
        filled_at = self.state(BATCH_VIEW, BATCH).filled_at
        good = {
            "batch": BATCH, "equipment": FREEZER, "started_at": (filled_at or self.now).plus(minutes=15),
            "ended_at": self.now.plus(minutes=-1), "end_temperature": Quantity("-95", "Cel"),
            "case": Case.of("DEV-FREEZING"),
        }  # fmt: skip
        return {**good, **changed}

    def frozen(self, **changed: Any) -> None:
        """All bags are frozen in one run."""
        self.wait(minutes=120)
        self.act("manufacturing.freeze", OPERATOR, **self.run(**changed))

    @staticmethod
    def count(printed: int = 5, destroyed: int = 1) -> dict[str, Any]:
        case = Case.of("DEV-LABELS")
        return {"batch": BATCH, "printed": printed, "destroyed": destroyed, "case": case}

    def plates(self, *, hours_ago: float | None = None, **counts: int) -> dict[str, Any]:
        """What the laboratory counts on samples of the room of the batch; by default all of them, and nothing grew."""
        batch = self.state(BATCH_VIEW, BATCH)
        taken = max(batch.started_at, batch.filled_at or self.now) if batch.started_at is not None else self.now
        taken = taken if hours_ago is None else self.now.plus(hours=-hours_ago)
        read = counts or {**dict.fromkeys(VERSION.monitoring, 0), "particles_0_5": 400}
        return {"room": ROOM, "batch": BATCH, "taken_at": taken, "case": Case.of("DEV-ROOM"), **read}

    def monitored(self, **counts: int) -> list[Fact]:
        return self.act("facility.record_monitoring", ANALYST, **self.plates(**counts))

    def judged(self, conclusion: str = "acceptable", by: Actor | None = None) -> None:
        """What grew in grade A is assessed."""
        given = {"batch": BATCH, "organism": "M. luteus", "assessment": SEALED, "evidence": FILE}
        self.act("facility.assess_growth", by or QA_2, conclusion=conclusion, **given)

    def counted(self) -> None:
        self.act("manufacturing.count_labels", OPERATOR_2, **self.count())

    def labelled_and_counted(self) -> None:
        self.labelled()
        self.counted()

    # In the laboratory and at the desk of the quality unit

    @staticmethod
    def result(attribute: str, value: str = "") -> dict[str, Any]:
        test = VERSION.attribute(attribute)
        planned = next(n for n, each in enumerate(VERSION.samples) if attribute in each.tests)
        return {
            "batch": BATCH, "sample": SAMPLES[planned], "attribute": attribute, "value": value or PASSING[attribute],
            "unit": test.unit, "raw": FILE,
        }  # fmt: skip

    def tested(self, *attributes: str, **values: str) -> None:
        for attribute in attributes or PASSING:
            self.act("quality.record_result", ANALYST, **self.result(attribute, values.get(attribute, "")))
            self.act("quality.review_result", QCREVIEWER, batch=BATCH, attribute=attribute)

    def reviewed(self) -> None:
        self.act("quality.review_record", QA, batch=BATCH)
        self.read_by_exception()

    def put_off(self, by: Actor = QA) -> None:
        """The review of the audit trail waits, for a reason."""
        self.act("quality.defer_audit_trail_review", by, batch=BATCH, why=SEALED)

    def read_by_exception(self, *exceptional: int) -> None:
        """The audit trail is reviewed; nothing stood out but what was answered."""
        found = {"up_to": 40, "entries": 30, "listed": 2, "exceptional": exceptional}
        self.act("quality.review_audit_trail", QA, batch=BATCH, conclusion=SEALED, **found)

    def certified(self, *pending: str) -> None:
        self.act("quality.certify", QP, batch=BATCH, certificate=CERTIFICATE, pending=pending)

    def moved_to(self, country: str) -> None:
        """The centre lies in another country."""
        centre = OrganisationRegistered(organisation=CENTRE, name="X", category="treatment_centre", country=country)
        self.happened(centre, by=_person("admin-1", "admin"))
        if country == "US":
            self.authorise("US")

    # A result out of specification

    @staticmethod
    def looked(attribute: str = "viability", found: str = "no_assignable_cause") -> dict[str, Any]:
        return {"batch": BATCH, "attribute": attribute, "found": found, "assessment": SEALED, "evidence": FILE}

    @staticmethod
    def decided(attribute: str = "viability", conclusion: str = "confirmed", **changed: Any) -> dict[str, Any]:
        return {
            "batch": BATCH, "attribute": attribute, "conclusion": conclusion, "cause": SEALED, "evidence": FILE,
            **changed,
        }  # fmt: skip

    def in_laboratory(self, attribute: str = "viability", found: str = "no_assignable_cause") -> None:
        self.act("quality.assess_in_laboratory", QCREVIEWER, **self.looked(attribute, found))

    def confirmed(self, attribute: str = "viability") -> None:
        """Both phases: the laboratory made no error, the product fails."""
        self.in_laboratory(attribute)
        self.act("quality.conclude_investigation", QA_2, **self.decided(attribute))

    def failed(self, attribute: str = "viability", value: str = "68") -> None:
        """Everything tested, one test fails and is confirmed, the record is reviewed."""
        self.until("labelled")
        self.tested(**{attribute: value})
        self.confirmed(attribute)
        self.reviewed()

    # Supply under exception

    def exception(self, *papers: str) -> None:
        """Papers of supply under exception: request, risk, acceptance, notice, access."""
        acts: dict[str, Callable[[], Any]] = {
            "request": lambda: self.act("quality.request_exception", PHYSICIAN, **self.request()),
            "risk": lambda: self.act("quality.assess_exception_risk", QA, **self.risk()),
            "acceptance": lambda: self.act("quality.accept_exception", PHYSICIAN, chain=T1, judgement=SEALED),
            "notice": lambda: self.act("quality.record_exception_notice", REGULATORY, **self.notice()),
            "access": lambda: self.act("quality.record_expanded_access", REGULATORY, **self.access()),
        }
        for paper in papers:
            acts[paper]()

    @staticmethod
    def request() -> dict[str, Any]:
        return {"chain": T1, "hazard": SEALED, "alternatives": SEALED}

    @staticmethod
    def risk() -> dict[str, Any]:
        return {"chain": T1, "assessment": SEALED, "evidence": FILE}

    def notice(self, *, minutes_ago: float = 5) -> dict[str, Any]:
        return {"chain": T1, "told": "sponsor", "told_at": self.now.plus(minutes=-minutes_ago), "evidence": FILE}

    @staticmethod
    def access() -> dict[str, Any]:
        return {"chain": T1, "application": "IND 1", "review_board": "IRB 1", "consent": FILE}

    def excepted(self) -> None:
        self.act("quality.supply_under_exception", QP, batch=BATCH, document=CERTIFICATE)

    def until(self, stage: str) -> None:
        """Everything up to a stage: at_maker, accepted, cleared, at_hand, started, filled, tested, certified."""
        acts: dict[str, Callable[[], object]] = {
            "equipped": self._equipped, "ordered": self.ordered, "slot": self.slot, "collected": self.collected,
            "at_maker": self.arrived, "accepted": self.accepted, "cleared": self.cleared,
            "at_hand": lambda: self.taken_out(BAG, "production"),
            "started": self.started, "stepped": self.stepped, "filled": self.filled,
            "frozen": self.frozen, "labelled": self.labelled_and_counted, "tested": self.tested,
            "reviewed": self.reviewed, "certified": self.certified,
            "at_centre": lambda: self.arrived(PRODUCT, OUTWARD, SHIPPER_2),
        }  # fmt: skip
        before = list(acts)[: list(acts).index(stage)]
        if before:
            self.until(before[-1])
        self.as_before(stage, acts[stage])


def as_sent(command: type, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A command as it comes from outside, and what the door fills in."""
    inside_names = {f.name for f in fields(command) if "allotted" in f.metadata or "resolved_by" in f.metadata}
    outside = {name: _wire(value) for name, value in given.items() if name not in inside_names}
    filled_in = {name: value for name, value in given.items() if name in inside_names}
    return outside, {name: str(v) if isinstance(v, Subject) else v for name, v in filled_in.items()}


def _wire(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_wire(v) for v in value]
    if isinstance(value, FreeText):
        return "in my own words"
    if isinstance(value, Quantity):
        return {"value": value.value, "unit": value.unit}
    if isinstance(value, Measured):
        return {"id": value.id, "quantity": _wire(value.quantity)}
    return value if isinstance(value, int) else str(value)
