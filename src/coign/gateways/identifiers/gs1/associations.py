"""Which application identifiers go together: what one needs, what it excludes, and that none says two things."""

from collections.abc import Callable, Iterator, Sequence

from coign.gateways.identifiers.gs1 import table
from coign.gateways.identifiers.gs1.messages import Element
from coign.gateways.identifiers.reading import Problem

Rule = Callable[[Sequence[Element]], Iterator[Problem]]

#: Keys that a digital signature covers only when they bear a serial: the AI, and its length without one.
_SERIAL_BEHIND = {"253": 13, "255": 13, "8003": 14}


def _fits(pattern: str, ai: str) -> bool:
    return len(pattern) == len(ai) and all(p in ("n", a) for p, a in zip(pattern, ai, strict=True))


def repeats(elements: Sequence[Element]) -> Iterator[Problem]:
    """The same AI twice is no harm, unless with two values."""
    first: dict[str, str] = {}
    for element in elements:
        if first.setdefault(element.ai, element.value) != element.value:
            yield Problem(element.at, "gs1.repeated", f"({element.ai}) is there twice, with different values")


def exclusions(elements: Sequence[Element]) -> Iterator[Problem]:
    """Some AIs cannot be about the same thing."""
    for element in elements:
        ai = table.find(element.ai)
        for pattern in ai.excludes if ai is not None else ():
            if other := next((e for e in elements if e.ai != element.ai and _fits(pattern, e.ai)), None):
                yield Problem(element.at, "gs1.excluded", f"({element.ai}) and ({other.ai}) cannot stand together")


def requirements(elements: Sequence[Element]) -> Iterator[Problem]:
    """Many AIs say something about another one, which must be there."""
    for element in elements:
        ai = table.find(element.ai)
        if ai is None or not ai.needs:
            continue
        if not any(all(_is_there(pattern, elements) for pattern in together) for together in ai.needs):
            wanted = " or ".join("+".join(f"({pattern})" for pattern in together) for together in ai.needs)
            yield Problem(element.at, "gs1.required", f"({element.ai}) {ai.title} needs {wanted} beside it")


def _is_there(pattern: str, elements: Sequence[Element]) -> bool:
    return any(_fits(pattern, element.ai) for element in elements)


def signature(elements: Sequence[Element]) -> Iterator[Problem]:
    """A digital signature (8030) is of one thing, not of a kind of things."""
    if not any(element.ai == "8030" for element in elements):
        return
    for element in elements:
        if element.ai in _SERIAL_BEHIND and len(element.value) <= _SERIAL_BEHIND[element.ai]:
            yield Problem(element.at, "gs1.serial_required", f"({element.ai}) needs its serial where (8030) signs it")


#: In the order in which they are told.
RULES: tuple[Rule, ...] = (repeats, exclusions, requirements, signature)


def association_problems(elements: Sequence[Element]) -> Iterator[Problem]:
    """Everything that does not go together."""
    for rule in RULES:
        yield from rule(elements)
