"""The grade of the neurotoxicity of immune effector cells from what was seen (ASTCT 2019): the worst domain counts.

Attention is tested with ICE (12 years and older) or CAPD (younger, or with delay). A domain with another cause is set
aside. Under sedation attention and consciousness cannot be judged: then only the highest grade, which nothing could
raise, is given. Tremor, jerks and bleeding in the head are no part of it.
"""

from collections.abc import Mapping
from typing import Literal

from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.safety.grading.grades import Graded, Rules, graded

Scale = Literal["ICE", "CAPD"]
Domain = Literal["attention", "consciousness", "seizure", "motor", "pressure"]

#: What sedation hides.
HIDDEN_BY_SEDATION: tuple[Domain, ...] = ("attention", "consciousness")
NOT_TESTED = "attention was not tested"


@dataclass(frozen=True, slots=True)
class IceItems:
    """The ten points of ICE, item by item."""

    year: bool
    month: bool
    city: bool
    hospital: bool
    objects_named: int
    follows_command: bool
    writes_sentence: bool
    counts_back: bool

    @property
    def points(self) -> int:
        """The sum: each right answer is a point."""
        answers = (self.year, self.month, self.city, self.hospital, self.follows_command, self.writes_sentence)
        return sum((*answers, self.counts_back)) + self.objects_named


@dataclass(frozen=True, slots=True)
class Neurology:
    """What was seen at one moment. `score` None: attention was not tested."""

    at: Instant
    scale: Scale = "ICE"
    score: int | None = None
    consciousness: str = "awake"
    seizure: str = "none"
    motor: str = "none"
    pressure: str = "none"
    explained: frozenset[Domain] = frozenset()
    sedated: bool = False
    died_of_it: bool = False


def grade_icans(seen: Neurology, rules: Rules) -> Graded:
    """The grade that the rules of that day give; 0: seen and no neurotoxicity."""
    if seen.died_of_it:
        return graded(rules.number("safety.icans.died", seen.at))
    try:
        grades = _by_domain(seen, rules)
    except KeyError as unknown:
        return Graded(None, f"the rules of that day do not grade this: {unknown.args[0]}")
    highest = int(rules.number("safety.icans.highest_seen", seen.at))
    if seen.sedated:
        return _under_sedation({d: g for d, g in grades.items() if d not in HIDDEN_BY_SEDATION}, highest)
    found = max(grades.values())
    if seen.score is not None or "attention" in seen.explained or found == highest:
        return graded(found)
    if found == 0:
        return Graded(None, f"{NOT_TESTED}: nothing else that was seen is a sign of it")
    return graded(found, f"{NOT_TESTED}: the grade may be higher")


def _by_domain(seen: Neurology, rules: Rules) -> Mapping[Domain, int]:
    """The grade of each domain; 0 where another cause explains it, or where it was not tested."""
    found: dict[Domain, int] = {
        "attention": 0 if seen.score is None else _attention(seen, seen.score, rules),
        "consciousness": _looked_up("consciousness", seen.consciousness, seen, rules),
        "seizure": _looked_up("seizure", seen.seizure, seen, rules),
        "motor": _looked_up("motor", seen.motor, seen, rules),
        "pressure": _looked_up("pressure", seen.pressure, seen, rules),
    }
    return {domain: 0 if domain in seen.explained else grade for domain, grade in found.items()}


def _looked_up(domain: str, value: str, seen: Neurology, rules: Rules) -> int:
    return int(rules.number(f"safety.icans.{domain}.{value}", seen.at))


def _attention(seen: Neurology, score: int, rules: Rules) -> int:
    """ICE is looked up point by point; CAPD knows nothing, something and much."""
    if not 0 <= score <= rules.number(f"safety.icans.{seen.scale.lower()}_max", seen.at):
        raise KeyError(f"{score} points of {seen.scale}")
    if seen.scale == "ICE":
        return _looked_up("ice", str(score), seen, rules)
    for level in ("high", "low"):
        if score >= rules.number(f"safety.icans.capd_{level}_min", seen.at):
            return int(rules.number(f"safety.icans.capd_{level}", seen.at))
    return 0


def _under_sedation(visible: Mapping[Domain, int], highest: int) -> Graded:
    found = max(visible.values())
    if found == highest:
        return graded(found)
    words = f"; what can be seen makes it at least {found}" if found else ""
    return Graded(None, f"the patient is sedated: attention and consciousness cannot be judged{words}")
