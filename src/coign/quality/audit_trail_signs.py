"""What stands out in an audit trail: each kind of sign is one function, and says why in words.

A sign is no verdict: most have an honest reason. It is asked for, and the answer stands in the record.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise

from coign.correction.events import ValueCorrected
from coign.kernel.subjects import Person
from coign.kernel.values import Instant
from coign.manufacturing.events import Abandoned, StepCompleted
from coign.quality.audit_trail import Act, Limits, Line, Sign, Trail, ranked, span
from coign.quality.events import ResultInvalidated, ResultRecorded, RetestRecorded


def read_by_exception(trail: Trail, limits: Limits) -> list[Line]:
    """Everything that stands out, by risk."""
    return ranked(trail, [sign for find in _SIGNS for sign in find(trail, limits)], limits)


def exceptional(lines: list[Line], limits: Limits) -> list[Line]:
    """Those lines about which somebody has to say what they mean."""
    least = limits.number("exceptional_from")
    return [line for line in lines if line.risk >= least]


# Time


def _late(trail: Trail, limits: Limits) -> Iterator[Sign]:
    limit = limits.minutes("late_after")
    for act in trail.acts:
        if act.claimed is not None and (behind := act.at.minutes_since(act.claimed)) >= limit:
            words = f"entered {span(behind)} after it is said to have been done"
            yield Sign(act.position, "late", words, int(behind // limit))


def _signed_before(trail: Trail, limits: Limits) -> Iterator[Sign]:
    limit, tolerance = limits.minutes("signed_before"), limits.minutes("clock_tolerance")
    for act in trail.acts:
        if act.prepared is not None and (early := act.at.minutes_since(act.prepared)) >= limit:
            yield Sign(act.position, "signed_before", f"made ready {span(early)} before it was entered")
        if act.claimed is not None and (ahead := act.claimed.minutes_since(act.at)) > tolerance:
            yield Sign(act.position, "signed_before", f"entered {span(ahead)} before it is said to have been done")


def _clock(trail: Trail, limits: Limits) -> Iterator[Sign]:
    tolerance = limits.minutes("clock_tolerance")
    for act in trail.acts:
        if act.prepared is not None and (ahead := act.prepared.minutes_since(act.at)) > tolerance:
            yield Sign(act.position, "clock", f"the clock stood {span(ahead)} later when it was made ready than after")


def _outside_hours(trail: Trail, limits: Limits) -> Iterator[Sign]:
    """Work outside the usual hours, by somebody who works within them otherwise."""
    opens, closes = limits.minutes("usual_from"), limits.minutes("usual_until")
    for acts in trail.of_person().values():
        outside = [act for act in acts if not opens <= act.local_minute < closes]
        if len(outside) * 100 <= len(acts) * limits.number("outside_share"):
            for act in outside:
                words = f"done at {act.local_minute // 60:02d}:{act.local_minute % 60:02d}, outside this person's hours"
                yield Sign(act.position, "outside_hours", words)


# People


def _same_hand(trail: Trail, limits: Limits) -> Iterator[Sign]:
    within = limits.minutes("second_within")
    for first, second in trail.pairs():
        at_once = second.at.minutes_since(first.at) < within
        if at_once and first.station == second.station != "":
            words = f"second person {span(second.at.minutes_since(first.at))} after the first, at the same station"
            yield Sign(second.position, "same_hand", words)


def _always_together(trail: Trail, limits: Limits) -> Iterator[Sign]:
    """Two who sign for each other, and hardly ever with anybody else; said once, at the newest."""
    together: Counter[frozenset[Person]] = Counter()
    alone: Counter[Person] = Counter()
    newest: dict[frozenset[Person], Act] = {}
    for first, second in trail.pairs():
        pair = frozenset((first.person, second.person))
        together[pair] += 1
        alone.update(pair)
        newest[pair] = second
    share, least = limits.number("pair_share"), limits.number("pair_times")
    for pair, times in together.items():
        of_all = max(alone[person] for person in pair)
        if times >= least and times * 100 >= of_all * share:
            who = " and ".join(sorted(person.identifier for person in pair))
            yield Sign(newest[pair].position, "pair", f"{who} signed for each other {times} of {of_all} times")


def _two_stations(trail: Trail, limits: Limits) -> Iterator[Sign]:
    within = limits.minutes("stations_within")
    for acts in trail.of_person().values():
        for before, after in pairwise(act for act in acts if act.station):
            apart = after.at.minutes_since(before.at)
            if before.station != after.station and apart < within:
                words = f"at {after.station} {span(apart)} after entry {before.position} at {before.station}"
                yield Sign(after.position, "two_stations", words)


def _trained_after(trail: Trail, limits: Limits) -> Iterator[Sign]:
    first: dict[tuple[Person, str], Instant] = {}
    for change in trail.changes:
        if change.kind == "qualified":
            first.setdefault((change.person, change.task), change.at)
    for act in trail.acts:
        since = first.get((act.person, act.task)) if act.task and act.outcome != "refused" else None
        if since is not None and since > act.at:
            words = f"qualified for {act.task.replace('_', ' ')} only {span(since.minutes_since(act.at))} later"
            yield Sign(act.position, "trained_after", words)


def _new_hand(trail: Trail, limits: Limits) -> Iterator[Sign]:
    """The first act after a role or a key was given, when it comes soon."""
    within, by_person = limits.minutes("new_within"), trail.of_person()
    for change in trail.changes:
        if change.kind == "qualified":
            continue
        act = next((a for a in by_person.get(change.person, ()) if a.at > change.at), None)
        if act is not None and (since := act.at.minutes_since(change.at)) < within:
            yield Sign(act.position, "new_hand", f"first act, {span(since)} after a new {change.kind}")


def _weaker(trail: Trail, limits: Limits) -> Iterator[Sign]:
    weaker = limits.words("weaker_methods")
    for act in trail.acts:
        if act.method in weaker:
            yield Sign(act.position, "weaker", f"signed by {act.method.replace('+', ' and ')}, by no key of their own")


# What was done


def _observed(trail: Trail, limits: Limits) -> Iterator[Sign]:
    for act in trail.acts:
        if act.outcome == "observed":
            beside = f"; against {', '.join(act.unmet)}" if act.unmet else ""
            yield Sign(act.position, "observed", f"reported after the fact{beside}")


def _refused(trail: Trail, limits: Limits) -> Iterator[Sign]:
    """Every refusal is listed; several by one person before the same act went through are a sign of their own."""
    times, within = limits.number("refused_times"), limits.minutes("refused_within")
    waiting: defaultdict[tuple[Person, str], list[Act]] = defaultdict(list)
    for act in trail.acts:
        refusals = waiting[act.person, act.action]
        if act.outcome == "refused":
            refusals.append(act)
            yield Sign(act.position, "refused", f"refused: {', '.join(act.unmet)}")
            continue
        recent = [r for r in refusals if act.at.minutes_since(r.at) <= within]
        if len(recent) >= times:
            words = f"refused {len(recent)} times before, from entry {recent[0].position} on"
            yield Sign(act.position, "retried", words)
        refusals.clear()


def _set_aside(trail: Trail, limits: Limits) -> Iterator[Sign]:
    """A result that was set aside, with what stood there and what came after: the first one is never lost (CSV-39)."""
    results: dict[str, ResultRecorded] = {}
    aside: dict[str, tuple[Act, ResultRecorded]] = {}
    for act, fact in trail.facts():
        match fact:
            case ResultRecorded(attribute=attribute):
                if attribute in aside:
                    yield _came_after(*aside.pop(attribute), fact)
                results[attribute] = fact
            case ResultInvalidated(attribute=attribute) if attribute in results:
                aside[attribute] = act, results[attribute]
            case RetestRecorded(attribute=attribute, verdict="pass"):
                first = results.get(attribute)
                if first is not None and first.verdict == "fail":
                    yield Sign(act.position, "set_aside", f"passes where {_value(first)} failed before")
            case _:
                pass
    for act, result in aside.values():
        yield Sign(act.position, "set_aside", f"{result.attribute} {_value(result)} was set aside")


def _came_after(act: Act, before: ResultRecorded, after: ResultRecorded) -> Sign:
    words = f"{before.attribute} {_value(before)} was set aside and is {_value(after)} now"
    return Sign(act.position, "set_aside", words, 2 if (before.verdict, after.verdict) == ("fail", "pass") else 1)


def _value(result: ResultRecorded) -> str:
    return f"{result.value} {result.unit} ({result.verdict})".replace("  ", " ")


def _given_up(trail: Trail, limits: Limits) -> Iterator[Sign]:
    for act, fact in trail.facts():
        if isinstance(fact, Abandoned):
            yield Sign(act.position, "given_up", "the run was given up before it was finished")
        if isinstance(fact, StepCompleted) and fact.out_of_limits:
            yield Sign(act.position, "outside_limits", f"outside its limits: {', '.join(fact.out_of_limits)}")


def _corrected(trail: Trail, limits: Limits) -> Iterator[Sign]:
    results = [act for act in trail.acts if any(isinstance(f, ResultRecorded) for f in act.facts)]
    for act, fact in trail.facts():
        if not isinstance(fact, ValueCorrected):
            continue
        words = f"{fact.name} of entry {fact.entry} corrected from {fact.before} to {fact.after} {fact.unit}".rstrip()
        known = next((r for r in results if fact.entry < r.position < act.position), None)
        if known is None:
            yield Sign(act.position, "corrected", words)
        else:
            yield Sign(act.position, "corrected_knowing", f"{words} knowing the result of entry {known.position}")


def _copied(trail: Trail, limits: Limits) -> Iterator[Sign]:
    least = limits.number("copied_values")
    seen: dict[tuple[tuple[str, str], ...], Act] = {}
    for act in trail.acts:
        if act.outcome != "refused" and len(act.values) >= least:
            before = seen.setdefault(act.values, act)
            if before is not act:
                words = f"the same {len(act.values)} values as entry {before.position}"
                yield Sign(act.position, "copied", words)


_SIGNS: tuple[Callable[[Trail, Limits], Iterator[Sign]], ...] = (
    _late, _signed_before, _clock, _outside_hours, _same_hand, _always_together, _two_stations, _trained_after,
    _new_hand, _weaker, _observed, _refused, _set_aside, _given_up, _corrected, _copied,
)  # fmt: skip
