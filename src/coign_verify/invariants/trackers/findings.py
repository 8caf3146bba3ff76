"""What is remembered of a therapy's weights and days, of hospital numbers, and of what was collected at the chair."""

from decimal import Decimal
from typing import NamedTuple

from coign_verify.invariants.model import Body, Heard, Tracker


class Plan(NamedTuple):
    """A therapy: when its patient was weighed, for when conditioning was ordered on the newest count, and if it began.

    `on_the_chair`: cells are being collected.
    """

    weighed_on: str = ""
    first_day: str = ""
    begun: bool = False
    on_the_chair: bool = False


def _ordered(state: Plan, fact: Heard) -> Plan:
    return state._replace(weighed_on=fact.body.get("weighed_on") or "")


def _planned(state: Plan, fact: Heard) -> Plan:
    body = fact.body
    weighed = body.get("examined_at") if body.get("weight") else ""
    return state._replace(first_day=body["first_day"], weighed_on=weighed or state.weighed_on)


PLAN = Tracker(
    "plan",
    Plan(),
    {
        "clinical.ordered.v1": (("chain",), _ordered),
        # A further count asks for a further order, as long as nothing was given.
        "clinical.product_confirmed.v1": (("chain",), lambda s, f: s if s.begun else s._replace(first_day="")),
        "clinical.conditioning_started.v1": (("chain",), _planned),
        "clinical.conditioning_begun.v1": (("chain",), lambda s, f: s._replace(begun=True)),
        "collection.started.v1": (("chain",), lambda s, f: s._replace(on_the_chair=True)),
        "collection.finished.v1": (("chain",), lambda s, f: s._replace(on_the_chair=False)),
    },
)


def _borne(state: str, fact: Heard) -> str:
    body = fact.body
    if fact.type == "clinical.identity_corrected.v1" and not body.get("number"):
        return state
    return str(body["patient"])


#: Who bears a hospital number; a number that is given back is nobody's.
NUMBER: Tracker[str] = Tracker(
    "number",
    "",
    {
        "clinical.patient_enrolled.v1": (("number",), _borne),
        "clinical.identity_corrected.v1": (("number",), _borne),
    },
)

#: The therapies of a patient.
THERAPIES: Tracker[frozenset[str]] = Tracker(
    "therapies", frozenset(), {"clinical.ordered.v1": (("patient",), lambda s, f: s | {f.body["chain"]})}
)


class Collected(NamedTuple):
    """A bag of the chair: the cells that were counted in it, and those that were filled out of it, in its unit.

    `corrected`: somebody put a number right, and the sum says nothing any more.
    """

    cells: Decimal | None = None
    unit: str = ""
    filled: Decimal = Decimal(0)
    corrected: bool = False


def _amount(quantity: Body) -> Decimal:
    return Decimal(quantity["value"])


def _collected(state: Collected, fact: Heard) -> Collected:
    return Collected(_amount(fact.body["cd3"]), fact.body["cd3"]["unit"])


def _filled(state: Collected, fact: Heard) -> Collected:
    return state._replace(filled=state.filled + _amount(fact.body["cd3"]))


COLLECTED = Tracker(
    "collected",
    Collected(),
    {
        "collection.finished.v1": (("unit",), _collected),
        "collection.cryobag_filled.v1": (("source",), _filled),
        "correction.value_corrected.v1": (("of",), lambda s, f: s._replace(corrected=True)),
    },
)

#: Containers of which two people scanned different ones for the same disposal.
DIFFERING: Tracker[bool] = Tracker(
    "differing",
    False,
    {
        "closing.disposal_mismatched.v1": (("unit", "found"), lambda s, f: True),
        "identity.units_unblocked.v1": (("units",), lambda s, f: False),
    },
)
