"""JSON with one spelling: strict reading and canonical bytes (RFC 8785)."""

import json
import math
import re
from typing import Any, NoReturn

INTEGER_MAX = 2**53 - 1

_ESCAPED = re.compile(r'[\x00-\x1f"\\]')
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


class JsonError(ValueError):
    """Bytes or a value that JSON, its canonical form or the ledger's profile does not allow."""


def loads_strict(data: bytes, *, floats: bool = False) -> Any:
    """Read JSON that means the same to every reader; JsonError otherwise.

    Refused: bytes that are not UTF-8, duplicate keys, lone surrogates, integers beyond 2^53 - 1, NaN and infinities,
    and, unless `floats` is given, every number that is not written as an integer.
    """
    try:
        text = data.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_object_without_duplicates,
            parse_int=_integer,
            parse_float=_float if floats else _no_float,
            parse_constant=_no_constant,
        )
        if "\\u" in text:
            refuse_lone_surrogates(value)
    except UnicodeDecodeError as error:
        raise JsonError(f"not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise JsonError(f"not JSON at line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise JsonError("nested too deeply") from error
    return value


def canonical(value: object) -> bytes:
    """The one spelling of a JSON value (RFC 8785), without a final line feed."""
    parts: list[str] = []
    try:
        _write(value, parts)
        return "".join(parts).encode("utf-8")
    except UnicodeEncodeError as error:
        raise JsonError("a string holds a lone surrogate") from error
    except RecursionError as error:
        raise JsonError("nested too deeply") from error


def number_text(value: float) -> str:
    """A double as ECMAScript prints it: the shortest digits that read back the same, in ECMAScript's layout."""
    if not math.isfinite(value):
        raise JsonError(f"{value} is not a JSON number")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    # Python's repr finds the same shortest digits, only the layout differs: take them apart, lay them out anew.
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or "0") - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    return sign + _lay_out(digits, point)


def _lay_out(digits: str, point: int) -> str:
    """ECMA-262, Number::toString: the value is 0.digits times ten to the power of `point`."""
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if count > 1 else ""
    return f"{digits[0]}{rest}e{point - 1:+d}"


def _write(value: object, parts: list[str]) -> None:
    if value is None:
        parts.append("null")
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif isinstance(value, str):
        parts.append(_quoted(value))
    elif isinstance(value, int):
        if abs(value) > INTEGER_MAX:
            raise JsonError("integer beyond 2^53 - 1 would not survive; write it as a string")
        parts.append(str(int(value)))
    elif isinstance(value, float):
        parts.append(number_text(value))
    elif isinstance(value, list | tuple):
        _write_array(value, parts)
    elif isinstance(value, dict):
        _write_object(value, parts)
    else:
        raise JsonError(f"{type(value).__name__} is not a JSON value")


def _write_array(value: list[Any] | tuple[Any, ...], parts: list[str]) -> None:
    parts.append("[")
    for place, each in enumerate(value):
        if place:
            parts.append(",")
        _write(each, parts)
    parts.append("]")


def _write_object(value: dict[Any, Any], parts: list[str]) -> None:
    for key in value:
        if not isinstance(key, str):
            raise JsonError(f"object key {key!r} is not a string")
    parts.append("{")
    # By UTF-16 code units: beyond the basic plane that is not the order of code points.
    for place, key in enumerate(sorted(value, key=lambda each: each.encode("utf-16-be"))):
        if place:
            parts.append(",")
        parts += (_quoted(key), ":")
        _write(value[key], parts)
    parts.append("}")


def _quoted(text: str) -> str:
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    return _SHORT_ESCAPES.get(character) or f"\\u{ord(character):04x}"


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise JsonError(f"the key {key!r} stands twice in one object")
            seen.add(key)
    return members


def _integer(text: str) -> int:
    # Length first: converting a million digits would take its time.
    if len(text) > 17 or abs(int(text)) > INTEGER_MAX:
        raise JsonError(f"integer {text[:24]} is beyond 2^53 - 1; it must be written as a string")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise JsonError(f"number {text[:24]} is beyond the range of a double")
    return value


def _no_float(text: str) -> NoReturn:
    raise JsonError(f"number {text[:24]} is not an integer; it must be written as a decimal string")


def _no_constant(text: str) -> NoReturn:
    raise JsonError(f"{text} is not a JSON number")


def refuse_lone_surrogates(value: object) -> None:
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise JsonError("a string holds a lone surrogate")
    elif isinstance(value, list):
        for each in value:
            refuse_lone_surrogates(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            refuse_lone_surrogates(key)
            refuse_lone_surrogates(each)
