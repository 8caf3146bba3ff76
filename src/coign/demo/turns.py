"""What goes wrong on the way of a therapy: who does what then, and what they scan, measure and write."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from coign.collection.views import COLLECTION
from coign.demo import people
from coign.demo.acts import Command
from coign.demo.acts.moving import logger_file
from coign.demo.acts.testing import reject_batch, result_of
from coign.demo.scene import Scene, Therapy
from coign.gateways.loggers import Warming
from coign.identity.views import UNIT
from coign.kernel.errors import NotFound
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Unit
from coign.kernel.values import Actor
from coign.manufacturing.views import SLOT

#: Where the lid stood open: minutes after the packing, how long, and how warm it became.
LID_OPEN = Warming(200, 120, Decimal(-120))
FAILING_VIABILITY = ("viability", "68")


@dataclass(frozen=True, slots=True)
class Turn:
    """One act in place of the step that is open, by somebody of a role on one side."""

    action: str
    role: str
    side: str
    command: Callable[[Scene], Command]


def _warm(scene: Scene) -> Command:
    return {"shipment": scene.shipment, "file": logger_file(scene, LID_OPEN)}


def _failing_viability(scene: Scene) -> Command:
    return result_of(scene, *FAILING_VIABILITY)


def _deviation(scene: Scene) -> Command:
    text = "Demonstration: the incubator's door stood open for four minutes."
    return {"batch": scene.batch, "description": text}


def _moved_slot(scene: Scene) -> Command:
    """A day later: production and product, and the collection with them."""
    slot = scene.state(SLOT, scene.chain)
    assert slot.collection_on is not None
    assert slot.start_on is not None
    assert slot.ready_on is not None
    return {
        "chain": scene.chain,
        "collection_on": slot.collection_on.plus(days=1),
        "start_on": slot.start_on.plus(days=1),
        "ready_on": slot.ready_on.plus(days=1),
        "reason": "Demonstration: the cabinet of the suite is requalified on that day.",
    }


def _mismatched_label(scene: Scene) -> Command:
    """The label of a bag that lies beside it."""
    unit = scene.first_bag(lambda u: not scene.state(UNIT, u).label_verified, "has a label to scan back")
    others = [Unit(t.subject) for t in scene.things("unit", scene.actor.organisation)]
    other = next((u for u in others if u not in scene.state(COLLECTION, scene.chain).units), None)
    if other is None:
        raise NotFound("no other bag lies here")
    return {"unit": unit, "label": other, "label_serial": scene.state(UNIT, other).label_serial}


def _mistyped_volume(scene: Scene) -> Command:
    """Ten millilitres less than were typed at the chair; a colleague has still to read the label."""
    typed = scene.state(COLLECTION, scene.chain).collected[-1].volume
    return {
        "entry": scene.therapy.journey.done["finish-collection"],
        "name": "volume",
        "value": str(typed.amount - 10),
        "reason": "Demonstration: read from the wrong line of the apheresis device's print.",
    }


def _new_name(scene: Scene) -> Command:
    """She married while her cells were made; a second person has still to look."""
    return {
        "patient": scene.patient,
        "family_name": "Lindqvist",
        "evidence": scene.keep(f"Marriage certificate of {scene.patient}."),
    }


def _ended(reason: str, note: str) -> Callable[[Scene], Command]:
    return lambda scene: {
        "chain": scene.chain, "reason": reason, "note": f"Demonstration: {note}", "others": "destroyed",
    }  # fmt: skip


TURNS: Mapping[str, Turn] = {
    "failing_viability": Turn("quality.record_result", "analyst", "maker", _failing_viability),
    "deviation": Turn("quality.open_deviation", "operator", "maker", _deviation),
    "moved_slot": Turn("manufacturing.move_slot", "operator", "maker", _moved_slot),
    "failed_batch": Turn("quality.reject_batch", "qa", "maker", reject_batch),
    "mismatched_label": Turn("collection.verify_label", "nurse", "centre", _mismatched_label),
    "mistyped_volume": Turn("correction.propose", "nurse", "centre", _mistyped_volume),
    "new_name": Turn("clinical.correct_identity", "coordinator", "centre", _new_name),
    "progression": Turn(
        "closing.end_therapy", "physician", "centre", _ended("progression", "progress of the disease while waiting.")
    ),
    "withdrawal": Turn(
        "closing.end_therapy", "physician", "centre", _ended("withdrawal", "the patient changed her mind.")
    ),
    "warm_at_the_maker": Turn("coldchain.record_logger", "warehouse", "maker", _warm),
    "warm_at_the_centre": Turn("coldchain.record_logger", "celllab", "centre", _warm),
}


def actor_of(turn: Turn, therapy: Therapy) -> Actor:
    """Who does it."""
    house = people.MAKER if turn.side == "maker" else Organisation(therapy.journey.centre)
    return people.in_role(turn.role, house)[0].actor
