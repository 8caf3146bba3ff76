"""Conformance with GS1: application identifiers, content of values, element strings, Digital Link, scans.

What a case asks shows in its fields; its first field is what is given. A refusal must name the same rule, in our words.
"""

import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from coign.conformance.expectation import ACCEPTED, REFUSED, expected_answer
from coign.conformance.manifest import Folder, Row
from coign.conformance.report import Tally
from coign.gateways.identifiers.gs1 import associations, digital_link, messages, scans, table
from coign.gateways.identifiers.gs1.content import CHECKS, Fault
from coign.gateways.identifiers.gs1.messages import Element
from coign.gateways.identifiers.reading import Unreadable

Case = Mapping[str, Any]

#: GS1's name of a content rule → ours.
CONTENT = {
    "csum": "check_digit", "csumalpha": "check_pair", "gcppos1": "prefix_1", "gcppos2": "prefix_2", "yymmdd": "date",
    "yymmd0": "date_or_month", "yyyymmdd": "full_date", "yyyymmd0": "full_date_or_month", "hhmi": "time",
    "hh": "hour", "mi": "minute", "ss": "second", "iso3166": "country", "iso3166999": "country_or_999",
    "iso3166alpha2": "country_alpha", "iso4217": "currency", "pcenc": "percent_encoded", "latitude": "latitude",
    "longitude": "longitude", "hyphen": "hyphen", "importeridx": "importer_index", "packagetype": "package_type",
    "mediatype": "media_type", "iso5218": "sex", "posinseqslash": "place_in_sequence", "nonzero": "non_zero",
    "winding": "winding", "zero": "zero", "pieceoftotal": "pieces", "iban": "iban", "nozeroprefix": "no_leading_zero",
    "hasnondigit": "has_letter", "yesno": "yes_no", "csetnumeric": "digits", "cset39": "set_39", "cset64": "set_64",
    "cset82": "set_82",
}  # fmt: skip
#: GS1's name of a refusal → the rule that we name.
REFUSALS = {
    "INVALID_CSET39_CHARACTER": "character.set_39", "INVALID_CSET64_CHARACTER": "character.set_64",
    "INVALID_CSET64_PADDING": "character.set_64_filling", "INVALID_CSET82_CHARACTER": "character.set_82",
    "NON_DIGIT_CHARACTER": "character.digit", "TOO_SHORT_FOR_CHECK_DIGIT": "check_digit.missing",
    "INCORRECT_CHECK_DIGIT": "check_digit.wrong", "TOO_SHORT_FOR_CHECK_PAIR": "check_pair.missing",
    "INCORRECT_CHECK_PAIR": "check_pair.wrong", "TOO_SHORT_FOR_GCP": "company_prefix.missing",
    "INVALID_GCP_PREFIX": "company_prefix.digit", "REQUIRES_NON_DIGIT_CHARACTER": "letter.missing",
    "HOUR_TOO_SHORT": "hour.short", "HOUR_TOO_LONG": "hour.long", "ILLEGAL_HOUR": "time.hour",
    "MINUTE_TOO_SHORT": "minute.short", "MINUTE_TOO_LONG": "minute.long", "ILLEGAL_MINUTE": "time.minute",
    "SECOND_TOO_SHORT": "second.short", "SECOND_TOO_LONG": "second.long", "ILLEGAL_SECOND": "time.second",
    "HOUR_WITH_MINUTE_TOO_SHORT": "time.short", "HOUR_WITH_MINUTE_TOO_LONG": "time.long", "NOT_HYPHEN": "hyphen",
    "INCORRECT_IBAN_CHECKSUM": "iban.checksum", "IBAN_TOO_SHORT": "iban.short", "IBAN_TOO_LONG": "iban.long",
    "ILLEGAL_IBAN_COUNTRY_CODE": "iban.country", "INVALID_IBAN_CHARACTER": "iban.character",
    "INVALID_IMPORT_IDX_CHARACTER": "importer.character", "IMPORTER_IDX_MUST_BE_ONE_CHARACTER": "importer.character",
    "NOT_ISO3166": "country.unknown", "NOT_ISO3166_OR_999": "country.unknown_nor_999",
    "NOT_ISO3166_ALPHA2": "country.unknown_letters", "NOT_ISO4217": "currency.unknown",
    "INVALID_BIOLOGICAL_SEX_CODE": "sex.unknown", "LATITUDE_INVALID_LENGTH": "latitude.length",
    "INVALID_LATITUDE": "latitude.range", "LONGITUDE_INVALID_LENGTH": "longitude.length",
    "INVALID_LONGITUDE": "longitude.range", "INVALID_MEDIA_TYPE": "media.unknown", "NOT_ZERO": "zero.expected",
    "ILLEGAL_ZERO_VALUE": "zero.not_allowed", "ILLEGAL_ZERO_PREFIX": "zero.leading",
    "INVALID_PACKAGE_TYPE": "package.unknown", "INVALID_PERCENT_SEQUENCE": "percent.sequence",
    "INVALID_LENGTH_FOR_PIECE_OF_TOTAL": "pieces.length", "ZERO_PIECE_NUMBER": "pieces.zero",
    "ZERO_TOTAL_PIECES": "pieces.zero_total", "PIECE_NUMBER_EXCEEDS_TOTAL": "pieces.beyond_total",
    "POSITION_IN_SEQUENCE_MALFORMED": "sequence.shape", "POSITION_EXCEEDS_END": "sequence.beyond_end",
    "INVALID_WINDING_DIRECTION": "winding.unknown", "NOT_ZERO_OR_ONE": "yes_no", "DATE_TOO_SHORT": "date.short",
    "DATE_TOO_LONG": "date.long", "ILLEGAL_MONTH": "date.month", "ILLEGAL_DAY": "date.day",
}  # fmt: skip
_ASSOCIATIONS = {
    "AIrepeats": associations.repeats,
    "AImutex": associations.exclusions,
    "AIrequisites": associations.requirements,
    "DigSigRequiresSerialisedKey": associations.signature,
}
#: Content rules that ask what only an issuer can say, so nobody here answers them.
_COUPONS = {"couponcode", "couponposoffer"}
_PREFIXES = {"gcppos1", "gcppos2"}
NO_PREFIX_LIST = "whether a company prefix was issued stands in GS1's own list, which is not part of this version"
NO_COUPONS = "coupon codes (8110, 8112) are read as text; what they hold is not looked at"


