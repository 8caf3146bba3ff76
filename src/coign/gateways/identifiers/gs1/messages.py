"""A GS1 message, a list of application identifiers with values, bracketed or as an element string."""

import re
from collections.abc import Iterable, Iterator, Sequence

from coign.gateways.identifiers.gs1 import table
from coign.gateways.identifiers.gs1.content import CHECKS, Fault
from coign.gateways.identifiers.gs1.table import ApplicationIdentifier
from coign.gateways.identifiers.reading import Problem, Unreadable
from coign.kernel.frozen import dataclass

#: What a scanner sends for FNC1; `^` stands for it where people write a message down.
FNC1, FNC1_WRITTEN = "\x1d", "^"

_AI = re.compile(r"\(([^()]*)\)")
_SENTENCES = {
    "character": "a character that cannot stand here",
    "check_digit": "the check digit is wrong: a digit was mistyped or left out",
    "check_pair": "the check characters are wrong: something was mistyped",
    "company_prefix": "it must begin with a GS1 company prefix, digits only",
    "date": "this is no date",
    "time": "this is no time of the day",
    "length": "the value has another length than GS1 gives it",
}


@dataclass(frozen=True, slots=True)
class Element:
    """An AI with its value, and where the value begins in the text that was read."""

    ai: str
    value: str
    at: int


def read_element_string(text: str, start: int = 0) -> list[Element]:
    """AIs and values that run on, FNC1 (U+001D) behind every value without a length of its own; from `start` on."""
    elements, at = [], start
    if at >= len(text):
        raise Unreadable(at, "gs1.empty", "there is no application identifier")
    while at < len(text):
        ai = table.at_start_of(text[at:])
        if ai is None:
            raise Unreadable(at, "gs1.ai_unknown", f"no application identifier begins with {text[at : at + 4]!r}")
        begin = at + len(ai.ai)
        stop = text.find(FNC1, begin)
        end = len(text) if stop < 0 else stop
        if ai.predefined:
            end = min(end, begin + ai.longest)
        if end == begin:
            raise Unreadable(begin, "gs1.value_missing", f"({ai.ai}) has no value")
        elements.append(Element(ai.ai, text[begin:end], begin))
        # Behind a value of known length FNC1 is not needed; scanners and printers put it there all the same.
        at = end + 1 if end < len(text) and text[end] == FNC1 else end
    return elements


def read_written(text: str) -> list[Element]:
    """An element string as people write it down: `^` for FNC1, and one at the beginning."""
    if not text.startswith(FNC1_WRITTEN):
        raise Unreadable(0, "gs1.fnc1_first", "a message begins with FNC1 (^)")
    return read_element_string(text.replace(FNC1_WRITTEN, FNC1), 1)


def read_bracketed(text: str, *, unknown_allowed: bool = False) -> list[Element]:
    """`(01)09520123456788(10)ABC`; a backslash before a bracket makes it part of the value."""
    elements, at = [], 0
    if not text.startswith("("):
        raise Unreadable(0, "gs1.bracket", "expected an application identifier in brackets, such as (01)")
    while at < len(text):
        found = _AI.match(text, at)
        if found is None:
            raise Unreadable(at, "gs1.bracket", "the bracket does not hold an application identifier")
        ai = found[1]
        if not unknown_allowed and table.find(ai) is None:
            raise Unreadable(at + 1, "gs1.ai_unknown", f"there is no application identifier ({ai})")
        value, end = _bracketed_value(text, found.end())
        if not value:
            raise Unreadable(found.end(), "gs1.value_missing", f"({ai}) has no value")
        elements.append(Element(ai, value, found.end()))
        at = end
    return elements


def _bracketed_value(text: str, at: int) -> tuple[str, int]:
    value = []
    while at < len(text) and text[at] != "(":
        if text.startswith("\\(", at):
            at += 1
        value.append(text[at])
        at += 1
    return "".join(value), at


def element_string(elements: Sequence[Element], fnc1: str = FNC1) -> str:
    """The message as it stands in a bar code, without the first FNC1."""
    written = []
    for place, element in enumerate(elements):
        ai = table.find(element.ai)
        ends_itself = ai is not None and ai.predefined
        written.append(element.ai + element.value)
        if not ends_itself and place < len(elements) - 1:
            written.append(fnc1)
    return "".join(written)


def bracketed(elements: Iterable[Element]) -> str:
    """The message as people write it."""
    return "".join("({}){}".format(e.ai, e.value.replace("(", "\\(")) for e in elements)


def human_readable(elements: Iterable[Element]) -> list[str]:
    """The lines that are printed beside a symbol."""
    return [f"({element.ai}) {element.value}" for element in elements]


def content_fault(ai: ApplicationIdentifier, value: str) -> Fault | None:
    """The first rule that a value breaks, piece by piece."""
    at = 0
    for part in ai.parts:
        piece = value[at : at + part.longest]
        if part.optional and not piece:
            break
        if fault := part.characters(piece):
            return _moved(fault, at)
        if len(piece) < part.shortest:
            return Fault("length.short", at, len(value))
        for name in part.checks:
            if fault := CHECKS[name](piece):
                return _moved(fault, at)
        at += len(piece)
    return Fault("length.long", at, len(value)) if at < len(value) else None


def _moved(fault: Fault, by: int) -> Fault:
    return Fault(fault.rule, fault.start + by, fault.end + by)


def content_problems(elements: Iterable[Element]) -> Iterator[Problem]:
    """What is wrong with each value by itself."""
    for element in elements:
        ai = table.find(element.ai)
        if ai is None:
            yield Problem(element.at, "gs1.ai_unknown", f"there is no application identifier ({element.ai})")
        elif fault := content_fault(ai, element.value):
            words = _SENTENCES.get(fault.rule.partition(".")[0], "the value is not one that GS1 allows here")
            wrong = element.value[fault.start : fault.end]
            shown = f" ({wrong!r})" if wrong else ""
            message = f"({element.ai}) {ai.title}: {words}{shown}"
            yield Problem(element.at + fault.start, f"gs1.{fault.rule}", message)
