"""JSON with one spelling: strict reading and canonical bytes (RFC 8785)."""

import json
import math
from collections.abc import Callable
from typing import Any, NoReturn

INTEGER_MAX = 2**53 - 1

#: Escapes what ECMAScript escapes, and in the same way.
_quoted = json.JSONEncoder(ensure_ascii=False).encode

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
    try:
        return _text(value, float_text).encode("utf-8")
    except UnicodeEncodeError as error:
        raise JsonError("a string holds a lone surrogate") from error
    except RecursionError as error:
        raise JsonError("nested too deeply") from error


def _text(value: object, float_text: FloatText) -> str:
    match value:
        case str():
            return _quoted(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            if abs(value) > INTEGER_MAX:
                raise JsonError("integer beyond 2^53 - 1 would not survive; write it as a string")
            return str(int(value))
        case float():
            return float_text(value)
        case list() | tuple():
            return f"[{','.join(_text(each, float_text) for each in value)}]"
        case dict():
            return _object_text(value, float_text)
    raise JsonError(f"{type(value).__name__} is not a JSON value")


def _object_text(value: dict[Any, Any], float_text: FloatText) -> str:
    for key in value:
        if not isinstance(key, str):
            raise JsonError(f"object key {key!r} is not a string")
    # By UTF-16 code units: beyond the basic plane that is not the order of code points.
    keys = sorted(value, key=lambda each: each.encode("utf-16-be"))
    return f"{{{','.join(f'{_quoted(key)}:{_text(value[key], float_text)}' for key in keys)}}}"


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
