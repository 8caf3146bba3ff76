"""A treatment centre on paper: its people, one programme, and a therapy at any stage of its journey."""

from decimal import Decimal
from typing import Any

from tests.support.authorised import granted, suspended
from tests.support.paper import PaperRecord

from coign.clinical.actions import (
    confirm_eligibility,
    confirm_product,
    draft_order,
    order,
    settle_identity,
    start_conditioning,
)
from coign.clinical.actions.consent import RECORD_CONSENT, WITHDRAW_CONSENT, RecordConsent, WithdrawConsent
from coign.clinical.actions.enrol import CORRECT_IDENTITY, ENROL, CorrectIdentity, Enrol
from coign.clinical.actions.give_conditioning import BEGIN as BEGIN_CONDITIONING
from coign.clinical.actions.give_conditioning import RECORD as RECORD_CONDITIONING
from coign.clinical.actions.give_conditioning import BeginConditioning, RecordConditioning
from coign.coldchain.events import LoggerRead
from coign.collection.actions.collect import FINISH, START, Finish, Start
from coign.collection.actions.identity import CHECK_IDENTITY, CONFIRM_IDENTITY, CheckIdentity
from coign.collection.actions.leave import CHECK_LEAVING, CheckLeaving
from coign.collection.lot_gates import ANTICOAGULANT, KIT
from coign.correction.events import CorrectionProposed
from coign.custody.events import CustodyBegan, HandedOver
from coign.equipment.events import DeviceRegistered
from coign.identity.events import LabelVerified, UnitCreated
from coign.identity.views import CHAIN, UNIT
from coign.infusion.actions import assess_patient, bedside, infuse, thaw
from coign.infusion.events import Finding
from coign.kernel.subjects import (
    Batch,
    Case,
    Chain,
    Document,
    Equipment,
    HospitalNumber,
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
    Unit,
)
from coign.kernel.values import Actor, Digest, FreeText, Identifying, Instant, Quantity
from coign.logistics.events import Packed, Received
from coign.manufacturing.events import Filled, SlotConfirmed, StepCompleted
from coign.people.events import OrganisationRegistered, PersonRegistered, RoleGranted
from coign.programmes.dose_plan import DosePlan, DoseRange
from coign.programmes.model import BeforeInfusion, JourneyStep, Limit, Programmes, ProgrammeVersion, Range
from coign.programmes.safety_plan import Qualifying, ResponsePlan, SafetyPlan, Timepoint, ToleranceRule
from coign.quality.events import Certified
from coign.regulatory.events import Act, Decider, ProgrammeApproved
from coign.supply.events import LotApproved, LotHeld, LotReceived
from coign.training.events import Qualified

CENTRE, OTHER_CENTRE, MAKER = (Organisation.of(name) for name in ("centre", "elsewhere", "maker"))
CART = Programme.of("cart")
START_OF_TIME = Instant.parse("2026-03-02T08:00:00Z")
HASH = Digest("ab" * 32)
SITE = Site.of("centre-ward")
APHERESIS = Equipment.of("apheresis")
#: What the store of the centre holds for collections.
KEPT = {KIT: Lot.of("K1"), ANTICOAGULANT: Lot.of("A1")}


def text(kind: type[Any], mark: str = "1") -> Any:
    """A sealed text: what the door hands to the rules."""
    return kind(commitment=mark * 64)


