"""Values to canonical JSON and back: RFC 8785 within the ledger's profile (ASCII keys, NFC text, whole numbers).

`orjson` with sorted keys gives the bytes of RFC 8785 within this profile; a property test holds it to `rfc8785`.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec
import orjson

from coign.kernel.errors import FieldError, Invalid
from coign.kernel.facts import FACTS, Fact
from coign.kernel.subjects import KINDS, Subject, parse_subject
from coign.kernel.values import Digest, Instant, Secret

T = TypeVar("T")

ENTRY_BYTES_MAX = 65_535  # C2SP tlog-tiles: entry lengths are 16-bit


def canonical(value: object) -> bytes:
    """Canonical bytes of plain values (dict, list, str, int, bool, None)."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Secret):
        assert value.commitment, "a secret must be sealed before it is written"
        return {"commitment": value.commitment}
    raise TypeError(f"{type(value)} has no form in the record")


def plain(value: object) -> Any:
    """Dataclass to plain values as they stand in the record."""
    return msgspec.to_builtins(value, enc_hook=_plain)


def _from_record(expected: type, value: Any) -> Any:
    if issubclass(expected, Secret):
        return expected(commitment=value["commitment"])
    if expected is Subject:
        return KINDS[value.partition(":")[0]](value)
    make: Callable[[Any], object] = expected
    return make(value)


def from_record(expected: type[T], body: Any) -> T:
    """Plain values of the record to a dataclass. What stands in the record was checked when it was written."""
    return msgspec.convert(body, expected, dec_hook=_from_record)


def _from_wire(expected: type, value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("expected text")
    if issubclass(expected, Subject | Instant | Digest):
        if expected is Subject:
            return parse_subject(value)
        parsed: object = expected.parse(value)
        return parsed
    if issubclass(expected, Secret):
        if not value.strip():
            raise ValueError("must not be empty")
        return expected(text=value)
    raise TypeError(f"{expected} cannot come from outside")


def _normalised(value: Any) -> Any:
    """The same values with all text in Unicode form NFC (the profile's one spelling)."""
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_normalised(v) for v in value]
    if isinstance(value, dict):
        return {k: _normalised(v) for k, v in value.items()}
    return value


def _unknown(expected: Iterable[type], body: Any, path: str) -> list[FieldError]:
    """Fields that nothing here has, at any depth: a misspelt field must never be dropped quietly."""
    if isinstance(body, list):
        return [error for n, each in enumerate(body) for error in _unknown(expected, each, f"{path}[{n}]")]
    shape = next((t for t in expected if is_dataclass(t)), None)
    if shape is None or not isinstance(body, Mapping):
        return []
    known, errors = _field_types_once(shape), []
    for name, value in body.items():
        where = f"{path}.{name}" if path else str(name)
        if name not in known:
            errors.append(FieldError(where, "is not a field here"))
        elif isinstance(value, list | Mapping):
            errors += _unknown(known[name], value, where)
    return errors


def from_wire(expected: type[T], body: Any, *, closed_fields: frozenset[str] = frozenset()) -> T:
    """What came from outside to a typed command; every defect is an `Invalid` that names the field.

    `closed_fields` are filled inside and refused from outside.
    """
    if not isinstance(body, Mapping):
        raise Invalid.at("command", "expected an object")
    errors = _unknown((expected,), body, "")
    errors += [FieldError(name, "is set by the system") for name in closed_fields if name in body]
    if errors:
        raise Invalid(*errors)
    try:
        return msgspec.convert(_normalised(dict(body)), expected, dec_hook=_from_wire)
    except msgspec.ValidationError as error:
        raise Invalid(_field_error(str(error))) from error


def _field_error(text: str) -> FieldError:
    """msgspec says `Expected … - at `$.unit``; we name the field and keep the sentence."""
    message, at, path = text.partition(" - at `$")
    field = path.rstrip("`").lstrip(".") if at else ""
    if not field and "`" in message:  # "Object missing required field `unit`"
        return FieldError(message.split("`")[1], "is missing")
    return FieldError(field or "command", message[:1].lower() + message[1:].replace("`", ""))


def fact_body(fact: Fact) -> dict[str, Any]:
    """A fact as it stands in an entry: its public type and its plain body."""
    return {"type": fact.TYPE, "body": plain(fact)}


def fact_from(body: Mapping[str, Any]) -> Fact:
    """A fact of an entry, in its newest version."""
    return from_record(FACTS[body["type"]], body["body"]).upcast()


def field_types(command: type) -> dict[str, tuple[type, ...]]:
    """The types a field accepts, looking through `| None` and tuples; for schemas and sight."""
    hints = get_type_hints(command)
    return {name: tuple(_leaves(hint)) for name, hint in hints.items()}


_field_types_once = cache(field_types)


def _leaves(hint: Any) -> list[type]:
    inner = [a for a in get_args(hint) if a is not Ellipsis]
    if isinstance(hint, type) and not inner:
        return [hint]
    return [leaf for a in inner for leaf in _leaves(a)]
