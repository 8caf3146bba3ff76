"""What is remembered of the cells in a bag, and of the weight of who gets them."""

from decimal import Decimal
from typing import NamedTuple

from coign_verify.invariants.model import Body, Heard, Tracker

VOLUME, STRENGTH, WEIGHT = "mL", "10*6/mL", "kg"


def amount(quantity: Body | None, unit: str) -> Decimal | None:
    """The number, if it stands in this unit."""
    return Decimal(quantity["value"]) if quantity and quantity["unit"] == unit else None


class Fill(NamedTuple):
    """A bag of product."""

    volume_ml: Decimal | None = None
    strength: Decimal | None = None
    excepted: bool = False

    @property
    def cells(self) -> Decimal | None:
        """Million cells; None: nobody can say."""
        return None if self.volume_ml is None or self.strength is None else self.volume_ml * self.strength


def _filled(state: Fill, fact: Heard) -> Fill:
    return state._replace(volume_ml=amount(fact.body.get("volume"), VOLUME))


def _released(state: Fill, fact: Heard) -> Fill:
    excepted = fact.type == "quality.supplied_under_exception.v1"
    return state._replace(strength=amount(fact.body.get("strength"), STRENGTH), excepted=excepted)


FILL = Tracker(
    "fill",
    Fill(),
    {
        "manufacturing.bag_filled.v1": (("unit",), _filled),
        "manufacturing.filled.v1": (("final_container",), _filled),
        "quality.certified.v1": (("units",), _released),
        "quality.supplied_under_exception.v1": (("units",), _released),
    },
)


class Receives(NamedTuple):
    """Who gets the cells of a therapy: the newest weight, and how many millilitres were given of which bag.

    `corrected`: a weight or a volume was put right since, and what is remembered says nothing any more.
    """

    weight_kg: Decimal | None = None
    given_ml: frozenset[tuple[str, Decimal]] = frozenset()
    corrected: bool = False


def _weighed(state: Receives, fact: Heard) -> Receives:
    told = fact.body.get("weight")
    return state._replace(weight_kg=amount(told, WEIGHT)) if told else state


def _given(state: Receives, fact: Heard) -> Receives:
    given = amount(fact.body.get("given"), VOLUME)
    return state if given is None else state._replace(given_ml=state.given_ml | {(fact.body["unit"], given)})


#: The facts with the numbers that a dose is worked out from.
COUNTED = (
    "clinical.ordered.v1", "clinical.conditioning_started.v1", "infusion.patient_assessed.v1", "infusion.finished.v1",
    "manufacturing.bag_filled.v1", "manufacturing.filled.v1",
)  # fmt: skip


def _corrected(state: Receives, fact: Heard) -> Receives:
    return state._replace(corrected=state.corrected or fact.body["fact"] in COUNTED)


RECEIVES = Tracker(
    "receives",
    Receives(),
    {
        "clinical.ordered.v1": (("chain",), _weighed),
        "clinical.conditioning_started.v1": (("chain",), _weighed),
        "infusion.patient_assessed.v1": (("chain",), _weighed),
        "infusion.finished.v1": (("chain",), _given),
        "correction.value_corrected.v1": (("of",), _corrected),
    },
)