def run(folder: Folder, tally: Tally) -> None:
    for row in folder.rows:
        with tally.reading(row):
            if "normative table" in row.expect:
                _dictionary(tally, row, folder.read(row).decode("utf-8"))
            else:
                _file(tally, row, json.loads(folder.read(row)))


def _file(tally: Tally, row: Row, held: Case) -> None:
    if "sequences" in held:
        _sequences(tally, row, [tuple(each) for each in held["sequences"]])
    for number, case in enumerate(held.get("cases", ()), 1):
        if case.get("linter") in _PREFIXES:
            if number == 1:
                tally.skip(row, NO_PREFIX_LIST)
            continue
        given = next(iter(case))
        expected, got = _KINDS[given](case)
        shown = case["input"] if given in ("linter", "op") else case.get("bracketed_ai", case[given])
        tally.case(row, f"{number}: {shown}", expected=expected, got=got)


def _stated(case: Case, *details: object) -> tuple[object, ...]:
    """What the case expects: the verdict, and what must come out or which rule must be named."""
    verdict = expected_answer(case["expect"])
    if verdict == ACCEPTED:
        return (verdict, *details)
    named = REFUSALS.get(case["error"], case["error"]) if "error" in case else None
    return (verdict, named)


def _answered(case: Case, ask: Callable[[], tuple[object, ...]]) -> tuple[tuple[object, ...], tuple[object, ...]]:
    try:
        return (), (ACCEPTED, *ask())
    except Unreadable as no:
        rule = no.problem.rule.removeprefix("gs1.")
        return (), (REFUSED, rule if "error" in case else None)


