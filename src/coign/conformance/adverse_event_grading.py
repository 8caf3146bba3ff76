"""Conformance of grading: laboratory values by CTCAE, cytokine release and neurotoxicity by the ASTCT consensus.

The ASTCT cases are told in words. What our reader does not understand is a failed case, never a finding left out.
"""

import csv
import io
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from coign import rulesets
from coign.conformance.manifest import Folder, Row
from coign.conformance.report import Tally
from coign.kernel.values import Instant, Quantity
from coign.safety.grading.crs import Seen, blood_pressure_class, cannula_class, grade_crs
from coign.safety.grading.grades import Graded
from coign.safety.grading.icans import Neurology, grade_icans
from coign.safety.grading.laboratory import Observation, grade_laboratory, term_name, terms

#: The rules in force now; the data name their version by themselves.
NEWEST = Instant("9999-12-31T00:00:00.000000Z")
NO_GRADE = "no grade, and a reason"
_TOLD = frozenset({"case", "note", "expected"})
_BASELINE: Mapping[str, Literal["low", "normal", "high"]] = {"LOW": "low", "NORMAL": "normal", "HIGH": "high"}
Words = tuple[tuple[str, str], ...]
#: The first expression that is found decides; the more special ones stand first.
_OXYGEN: Words = (
    (r"airway protection|for (a )?seizure|without hypoxia", "for_another_reason"),
    (r"cpap|bipap|intubat|ventilat|positive pressure", "positive_pressure"),
    (r"blow-?by", "blow_by"),
    (r"non-?rebreath", "non_rebreather_mask"),
    (r"venturi", "venturi_mask"),
    (r"high-?flow", "high_flow_cannula"),
    (r"mask", "face_mask"),
    (r"low-?flow", "low_flow_cannula"),
    (r"^(none|no|room air|)$", "none"),
)
_ICANS_WORDS: Mapping[str, Words] = {
    "consciousness": (
        (r"unarous|unrous|not rous|vigorous|repeat|strong|stupor|coma", "not_rousable"),
        (r"touch|tactile", "to_touch"),
        (r"voice", "to_voice"),
        (r"by itself|by oneself|spontaneous", "wakes_by_itself"),
        (r"^(awake|alert|normal)$", "awake"),
    ),
    "seizure": (
        (r"5 min|prolonged|life-?threat|status", "over_5_minutes"),
        (r"repet|repeat|without return", "repeated_without_recovery"),
        (r"eeg|non-?convuls", "on_eeg_resolves_with_treatment"),
        (r"resol", "resolves_rapidly"),
        (r"^(none|no)$", "none"),
    ),
    "motor": (
        (r"paresis|plegia|focal", "deep_focal_weakness"),
        (r"tremor|myoclon|^(none|no|normal)$", "none"),
    ),
    "pressure": (
        (r"diffuse", "diffuse_oedema"),
        (r"postur|decerebrat|decorticat", "posturing"),
        (r"sixth|vi ", "sixth_nerve_palsy"),
        (r"papill", "papilloedema"),
        (r"cushing", "cushings_triad"),
        (r"focal|local", "focal_oedema"),
        (r"h(a)?emorrhage|bleed|^(none|no)$", "none"),
    ),
}
_PRESSURE_NAMES = ("raised_icp_or_oedema", "pressure_oedema", "pressure", "oedema", "edema", "raised_icp")
_TREATED = (
    "anticytokine_given",
    "treated",
    "prior_therapy",
    "prior_treatment",
    "tocilizumab",
    "antipyretic",
    "steroids",
)


def run(folder: Folder, tally: Tally) -> None:
    """Every row of the folder."""
    for row in folder.rows:
        with tally.reading(row):
            if row.expect.startswith("column expected_grade"):
                _laboratory(folder, tally, row)
            elif row.expect == "grade":
                for case in json.loads(folder.read(row))["cases"]:
                    tally.case(row, case["case"], expected=_expected(case["expected"]), got=_answer(case))
            elif row.expect == "reference table":
                _table(folder, tally, row)


# Laboratory


def _laboratory(folder: Folder, tally: Tally, row: Row) -> None:
    rules = rulesets.load()
    for case in csv.DictReader(io.StringIO(folder.read(row).decode())):
        for version in case["ctcae_versions"].split():
            found = grade_laboratory(_observation(case, version), rules)
            expected = case["expected_grade"] or NO_GRADE
            tally.case(row, f"{case['case']}, version {version}", expected=expected, got=_words(found))


