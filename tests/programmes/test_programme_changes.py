"""What a new version of a programme would change is said limit by limit."""

from dataclasses import replace

import pytest
from tests.support.plant import VERSION

from coign.kernel.values import Quantity
from coign.programmes.changes import Difference, differences


@pytest.mark.requirement("GMP-S6", "GMP-06")
def test_every_limit_that_two_versions_do_not_share_is_named_with_both_words() -> None:
    first, *others = VERSION.steps
    measured = first.measurements[0]
    step = replace(first, measurements=(replace(measured, low=measured.low and measured.low + 1),), hold_max=None)
    waits = replace(others[0], hold_max=Quantity("99", "h"))
    name, limit = next(iter(VERSION.limits.items()))
    limits = {k: v for k, v in VERSION.limits.items() if k != name} | {"new_limit": limit}
    new = replace(VERSION, steps=(step, waits, *others[1:]), limits=limits, panel=VERSION.panel[1:])
    found = {d.what: (d.before, d.after) for d in differences(VERSION, new)}
    assert found[name.replace("_", " ")] == (str(limit.quantity), "")
    assert found["new limit"] == ("", str(limit.quantity))
    before, after = found[f"{first.title}: {measured.label}"]
    assert before == measured.words and after != before
    assert found[f"{others[0].title}: how long it may wait"][1] == "99 h"
    assert found[f"Release: {VERSION.panel[0].label}"] == (VERSION.panel[0].words, "")
    assert differences(VERSION, VERSION) == [] and Difference("x", "", "y") not in differences(VERSION, new)