# Content of values


def _lint(case: Case) -> tuple[object, object]:
    fault = CHECKS[CONTENT[case["linter"]]](case["input"])
    expected = _stated(case) if "highlight" not in case else (*_stated(case), case["highlight"])
    return expected, (ACCEPTED,) if fault is None else (REFUSED, fault.rule, _marked(case["input"], fault))


def _marked(text: str, fault: Fault) -> str:
    return f"{text[: fault.start]}*{text[fault.start : fault.end]}*{text[fault.end :]}"


def _refuse_wrong_content(elements: list[Element]) -> list[Element]:
    for problem in messages.content_problems(elements):
        raise Unreadable(problem.position, problem.rule, problem.message)
    return elements


def _written(elements: list[Element]) -> str:
    return messages.FNC1_WRITTEN + messages.element_string(elements, messages.FNC1_WRITTEN)


def _bracketed(case: Case) -> tuple[object, object]:
    """Content rules and spelling: each AI by itself."""

    def ask() -> tuple[object, ...]:
        elements = _refuse_wrong_content(messages.read_bracketed(case["bracketed_ai"]))
        return (_written(elements),) if "element_string" in case else ()

    _, got = _answered(case, ask)
    return _stated(case, *([case["element_string"]] if "element_string" in case else [])), got


def _raw(case: Case) -> tuple[object, object]:
    def ask() -> tuple[object, ...]:
        _refuse_wrong_content(messages.read_written(case["element_string"]))
        return ()

    return _stated(case), _answered(case, ask)[1]


def _association(case: Case) -> tuple[object, object]:
    elements = messages.read_bracketed(case["bracketed_ai"], unknown_allowed=True)
    wrong = list(_ASSOCIATIONS[case["rule"]](elements))
    return expected_answer(case["expect"]), REFUSED if wrong else ACCEPTED


def _human_readable(case: Case) -> tuple[object, object]:
    text = case["input"]
    read = {"^": messages.read_written, "(": messages.read_bracketed}.get(text[:1], digital_link.read)
    return case["hri"], messages.human_readable(read(text))


# Digital Link


def _link(case: Case) -> tuple[object, object]:
    options = case.get("options", {})

    def ask() -> tuple[object, ...]:
        elements = digital_link.read(
            case["uri"],
            words=options.get("permit_convenience_alphas", False),
            short_gtin=options.get("permit_zero_suppressed_gtin", False),
        )
        _refuse_wrong_content(elements)
        for problem in associations.association_problems(elements):
            raise Unreadable(problem.position, problem.rule, problem.message)
        return (_written(elements),)

    return _stated(case, case.get("element_string")), _answered(case, ask)[1]


def _link_made(case: Case) -> tuple[object, object]:
    options = case.get("options", {})

    def ask() -> tuple[object, ...]:
        allowed = options.get("permit_unknown_ais", False)
        elements = messages.read_bracketed(case["bracketed_ai"], unknown_allowed=allowed)
        in_query = allowed and "UNKNOWN_AI_NOT_DL_ATTR" in options.get("validations_off", ())
        return (digital_link.write(elements, case["stem"] or digital_link.STEM, unknown_allowed=in_query),)

    return _stated(case, case.get("uri")), _answered(case, ask)[1]


def _escaping(case: Case) -> tuple[object, object]:
    ways = {"escape": digital_link.escaped, "unescape": digital_link.unescaped}
    got = tuple(ways[case["op"]](case["input"], in_query=in_query) for in_query in (False, True))
    return (case["path"], case["query"]), got


