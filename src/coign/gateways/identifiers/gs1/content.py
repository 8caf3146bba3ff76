"""What GS1 demands of a value beyond its length: check digits, dates, codes; one function a rule.

Each gives None, or the fault: which rule, and from where to where in the text. The rules are those of the GS1 General
Specifications as the GS1 Barcode Syntax Dictionary names them.
"""

import calendar
import re
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from coign import yaml_files
from coign.kernel.frozen import dataclass

NUMERIC = "0123456789"
CSET39 = "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CSET64 = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
CSET82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_PAIR = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
#: Weights of the check pair. GS1 gives a value 25 characters; longer ones are weighed the same way.
_PRIMES = tuple(n for n in range(2, 512) if all(n % d for d in range(2, 23) if d < n))
#: Company prefixes are not looked up: only GS1's own list can say which were issued. Four digits are in all of them.
_PREFIX_DIGITS_MIN = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that does not hold, and the part of the text that it does not hold for."""

    rule: str
    start: int
    end: int


Check = Callable[[str], Fault | None]


def check_digit_of(body: str) -> str:
    """The check digit behind these digits: weights 3, 1, 3 … from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def check_pair_of(body: str) -> str:
    """The two check characters behind these characters of the set of 82."""
    total = sum(CSET82.index(c) * prime for c, prime in zip(reversed(body), _PRIMES, strict=False)) % 1021
    return _PAIR[total >> 5] + _PAIR[total & 31]


def _only(characters: str, rule: str) -> Check:
    allowed = frozenset(characters)

    def check(text: str) -> Fault | None:
        return next((Fault(rule, at, at + 1) for at, c in enumerate(text) if c not in allowed), None)

    return check


digits = _only(NUMERIC, "character.digit")
cset39 = _only(CSET39, "character.set_39")
cset82 = _only(CSET82, "character.set_82")
_cset64 = _only(CSET64, "character.set_64")


def cset64(text: str) -> Fault | None:
    """Base 64 for addresses, filled up with `=` to a multiple of three characters."""
    body = text.rstrip("=")
    filling = len(text) - len(body)
    if fault := _cset64(body):
        return fault
    if filling > 2 or (filling and len(text) % 3):
        return Fault("character.set_64_filling", len(body), len(text))
    return None


def check_digit(text: str) -> Fault | None:
    """The last digit agrees with those before it."""
    if not text:
        return Fault("check_digit.missing", 0, 0)
    if fault := digits(text):
        return fault
    if text[-1] != check_digit_of(text[:-1]):
        return Fault("check_digit.wrong", len(text) - 1, len(text))
    return None


def check_pair(text: str) -> Fault | None:
    """The last two characters agree with those before them (GMN)."""
    if len(text) < 2:
        return Fault("check_pair.missing", 0, len(text))
    body = text[:-2]
    if fault := cset82(body):
        return fault
    if len(body) > len(_PRIMES) or text[-2:] != check_pair_of(body):
        return Fault("check_pair.wrong", len(body), len(text))
    return None


def _prefix(after: int) -> Check:
    def check(text: str) -> Fault | None:
        head = text[after : after + _PREFIX_DIGITS_MIN]
        if len(head) < _PREFIX_DIGITS_MIN:
            return Fault("company_prefix.missing", 0, len(text))
        fault = digits(head)
        return Fault("company_prefix.digit", after, len(text)) if fault else None

    return check


def _date(year_digits: int, *, day_may_be_open: bool) -> Check:
    length = year_digits + 4

    def check(text: str) -> Fault | None:
        if len(text) != length:
            return Fault("date.short" if len(text) < length else "date.long", 0, len(text))
        if fault := digits(text):
            return fault
        year, month, day = int(text[:year_digits]), int(text[-4:-2]), int(text[-2:])
        if not 1 <= month <= 12:
            return Fault("date.month", year_digits, year_digits + 2)
        if day == 0 and day_may_be_open:
            return None
        # Of years with two digits only 00 could be in doubt, and what labels mean by it is 2000, a leap year.
        last = calendar.monthrange(year if year_digits == 4 else 2000 + year, month)[1]
        return None if 1 <= day <= last else Fault("date.day", length - 2, length)

    return check


def _below(limit: int, name: str) -> Check:
    def check(text: str) -> Fault | None:
        if len(text) != 2:
            return Fault(f"{name}.{'short' if len(text) < 2 else 'long'}", 0, len(text))
        if fault := digits(text):
            return fault
        return None if int(text) < limit else Fault(f"time.{name}", 0, 2)

    return check


hour, minute, second = _below(24, "hour"), _below(60, "minute"), _below(60, "second")


def time(text: str) -> Fault | None:
    """Hour and minute."""
    if len(text) != 4:
        return Fault(f"time.{'short' if len(text) < 4 else 'long'}", 0, len(text))
    if fault := digits(text):
        return fault
    if fault := hour(text[:2]):
        return fault
    return Fault("time.minute", 2, 4) if minute(text[2:]) else None


@lru_cache(maxsize=1)
def codes() -> dict[str, frozenset[str]]:
    """Lists of codes by their name (ISO 3166, ISO 4217, UN/ECE Recommendation 21)."""
    read = yaml_files.load(files(__package__).joinpath("codes.yaml").read_bytes())
    return {name: frozenset(str(lines).split()) for name, lines in read.items()}


def _listed(name: str, rule: str, *also: str) -> Check:
    def check(text: str) -> Fault | None:
        return None if text in codes()[name] or text in also else Fault(rule, 0, len(text))

    return check


