"""What a person is asked for one field of a command: label, hint, and where the value comes from."""

from typing import Any, Literal

from coign.kernel.frozen import dataclass

Source = Literal["scan", "choose", "type", "measure", "device", "upload", "known"]


@dataclass(frozen=True, slots=True)
class Asks:
    """How a field is asked for.

    `source`: scan (a symbol), choose (out of options), type (text), measure (number with unit), device (a reading),
    upload (a file), known (the page already knows it: never shown as an input).
    `hint`: a limit of the rule sets is written by its name, `{donor.dilution_blood_before}`, and read with its value.
    `options`: name of a list of choices that the programme or the journey offers.
    `lines`: of a text that has several, how many are shown.
    """

    label: str
    source: Source = "type"
    hint: str = ""
    options: str = ""
    unit: str = ""
    lines: int = 1


def asks(
    label: str, source: Source = "type", *, hint: str = "", options: str = "", unit: str = "", lines: int = 1
) -> dict[str, Any]:
    """Metadata for `dataclasses.field`: `unit: Unit = field(metadata=asks("Scan the bag", "scan"))`."""
    return {"asks": Asks(label, source, hint, options, unit, lines)}


def resolved(by: str) -> dict[str, Any]:
    """Metadata for a field that never comes from outside: a resolver fills it before the rules are asked."""
    return {"resolved_by": by}


def allotted() -> dict[str, Any]:
    """Metadata for the identifier of something new: allotted when the command is prepared."""
    return {"allotted": True}


def correctable(label: str) -> dict[str, Any]:
    """Metadata for a field of a fact: what was measured or counted, and may be corrected by a further entry."""
    return {"correctable": label}
