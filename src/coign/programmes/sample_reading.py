"""The section of a programme file that says which samples are drawn from every batch."""

from collections.abc import Collection, Sequence

from coign.kernel.values import Quantity
from coign.programmes.model import PlannedSample, Range, Step
from coign.programmes.nodes import Item, text_of

#: What a sample is for: to steer production, to decide about the product, to be kept.
PURPOSES = ("in_process", "release", "retention")
VOLUME_UNIT = "mL"


def one_for_all(steps: Sequence[Step], panel: Sequence[Range]) -> tuple[PlannedSample, ...]:
    """What a programme means that has no such section: one sample of what was made, for all tests."""
    tests = tuple(test.id for test in panel)
    return tuple(PlannedSample("release", "Release testing", "release", step.id, tests=tests) for step in steps[-1:])


def read_samples(item: Item, steps: Sequence[Step], panel: Sequence[Range]) -> tuple[PlannedSample, ...]:
    """The section as values: every test of the panel is made of exactly one of the samples."""
    found: dict[str, PlannedSample] = {}
    untested = [test.id for test in panel]
    for each in item.items():
        sample = _sample(each, {step.id for step in steps}, {test.id for test in panel})
        if sample.id in found:
            each.refuse("double_id", f"the sample {sample.id} stands here twice")
        found[sample.id] = sample
        if twice := [test for test in sample.tests if test not in untested]:
            each.refuse("tested_twice", f"these tests are made of another sample or are not there: {', '.join(twice)}")
        untested = [test for test in untested if test not in sample.tests]
    if untested:
        item.refuse("untested", f"no sample is drawn for: {', '.join(untested)}")
    return tuple(found.values())


def _sample(item: Item, steps: Collection[str], panel: Collection[str]) -> PlannedSample:
    fields = item.fields(("id", "title", "purpose", "after", "volume", "tests", "source"))
    purpose, after = text_of(fields, "purpose"), text_of(fields, "after")
    if purpose and purpose not in PURPOSES:
        fields["purpose"].refuse("purpose", f"{purpose} is not one of {', '.join(PURPOSES)}")
    if after and after not in steps:
        fields["after"].refuse("unknown_step", f"{after} is not among the steps of production")
    volume = fields["volume"].number() if "volume" in fields else None
    if volume is not None and volume <= 0:
        fields["volume"].refuse("bounds", f"a sample is more than nothing, given in {VOLUME_UNIT}")
    tests = fields["tests"].texts() if "tests" in fields else ()
    if "tests" in fields and bool(tests) == (purpose == "retention"):
        fields["tests"].refuse("tests", "what is kept is not tested, and what is not kept is drawn for a test")
    text_of(fields, "source")
    return PlannedSample(
        text_of(fields, "id"), text_of(fields, "title"), purpose, after,
        Quantity.of(volume, VOLUME_UNIT) if volume is not None else None, tests,
    )  # fmt: skip