def _observation(case: Mapping[str, str], version: str) -> Observation:
    change = _number(case["percent_change"])
    return Observation(
        at=NEWEST,
        version=version,
        term=case["term"],
        value=_number(case["value"]),
        unit=case["unit"],
        upper_limit=_number(case["normal_high"]),
        lower_limit=_number(case["normal_low"]),
        baseline=_number(case["baseline"]),
        baseline_state=_BASELINE.get(case["baseline_indicator"].upper()),
        decrease_percent=None if change is None else -change,
    )


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _table(folder: Folder, tally: Tally, row: Row) -> None:
    """A table of laboratory terms: ours knows each of them. The consensus in words is read by the cases alone."""
    table = json.loads(folder.read(row))
    version = re.search(r"CTCAE version (\d)", table["description"])
    if version is None:
        tally.support(row)
        return
    known = {name.lower() for name in terms(version[1], rulesets.load())}
    for term in table["terms"]:
        tally.case(
            row, term["TERM"], expected="a term", got="a term" if term_name(term["TERM"]) in known else "unknown"
        )


# ASTCT


def _expected(text: str) -> str:
    if text.isdigit():
        return text
    return "0" if re.match(r"not (crs|icans)\b", text, re.IGNORECASE) else NO_GRADE


def _words(found: Graded) -> str:
    if found.grade is not None:
        return found.grade
    return NO_GRADE if found.not_graded_because else "no grade, and no reason"


def _answer(case: Mapping[str, Any]) -> str:
    """The grade of one case, or which of its words are not understood."""
    told = {k: v for k, v in case.items() if k not in _TOLD}
    of_release = "temperature_c" in told or "vasopressors" in told or "oxygen" in told or "hypotension" in told
    try:
        found = _release(told) if of_release else _neurotoxicity(told)
    except ValueError as unclear:
        return f"not understood: {unclear}"
    return f"not understood: {', '.join(sorted(told))}" if told else _words(found)


def _release(told: dict[str, Any]) -> Graded:
    """Takes what it reads out of `told`; the rest is not understood."""
    rules = rulesets.load()
    low, vasopressors = told.pop("hypotension", ""), told.pop("vasopressors", ())
    treatments = [told.pop(name, False) for name in _TREATED]
    treated = any(treatments)
    before = told.pop("fever_before", told.pop("prior_fever", treated))
    seen = Seen(
        at=NEWEST,
        temperature=Quantity.of(str(told.pop("temperature_c")), "Cel"),
        blood_pressure=blood_pressure_class(low=low not in ("", "none", "no", False), vasopressors=vasopressors),
        oxygen=_oxygen(str(told.pop("oxygen", "none")).lower()),
        anticytokine_given=treated,
        fever_before=bool(before),
        fever_explained=bool(told.pop("other_cause", False)),
        died_of_it=bool(told.pop("death", told.pop("died", False))),
    )
    return grade_crs(seen, rules)


def _oxygen(words: str) -> str:
    flow = re.search(r"nasal cannula (\d+(?:\.\d+)?) ?l/min", words)
    if flow is not None:
        return cannula_class(Quantity(flow[1], "L/min"), NEWEST, rulesets.load())
    return _class_of("oxygen", words, _OXYGEN)


def _neurotoxicity(told: dict[str, Any]) -> Graded:
    """Takes what it reads out of `told`; the rest is not understood."""
    given = {domain: str(told.pop(domain, "")).lower() for domain in ("consciousness", "seizure", "motor")}
    given["pressure"] = next((str(told.pop(n)).lower() for n in _PRESSURE_NAMES if n in told), "")
    classes = {d: _class_of(d, words, _ICANS_WORDS[d]) for d, words in given.items() if words}
    scale: Literal["ICE", "CAPD"] = "CAPD" if "capd" in told else "ICE"
    score = told.pop(scale.lower(), None)
    if isinstance(score, str):  # why it could not be tested, which is a matter of consciousness
        classes["consciousness"] = _class_of("consciousness", score.lower(), _ICANS_WORDS["consciousness"])
        score = None
    seen = Neurology(
        at=NEWEST,
        scale=scale,
        score=score,
        consciousness=classes.get("consciousness", "awake"),
        seizure=classes.get("seizure", "none"),
        motor=classes.get("motor", "none"),
        pressure=classes.get("pressure", "none"),
        sedated=bool(told.pop("sedated", told.pop("sedation", False))),
        died_of_it=bool(told.pop("death", told.pop("died", False))),
    )
    return grade_icans(seen, rulesets.load())


def _class_of(domain: str, words: str, known: Words) -> str:
    found = next((name for expression, name in known if re.search(expression, words)), None)
    if found is None:
        raise ValueError(f"{domain} “{words}”")
    return found
