"""GS1 Digital Link, uncompressed: a message as a web address. Read strictly; words and short GTINs on request."""

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote, quote_plus

from coign.gateways.identifiers.gs1 import table
from coign.gateways.identifiers.gs1.messages import Element
from coign.gateways.identifiers.gs1.table import ApplicationIdentifier
from coign.gateways.identifiers.reading import Unreadable

STEM = "https://id.gs1.org"
_SCHEME = re.compile(r"(?:https?|HTTPS?)://")
_NOT_IN_ADDRESS = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")
_HOST = re.compile(r"[A-Za-z0-9.\-]+(?::\d+)?|\[[0-9A-Fa-f:.]+\](?::\d+)?")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_SHORT_GTINS = (8, 12, 13)
#: Words that older links have in place of numbers.
_WORDS = {
    "gtin": "01", "itip": "8006", "gmn": "8013", "cpid": "8010", "gln": "414", "party": "417", "payTo": "415",
    "gsrnp": "8017", "gsrn": "8018", "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402",
    "grai": "8003", "giai": "8004", "cpv": "22", "lot": "10", "ser": "21", "cpsn": "8011", "glnx": "254",
    "refno": "8020", "srin": "8019",
}  # fmt: skip


def unescaped(text: str, *, in_query: bool) -> str:
    """Percent sequences decoded, byte by byte; `+` is a space in the query only. What is no sequence stays."""
    if in_query:
        text = text.replace("+", " ")
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def escaped(text: str, *, in_query: bool) -> str:
    """As it may stand in a path, or in a query."""
    return quote_plus(text, safe="") if in_query else quote(text, safe="")


def read(uri: str, *, words: bool = False, short_gtin: bool = False) -> list[Element]:
    """Key, qualifiers, attributes, in the order of the address; Unreadable says what is wrong with the address."""
    scheme = _SCHEME.match(uri)
    if scheme is None:
        raise Unreadable(0, "digital_link.scheme", "expected http:// or https://, all small or all capital letters")
    if wrong := _NOT_IN_ADDRESS.search(uri):
        raise Unreadable(wrong.start(), "digital_link.character", f"{wrong[0]!r} cannot stand in a web address")
    address = uri.partition("#")[0]
    before_query, question, query = address.partition("?")
    host, slash, _ = before_query[scheme.end() :].partition("/")
    if not slash or _HOST.fullmatch(host) is None:
        raise Unreadable(scheme.end(), "digital_link.host", "expected a host and a path behind it")
    path_at = scheme.end() + len(host) + 1
    elements, key = _path(before_query, path_at, words)
    if question:
        elements += _query(query, len(before_query) + 1, key, {element.ai for element in elements})
    return [_padded(element) for element in elements] if short_gtin else elements


def _padded(element: Element) -> Element:
    short = element.ai == "01" and len(element.value) in _SHORT_GTINS
    return Element("01", element.value.zfill(14), element.at) if short else element


def _path(text: str, start: int, words: bool) -> tuple[list[Element], ApplicationIdentifier]:
    """From the right, since what stands before the key may be anything."""
    segments = _segments(text, start)
    found: list[Element] = []
    for (name, at), (value, value_at) in zip(segments[-2::-2], segments[::-2], strict=False):
        ai = table.find(_WORDS.get(name, name) if words else name)
        if ai is None:
            raise Unreadable(at, "digital_link.key_missing", f"{name!r} is no application identifier that leads a link")
        found.insert(0, Element(ai.ai, _value(ai, value, value_at, in_query=False), value_at))
        if ai.link is not None:
            _check_qualifiers(ai, found)
            return found, ai
    raise Unreadable(start, "digital_link.key_missing", "there is no application identifier that leads a link")


def _segments(text: str, start: int) -> list[tuple[str, int]]:
    segments, at = [], start
    for segment in text[start:].split("/"):
        segments.append((segment, at))
        at += len(segment) + 1
    return segments


def _value(ai: ApplicationIdentifier, text: str, at: int, *, in_query: bool) -> str:
    value = unescaped(text, in_query=in_query)
    if not value:
        raise Unreadable(at, "digital_link.value_missing", f"({ai.ai}) has no value")
    if "\0" in value:
        raise Unreadable(at, "digital_link.character", "a character of value 0 cannot stand in a message")
    return value


def _check_qualifiers(key: ApplicationIdentifier, found: Sequence[Element]) -> None:
    assert key.link is not None
    given = [element.ai for element in found[1:]]
    if not any(_is_in_order(given, allowed) for allowed in key.link):
        raise Unreadable(
            found[1].at, "digital_link.qualifiers", f"({key.ai}) is not followed by {', '.join(given)} in this order"
        )


def _is_in_order(given: Iterable[str], allowed: Sequence[str]) -> bool:
    rest = iter(allowed)
    return all(each in rest for each in given)


def _query(query: str, start: int, key: ApplicationIdentifier, there: set[str]) -> Iterator[Element]:
    at = start
    for parameter in query.split("&"):
        name, equals, text = parameter.partition("=")
        begin, at = at, at + len(parameter) + 1
        if not equals or not (name.isascii() and name.isdigit()):
            continue  # other people's parameters
        ai = table.find(name)
        if ai is None:
            raise Unreadable(begin, "digital_link.parameter_unknown", f"there is no application identifier {name}")
        if ai.ai in there:
            raise Unreadable(begin, "digital_link.repeated", f"({ai.ai}) is there twice")
        if not _may_be_attribute(ai, key):
            raise Unreadable(begin, "digital_link.not_in_query", f"({ai.ai}) cannot stand in the query of this link")
        there.add(ai.ai)
        value_at = begin + len(name) + 1
        yield Element(ai.ai, _value(ai, text, value_at, in_query=True), value_at)


def _may_be_attribute(ai: ApplicationIdentifier, key: ApplicationIdentifier) -> bool:
    """What could stand in the path behind this key belongs there."""
    return ai.in_query and not any(ai.ai in allowed for allowed in key.link or ())


def write(
    elements: Sequence[Element], stem: str = STEM, *, sorted_query: bool = False, unknown_allowed: bool = False
) -> str:
    """The address of a message: its first key, what belongs behind it, all else in the query; Unreadable: no key.

    In the query, AIs of predefined length come first, as in an element string that saves separators.
    """
    once = list({(element.ai, element.value): element for element in elements}.values())
    key = next((ai for e in once if (ai := table.find(e.ai)) is not None and ai.link is not None), None)
    if key is None or key.link is None:
        raise Unreadable(0, "digital_link.key_missing", "no application identifier in it can lead a link")
    values = {element.ai: element for element in once}
    behind = max(([ai for ai in allowed if ai in values] for allowed in key.link), key=len)
    path = "".join(f"/{ai}/{escaped(values[ai].value, in_query=False)}" for ai in (key.ai, *behind))
    attributes = [element for element in once if element.ai not in (key.ai, *behind)]
    for element in attributes:
        ai = table.find(element.ai)
        if not unknown_allowed if ai is None else not _may_be_attribute(ai, key):
            raise Unreadable(element.at, "digital_link.not_in_query", f"({element.ai}) cannot stand in this link")
    attributes.sort(key=(lambda e: e.ai) if sorted_query else _separated)
    query = "&".join(f"{e.ai}={escaped(e.value, in_query=True)}" for e in attributes)
    return f"{stem.rstrip('/')}{path}{'?' if query else ''}{query}"


def _separated(element: Element) -> bool:
    ai = table.find(element.ai)
    return ai is None or not ai.predefined
