"""A warning that two people of an active set could be mistaken for each other (TRC-24; NPSG.01.01.01).

For warnings at scheduling, labelling, thaw and bedside. Never used to decide who somebody is: that is `match`.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import combinations

from coign.kernel.frozen import dataclass

_SUFFIXES = frozenset({"jr", "junior", "sr", "senior", "ii", "iii", "iv", "filho", "neto", "hijo"})


class Likeness(StrEnum):
    """In what two people are alike."""

    SAME_NAME = "same_name"
    SAME_NAME_BUT_FOR_CASE_OR_ACCENTS = "same_name_but_for_case_or_accents"
    SAME_NAME_IN_ANOTHER_ORDER = "same_name_in_another_order"
    SAME_NAME_BUT_FOR_SUFFIX = "same_name_but_for_suffix"
    SAME_BIRTH_DATE = "same_birth_date"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the active set: a neutral key, the name as written, the birth date if known."""

    key: str
    name: str
    birth_date: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """Two people to keep apart, and why; keys only, so that the warning can be shown without anybody's data."""

    first: str
    second: str
    reasons: tuple[Likeness, ...]


def traits(candidate: Candidate) -> tuple[str, str]:
    """What is the same in two people who are alike: the words of the name in order of letters, the birth date."""
    return " ".join(sorted(_core(candidate.name))), candidate.birth_date


def similar(candidates: Sequence[Candidate]) -> tuple[Alike, ...]:
    """All pairs that are alike in name or birth date, in order of their keys."""
    by_name: defaultdict[str, list[Candidate]] = defaultdict(list)
    by_birth_date: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        name, birth_date = traits(candidate)
        if name:
            by_name[name].append(candidate)
        if birth_date:
            by_birth_date[birth_date].append(candidate)
    reasons: defaultdict[tuple[str, str], list[Likeness]] = defaultdict(list)
    for one, other in _pairs(by_name.values()):
        reasons[one.key, other.key].append(_likeness(one.name, other.name))
    for one, other in _pairs(by_birth_date.values()):
        reasons[one.key, other.key].append(Likeness.SAME_BIRTH_DATE)
    return tuple(Alike(first, second, tuple(found)) for (first, second), found in sorted(reasons.items()))


def _pairs(groups: Iterable[list[Candidate]]) -> Iterable[tuple[Candidate, Candidate]]:
    for group in groups:
        for one, other in combinations(sorted(group, key=lambda candidate: candidate.key), 2):
            if one.key != other.key:
                yield one, other


def _likeness(one: str, other: str) -> Likeness:
    if unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other):
        return Likeness.SAME_NAME
    if _words(one) == _words(other):
        return Likeness.SAME_NAME_BUT_FOR_CASE_OR_ACCENTS
    if sorted(_words(one)) == sorted(_words(other)):
        return Likeness.SAME_NAME_IN_ANOTHER_ORDER
    return Likeness.SAME_NAME_BUT_FOR_SUFFIX


def _core(name: str) -> list[str]:
    words = _words(name)
    return [word for word in words if word not in _SUFFIXES] or words


def _words(name: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(c if c.isalnum() else " " for c in apart if not unicodedata.combining(c) and c not in "'’")
    return letters.split()