def _one_of(words: frozenset[str], rule: str) -> Check:
    def check(text: str) -> Fault | None:
        return None if text in words else Fault(rule, 0, len(text))

    return check


def _angle(most: int, name: str) -> Check:
    def check(text: str) -> Fault | None:
        if len(text) != 10:
            return Fault(f"{name}.length", 0, len(text))
        if fault := digits(text):
            return fault
        return None if int(text) <= most else Fault(f"{name}.range", 0, 10)

    return check


def hyphen(text: str) -> Fault | None:
    """Minus signs and nothing else."""
    return None if text and not text.strip("-") else Fault("hyphen", 0, len(text))


def has_letter(text: str) -> Fault | None:
    """Something that is no digit is in it."""
    return None if text.strip(NUMERIC) else Fault("letter.missing", 0, len(text))


def iban(text: str) -> Fault | None:
    """An international bank account number: known country, right length for all of them, right checksum."""
    if len(text) <= 4:
        return Fault("iban.short", 0, len(text))
    if len(text) > 34:
        return Fault("iban.long", 0, len(text))
    if fault := _only(NUMERIC + "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "iban.character")(text):
        return fault
    if text[:2] not in codes()["countries_alpha"]:
        return Fault("iban.country", 0, 2)
    try:
        right = ibans.calc_check_digits(text) == text[2:4]
    except ValidationError:
        right = False
    return None if right else Fault("iban.checksum", 2, 4)


def non_zero(text: str) -> Fault | None:
    """A number that is not nought."""
    if fault := digits(text):
        return fault
    return None if text.strip("0") else Fault("zero.not_allowed", 0, len(text))


def no_leading_zero(text: str) -> Fault | None:
    """A number written without a nought before it."""
    if fault := digits(text):
        return fault
    return Fault("zero.leading", 0, 1) if text.startswith("0") else None


def zero(text: str) -> Fault | None:
    """Noughts only."""
    return None if text and not text.strip("0") else Fault("zero.expected", 0, len(text))


def percent_encoded(text: str) -> Fault | None:
    """Every percent sign is followed by two hexadecimal digits."""
    wrong = re.search(r"%(?![0-9A-Fa-f]{2}).{0,2}", text)
    return None if wrong is None else Fault("percent.sequence", wrong.start(), wrong.end())


def pieces(text: str) -> Fault | None:
    """Number of the piece, and how many pieces there are: two halves of equal length."""
    if not text or len(text) % 2 or len(text) > 8:
        return Fault("pieces.length", 0, len(text))
    if fault := digits(text):
        return fault
    half = len(text) // 2
    piece, total = int(text[:half]), int(text[half:])
    if not piece:
        return Fault("pieces.zero", 0, half)
    if not total:
        return Fault("pieces.zero_total", half, len(text))
    return Fault("pieces.beyond_total", 0, len(text)) if piece > total else None


def place_in_sequence(text: str) -> Fault | None:
    """`1/3`: the first of three."""
    place, slash, end = text.partition("/")
    if not (slash and place.isascii() and end.isascii() and place.isdigit() and end.isdigit()):
        return Fault("sequence.shape", 0, len(text))
    if place.startswith("0"):
        return Fault("zero.leading", 0, len(place))
    if end.startswith("0"):
        return Fault("zero.leading", len(place) + 1, len(text))
    return Fault("sequence.beyond_end", 0, len(text)) if int(place) > int(end) else None


def importer_index(text: str) -> Fault | None:
    """One character of the base 64 for addresses."""
    return None if len(text) == 1 and text in CSET64 else Fault("importer.character", 0, len(text))


#: The checks by the names that `application_identifiers.yaml` uses.
CHECKS: dict[str, Check] = {
    "check_digit": check_digit,
    "check_pair": check_pair,
    "prefix_1": _prefix(0),
    "prefix_2": _prefix(1),
    "date": _date(2, day_may_be_open=False),
    "date_or_month": _date(2, day_may_be_open=True),
    "full_date": _date(4, day_may_be_open=False),
    "full_date_or_month": _date(4, day_may_be_open=True),
    "time": time,
    "hour": hour,
    "minute": minute,
    "second": second,
    "country": _listed("countries", "country.unknown"),
    "country_or_999": _listed("countries", "country.unknown_nor_999", "999"),
    "country_alpha": _listed("countries_alpha", "country.unknown_letters"),
    "currency": _listed("currencies", "currency.unknown"),
    "package_type": _listed("packages", "package.unknown"),
    "media_type": _listed("media", "media.unknown"),
    "sex": _one_of(frozenset("0129"), "sex.unknown"),
    "yes_no": _one_of(frozenset("01"), "yes_no"),
    "winding": _one_of(frozenset("019"), "winding.unknown"),
    "latitude": _angle(1_800_000_000, "latitude"),
    "longitude": _angle(3_600_000_000, "longitude"),
    "hyphen": hyphen,
    "has_letter": has_letter,
    "iban": iban,
    "non_zero": non_zero,
    "no_leading_zero": no_leading_zero,
    "zero": zero,
    "percent_encoded": percent_encoded,
    "pieces": pieces,
    "place_in_sequence": place_in_sequence,
    "importer_index": importer_index,
    # Sets of characters, for whoever checks a text by itself.
    "digits": digits,
    "set_39": cset39,
    "set_64": cset64,
    "set_82": cset82,
}
