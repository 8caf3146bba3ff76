"""Plain values against the R4B model of their resource type, and against what must never be skipped.

The models check names, kinds and cardinality of elements. What they give back is not used: they rewrite times and
decimals. Elements that change the meaning of others are refused, because FHIR forbids to ignore them.
"""

from typing import Any, cast

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from coign.gateways.fhir.json_text import named_by_type
from coign.gateways.fhir.refusal import FhirMalformed


def check_shape(resource: dict[str, Any], expected_type: str) -> None:
    """Refuse a resource that is not of this type, or not of its shape, naming the first element that is wrong."""
    if resource.get("resourceType") != expected_type:
        found = str(resource.get("resourceType"))[:64]
        raise FhirMalformed("resourceType", f"expected {expected_type}, found {found!r}")
    _refuse_modifiers(resource, expected_type)
    try:
        get_fhir_model_class(expected_type).model_validate(resource)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise FhirMalformed(element_path(resource, first["loc"]), _sentence(first["msg"])) from None
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
        # The models stumble over some broken shapes instead of reporting them.
        raise FhirMalformed(expected_type, f"not of the shape of this resource ({type(error).__name__})") from error


def element_path(resource: dict[str, Any], location: tuple[int | str, ...]) -> str:
    """("name", 0, "given") → `Patient.name[0].given`; from a resource inside a Bundle on, by its type."""
    path, here = str(resource["resourceType"]), cast("Any", resource)
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
        here = here[step] if _holds(here, step) else None
        if isinstance(here, dict):
            path = named_by_type(here, path)
    return path


def _holds(value: object, step: int | str) -> bool:
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".")[:200]


def _refuse_modifiers(value: object, path: str) -> None:
    if isinstance(value, list):
        for number, item in enumerate(value):
            _refuse_modifiers(item, f"{path}[{number}]")
    elif isinstance(value, dict):
        path = named_by_type(value, path)
        for key, item in value.items():
            if key in {"modifierExtension", "implicitRules"}:
                raise FhirMalformed(f"{path}.{key}", "this changes the meaning of the resource in a way not known here")
            if key != "contained":
                _refuse_modifiers(item, f"{path}.{key}")