def _sequences(tally: Tally, row: Row, listed: list[tuple[str, ...]]) -> None:
    """Every listed sequence is accepted, and no other one of the same identifiers."""
    for sequence in listed:
        tally.case(row, "/".join(sequence), expected=ACCEPTED, got=_sequence_answer(sequence))
    keys = {sequence[0] for sequence in listed}
    qualifiers = sorted({ai for sequence in listed for ai in sequence[1:]})
    others = [
        (key, *rest)
        for key in sorted(keys)
        for length in (1, 2, 3)
        for rest in itertools.permutations(qualifiers, length)
        if (key, *rest) not in listed
    ]
    wrongly = [each for each in others if _sequence_answer(each) == ACCEPTED]
    tally.case(row, f"{len(others)} sequences that are not listed", expected=[], got=wrongly)


def _sequence_answer(sequence: tuple[str, ...]) -> str:
    path = "/".join(f"{ai}/1" for ai in sequence)
    try:
        found = [element.ai for element in digital_link.read(f"https://example.com/{path}")]
    except Unreadable:
        return REFUSED
    return ACCEPTED if tuple(found) == sequence else REFUSED


# Scans


def _scan(case: Case) -> tuple[object, object]:
    def ask() -> tuple[object, ...]:
        scan = scans.read(case["scan_data"])
        return scan.symbology, scan.message

    return _stated(case, case.get("symbology"), case.get("data")), _answered(case, ask)[1]


def _scan_made(case: Case) -> tuple[object, object]:
    def ask() -> tuple[object, ...]:
        add = case.get("options", {}).get("add_check_digit", False)
        return (scans.sent(case["symbology"], case["data"], add_check_digit=add),)

    return _stated(case, case.get("scan_data")), _answered(case, ask)[1]


#: What is given → how it is asked.
_KINDS: Mapping[str, Callable[[Case], tuple[object, object]]] = {
    "linter": _lint,
    "rule": _association,
    "bracketed_ai": _bracketed,
    "element_string": _raw,
    "stem": _link_made,
    "uri": _link,
    "op": _escaping,
    "scan_data": _scan,
    "symbology": _scan_made,
    "input": _human_readable,
}


# The table of application identifiers


def _dictionary(tally: Tally, row: Row, text: str) -> None:
    """Each line of the published table against ours: formats, checks, FNC1, what goes together, Digital Link."""
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        if any(name in word.split(",") for word in words for name in _COUPONS):
            tally.skip(row, f"{words[0]}: {NO_COUPONS}")
            continue
        expected = _published(words)
        different = {ai: ours for ai in _numbers(words[0]) if (ours := _ours(ai)) != expected}
        tally.case(row, words[0], expected=expected, got=different or expected)


def _numbers(names: str) -> Iterator[str]:
    first, _, last = names.partition("-")
    for number in range(int(first), int(last or first) + 1):
        yield f"{number:0{len(first)}d}"


def _published(words: list[str]) -> tuple[object, ...]:
    flags = words[1] if re.fullmatch(r"[*?]+", words[1]) else ""
    rest = words[2:] if flags else words[1:]
    named = {name: value for name, _, value in (word.partition("=") for word in rest if _is_attribute(word))}
    parts = [",".join(CONTENT.get(each, each) for each in word.split(",")) for word in rest if not _is_attribute(word)]
    needs, excludes, link = (named.get(name) for name in ("req", "ex", "dlpkey"))
    return (
        parts,
        "*" in flags,
        "?" in flags,
        sorted(needs.split(",")) if needs else [],
        sorted(excludes.split(",")) if excludes else [],
        None if link is None else sorted(link.split("|")),
    )


def _is_attribute(word: str) -> bool:
    return "=" in word or word == "dlpkey"


def _ours(ai: str) -> tuple[object, ...] | str:
    known = table.find(ai)
    if known is None:
        return "unknown"
    return (
        [",".join([part.spelling, *part.checks]) for part in known.parts],
        known.predefined,
        known.in_query,
        sorted("+".join(together) for together in known.needs),
        sorted(known.excludes),
        None if known.link is None else sorted(",".join(each) for each in known.link),
    )
