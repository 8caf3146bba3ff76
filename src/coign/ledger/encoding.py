"""Values to canonical JSON and back: RFC 8785 within the ledger's profile (ASCII keys, NFC text, whole numbers).

`orjson` with sorted keys gives the bytes of RFC 8785 within this profile; a property test holds it to `rfc8785`.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from functools import cache, partial
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
    """Canonical bytes of plain values (dict, list, str, int, bool, None) and of the dataclasses of the record."""
    return orjson.dumps(value, default=_fields, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)


def kept(state: object) -> bytes:
    """A state's bytes as they are kept: its fields as they are declared. Nobody signs or hashes them."""
    return orjson.dumps(state, default=_fields)


def _fields(value: Any) -> dict[str, Any]:
    """What orjson is told about a dataclass, whose keys it sorts then, and about a text in the vault."""
    if isinstance(value, Secret):
        return _commitment(value)
    names = getattr(value, "__dataclass_fields__", None)
    if names is None:
        raise TypeError(f"{type(value)} has no form in the record")
    return {name: getattr(value, name) for name in names}


def _commitment(secret: Secret) -> dict[str, str]:
    assert secret.commitment, "a secret must be sealed before it is written"
    return {"commitment": secret.commitment}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Secret):
        return _commitment(value)
    raise TypeError(f"{type(value)} has no form in the record")


def plain(value: object) -> Any:
    """Dataclass to plain values as they stand in the record."""
    return msgspec.to_builtins(value, enc_hook=_plain)


@cache
def _maker(expected: type) -> Callable[[Any], object]:
    """What makes a value of this type out of its form in the record."""
    if issubclass(expected, Secret):
        return lambda value: expected(commitment=value["commitment"])
    if expected is Subject:
        return lambda value: KINDS[value.partition(":")[0]](value)
    return expected


def _from_record(expected: type, value: Any) -> Any:
    return _maker(expected)(value)


def from_record(expected: type[T], body: Any) -> T:
    """Plain values of the record to a dataclass. What stands in the record was checked when it was written."""
    return msgspec.convert(body, expected, dec_hook=_from_record)


@cache
def _reader(expected: type) -> Callable[[str], object]:
    """What reads a value of this type from text; ValueError says what was expected."""
    if expected is Subject:
        return parse_subject
    if issubclass(expected, Subject | Instant | Digest):
        return expected.parse
    if issubclass(expected, Secret):
        return partial(_secret, expected)
    raise TypeError(f"{expected} cannot come from outside")


def _secret(expected: type[Secret], text: str) -> Secret:
    if not text.strip():
        raise ValueError("must not be empty")
    return expected(text=text)


def _from_wire(expected: type, value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("expected text")
    return _reader(expected)(value)


def _normalised(value: Any) -> Any:
    """The same values with all text in Unicode form NFC (the profile's one spelling)."""
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_normalised(v) for v in value]
    if isinstance(value, dict):
        return {k: _normalised(v) for k, v in value.items()}
    return value


def _unknown(expected: tuple[type, ...], body: Any, path: str = "") -> list[FieldError]:
    """Fields that nothing here has, at any depth: a misspelt field must never be dropped quietly."""
    if isinstance(body, str):
        return []
    if isinstance(body, list):
        return [error for n, each in enumerate(body) for error in _unknown(expected, each, f"{path}[{n}]")]
    shape = next((t for t in expected if is_dataclass(t)), None)
    if shape is None or not isinstance(body, Mapping):
        return []
    known, errors = field_types(shape), []
    for name, value in body.items():
        where = f"{path}.{name}" if path else str(name)
        if name in known:
            errors += _unknown(known[name], value, where)
        else:
            errors.append(FieldError(where, "is not a field here"))
    return errors


def from_wire(expected: type[T], body: Any, *, closed_fields: frozenset[str] = frozenset()) -> T:
    """What came from outside to a typed command; every defect is an `Invalid` that names the field.

    `closed_fields` are filled inside and refused from outside.
    """
    if not isinstance(body, Mapping):
        raise Invalid.at("command", "expected an object")
    errors = _unknown((expected,), body)
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


def field_types(command: type) -> Mapping[str, tuple[type, ...]]:
    """The types a field accepts, looking through `| None` and tuples; for schemas and sight."""
    return _field_types(command)


@cache
def _field_types(command: type) -> Mapping[str, tuple[type, ...]]:
    return {name: tuple(_leaves(hint)) for name, hint in get_type_hints(command).items()}


def _leaves(hint: Any) -> list[type]:
    inner = [a for a in get_args(hint) if a is not Ellipsis]
    if isinstance(hint, type) and not inner:
        return [hint]
    return [leaf for a in inner for leaf in _leaves(a)]
