"""Whether an event is expected: listed in the reference information, in this severity and with this outcome.

A more specific word than the listed one is not listed; a graver event than the listed one is not expected; death is
expected only where it is listed with it (ICH E2A II.C; 21 CFR 312.32(a)).
"""

from collections.abc import Iterable

from coign.safety.case_state import Event
from coign.safety.state import Reference

#: Grade 5 is death; what threatened life was at least 4.
DEATH, LIFE_THREATENING = 5, 4
HIGHEST: tuple[tuple[str, int], ...] = (("fatal", DEATH), ("up_to_4", 4), ("up_to_3", 3), ("up_to_2", 2))


def plain(term: str) -> str:
    """A term as it is compared: small letters, single spaces."""
    return " ".join(term.split()).casefold()


def listed_up_to(term: str, reference: Reference) -> int:
    """The highest grade in which a term is listed; 0: it is not."""
    return next((grade for name, grade in HIGHEST if plain(term) in _terms(getattr(reference, name))), 0)


def _terms(terms: Iterable[str]) -> set[str]:
    return {plain(t) for t in terms}


def gravity(event: Event) -> int:
    """How grave an event is, as a grade: what was told, and no less than its criteria and outcome say."""
    told = int(event.severity or 0)
    if event.outcome == "fatal" or event.since("death") is not None:
        return DEATH
    return max(told, LIFE_THREATENING) if event.since("life_threatening") is not None else told


def judge(event: Event, reference: Reference | None) -> tuple[bool, str]:
    """Whether the event is expected, and the sentence that says why."""
    if reference is None:
        return False, "no reference safety information was in force at onset"
    listed, grave = listed_up_to(event.term, reference), gravity(event)
    if not listed:
        return False, f"“{event.term}” is not listed in {reference.label}"
    if grave > listed:
        what = "with death" if grave == DEATH else f"in grade {grave}"
        return False, f"“{event.term}” is listed in {reference.label} up to grade {listed}, not {what}"
    return True, f"“{event.term}” is listed in {reference.label} up to grade {listed}"
