"""ISBT 128 data as it stands in bar codes: donation numbers, product codes, dates, compound messages. Structure only.

The standard is licensed (ICCBBA), and so are its tables: none is here. What a product code means must come from the
database of a licensed site. An unknown data identifier makes the rest unreadable, so the whole is refused.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from stdnum.iso7064 import mod_37_2

from coign.gateways.identifiers import single_european_code
from coign.gateways.identifiers.reading import Problem, Reading, Unreadable
from coign.kernel.frozen import dataclass

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
#: Facility: the letter O is in none, since the eye takes it for a nought.
FACILITY = "[A-NP-Z1-9][0-9A-NP-Z]{4}"
DONATION = rf"(?P<fin>{FACILITY})(?P<year>\d\d)(?P<sequence>\d{{6}})"
_CHECK_IN_FLAGS = range(60, 97)
_DAY, _MINUTE = r"(?P<day>\d{6})", r"(?P<minute>\d{10})"

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Structure:
    """One data structure: its number, how its data read, and what is worked out of them."""

    number: str
    title: str
    data: re.Pattern[str]
    complete: Callable[[Fields, int], None] = lambda fields, at: None


@dataclass(frozen=True, slots=True)
class Segment:
    """One data structure as it was read."""

    structure: str
    raw: str
    fields: Mapping[str, Any]


def check_value(text: str) -> int:
    """ISO/IEC 7064 mod 37-2 over these characters, as a number from 0 to 36."""
    return ALPHABET.index(check_character(text))


def check_character(text: str) -> str:
    """The character K that is printed in a box behind a donation number."""
    return mod_37_2.calc_check_digit(text)


def _donation(fields: Fields, at: int) -> None:
    fields["din"] = fields["fin"] + fields["year"] + fields["sequence"]
    if int(fields["flags"]) in _CHECK_IN_FLAGS:
        expected = check_value(fields["din"]) + 60
        if int(fields["flags"]) != expected:
            raise Unreadable(
                at + 14, "isbt128.check", f"the flags do not agree with the number: {expected} was expected"
            )
        fields["type3_checksum_valid"] = True


def _product(fields: Fields, at: int) -> None:
    """The first letter of a product code says what the three characters behind it are."""
    letter, rest = fields["product_description_code"][0], fields.pop("rest")
    if letter in "MNRTVW":
        _demand(rest.isdigit(), at + 7, "isbt128.product", "a product of this class has a division of three digits")
        fields["division"] = rest
    elif letter in "EFHSPY":
        division = rest[1:]
        fits = re.fullmatch(r"00|99|[A-Z][0a-z]", division)
        _demand(bool(fits), at + 8, "isbt128.product", "the division is 00, 99, or a capital letter and a small one")
        fields["collection_type"], fields["division"] = rest[0], division
    else:
        fields["attributes"] = rest
    fields["product_code"] = fields["product_description_code"] + rest


def _demand(holds: bool, at: int, rule: str, message: str) -> None:
    if not holds:
        raise Unreadable(at, rule, message)


def _calendar_day(text: str, at: int) -> date:
    """`cyyjjj`: century (9: 1900, 0: 2000), year, day of the year."""
    century, year, day = int(text[0]), int(text[1:3]), int(text[3:6])
    first = date((1900 if century == 9 else 2000 + 100 * century) + year, 1, 1)
    found = first + timedelta(days=day - 1)
    _demand(day > 0 and found.year == first.year, at + 3, "isbt128.date", f"a year has no day {text[3:6]}")
    return found


def _dated(fields: Fields, at: int) -> None:
    if day := fields.pop("day", None):
        fields["date"] = _calendar_day(day, at + 2).isoformat()
    if minute := fields.pop("minute", None):
        hour, past = int(minute[6:8]), int(minute[8:10])
        _demand(hour < 24 and past < 60, at + 8, "isbt128.time", "this is no time of the day")
        fields["date"] = f"{_calendar_day(minute[:6], at + 2).isoformat()}T{hour:02d}:{past:02d}"


def _born(fields: Fields, at: int) -> None:
    text = fields.pop("born")
    try:
        fields["date"] = date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
    except ValueError:
        raise Unreadable(at + 2, "isbt128.date", "this is no date") from None


def _code(fields: Fields, at: int) -> None:
    """The electronic form of the Single European Code."""
    reading = single_european_code.read(fields.pop("code"))
    for problem in reading.problems:
        raise Unreadable(at + 3 + problem.position, problem.rule, problem.message)
    fields |= reading.parts


def _patient(fields: Fields, at: int) -> None:
    length = int(fields.pop("length"))
    fields["patient_id"] = fields.pop("text")[:length]
    fits = len(fields["patient_id"]) == length > 0
    _demand(fits, at + 6, "isbt128.length", f"the number of the patient should have {length} characters")


def _structure(
    number: str, title: str, data: str, complete: Callable[[Fields, int], None] = lambda fields, at: None
) -> Structure:
    return Structure(number, title, re.compile(data), complete)


#: Data identifier → structure; the longest that fits counts.
STRUCTURES: Mapping[str, Structure] = {
    "=": _structure("001", "Donation identification number", DONATION + r"(?P<flags>\d\d)", _donation),
    "=%": _structure("002", "Blood groups", r"(?P<blood_groups>[0-9A-Z]{4})"),
    "=<": _structure(
        "003", "Product code", r"(?P<product_description_code>[A-Z]\d{4})(?P<rest>[0-9A-Z][0-9A-Za-z]{2})", _product
    ),
    "=>": _structure("004", "Expiry date", _DAY, _dated),
    "&>": _structure("005", "Expiry date and time", _MINUTE, _dated),
    "=*": _structure("006", "Collection date", _DAY, _dated),
    "&*": _structure("007", "Collection date and time", _MINUTE, _dated),
    "=}": _structure("008", "Production date", _DAY, _dated),
    "&}": _structure("009", "Production date and time", _MINUTE, _dated),
    "&(": _structure("010", "Special testing", r"(?P<special_testing>[0-9A-Z]{5})"),
    "=+": _structure("023", "Compound message", r"(?P<count>\d\d)(?P<reference>\d{3})"),
    "=#": _structure("024", "Patient's date of birth", r"(?P<born>\d{8})", _born),
    "&#": _structure("025", "Patient", r"(?P<location>\d\d)(?P<length>\d\d)(?P<text>[0-9A-Z]*)", _patient),
    "=,": _structure("032", "Product division", r"(?P<division>[0-9A-Z]{6})"),
    "=/": _structure(
        "034",
        "Processor's product",
        rf"(?P<processor_fin>{FACILITY})(?P<facility_product_code>[0-9A-Z]{{6}})(?P<product_description_code>[A-Z]\d{{4}})",
    ),
    "&,4": _structure("038", "Single European Code", r"(?P<code>[0-9A-Za-z]{40})", _code),
    "&:": _structure("039", "Global registration identifier for donors", r"(?P<grid>\d{4}[0-9A-Z]{13}\d\d)"),
    "&/CH": _structure(
        "040", "Chain of identity", rf"(?P<fin>{FACILITY})(?P<year>\d\d)(?P<number>[0-9A-Z]{{6}})",
        lambda fields, at: fields.update(chain_of_identity="CH" + "".join(fields.values())),
    ),
}  # fmt: skip


def segments(text: str) -> list[Segment]:
    """Every data structure of a bar code; they run on, and each says by its identifier how long it is."""
    if not text:
        raise Unreadable(0, "isbt128.empty", "there is nothing to read")
    found, at = [], 0
    while at < len(text):
        segment = _segment(text, at)
        found.append(segment)
        at += len(segment.raw)
    return found


def _segment(text: str, at: int) -> Segment:
    if text[at] not in "=&":
        raise Unreadable(at, "isbt128.identifier", "a data structure begins with = or &")
    identifier = next((text[at : at + n] for n in (4, 3, 2) if text[at : at + n] in STRUCTURES), text[at])
    structure = STRUCTURES.get(identifier)
    begin = at + len(identifier)
    if structure is None or (identifier == "=" and not text[begin : begin + 1].isalnum()):
        raise Unreadable(at, "isbt128.identifier", f"{text[at : at + 2]!r} is no data identifier that Coign knows")
    match = structure.data.match(text, begin)
    if match is None:
        wrong = f"[{structure.number}] {structure.title}: the data are cut off, or a character cannot stand there"
        raise Unreadable(begin, "isbt128.data", wrong)
    fields: Fields = dict(match.groupdict())
    structure.complete(fields, at)
    # A patient's number says its own length; all others end where their pattern ends.
    end = begin + 4 + len(fields["patient_id"]) if structure.number == "025" else match.end()
    return Segment(structure.number, text[at:end], fields)


def compound(found: list[Segment]) -> Mapping[str, Any] | None:
    """What a compound message says of itself; Unreadable if it holds another number of structures."""
    if found[0].structure != "023":
        return None
    count = int(found[0].fields["count"])
    if count != len(found) - 1:
        raise Unreadable(
            0, "isbt128.compound", f"the message should hold {count} structures and holds {len(found) - 1}"
        )
    return {"count": count, "sequence": found[0].fields["reference"]}


def read(text: str) -> Reading:
    """A bar code as a reading; of several structures the parts stand under their numbers."""
    try:
        found = segments(text)
        header = compound(found)
    except Unreadable as no:
        return Reading("isbt128", "", problems=(no.problem,))
    kind = "compound" if header is not None or len(found) > 1 else found[0].structure
    parts: dict[str, Any] = dict(found[0].fields) if len(found) == 1 else {}
    if len(found) > 1:
        parts = {"structures": [{"structure": s.structure, "raw": s.raw, **s.fields} for s in found]}
    return Reading("isbt128", kind, "".join(segment.raw for segment in found), parts)


# As people read it

_EYE = re.compile(DONATION + r"(?P<flags>\d\d)?(?P<check>[0-9A-Z*])?")


def read_donation_number(text: str) -> Reading:
    """A donation number as it is printed, `G1234 98 654321 00 H`: with flags and check character, or without."""
    solid = text.replace(" ", "")
    match = _EYE.fullmatch(solid)
    if match is None:
        message = (
            "expected facility (5 characters, no letter O), year (2 digits), number (6 digits), such as G1234 98 654321"
        )
        return Reading("din", "DIN", problems=(Problem(_first_wrong(text), "din.shape", message),))
    fields: Fields = {name: value for name, value in match.groupdict().items() if value is not None}
    din = fields["din"] = solid[:13]
    problems = []
    if fields.get("check", check_character(din)) != check_character(din):
        message = "the check character is wrong: a character was mistyped or two changed places"
        problems.append(Problem(len(text) - 1, "din.check_character", message))
    if int(fields.get("flags", 0)) in _CHECK_IN_FLAGS and int(fields["flags"]) != check_value(din) + 60:
        problems.append(
            Problem(text.rindex(fields["flags"]), "isbt128.check", "the flags do not agree with the number")
        )
    fields["check"] = check_character(din)
    return Reading("din", "DIN", din, fields, tuple(problems))


def _first_wrong(text: str) -> int:
    """Where a printed donation number stops being one."""
    allowed = ["[A-NP-Z1-9]", *["[0-9A-NP-Z]"] * 4, *[r"\d"] * 8]
    place = 0
    for at, character in enumerate(text):
        if character == " ":
            continue
        if place >= len(allowed) or not re.fullmatch(allowed[place], character):
            return at
        place += 1
    return len(text)


def read_basic_udi_di(text: str) -> Reading:
    """A Basic UDI-DI issued by ICCBBA: 16 characters and their check value in two digits."""
    if not re.fullmatch(rf"{FACILITY}[0-9A-Z]{{11}}\d\d", text):
        message = "expected 16 capital letters and digits that begin with a facility, and two check digits"
        return Reading("basic-udi-di", "Basic UDI-DI", problems=(Problem(0, "udi.shape", message),))
    body, check = text[:16], text[16:]
    problems = []
    if int(check) != check_value(body):
        problems.append(Problem(16, "udi.check", "the two check digits are wrong: something was mistyped"))
    parts = {"fin": body[:5], "body": body, "check": check}
    return Reading("basic-udi-di", "Basic UDI-DI", text, parts, tuple(problems))
