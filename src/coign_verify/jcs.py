"""JSON with one spelling: strict reading and canonical bytes (RFC 8785)."""

import json
import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

INTEGER_MAX = 2**53 - 1

_ESCAPED = re.compile(r'[\x00-\x1f"\\]')
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}

FloatText = Callable[[float], str]


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


def _refuse_float(value: float) -> NoReturn:
    raise JsonError(f"{value} is not an integer; it must be written as a decimal string")


def canonical(value: object, *, float_text: FloatText = _refuse_float) -> bytes:
    """The one spelling of a JSON value (RFC 8785), without a final line feed; `float_text` where it holds such."""
    parts: list[str] = []
    try:
        _write(value, parts, float_text)
        return "".join(parts).encode("utf-8")
    except UnicodeEncodeError as error:
        raise JsonError("a string holds a lone surrogate") from error
    except RecursionError as error:
        raise JsonError("nested too deeply") from error


def _write(value: object, parts: list[str], float_text: FloatText) -> None:
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
        parts.append(float_text(value))
    elif isinstance(value, list | tuple):
        _write_array(value, parts, float_text)
    elif isinstance(value, dict):
        _write_object(value, parts, float_text)
    else:
        raise JsonError(f"{type(value).__name__} is not a JSON value")


def _write_array(value: list[Any] | tuple[Any, ...], parts: list[str], float_text: FloatText) -> None:
    parts.append("[")
    for place, each in enumerate(value):
        if place:
            parts.append(",")
        _write(each, parts, float_text)
    parts.append("]")


def _write_object(value: dict[Any, Any], parts: list[str], float_text: FloatText) -> None:
    for key in value:
        if not isinstance(key, str):
            raise JsonError(f"object key {key!r} is not a string")
    parts.append("{")
    # By UTF-16 code units: beyond the basic plane that is not the order of code points.
    for place, key in enumerate(sorted(value, key=lambda each: each.encode("utf-16-be"))):
        if place:
            parts.append(",")
        parts += (_quoted(key), ":")
        _write(value[key], parts, float_text)
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