LIMITS = {
    "eligibility_valid": Quantity("30", "d"),
    "weight_age_max": Quantity("7", "d"),
    "identity_check_window": Quantity("15", "min"),
    "bedside_check_window": Quantity("10", "min"),
    "thaw_to_infusion_max": Quantity("90", "min"),
    "conditioning_to_infusion_min": Quantity("2", "d"),
    "product_confirmation_valid": Quantity("3", "d"),
    "fitness_valid": Quantity("24", "h"),
    "pre_infusion_check_valid": Quantity("24", "h"),
    "issue_window": Quantity("20", "min"),
    "cryobags_min": Quantity("2", "1"),
}
#: Two patients with a dose-limiting toxicity within four weeks hold enrolment.
TOLERANCE = ToleranceRule(
    window=Quantity("28", "d"),
    qualifying=(Qualifying("crs", 4), Qualifying("icans", 3), Qualifying("laboratory", 4), Qualifying("event", 4)),
    calculation="maximum_count",
    parameters={"count": Decimal(2)},
    source="test",
)
RESPONSE = ResponsePlan(
    {"complete": "Complete response", "progressive": "Progressive disease"}, ("complete",),
    (Timepoint("day_28", "Day 28", 21, 42), Timepoint("month_3", "Month 3", 77, 112)),
)  # fmt: skip
#: Asked before an infusion: one word, one number, and one thing that does not apply to everybody.
BEFORE = BeforeInfusion(
    (
        Range("infection", "Infection", "", equals="none"),
        Range("clearance", "Creatinine clearance", "mL/min", low=Decimal(30)),
        Range("pregnancy", "Pregnancy test", "", equals="negative"),
    ),
    ("pregnancy",),
)
#: A bag of 70 mL holds 70 million cells; up to 50 kg the dose follows the weight.
WEIGHT = Quantity("68.0", "kg")
STRENGTH, BAG_VOLUME = Quantity("1", "10*6/mL"), Quantity("70", "mL")
DOSE = DosePlan(
    cells="living cells",
    count="cells",
    shares=(),
    ranges=(
        DoseRange(Decimal("0.2"), Decimal(5), "10*6/kg", Decimal(50), "test"),
        DoseRange(Decimal(10), Decimal(250), "10*6", None, "test"),
    ),
    cap=Quantity("250", "10*6"),
    cap_source="test",
)
VERSION = ProgrammeVersion(
    programme=CART,
    version="1",
    digest=Digest("cd" * 32),
    title="A therapy",
    product=Product.of("cells"),
    product_name="Cells",
    limits={name: Limit(name, quantity, "test") for name, quantity in LIMITS.items()},
    steps=(),
    panel=(),
    journey=(JourneyStep("check-leaving", CHECK_LEAVING.name, "frozen", "Check the bag", ("nurse",)),),
    consent_purposes=("treatment", "follow_up"),
    materials={KIT: "Kit", ANTICOAGULANT: "Anticoagulant"},
    safety=SafetyPlan("6", TOLERANCE, RESPONSE),
    before_infusion=BEFORE,
    dose=DOSE,
)


def person(name: str, role: str, organisation: Organisation = CENTRE) -> Actor:
    """Somebody in a role."""
    return Actor(Person.of(name), role, organisation)


COORDINATOR = person("coordinator", "coordinator")
PHYSICIAN, PHYSICIAN_2 = person("physician", "physician"), person("physician-2", "physician")
NURSES = NURSE, NURSE_2, NURSE_3 = tuple(person(f"nurse-{n}", "nurse") for n in (1, 2, 3))
CELLLAB = person("celllab", "celllab")
INFUSION, PHARMACIST = person("infusion", "infusion"), person("pharmacist", "pharmacist")
ASSESSOR = person("assessor-1", "authority", Organisation.of("authority"))
OUTSIDER = person("outsider", "nurse", OTHER_CENTRE)
OPERATOR, QP = person("operator", "operator", MAKER), person("qp", "qp", MAKER)
PROGRAMMES = Programmes([VERSION])
QUALIFIED = (*NURSES, PHYSICIAN, PHYSICIAN_2, INFUSION, PHARMACIST, CELLLAB, OUTSIDER)
TASKS = ("identity_check", "bedside_check", "thaw")


