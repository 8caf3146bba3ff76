"""Bytes to plain values by the JSON rules of FHIR: no nulls, nothing empty, no key twice, every digit kept."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import zip_longest
from typing import Any, NoReturn

from coign.gateways.fhir.refusal import FhirMalformed

FILE_BYTES_MAX = 16 * 1024 * 1024
DEPTH_MAX = 60

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def read_resource(data: bytes) -> dict[str, Any]:
    """One resource as plain values, numbers as `Decimal` or `int`; `FhirMalformed` names the element."""
    if len(data) > FILE_BYTES_MAX:
        raise FhirMalformed("file", f"larger than {FILE_BYTES_MAX // 1024 // 1024} MiB")
    if data.lstrip()[:1] == b"<":
        raise FhirMalformed("file", "FHIR in XML is not read here: send JSON")
    try:
        value = json.loads(
            data.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_repeats,
        )
    except UnicodeDecodeError as error:
        raise FhirMalformed("file", f"expected UTF-8 (byte {error.start + 1})") from None
    except json.JSONDecodeError as error:
        raise FhirMalformed("file", f"not JSON at line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise FhirMalformed("file", f"nested deeper than {DEPTH_MAX} levels") from None
    except ValueError:
        raise FhirMalformed("file", "a number is too long") from None
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise FhirMalformed("resourceType", "expected one FHIR resource")
    _check(value, value["resourceType"], 0)
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise FhirMalformed("file", f"{name} is not a JSON number")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise FhirMalformed(key, "the element stands twice in one object")
        found[key] = value
    return found


def _check(value: object, path: str, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise FhirMalformed(path, f"nested deeper than {DEPTH_MAX} levels")
    if isinstance(value, dict):
        _check_object(value, named_by_type(value, path), depth)
    elif isinstance(value, list):
        if not value:
            raise FhirMalformed(path, "an empty array: leave the element out")
        for number, item in enumerate(value):
            _check(item, f"{path}[{number}]", depth + 1)
    elif isinstance(value, str):
        if not value:
            raise FhirMalformed(path, "an empty text: leave the element out")
        if _CONTROL.search(value):
            raise FhirMalformed(path, "a control character stands in the text")


def named_by_type(value: dict[str, Any], path: str) -> str:
    """Inside a Bundle a resource goes by its type: `Patient.birthDate`, not `Bundle.entry[0].resource.birthDate`."""
    kind = value.get("resourceType")
    return kind if path.endswith("].resource") and isinstance(kind, str) and kind else path


def _check_object(value: dict[str, Any], path: str, depth: int) -> None:
    if not value:
        raise FhirMalformed(path, "an empty object: leave the element out")
    for key, item in value.items():
        for place, inner in _present(value, key, item, f"{path}.{key}"):
            _check(inner, place, depth + 1)


def _present(owner: dict[str, Any], key: str, item: object, path: str) -> Iterator[tuple[str, object]]:
    """The values to look into. Null may stand only in an array whose twin with `_` says something at that place."""
    if item is None:
        raise FhirMalformed(path, "null: leave the element out")
    twin = owner.get(key[1:] if key.startswith("_") else f"_{key}")
    if not (isinstance(item, list) and isinstance(twin, list)):
        if isinstance(item, list) and None in item:
            raise FhirMalformed(f"{path}[{item.index(None)}]", "null without an extension beside it")
        yield path, item
        return
    for number, (inner, other) in enumerate(zip_longest(item, twin)):
        if inner is None and other is None:
            raise FhirMalformed(f"{path}[{number}]", "null without an extension beside it")
        if inner is not None:
            yield f"{path}[{number}]", inner
