"""The gates of a result out of specification: laboratory first, then everybody; nothing is tested until it is liked."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.quality.gates import OfAttribute, OfBatch
from coign.quality.state import DOSSIER, Result


class OfPlan(OfAttribute, Protocol):
    """A command that says how often a test is repeated."""

    @property
    def times(self) -> int: ...


class OfConclusion(OfAttribute, Protocol):
    """A command that ends an investigation."""

    @property
    def no_sample_left(self) -> bool: ...


def _result(asked: OfAttribute, known: Circumstances) -> Result | None:
    """The result that stands; without one `quality.result_stands` has spoken."""
    return known.state(DOSSIER, asked.batch).result(asked.attribute)


@gate(
    "quality.result_is_out_of_specification",
    requirement="GMP-21",
    protects="An investigation is of a result that fails.",
    remedy="Look at the results: this one meets its specification.",
    resolvers=("qcreviewer",),
    risk=Risk.DATA,
)
def result_is_out_of_specification(asked: OfAttribute, known: Circumstances) -> str | None:
    result = _result(asked, known)
    if result is None or result.is_out_of_specification:
        return None
    return f"{asked.attribute} meets its specification"


@gate(
    "quality.laboratory_phase_is_open",
    requirement="GMP-21",
    protects="The laboratory answers once whether it erred; it is not asked until the answer suits.",
    remedy="Go on with what the laboratory found.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def laboratory_phase_is_open(asked: OfAttribute, known: Circumstances) -> str | None:
    result = _result(asked, known)
    if result is None or not result.investigation.laboratory:
        return None
    return f"the laboratory found {result.investigation.laboratory.replace('_', ' ')} already"


@gate(
    "quality.laboratory_error_is_proved",
    requirement=("GMP-21", "GMP-S3"),
    protects="A failing result is set aside only when an error of the laboratory was found, never because it fails.",
    remedy="Let the laboratory look for an error; if it finds none, conclude the full investigation.",
    resolvers=("qcreviewer", "qa"),
    risk=Risk.PATIENT,
)
def laboratory_error_is_proved(asked: OfAttribute, known: Circumstances) -> str | None:
    result = _result(asked, known)
    if result is None or not result.is_out_of_specification or result.investigation.proves_laboratory_error:
        return None
    return f"no error of the laboratory was found behind {asked.attribute}"


@gate(
    "quality.invalidated_by_another",
    requirement=("GMP-21", "CSV-31"),
    protects="Who found the error does not also decide that the result is gone.",
    remedy="Let somebody else of the quality unit decide.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def invalidated_by_another(asked: OfAttribute, known: Circumstances) -> str | None:
    result = _result(asked, known)
    if result is not None and result.investigation.laboratory_by == known.actor.person:
        return "you looked for the error in the laboratory yourself"
    return None


@gate(
    "quality.full_investigation_is_open",
    requirement="GMP-21",
    protects="First the laboratory looks at itself; only then is the product suspected, and judged once.",
    remedy="Let the laboratory answer first; what was concluded stands.",
    resolvers=("qcreviewer", "qa"),
    risk=Risk.PATIENT,
)
def full_investigation_is_open(asked: OfAttribute, known: Circumstances) -> str | None:
    result = _result(asked, known)
    if result is None:
        return None
    if not result.is_out_of_specification:
        return f"{asked.attribute} meets its specification"
    if result.investigation.conclusion:
        return f"{asked.attribute} was concluded: {result.investigation.conclusion.replace('_', ' ')}"
    if result.investigation.laboratory != "no_assignable_cause":
        found = result.investigation.laboratory.replace("_", " ") or "nothing yet"
        return f"the laboratory has found {found} behind {asked.attribute}"
    return None


@gate(
    "quality.retests_are_planned_once",
    requirement="GMP-21",
    protects="How often is fixed beforehand: who sees the results does not ask for more of them.",
    remedy="Carry the plan out, then conclude.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def retests_are_planned_once(asked: OfAttribute, known: Circumstances) -> str | None:
    result = _result(asked, known)
    if result is None or result.investigation.planned is None:
        return None
    return f"{result.investigation.planned} repeats of {asked.attribute} are planned already"


@gate(
    "quality.retest_plan_is_within_limit",
    requirement="GMP-21",
    protects="The number of repeats has a ceiling, so that chance cannot be asked again and again.",
    remedy="Plan fewer repeats, or conclude with what is known.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def retest_plan_is_within_limit(asked: OfPlan, known: Circumstances) -> str | None:
    limit = int(known.rules.number("quality.retests_planned_max", known.now))
    return None if 1 <= asked.times <= limit else f"{asked.times} repeats: from 1 to {limit} can be planned"


@gate(
    "quality.retest_is_planned",
    requirement=("GMP-21", "GMP-S3"),
    protects="A repeat that nobody planned is testing into compliance.",
    remedy="Let the quality unit plan repeats, or conclude with the results that are there.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def retest_is_planned(asked: OfAttribute, known: Circumstances) -> str | None:
    result = _result(asked, known)
    if result is None or result.investigation.retests_left > 0:
        return None
    return f"no repeat of {asked.attribute} is left of {result.investigation.planned or 0} planned"


@gate(
    "quality.retested_by_another",
    requirement="GMP-21",
    protects="A second pair of hands shows whether the first erred.",
    remedy="Let another analyst repeat the test.",
    resolvers=("analyst",),
    risk=Risk.PATIENT,
)
def retested_by_another(asked: OfAttribute, known: Circumstances) -> str | None:
    result = _result(asked, known)
    return "you made the first test yourself" if result is not None and result.by == known.actor.person else None


@gate(
    "quality.planned_retests_are_done",
    requirement="GMP-21",
    protects="A plan is carried out whole: nobody stops at the result that suits.",
    remedy="Record the repeats that are left, or say that no sample is left.",
    resolvers=("analyst", "qa"),
    risk=Risk.PATIENT,
)
def planned_retests_are_done(asked: OfConclusion, known: Circumstances) -> str | None:
    result = _result(asked, known)
    if result is None or asked.no_sample_left or result.investigation.retests_left <= 0:
        return None
    return f"{result.investigation.retests_left} planned repeats of {asked.attribute} are not recorded"


@gate(
    "quality.investigations_are_concluded",
    requirement=("GMP-21", "GMP-19", "GMP-S3"),
    protects="A record with an unexplained result is not whole.",
    remedy="Carry each investigation to its decision.",
    resolvers=("qcreviewer", "qa"),
    risk=Risk.PATIENT,
)
def investigations_are_concluded(asked: OfBatch, known: Circumstances) -> str | None:
    open_ = [r.attribute for r in known.state(DOSSIER, asked.batch).results if r.is_under_investigation]
    return f"out of specification and not decided: {', '.join(open_)}" if open_ else None