class Clinic(PaperRecord):
    """A centre whose people are qualified and whose programme is in force."""

    def __init__(
        self, *, start: Instant = START_OF_TIME, in_force: bool = True, qualified: bool = True, authorised: bool = True
    ) -> None:
        super().__init__(start, PROGRAMMES)
        self.as_before(
            (in_force, qualified, authorised),
            lambda: self._founded(in_force=in_force, qualified=qualified, authorised=authorised),
        )

    def _founded(self, *, in_force: bool, qualified: bool, authorised: bool) -> None:
        admin = person("admin", "admin")
        for organisation, category in ((CENTRE, "treatment_centre"), (MAKER, "maker")):
            self.happened(
                OrganisationRegistered(organisation=organisation, name="X", category=category, country="DE"), by=admin
            )
        for physician in (PHYSICIAN, PHYSICIAN_2):
            self.happened(
                PersonRegistered(person=physician.person, organisation=CENTRE, name=text(Identifying)),
                RoleGranted(person=physician.person, role="physician", organisation=CENTRE),
                by=admin,
            )
        if authorised:
            self.authorise()
        self.happened(
            DeviceRegistered(
                equipment=APHERESIS, organisation=CENTRE, site=SITE, device_kind="apheresis_device", model="X",
                qualified_on=self.now, due_on=self.now.plus(days=9999), evidence=HASH, by=CELLLAB.person,
            ),
            by=CELLLAB,
        )  # fmt: skip
        for material, lot in KEPT.items():
            self.received(lot, material)
        if in_force:
            self.approve_programme()
        if qualified:
            for actor in QUALIFIED:
                for task in TASKS:
                    self.qualify(actor, task)

    def received(self, lot: Lot, material: str, *, of: Organisation = CENTRE, approved: bool = True) -> None:
        """A lot is in somebody's store, for a year."""
        received = LotReceived(
            lot=lot, organisation=of, material=material, supplier="X", expires=self.now.plus(days=365),
            certificate=HASH, by=CELLLAB.person,
        )  # fmt: skip
        self.happened(received, *((LotApproved(lot=lot, by=PHARMACIST.person),) if approved else ()), by=CELLLAB)

    def authorise(self) -> None:
        """An authority allows the product here, for centre and maker."""
        allowed = granted(
            VERSION.product, makers=(MAKER,), centres=(CENTRE,), sites=(Site.of("plant"),), since=self.now
        )  # fmt: skip
        self.happened(allowed, by=ASSESSOR)

    def suspend(self, *scope: Act, decider: Decider = "nobody") -> None:
        """The authority stops these acts."""
        self.happened(suspended(VERSION.product, *scope, decider=decider), by=ASSESSOR)

    def approve_programme(self, version: Digest = VERSION.digest) -> None:
        """Put a version in force."""
        self.happened(
            ProgrammeApproved(programme=CART, version=version, proposed_by=Person.of("a"), by=Person.of("b")),
            by=person("regulatory", "regulatory"),
        )

    def qualify(self, actor: Actor, task: str, *, days: int = 365) -> None:
        """Somebody masters a task from now on."""
        trainer = person("trainer", "trainer")
        self.happened(
            Qualified(
                person=actor.person, task=task, until=self.now.plus(days=days), assessor=trainer.person, evidence=HASH
            ),
            by=trainer,
        )

    def enrol(self, name: str, number: HospitalNumber | None = None) -> Patient:
        """A new patient of the centre."""
        patient, secret = Patient.of(name), text(Identifying)
        command = Enrol(
            patient=patient, family_name=secret, given_name=secret, birth_date=secret, hospital_number=secret,
            number=number,
        )  # fmt: skip
        self.do(ENROL, command, COORDINATOR)
        return patient

    def consent(self, patient: Patient, purpose: str = "treatment") -> None:
        """The patient agrees."""
        command = RecordConsent(patient=patient, programme=CART, purpose=purpose, form_version="3", signed_form=HASH)
        self.do(RECORD_CONSENT, command, COORDINATOR)

    def marries(self, patient: Patient) -> None:
        """She has another name from now on, and the coordinator has seen the certificate."""
        changed = CorrectIdentity(patient=patient, family_name=text(Identifying, "2"), evidence=HASH)
        self.do(CORRECT_IDENTITY, changed, COORDINATOR)

    def withdraw(self, patient: Patient, purpose: str = "treatment") -> None:
        """The patient changes their mind."""
        self.do(WITHDRAW_CONSENT, WithdrawConsent(patient=patient, programme=CART, purpose=purpose), COORDINATOR)

    def eligible(self, patient: Patient) -> None:
        """A physician finds the patient fit."""
        command = confirm_eligibility.ConfirmEligibility(patient=patient, programme=CART)
        self.do(confirm_eligibility.ACTION, command, PHYSICIAN)

    def draft(self, patient: Patient, **changed: Any) -> None:
        """The coordinator prepares the order."""
        self.do(draft_order.ACTION, self.drafted(patient, **changed), COORDINATOR)

    def drafted(self, patient: Patient, **changed: Any) -> draft_order.DraftOrder:
        """The command of a draft."""
        given: dict[str, Any] = {
            "programme": CART,
            "weight": WEIGHT,
            "weighed_on": self.now,
            "indication": text(FreeText),
            "prescriber": PHYSICIAN.person,
            "maker": MAKER,
        }
        return draft_order.DraftOrder(patient=patient, **{**given, **changed})

    def order(self, patient: Patient, chain: str) -> Chain:
        """The prescriber signs."""
        new = Chain.of(chain)
        self.do(order.ACTION, order.Order(patient=patient, chain=new), PHYSICIAN)
        return new

    def ordered(self, name: str) -> tuple[Patient, Chain]:
        """A patient whose therapy is ordered; the chain bears the patient's name."""
        self.as_before(("ordered", name), lambda: self._ordered(name))
        return Patient.of(name), Chain.of(name)

    def _ordered(self, name: str) -> None:
        patient = self.enrol(name)
        self.consent(patient)
        self.eligible(patient)
        self.draft(patient)
        self.order(patient, name)

    def slot(self, chain: Chain) -> None:
        """The maker keeps a place."""
        when = self.now.plus(days=1)
        self.happened(
            SlotConfirmed(
                chain=chain, maker=MAKER, collection_on=when, start_on=when, ready_on=when, by=OPERATOR.person
            ),
            by=OPERATOR,
        )

    def identified(self, patient: Patient, chain: Chain) -> None:
        """Two nurses confirm who is in the chair."""
        seen = CheckIdentity(chain=chain, wristband=patient)
        self.do(CHECK_IDENTITY, seen, NURSE)
        self.do(CONFIRM_IDENTITY, seen, NURSE_2)

    def collect(self, chain: Chain, bag: str, din: str = "G123426000001") -> Unit:
        """One collection from start to finish, by the first nurse."""
        self.do(START, starting(chain), NURSE)
        unit = Unit.of(bag)
        self.do(FINISH, finish(chain, unit, din), NURSE)
        return unit

    def settled(self, patient: Patient, chain: Chain) -> None:
        """A second person found a patient whose name was changed to be the same."""
        same = {"birth_date": text(Identifying), "hospital_number": text(Identifying), "matches": True}
        self.do(settle_identity.ACTION, settle_identity.SettleIdentity(chain=chain, patient=patient, **same), NURSE_2)

    def let_go(self, chain: Chain, bag: Unit) -> None:
        """The label was scanned back; bag, label and patient agree, and the bag may leave the chair."""
        self.happened(LabelVerified(unit=bag, label_serial="1", by=CELLLAB.person), by=CELLLAB)
        self.do(CHECK_LEAVING, leaving(bag, self.wristband(chain)), NURSE)

    def product(
        self, chain: Chain, bag: str, *, certified: bool = True, days: int = 300, volume: Quantity | None = BAG_VOLUME
    ) -> Unit:
        """A bag of product at the centre: filled, labelled, certified, sent cold, received."""
        unit, shipment, shipper = Unit.of(bag), Shipment.of(bag), Shipper.of(bag)
        maker = OPERATOR.person
        self.happened(
            UnitCreated(
                unit=unit,
                chain=chain,
                unit_kind="final_container",
                organisation=MAKER,
                label_serial="1",
                batch=Batch.of(bag),
                expires=self.now.plus(days=days),
            ),
            CustodyBegan(unit=unit, holder=MAKER, person=maker, site=Site.of("plant")),
            LabelVerified(unit=unit, label_serial="1", by=maker),
            by=OPERATOR,
        )
        if volume is not None:
            self.filled(chain, unit, volume)
        if certified:
            self.certify(chain, unit)
        self.happened(
            Packed(
                shipment=shipment, unit=unit, shipper=shipper, sender=MAKER, to=CENTRE, seal="S", logger="L", by=maker
            ),
            HandedOver(unit=unit, giver=maker, taker=CELLLAB.person, to=CENTRE, seal="S", condition="intact"),
            by=OPERATOR,
        )
        self.happened(
            LoggerRead(
                shipment=shipment, unit=unit, file=HASH, logger="L", first=self.now, last=self.now, readings=9,
                minutes_above_limit=0, unknown_minutes=0, worst=Quantity("-160", "Cel"), problems=(),
                verdict="in_order", by=CELLLAB.person,
            ),
            Received(
                shipment=shipment, unit=unit, shipper=shipper, organisation=CENTRE, first=CELLLAB.person,
                second=NURSE.person,
            ),
            by=CELLLAB,
        )  # fmt: skip
        return unit

    def filled(self, chain: Chain, unit: Unit, volume: Quantity = BAG_VOLUME) -> None:
        """So much of a batch of its own is in this bag."""
        self.happened(
            Filled(
                batch=Batch.of(unit.identifier), chain=chain, room=Room.of("room"), final_container=unit,
                sample=Unit.of(f"sample-{unit.identifier}"), volume=volume, filled_at=self.now,
                operator=OPERATOR.person,
            ),
            by=OPERATOR,
        )  # fmt: skip

    def certify(self, chain: Chain, unit: Unit, strength: Quantity | None = STRENGTH) -> None:
        """The qualified person answers for it."""
        self.happened(
            Certified(
                batch=Batch.of(unit.identifier), chain=chain, units=(unit,), certificate=Document.of(unit.identifier),
                maker=MAKER, by=QP.person, strength=strength,
            ),
            by=QP,
        )  # fmt: skip

    def confirm_product(self, chain: Chain) -> None:
        """The cell laboratory scans every bag that still exists."""
        bags = tuple(u for u in self.state(CHAIN, chain).units_of_kind("final_container") if not self.ended(u))
        self.do(confirm_product.ACTION, confirm_product.ConfirmProduct(chain=chain, bags=bags), CELLLAB)

    def ended(self, unit: Unit) -> bool:
        """Whether a bag is no more."""
        return bool(self.state(UNIT, unit).ended)

    def order_conditioning(self, chain: Chain, **changed: Any) -> None:
        """Signed by the physician; the infusion is planned as early as the programme allows."""
        self.do(start_conditioning.ACTION, self.conditioning(chain, **changed), PHYSICIAN)

    def conditioning(self, chain: Chain, **changed: Any) -> start_conditioning.StartConditioning:
        """The command of an order of conditioning that begins now."""
        given = {
            "first_day": self.now,
            "planned_infusion": self.now.plus(days=3),
            "examined_at": self.now.plus(hours=-1),
            "fit": "fit",
            "weight": WEIGHT,
        }
        return start_conditioning.StartConditioning(chain=chain, **{**given, **changed})  # type: ignore[arg-type]

    def condition(self, chain: Chain) -> None:
        """Counted, ordered, given: all of it now, as one dose."""
        self.confirm_product(chain)
        self.order_conditioning(chain)
        self.begin_conditioning(chain)
        days = RecordConditioning(chain=chain, first_day=self.now, last_day=self.now, complete="yes")
        self.do(RECORD_CONDITIONING, days, NURSE)

    def begin_conditioning(self, chain: Chain) -> None:
        """The first dose."""
        self.do(BEGIN_CONDITIONING, BeginConditioning(chain=chain), NURSE)

    def assess(self, chain: Chain, **found: str) -> None:
        """A physician looks at the patient; nothing stands against the infusion unless it is said here."""
        self.do(assess_patient.ACTION, assessed(chain, **found), PHYSICIAN)

    def recalled(self, unit: Unit) -> None:
        """A lot that went into the bag's batch is put on hold afterwards."""
        batch, lot = self.state(UNIT, unit).batch, Lot.of("vector-1")
        self.happened(
            StepCompleted(
                batch=batch, step="transduce", measurements=(), lots=(lot,), out_of_limits=(), operator=OPERATOR.person
            ),
            LotHeld(lot=lot, by=OPERATOR.person, why=text(FreeText)),
            by=OPERATOR,
        )

    def weight_in_doubt(self, chain: Chain) -> None:
        """The weight of the order is being corrected; no container is held by it."""
        self.happened(
            CorrectionProposed(
                case=Case.of("COR1"), home=chain, entry=3, fact="clinical.ordered.v1", name="weight", label="Weight",
                before="70", after="81", unit="kg", recorded_at=self.now, recorded_by=PHYSICIAN.person, of=(chain,),
                units=(), reason=text(FreeText), by=NURSE.person, informed=(CENTRE,),
            ),
            by=NURSE,
        )  # fmt: skip

    def ready_to_thaw(self, name: str) -> tuple[Patient, Chain, Unit]:
        """A conditioned patient, looked at today, whose bag lies in the centre's freezer."""
        patient, chain = self.ordered(name)
        self.as_before("ready_to_thaw", lambda: self._ready_to_thaw(name, chain))
        return patient, chain, Unit.of(f"bag-{name}")

    def _ready_to_thaw(self, name: str, chain: Chain) -> None:
        self.product(chain, f"bag-{name}")
        self.condition(chain)
        self.wait(days=3)
        self.assess(chain)

    def issue(self, unit: Unit) -> None:
        """The bag leaves the cold; two persons see it."""
        self.do(thaw.ISSUE, thaw.Issue(unit=unit), PHARMACIST)

    def thaw(self, unit: Unit) -> None:
        """The clock starts."""
        self.issue(unit)
        self.do(thaw.THAW, thaw.Thaw(unit=unit), CELLLAB)

    def check(self, unit: Unit, wristband: Patient, actor: Actor = NURSE) -> Any:
        """The first look at the bed."""
        return self.do(bedside.CHECK_BEDSIDE, bedside.CheckBedside(unit=unit, wristband=wristband), actor)

    def confirm(self, unit: Unit, bag: Unit, wristband: Patient, actor: Actor = INFUSION) -> Any:
        """The second look at the bed."""
        command = bedside.ConfirmBedside(unit=unit, bag=bag, wristband=wristband)
        return self.do(bedside.CONFIRM_BEDSIDE, command, actor)

    def ready_to_infuse(self, name: str) -> tuple[Patient, Chain, Unit]:
        """A thawed bag at the right bed, confirmed by two."""
        patient, chain, unit = self.ready_to_thaw(name)
        self.as_before("ready_to_infuse", lambda: self._ready_to_infuse(unit, patient))
        return patient, chain, unit

    def _ready_to_infuse(self, unit: Unit, patient: Patient) -> None:
        self.thaw(unit)
        self.check(unit, patient)
        self.confirm(unit, unit, patient)

    def wristband(self, chain: Chain) -> Patient:
        """Who wears the wristband of a therapy."""
        patient = self.state(CHAIN, chain).patient
        assert patient is not None
        return patient

    def infuse(self, unit: Unit) -> None:
        """The bag runs, and is finished half an hour later."""
        self.do(infuse.START, infuse.Start(unit=unit), INFUSION)
        self.wait(minutes=30)
        self.do(infuse.FINISH, given(unit), INFUSION)


