"""GS1 messages and links as readings: what they hold, in which one spelling they are compared, what is wrong."""

import calendar
from collections.abc import Sequence
from typing import Any

from coign.gateways.identifiers.gs1 import digital_link, messages, scans, table
from coign.gateways.identifiers.gs1.associations import association_problems
from coign.gateways.identifiers.gs1.messages import FNC1, FNC1_WRITTEN, Element
from coign.gateways.identifiers.reading import Reading, Unreadable

_DAYS, _TIMES = {"date": 6, "date_or_month": 6, "full_date": 8}, {"time", "hour"}


def read_message(text: str, year: int) -> Reading:
    """Bracketed, as a scanner sends it, or as people write it down (`^` for FNC1)."""
    try:
        elements = _elements(text)
    except Unreadable as no:
        return Reading("gs1", "element_string", problems=(no.problem,))
    return _reading("gs1", "element_string", elements, messages.bracketed(elements), year)


def _elements(text: str) -> list[Element]:
    if text.startswith("]"):
        found = list(scans.read(text).elements)
        if not found:
            raise Unreadable(0, "gs1.plain_data", f"{text[:3]} marks plain data, which are no GS1 message")
        return found
    if text.startswith("("):
        return messages.read_bracketed(text)
    if text.startswith(FNC1_WRITTEN):
        return messages.read_written(text)
    return messages.read_element_string(text, 1 if text.startswith(FNC1) else 0)


def read_link(text: str, year: int) -> Reading:
    """A Digital Link, uncompressed; compared in its canonical form."""
    try:
        elements = digital_link.read(text)
        canonical = digital_link.write(elements, sorted_query=True)
    except Unreadable as no:
        return Reading("gs1-digital-link", "digital_link", problems=(no.problem,))
    return _reading("gs1-digital-link", "digital_link", elements, canonical, year)


def _reading(scheme: str, kind: str, elements: Sequence[Element], normalised: str, year: int) -> Reading:
    problems = list(messages.content_problems(elements))
    problems += association_problems(elements)
    parts: dict[str, Any] = {element.ai: element.value for element in elements}
    if not problems and (dates := _dates(elements, year)):
        parts["dates"] = dates
    return Reading(scheme, kind, normalised, parts, tuple(problems))


def _dates(elements: Sequence[Element], year: int) -> dict[str, str]:
    """Dates written out: the century by GS1's 51/49 rule, an open day as the end of its month."""
    found = {}
    for element in elements:
        ai = table.find(element.ai)
        first = ai.parts[0].checks[:1] if ai is not None else ()
        if not first or first[0] not in _DAYS:
            continue
        length = _DAYS[first[0]]
        day, rest = element.value[:length], element.value[length:]
        found[element.ai] = _day(day, year)
        assert ai is not None
        if rest and len(ai.parts) > 1 and ai.parts[1].checks[:1] and ai.parts[1].checks[0] in _TIMES:
            found[element.ai] += "T" + ":".join(rest[at : at + 2] for at in range(0, len(rest), 2))
    return found


def _day(text: str, this_year: int) -> str:
    year = int(text[:-4]) if len(text) == 8 else full_year(int(text[:2]), this_year)
    month, day = int(text[-4:-2]), int(text[-2:])
    return f"{year:04d}-{month:02d}-{day or calendar.monthrange(year, month)[1]:02d}"


def full_year(two_digits: int, this_year: int) -> int:
    """At most 49 years back and 50 years ahead."""
    century, now = divmod(this_year, 100)
    ahead = two_digits - now
    return 100 * (century + (-1 if ahead >= 51 else 1 if ahead <= -50 else 0)) + two_digits
