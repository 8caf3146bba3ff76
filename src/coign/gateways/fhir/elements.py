"""The parts that several resources share, as frozen values: identifier, name, code, reference, partial date."""

import re
from datetime import date, datetime
from typing import Any

from coign.gateways.fhir.refusal import FhirRefused
from coign.kernel.frozen import dataclass

_YEAR = re.compile(r"\d{4}")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number somebody gave, and who: two are the same only if system and value are."""

    system: str
    value: str
    use: str = ""


@dataclass(frozen=True, slots=True)
class HumanName:
    """A name as it was sent; nothing is put together or taken apart."""

    use: str = ""
    text: str = ""
    family: str = ""
    given: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date or time as it was written; `precision` is year, month, day or instant. Nothing is filled up."""

    text: str
    precision: str


@dataclass(frozen=True, slots=True)
class Coding:
    """A code in its system."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class Concept:
    """What was meant, in codes and in words."""

    codings: tuple[Coding, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """Somebody or something meant by address, by identifier or only by words."""

    reference: str = ""
    display: str = ""
    identifier: Identifier | None = None


def identifiers_of(owner: dict[str, Any], path: str) -> tuple[Identifier, ...]:
    """All identifiers; refused where system or value is missing, because a bare number could be anybody's."""
    return tuple(
        _identifier(item, f"{path}.identifier[{number}]") for number, item in enumerate(owner.get("identifier", ()))
    )


def _identifier(item: dict[str, Any], path: str) -> Identifier:
    for key in ("system", "value"):
        if key not in item:
            raise FhirRefused(f"{path}.{key}", f"an identifier needs its {key}")
        if item[key] != item[key].strip():
            raise FhirRefused(f"{path}.{key}", "spaces before or after it: two identifiers would look the same")
    return Identifier(item["system"], item["value"], item.get("use", ""))


def names_of(owner: dict[str, Any], path: str) -> tuple[HumanName, ...]:
    """All names, parts that only an extension describes left out."""
    names = owner.get("name", ())
    return tuple(_name(item, f"{path}.name[{number}]") for number, item in enumerate(names))


def _name(item: dict[str, Any], path: str) -> HumanName:
    name = HumanName(
        use=item.get("use", ""),
        text=item.get("text", ""),
        family=item.get("family", ""),
        given=_texts(item.get("given", ())),
        prefix=_texts(item.get("prefix", ())),
        suffix=_texts(item.get("suffix", ())),
    )
    if not (name.text or name.family or name.given) and "extension" not in item and "_family" not in item:
        raise FhirRefused(path, "a name without any part of a name")
    return name


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(value for value in values if value is not None)


def partial_date(text: object, path: str) -> PartialDate:
    """Year, month, day or instant; refused if it is not in the calendar."""
    if not isinstance(text, str):
        raise FhirRefused(path, "expected a date as text")  # the model takes seconds since 1970 for a date
    if _YEAR.fullmatch(text):
        return PartialDate(text, "year")
    if _MONTH.fullmatch(text):
        return PartialDate(text, "month")
    try:
        if _DAY.fullmatch(text):
            date.fromisoformat(text)
            return PartialDate(text, "day")
        if _INSTANT.fullmatch(text):
            datetime.fromisoformat(text)
            return PartialDate(text, "instant")
    except ValueError:
        raise FhirRefused(path, "not in the calendar") from None
    raise FhirRefused(path, "expected a date such as 2026, 2026-11, 2026-11-03 or a time with seconds and zone")


def concept_of(value: dict[str, Any], path: str) -> Concept:
    """Codes with their systems; a code without system is refused, because the same letters mean several things."""
    codings = []
    for number, item in enumerate(value.get("coding", ())):
        for key in ("system", "code"):
            if key not in item:
                raise FhirRefused(f"{path}.coding[{number}].{key}", f"a code needs its {key}")
        codings.append(Coding(item["system"], item["code"], item.get("display", "")))
    return Concept(tuple(codings), value.get("text", ""))


def reference_of(value: dict[str, Any], path: str) -> Reference:
    """A reference that says at least something."""
    identifier = _identifier(value["identifier"], f"{path}.identifier") if "identifier" in value else None
    found = Reference(value.get("reference", ""), value.get("display", ""), identifier)
    if found == Reference():
        raise FhirRefused(path, "the reference names nothing")
    return found
