"""The safety section of a programme file."""

from decimal import Decimal

from coign.kernel.values import Quantity
from coign.programmes.nodes import Item, text_of
from coign.programmes.safety_plan import (
    CALCULATIONS,
    CTCAE_VERSIONS,
    SCALES,
    Qualifying,
    ResponsePlan,
    SafetyPlan,
    Timepoint,
    ToleranceRule,
)

GRADES = range(1, 6)


def read_safety(item: Item) -> SafetyPlan:
    """The section as values; what is wrong becomes problems."""
    fields = item.fields(("ctcae",), ("dose_limiting", "response"))
    version = _one_of(fields, "ctcae", CTCAE_VERSIONS)
    tolerance = _tolerance(fields["dose_limiting"]) if "dose_limiting" in fields else None
    response = _response(fields["response"]) if "response" in fields else ResponsePlan()
    return SafetyPlan(version, tolerance, response)


def _one_of(fields: "dict[str, Item]", name: str, known: tuple[str, ...]) -> str:
    text = text_of(fields, name)
    if text and text not in known:
        fields[name].refuse("unknown_value", f"{text} is not one of {', '.join(known)}")
        return ""
    return text


def _whole(fields: "dict[str, Item]", name: str) -> int:
    number = fields[name].number() if name in fields else None
    if number is not None and (number != int(number) or number < 0):
        fields[name].refuse("type", "expected a whole number")
        return 0
    return int(number or 0)


def _tolerance(item: Item) -> ToleranceRule | None:
    fields = item.fields(("window_days", "qualifying", "calculation", "parameters", "source"))
    days = _whole(fields, "window_days")
    if "window_days" in fields and not days:
        fields["window_days"].refuse("bounds", "a window of no days holds nothing")
    qualifying = tuple(_qualifying(each) for each in fields["qualifying"].items()) if "qualifying" in fields else ()
    calculation = _one_of(fields, "calculation", tuple(CALCULATIONS))
    parameters = _parameters(fields["parameters"], calculation) if "parameters" in fields and calculation else {}
    return ToleranceRule(Quantity(str(days), "d"), qualifying, calculation, parameters, text_of(fields, "source"))


def _qualifying(item: Item) -> Qualifying:
    fields = item.fields(("scale", "grade"))
    scale, grade = _one_of(fields, "scale", SCALES), _whole(fields, "grade")
    if "grade" in fields and grade not in GRADES:
        fields["grade"].refuse("bounds", "a grade lies between 1 and 5")
    return Qualifying(scale, grade)


def _parameters(item: Item, calculation: str) -> dict[str, Decimal]:
    """The parameters of the calculation, all of them and no other."""
    found = {name: each.number() for name, each in item.fields(CALCULATIONS[calculation]).items()}
    return {name: number for name, number in found.items() if number is not None}


def _response(item: Item) -> ResponsePlan:
    fields = item.fields(("categories", "responders", "timepoints"))
    categories = {name: each.text() for name, each in fields["categories"].entries()} if "categories" in fields else {}
    responders = fields["responders"].items() if "responders" in fields else []
    for each in responders:
        if (name := each.text()) and name not in categories:
            each.refuse("unknown_value", f"{name} is not among the categories")
    times = tuple(_timepoint(each) for each in fields["timepoints"].items()) if "timepoints" in fields else ()
    return ResponsePlan(categories, tuple(each.text() for each in responders), times)


def _timepoint(item: Item) -> Timepoint:
    fields = item.fields(("id", "label", "day_from", "day_to"))
    first, last = _whole(fields, "day_from"), _whole(fields, "day_to")
    if last < first:
        item.refuse("bounds", f"day_to {last} lies before day_from {first}")
    return Timepoint(text_of(fields, "id"), text_of(fields, "label"), first, last)
