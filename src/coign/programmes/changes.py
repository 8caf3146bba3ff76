"""What differs between two versions of a programme: every limit that decides whether cells and steps are good."""

from collections.abc import Iterator
from dataclasses import dataclass

from coign.programmes.model import ProgrammeVersion


@dataclass(frozen=True, slots=True)
class Difference:
    """One limit, as it was and as it would be; empty where there is none."""

    what: str
    before: str
    after: str


def differences(old: ProgrammeVersion, new: ProgrammeVersion) -> list[Difference]:
    """Every limit that is not the same in both, in the order of the older version."""
    before, after = dict(_limits(old)), dict(_limits(new))
    names = dict.fromkeys((*before, *after))
    return [
        Difference(name, before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _limits(version: ProgrammeVersion) -> Iterator[tuple[str, str]]:
    """Each limit by what it is about, in words."""
    for name, limit in version.limits.items():
        yield name.replace("_", " "), str(limit.quantity)
    for step in version.steps:
        for measured in step.measurements:
            yield f"{step.title}: {measured.label}", measured.words
        if step.hold_max is not None:
            yield f"{step.title}: how long it may wait", str(step.hold_max)
    for attribute in version.panel:
        yield f"Release: {attribute.label}", attribute.words
