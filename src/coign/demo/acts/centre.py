"""The centre's acts: consent, order, collection, conditioning, infusion, reaction."""

from decimal import Decimal

from coign import rulesets
from coign.clinical.views import COURSE, PATIENT
from coign.collection.lot_gates import ANTICOAGULANT, KIT
from coign.collection.views import COLLECTION
from coign.demo import pace, patients, people
from coign.demo.acts import Command, plays
from coign.demo.acts.devices import usable
from coign.demo.acts.lots import lot_of
from coign.demo.acts.values import inside
from coign.demo.scene import Scene, donation_number
from coign.donor.views import TESTING
from coign.identity.views import UNIT
from coign.infusion.state import BAG
from coign.kernel.subjects import Organisation, Unit
from coign.kernel.values import Instant
from coign.manufacturing.views import BATCH, SLOT

FORM_VERSION = "3.1"


@plays("clinical.record_consent")
def record_consent(scene: Scene) -> Command:
    """The first purpose that the patient has not agreed to yet."""
    programme, known = scene.programme, scene.state(PATIENT, scene.patient)
    left = [p for p in programme.consent_purposes if not known.consents_to(programme.programme, p)]
    purpose = (left or list(programme.consent_purposes))[0]
    form = f"Consent form {FORM_VERSION} for {programme.title}: {purpose}. Signed by {scene.patient}."
    return {
        "patient": scene.patient,
        "programme": programme.programme,
        "purpose": purpose,
        "form_version": FORM_VERSION,
        "signed_form": scene.keep(form),
    }


@plays("clinical.confirm_eligibility")
def confirm_eligibility(scene: Scene) -> Command:
    """Fit for the programme that was agreed to."""
    return {"patient": scene.patient, "programme": scene.programme.programme}


@plays("clinical.settle_identity")
def settle_identity(scene: Scene) -> Command:
    """What stands on wristband and document."""
    known = scene.service.identities.values_of(scene.patient, scene.actor.organisation)
    read = {name: known[name] for name in ("birth_date", "hospital_number")}
    return {"chain": scene.chain, "patient": scene.patient, **read}


@plays("clinical.draft_order")
def draft_order(scene: Scene) -> Command:
    """The order as the coordinator prepares it, with yesterday's weight."""
    about = patients.patient(scene.seed, scene.therapy.number)
    return {
        "patient": scene.patient,
        "programme": scene.programme.programme,
        "weight": {"value": about.weight_kg, "unit": "kg"},
        "weighed_on": scene.now.plus(hours=-20),
        "indication": about.indication,
        "prescriber": people.in_role("physician", scene.actor.organisation)[0].person,
        "maker": people.MAKER,
    }


@plays("clinical.order")
def order(scene: Scene) -> Command:
    """The open draft."""
    return {"patient": scene.patient}


@plays("collection.check_identity")
@plays("collection.confirm_identity")
def identity(scene: Scene) -> Command:
    """The wristband of the patient in the chair."""
    return {"chain": scene.chain, "wristband": scene.patient}


@plays("collection.start")
def start_collection(scene: Scene) -> Command:
    """One of the devices that are in order, with a kit."""
    devices = [device for device, _ in usable(scene, "apheresis_device")]
    return {
        "chain": scene.chain,
        "equipment": scene.chance.choice(devices),
        "kit_lot": lot_of(scene, KIT),
        "anticoagulant_lot": lot_of(scene, ANTICOAGULANT),
    }


@plays("donor.take_samples")
def take_samples(scene: Scene) -> Command:
    """Tubes filled at the chair."""
    taken = len(scene.state(TESTING, scene.chain).samples)
    return {
        "chain": scene.chain,
        "sample": f"DT-{scene.therapy.number * 10 + taken + 1:06d}",
        "taken_at": scene.now.plus(minutes=-2),
        "history_reviewed": "yes",
        "origin_at_risk": "no",
        **_given_before(scene),
    }


def _given_before(scene: Scene) -> Command:
    """Every fifth patient had a drip: far less than would dilute the plasma."""
    if scene.therapy.number % 5 != 3:
        return {"given_before": "no"}
    weight = patients.patient(scene.seed, scene.therapy.number).weight_kg
    drip = {"value": "500", "unit": "mL"}
    told = {"weight": {"value": weight, "unit": "kg"}, "crystalloids": drip}
    return {"given_before": "yes", **told, "crystalloids_until": scene.now.plus(minutes=-20)}


@plays("donor.record_report")
def record_report(scene: Scene) -> Command:
    """Everything that is asked for where the patient is treated, all negative."""
    sample = scene.state(TESTING, scene.chain).samples[-1].number
    place, rules = people.place_of(scene.actor.organisation), rulesets.load()
    jurisdiction = rules.text(f"jurisdiction.of_country.{place.country}", scene.now)
    markers = rules.text("donor.markers", scene.now, jurisdiction).split()
    said = "\n".join(f"{marker}: negative" for marker in markers)
    return {
        "chain": scene.chain,
        "sample": sample,
        "laboratory": f"{place.name}, virology, licence 7 (invented)",
        "report": scene.keep(f"Report on sample {sample}.\n{said}"),
        **dict.fromkeys(markers, "negative"),
    }


@plays("collection.finish")
def finish_collection(scene: Scene) -> Command:
    """A usual yield, and the next donation number of the centre."""
    before = len(scene.state(COLLECTION, scene.chain).collected)
    return {
        "chain": scene.chain,
        "volume": {"value": str(scene.chance.randrange(180, 270)), "unit": "mL"},
        "cd3": {"value": f"{scene.chance.uniform(0.9, 2.4):.2f}", "unit": "10*9"},
        "din": donation_number(scene.now, scene.therapy.number, before),
        "site": people.site_of(scene.actor.organisation),
    }


