"""The dose section of a programme file."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from coign.kernel.values import Quantity
from coign.programmes.dose_plan import CELLS, CELLS_PER_WEIGHT, STRENGTH, DosePlan, DoseRange
from coign.programmes.model import Range
from coign.programmes.nodes import Item, text_of


def read_dose(item: Item, panel: Collection[Range]) -> DosePlan:
    """The section as values; what is wrong becomes problems."""
    fields = item.fields(("cells", "count", "shares", "ranges", "cap"))
    tests = {test.id: test for test in panel}
    count = _test(fields["count"], tests, STRENGTH) if "count" in fields else ""
    shares = fields["shares"].items() if "shares" in fields else []
    cap = fields["cap"].fields(("value", "unit", "source")) if "cap" in fields else {}
    _cells_only(cap)
    return DosePlan(
        cells=text_of(fields, "cells"),
        count=count,
        shares=tuple(_test(each, tests, "%") for each in shares),
        ranges=_ranges(fields["ranges"]) if "ranges" in fields else (),
        cap=Quantity.of(_positive(cap, "value"), CELLS),
        cap_source=text_of(cap, "source"),
    )


def _test(item: Item, tests: Mapping[str, Range], unit: str) -> str:
    """A test of the panel whose result is there at release, in the unit that the rule counts in."""
    name = item.text()
    test = tests.get(name)
    if name and test is None:
        item.refuse("unknown_value", f"{name} is not among the tests of the panel")
    elif test is not None and test.unit != unit:
        item.refuse("unit", f"{name} is given in {test.unit or 'words'}; expected is {unit}")
    elif test is not None and test.may_be_pending:
        item.refuse("pending", f"{name} may be pending at release: no dose can be worked out from it")
    return name


def _cells_only(cap: Mapping[str, Item]) -> None:
    if (unit := text_of(cap, "unit")) and unit != CELLS:
        cap["unit"].refuse("unit", f"the cap is given in {unit}; expected is {CELLS}")


def _ranges(item: Item) -> tuple[DoseRange, ...]:
    found = []
    for each in item.items():
        fields = each.fields(("low", "high", "unit", "source"), ("up_to_kg",))
        unit = text_of(fields, "unit")
        if unit and unit not in (CELLS, CELLS_PER_WEIGHT):
            fields["unit"].refuse("unit", f"a dose is given in {CELLS} or {CELLS_PER_WEIGHT}, not in {unit}")
        low, high = _positive(fields, "low"), _positive(fields, "high")
        if low > high:
            each.refuse("bounds", f"the smallest dose {low} lies above the largest {high}")
        up_to = fields["up_to_kg"].number() if "up_to_kg" in fields else None
        found.append((each, DoseRange(low, high, unit, up_to, text_of(fields, "source"))))
    weights = [made.up_to_kg for _, made in found]
    if not found or weights[-1] is not None:
        item.refuse("bounds", "the last range has no up_to_kg: it is for everybody heavier")
    for (each, made), before in zip(found[1:], weights, strict=False):
        if before is None or (made.up_to_kg is not None and made.up_to_kg <= before):
            each.refuse("bounds", "ranges come in the order of their weights, the one without up_to_kg last")
    return tuple(made for _, made in found)


def _positive(fields: Mapping[str, Item], name: str) -> Decimal:
    number = fields[name].number() if name in fields else None
    if number is not None and number <= 0:
        fields[name].refuse("bounds", f"{name}: a dose is greater than nothing")
    return number or Decimal(0)