def starting(chain: Chain) -> Start:
    """The command that starts a collection."""
    return Start(
        chain=chain, equipment=Equipment.of("apheresis"), kit_lot=KEPT[KIT], anticoagulant_lot=KEPT[ANTICOAGULANT]
    )


def finish(chain: Chain, unit: Unit, din: str = "G123426000001", **changed: Any) -> Finish:
    """The command that ends a collection."""
    values: dict[str, Any] = {"volume": Quantity("210", "mL"), "cd3": Quantity("2.1", "10*9"), "site": SITE}
    return Finish(chain=chain, unit=unit, din=din, **{**values, **changed})


def leaving(bag: Unit, patient: Patient, din: str = "G123426000001", **changed: Any) -> CheckLeaving:
    """The command of the last look at the chair."""
    values: dict[str, Any] = {"label": bag, "printed": 3, "used": 2, "destroyed": 1}
    return CheckLeaving(unit=bag, wristband=patient, din=din, **{**values, **changed})


def given(unit: Unit, **changed: Any) -> infuse.Finish:
    """The command that ends an infusion."""
    values: dict[str, Any] = {"given": Quantity("68", "mL"), "residual": Quantity("2", "mL"), "outcome": "complete"}
    return infuse.Finish(unit=unit, **{**values, **changed})


def assessed(chain: Chain, weight: Quantity | None = WEIGHT, **found: str) -> assess_patient.AssessPatient:
    """The command of a check before the infusion."""
    values = {"infection": "none", "clearance": "80", "pregnancy": "not applicable", **found}
    units = {"clearance": "mL/min"}
    findings = tuple(Finding(id=name, value=value, unit=units.get(name, "")) for name, value in values.items())
    return assess_patient.AssessPatient(chain=chain, findings=findings, weight=weight)