@plays("collection.verify_label")
def verify_label(scene: Scene) -> Command:
    """The label on the first bag that nobody read back says what was printed."""
    unit = scene.first_bag(lambda u: not scene.state(UNIT, u).label_verified, "has a label to scan back")
    return {"unit": unit, "label": unit, "label_serial": scene.state(UNIT, unit).label_serial}


@plays("collection.check_leaving")
def check_leaving(scene: Scene) -> Command:
    """The bag from the chair: labels on it, on two tubes and on its paper, and one that was left over."""
    bag = scene.state(COLLECTION, scene.chain).collected[-1]
    scanned = {"wristband": scene.patient, "label": bag.unit, "din": bag.din}
    return {"unit": bag.unit, **scanned, "printed": 5, "used": 4, "destroyed": 1}


@plays("clinical.confirm_product")
def confirm_product(scene: Scene) -> Command:
    """Every bag that is there."""
    return {"chain": scene.chain, "bags": scene.bags}


@plays("clinical.start_conditioning")
def start_conditioning(scene: Scene) -> Command:
    """From tomorrow, and the cells as soon afterwards as the programme allows."""
    apart_min = scene.programme.minutes("conditioning_to_infusion_min")
    first_day = _morning(scene, scene.now.plus(days=1))
    return {
        "chain": scene.chain,
        "first_day": first_day,
        "planned_infusion": _morning(scene, first_day.plus(minutes=apart_min, hours=8)),
        "examined_at": scene.now.plus(minutes=-25),
        "fit": "fit",
        "weight": {"value": patients.patient(scene.seed, scene.therapy.number).weight_kg, "unit": "kg"},
    }


@plays("clinical.begin_conditioning")
def begin_conditioning(scene: Scene) -> Command:
    """The first dose."""
    return {"chain": scene.chain}


@plays("clinical.record_conditioning")
def record_conditioning(scene: Scene) -> Command:
    """Three days, as ordered."""
    begun = scene.state(COURSE, scene.chain).begun_at
    return {"chain": scene.chain, "first_day": begun, "last_day": scene.now.plus(minutes=-30), "complete": "yes"}


@plays("infusion.assess_patient")
def assess_patient(scene: Scene) -> Command:
    """Nothing stands against it; numbers inside their limits, words as they should be."""
    return {
        "chain": scene.chain,
        "findings": [
            {"id": item.id, "value": item.equals or inside(item, scene.chance), "unit": item.unit}
            for item in scene.programme.before_infusion.items
        ],
    }


def _morning(scene: Scene, earliest: Instant) -> Instant:
    return pace.at_work(earliest, scene.chance, people.zone_of(scene.actor.organisation))


@plays("infusion.issue")
@plays("infusion.thaw")
@plays("infusion.start")
def the_bag(scene: Scene) -> Command:
    """The bag of product whose turn it is."""
    return {"unit": _in_turn(scene)}


def _in_turn(scene: Scene) -> Unit:
    """One bag after the other: the one that is out of the cold, else the first."""
    return next((u for u in scene.bags if scene.state(BAG, u).issued_at is not None), scene.bags[0])


@plays("infusion.check_bedside")
def check_bedside(scene: Scene) -> Command:
    """Bag and wristband."""
    return {"unit": _in_turn(scene), "wristband": scene.patient}


@plays("infusion.confirm_bedside")
def confirm_bedside(scene: Scene) -> Command:
    """The bag that was checked first, and what this person scans."""
    bag = _in_turn(scene)
    return {"unit": bag, "bag": bag, "wristband": scene.patient}


@plays("infusion.finish")
def finish_infusion(scene: Scene) -> Command:
    """Nearly all of it went in."""
    bag = _in_turn(scene)
    filled, left = scene.state(BATCH, scene.batch).container(bag), Decimal(scene.chance.randrange(5, 20)) / 10
    assert filled is not None, "a bag of product has its volume"
    return {
        "unit": bag,
        "given": {"value": str(filled.volume.amount - left), "unit": "mL"},
        "residual": {"value": str(left), "unit": "mL"},
        "outcome": "complete",
    }


@plays("safety.record_reaction")
def record_reaction(scene: Scene) -> Command:
    """A fever without anything else: the mildest cytokine release syndrome."""
    return {
        "chain": scene.chain,
        "seen_at": scene.now.plus(minutes=-2),
        "temperature": {"value": f"{scene.chance.uniform(38.1, 39.2):.1f}", "unit": "Cel"},
        "blood_pressure": "normal",
        "oxygen": "none",
        "anticytokine_given": "no",
    }


@plays("manufacturing.confirm_slot")
def confirm_slot(scene: Scene) -> Command:
    """Collection next week, production some days later, the product three weeks after that."""
    zone, chance = people.zone_of(Organisation(scene.therapy.journey.centre)), scene.chance
    collection_on = pace.at_work(scene.now.plus(days=chance.uniform(5, 9)), chance, zone)
    start_on = pace.at_work(collection_on.plus(days=chance.uniform(3, 5)), chance, zone)
    assert scene.state(SLOT, scene.chain).batch is None
    return {
        "chain": scene.chain,
        "collection_on": collection_on,
        "start_on": start_on,
        "ready_on": pace.at_work(start_on.plus(days=chance.uniform(18, 24)), chance, zone),
    }
