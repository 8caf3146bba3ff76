"""GS1's application identifiers: which there are and in which format (from the library), and what else is demanded."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from biip import ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

from coign import yaml_files
from coign.gateways.identifiers.gs1.content import CHECKS, Check, cset39, cset64, cset82, digits
from coign.kernel.frozen import dataclass

_CHARACTERS: Mapping[str, Check] = {"N": digits, "X": cset82, "Y": cset39, "Z": cset64}
_PART = re.compile(r"(\[?)([NXYZ])(\.\.)?(\d+)\]?\Z")
#: AIs are two, three or four digits long; none begins like another.
_LENGTHS = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a value: its characters, its length, and what is checked of it."""

    spelling: str
    shortest: int
    longest: int
    optional: bool
    characters: Check
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApplicationIdentifier:
    """One AI. `needs` and `excludes` hold alternatives of patterns; `link`: what may follow it in a Digital Link."""

    ai: str
    title: str
    parts: tuple[Part, ...]
    #: Ends by its length alone; all others end with FNC1 unless they come last.
    predefined: bool
    needs: tuple[tuple[str, ...], ...]
    excludes: tuple[str, ...]
    link: tuple[tuple[str, ...], ...] | None
    in_query: bool

    @property
    def longest(self) -> int:
        """The most characters that a value may have."""
        return sum(part.longest for part in self.parts)


def find(ai: str) -> ApplicationIdentifier | None:
    """The AI with exactly this number."""
    known = _library(ai) if ai.isascii() and ai.isdigit() and len(ai) in _LENGTHS else None
    return _described(ai, known) if known is not None and known.ai == ai else None


def at_start_of(text: str) -> ApplicationIdentifier | None:
    """The AI that a text begins with."""
    known = _library(text[:4])
    return _described(known.ai, known) if known is not None else None


@lru_cache(maxsize=1024)
def _library(text: str) -> GS1ApplicationIdentifier | None:
    try:
        return GS1ApplicationIdentifier.extract(text)
    except ParseError:
        return None


@lru_cache(maxsize=1024)
def _described(ai: str, known: GS1ApplicationIdentifier) -> ApplicationIdentifier:
    rules = demands().get(ai, {})
    parts = rules.get("parts") or " ".join(known.format.split("+")[1:])
    link = rules.get("link")
    return ApplicationIdentifier(
        ai=ai,
        title=known.data_title,
        parts=tuple(_parts(parts.split())),
        predefined=not known.separator_required,
        needs=tuple(tuple(each.split("+")) for each in _alternatives(rules.get("needs"))),
        excludes=tuple(_alternatives(rules.get("excludes"))),
        link=None if link is None else tuple(tuple(_alternatives(each)) for each in link.split("|")),
        in_query=rules.get("query", True),
    )


def _alternatives(text: str | None) -> list[str]:
    return text.split(",") if text else []


def _parts(words: Sequence[str]) -> Iterator[Part]:
    checks: list[str] = []
    part = None
    for word in words:
        if (found := _PART.match(word)) is None:
            assert word in CHECKS, word
            checks.append(word)
            continue
        if part is not None:
            yield _part(part, tuple(checks))
        part, checks = found, []
    assert part is not None
    yield _part(part, tuple(checks))


def _part(found: re.Match[str], checks: tuple[str, ...]) -> Part:
    optional, kind, up_to, length = found.groups()
    longest = int(length)
    return Part(found[0], 1 if up_to else longest, longest, bool(optional), _CHARACTERS[kind], checks)


@lru_cache(maxsize=1)
def demands() -> dict[str, dict[str, Any]]:
    """The rows of the file, one for each AI; what excludes its own kind does so for every member of it."""
    rows = yaml_files.load(files(__package__).joinpath("application_identifiers.yaml").read_bytes())
    found: dict[str, dict[str, Any]] = {}
    for names, row in rows.items():
        for ai in _numbers(names):
            found[ai] = _with_own_kind(ai, names, row)
    return found


def _numbers(names: str) -> Iterator[str]:
    first, _, last = names.partition("-")
    last = last or first
    decimals = "0123456789" if first.startswith("39") else "012345"
    endings = decimals if first.endswith("n") else [""]
    first, last = first.rstrip("n"), last.rstrip("n")
    for number in range(int(first), int(last) + 1):
        yield from (f"{number:0{len(first)}d}{ending}" for ending in endings)


def _with_own_kind(ai: str, names: str, row: dict[str, Any]) -> dict[str, Any]:
    """A measure stands in a symbol once, in whichever number of decimals."""
    own = [f"{ai[:3]}n"] if "n" in names else []
    return {**row, "excludes": ",".join([*own, *_alternatives(row.get("excludes"))])}
