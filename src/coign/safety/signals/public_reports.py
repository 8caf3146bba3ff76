"""Public safety reports in the older element names (ICH E2B(R2)): read, and counted into a two-by-two table.

Such files name every element in tags and repeat those that can stand several times. Follow-ups come as further versions
of one case: only the highest one is counted, for reports are not patients.
"""

import re
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

from coign.kernel.frozen import dataclass
from coign.safety.signals.disproportion import Reports

#: Elements of which a report can have several: always a list.
SEVERAL = frozenset({"safetyreport", "reaction", "drug"})
_TOKEN = re.compile(r"<(?P<end>/)?(?P<name>[a-z][a-z0-9]*)(?: [^<>]*)?>|(?P<text>[^<]+)|(?P<other><)", re.IGNORECASE)
#: openFDA marks what it adds to the elements of a report with this sign.
CASE, TIME = "@case_number", "@timestamp"


def read(text: str) -> list[dict[str, Any]]:
    """Every report of a file, element names kept; ValueError says what cannot be read, and where."""
    root = _tree(text)
    if set(root) != {"ichicsr"}:
        raise ValueError(f"expected reports inside <ichicsr>, not {', '.join(sorted(root)) or 'nothing'}")
    reports = (root["ichicsr"] or {}).get("safetyreport", [])
    return [_with_case(report) for report in reports]


def _with_case(report: dict[str, Any]) -> dict[str, Any]:
    """With the number of the case, without that of its version, and the day of the newest information."""
    case, _, _ = report["safetyreportid"].rpartition("-")
    day = report["receiptdate"]
    return {**report, CASE: case or report["safetyreportid"], TIME: f"{day[:4]}-{day[4:6]}-{day[6:8]}"}


def _tree(text: str) -> dict[str, Any]:
    """Elements as nested dicts: text inside the innermost, None where an element is empty."""
    root: dict[str, Any] = {}
    open_: list[tuple[str, dict[str, Any]]] = [("", root)]
    words = ""
    for token in _TOKEN.finditer(text):
        if token["other"]:
            # Declarations and entities of their own are not for reports: nothing is resolved, nothing fetched.
            raise ValueError(f"no element begins at character {token.start()}")
        if token["text"]:
            words += token["text"]
        elif not token["end"]:
            open_.append((token["name"], {}))
            words = ""
        else:
            name, inside = open_.pop()
            if name != token["name"]:
                raise ValueError(f"</{token['name']}> at character {token.start()} closes <{name or 'nothing'}>")
            _put(open_[-1][1], name, inside or unescape(words.strip()) or None)
            words = ""
    if len(open_) > 1:
        raise ValueError(f"<{open_[-1][0]}> is not closed")
    return root


def _put(into: dict[str, Any], name: str, value: Any) -> None:
    if name in SEVERAL:
        into.setdefault(name, []).append(value)
    elif name in into:
        raise ValueError(f"<{name}> stands twice in one element")
    else:
        into[name] = value


@dataclass(frozen=True, slots=True)
class Question:
    """A product by every spelling it is reported under, and the terms that mean one event."""

    products: frozenset[str]
    terms: frozenset[str]


def count(reports: Iterable[Mapping[str, Any]], question: Question) -> Reports:
    """The two-by-two table of these reports; of several versions of a case the highest counts."""
    newest: dict[str, Mapping[str, Any]] = {}
    for report in reports:
        known = newest.get(report[CASE])
        if known is None or _version(report) > _version(known):
            newest[report[CASE]] = report
    cells = [0, 0, 0, 0]
    for report in newest.values():
        cells[2 * (not _names_product(report, question)) + (not _names_event(report, question))] += 1
    return Reports(*cells)


def _version(report: Mapping[str, Any]) -> int:
    _, _, version = report["safetyreportid"].rpartition("-")
    return int(version) if version.isdigit() else 0


def _names_product(report: Mapping[str, Any], question: Question) -> bool:
    """Whether the product is suspected; what was merely taken besides does not count."""
    suspected = (d for d in report["patient"].get("drug", ()) if d.get("drugcharacterization") == "1")
    return any(str(d.get("medicinalproduct", "")).casefold() in question.products for d in suspected)


def _names_event(report: Mapping[str, Any], question: Question) -> bool:
    reactions = report["patient"].get("reaction", ())
    return any(str(r.get("reactionmeddrapt", "")).casefold() in question.terms for r in reactions)
