"""Acts on the way: choosing the shipper, packing, sealing, handing over, reading the logger, receiving."""

from datetime import timedelta
from decimal import Decimal
from math import ceil

from coign.coldchain.views import CONDITION
from coign.custody.views import HOLDING
from coign.demo import people
from coign.demo.acts import Command, plays
from coign.demo.scene import Scene
from coign.gateways.loggers import Leg, Warming, synthesise
from coign.identity.views import UNIT
from coign.kernel.errors import NotFound
from coign.kernel.subjects import Shipper
from coign.kernel.values import Digest
from coign.logistics.state import CHOICE, SHIPPER
from coign.logistics.views import SHIPMENT

INTERVAL_S = 300
#: How much longer a unit may be out of the cold whose time was used up, where the quality unit finds it usable.
FURTHER_MIN = 30
#: Vapour over liquid nitrogen in a shipper that works, and how much its readings scatter.
HOLD_C, NOISE_C = Decimal("-188.0"), Decimal("1.8")


@plays("logistics.choose_shipper")
def choose_shipper(scene: Scene) -> Command:
    """The first one that is free and in date."""
    return {"chain": scene.chain, "shipper": _free_shipper(scene)}


@plays("logistics.start_logger")
def start_logger(scene: Scene) -> Command:
    """A logger in the chosen shipper."""
    logger = f"CL-{scene.chance.randrange(10_000, 99_999)}"
    return {"chain": scene.chain, "shipper": _chosen_shipper(scene), "logger": logger}


@plays("logistics.pack")
def pack(scene: Scene) -> Command:
    """All bags into the chosen shipper."""
    bags, bound = scene.bags, scene.bound
    unit = bags[0]
    collected = scene.state(UNIT, unit).kind == "starting_material"
    to = bound.maker if collected else bound.centre
    assert to is not None, "the chain binds both ends"
    return {
        "unit": unit,
        "further": bags[1:],
        "shipper": _chosen_shipper(scene),
        "to": to,
        "destination": people.site_of(to),
        "carrier": people.COURIER,
    }


def _free_shipper(scene: Scene) -> Shipper:
    for thing in scene.things("shipper", scene.actor.organisation):
        shipper = scene.state(SHIPPER, Shipper(thing.subject))
        if shipper.is_free and shipper.qualified_until is not None and scene.now < shipper.qualified_until:
            return Shipper(thing.subject)
    raise NotFound(f"{scene.actor.organisation.identifier} has no free shipper")


def _chosen_shipper(scene: Scene) -> Shipper:
    choice = scene.state(CHOICE, scene.chain).of(scene.actor.organisation)
    if choice is None:
        raise NotFound(f"{scene.actor.organisation.identifier} has chosen no shipper for {scene.chain.identifier}")
    return choice.shipper


@plays("logistics.seal")
def seal(scene: Scene) -> Command:
    """A new seal on the shipper that was packed."""
    shipper = scene.state(SHIPMENT, scene.shipment).shipper
    number = scene.chance.randrange(100_000, 999_999)
    return {"shipment": scene.shipment, "shipper": shipper, "seal": f"SEAL-{number}"}


@plays("custody.offer")
def offer(scene: Scene) -> Command:
    """The bag as it is, to a colleague in the house."""
    return {"unit": scene.unit, "to": scene.actor.organisation, "condition": "intact"}


@plays("custody.accept")
def accept(scene: Scene) -> Command:
    """Nothing is sealed inside the house."""
    return {"unit": scene.unit, "condition": "intact"}


@plays("custody.withdraw_offer")
def withdraw(scene: Scene) -> Command:
    """Nobody came in time."""
    return {"unit": scene.unit}


@plays("custody.offer_shipment")
def offer_shipment(scene: Scene) -> Command:
    """To the courier, or from the courier to whom the shipment is addressed."""
    shipment = scene.state(SHIPMENT, scene.shipment)
    holder = scene.state(HOLDING, scene.unit).organisation
    return {
        "shipper": shipment.shipper,
        "to": shipment.carrier if holder == shipment.sender and shipment.carrier else shipment.to,
        "seal": shipment.seal,
        "condition": "intact",
    }


@plays("custody.accept_shipment")
def accept_shipment(scene: Scene) -> Command:
    """Seal and condition as they are."""
    shipment = scene.state(SHIPMENT, scene.shipment)
    return {"shipper": shipment.shipper, "seal": shipment.seal, "condition": "intact"}


@plays("custody.withdraw_shipment")
@plays("logistics.depart")
@plays("logistics.arrive")
def the_shipper(scene: Scene) -> Command:
    """The shipper that is under way."""
    return {"shipper": scene.state(SHIPMENT, scene.shipment).shipper}


@plays("logistics.compare_seals")
def compare_seals(scene: Scene) -> Command:
    """The seal that is on it."""
    return {"shipment": scene.shipment, "seal": scene.state(SHIPMENT, scene.shipment).seal}


@plays("logistics.open")
def open_shipper(scene: Scene) -> Command:
    """The shipper that was compared."""
    return {"shipment": scene.shipment}


@plays("coldchain.record_logger")
def record_logger(scene: Scene) -> Command:
    """The logger's file: readings from packing until it was taken out, as a shipper that works gives them."""
    return {"shipment": scene.shipment, "file": logger_file(scene)}


def logger_file(scene: Scene, *warmings: Warming) -> Digest:
    """The file that the logger of the shipment gives, put where documents lie."""
    shipment = scene.state(SHIPMENT, scene.shipment)
    taken_over = scene.state(HOLDING, scene.unit).since
    assert shipment.packed_at is not None
    assert taken_over is not None
    start = shipment.packed_at.moment.replace(microsecond=0)
    until = max(taken_over.moment, scene.now.moment - timedelta(seconds=INTERVAL_S))
    intervals = ceil((until - start) / timedelta(seconds=INTERVAL_S))
    leg = Leg(
        serial=shipment.logger,
        sensor=f"{shipment.logger}-PT",
        start=start,
        minutes=intervals * INTERVAL_S // 60,
        interval_s=INTERVAL_S,
        hold_c=HOLD_C,
        noise_c=NOISE_C,
        warmings=warmings,
    )
    file = synthesise(f"{scene.seed}/{scene.therapy.number}/{shipment.logger}", leg)
    return scene.service.documents.put(file)


@plays("coldchain.assess_excursion")
def assess_excursion(scene: Scene) -> Command:
    """A judgement on stability data."""
    waiting = scene.first_bag(
        lambda u: scene.state(CONDITION, u).waits_for_assessment(scene.now), "waits for a judgement"
    )
    used_up = scene.state(CONDITION, waiting).exposure.used_up_because(scene.now) is not None
    return {
        "unit": waiting,
        "verdict": "usable",
        "basis": "Demonstration: the stability study covers this warming several times over.",
        "evidence": scene.keep("Stability study of frozen collected cells and product, summary."),
        "further_minutes": FURTHER_MIN if used_up else 0,
    }


@plays("logistics.check_receipt")
@plays("logistics.confirm_receipt")
def receipt(scene: Scene) -> Command:
    """What lies in the shipper, from this person's own scans."""
    shipment = scene.state(SHIPMENT, scene.shipment)
    return {
        "shipment": scene.shipment,
        "unit": shipment.unit,
        "further": list(shipment.further),
        "seal": shipment.seal,
        "condition": "intact",
    }
