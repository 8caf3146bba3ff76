"""The gates of what is seen in a patient: few, because what happened to a patient must be easy to record."""

from typing import Protocol

from coign.identity.views import CHAIN
from coign.infusion.views import INFUSION
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain
from coign.kernel.values import FreeText, Instant, Quantity
from coign.programmes.model import ProgrammeVersion
from coign.safety.events import AttentionTest, Grade, RightAnswer
from coign.safety.state import REACTIONS

TERM_CHARACTERS_MAX = 80


class OfChain(Protocol):
    """A command that concerns one therapy."""

    @property
    def chain(self) -> Chain: ...


class OfMoment(OfChain, Protocol):
    """Something that was seen at one moment."""

    @property
    def seen_at(self) -> Instant: ...


class OfAttention(OfMoment, Protocol):
    """A test of attention: its sum, or the items of ICE one by one."""

    @property
    def test(self) -> AttentionTest: ...
    @property
    def score(self) -> int | None: ...
    @property
    def right_answers(self) -> tuple[RightAnswer, ...]: ...
    @property
    def objects_named(self) -> int | None: ...


class OfTerm(Protocol):
    @property
    def term(self) -> str: ...


class OfResult(Protocol):
    """A laboratory value with what it is compared with."""

    @property
    def result(self) -> Quantity: ...
    @property
    def upper_limit(self) -> Quantity | None: ...
    @property
    def lower_limit(self) -> Quantity | None: ...
    @property
    def baseline(self) -> Quantity | None: ...


class OfTimepoint(OfChain, Protocol):
    """Something that concerns one of the programme's times."""

    @property
    def timepoint(self) -> str: ...


class OfResponse(OfTimepoint, Protocol):
    """A response at one of the programme's times."""

    @property
    def category(self) -> str: ...
    @property
    def assessed_on(self) -> Instant: ...


class OfOwnGrade(Protocol):
    @property
    def clinicians_grade(self) -> Grade | None: ...
    @property
    def clinicians_reason(self) -> FreeText | None: ...


def version_of(asked: OfChain, known: Circumstances) -> ProgrammeVersion | None:
    """The version of the programme that the therapy runs under, where its file is here."""
    digest = known.state(CHAIN, asked.chain).version
    if digest is None or not known.programmes.known(digest):
        return None
    version: ProgrammeVersion = known.programmes.version(digest)
    return version


def score_of(asked: OfAttention) -> int | None:
    """The sum of the test: of the items where they were asked, as told otherwise."""
    if asked.right_answers or asked.objects_named is not None:
        return len(set(asked.right_answers)) + (asked.objects_named or 0)
    return asked.score


@gate(
    "safety.therapy_is_of_this_centre",
    requirement=("PAT-15", "CSV-04"),
    protects="A reaction is recorded by those who saw the patient.",
    remedy="Choose a therapy of your centre.",
    resolvers=("nurse", "physician"),
    risk=Risk.PATIENT,
)
def therapy_is_of_this_centre(asked: OfChain, known: Circumstances) -> str | None:
    centre = known.state(CHAIN, asked.chain).centre
    if centre == known.actor.organisation:
        return None
    return f"{asked.chain.identifier} is a therapy of {centre.identifier if centre else 'nobody'}, not of your centre"


@gate(
    "safety.product_was_given",
    requirement="PAT-15",
    protects="A reaction to a product that was never given belongs to something else.",
    remedy="Choose the therapy whose product the patient was given.",
    resolvers=("nurse", "physician"),
    risk=Risk.DATA,
)
def product_was_given(asked: OfChain, known: Circumstances) -> str | None:
    begun = known.state(INFUSION, asked.chain).begun
    return None if begun else f"nothing of {asked.chain.identifier} was given"


@gate(
    "safety.seen_since_infusion",
    requirement="PAT-15",
    protects="What came before the infusion did not come from it, and what is still to come was not seen.",
    remedy="Enter when the patient was seen like this.",
    resolvers=("nurse", "physician"),
    risk=Risk.DATA,
)
def seen_since_infusion(asked: OfMoment, known: Circumstances) -> str | None:
    begun = known.state(INFUSION, asked.chain).first_started_at
    if asked.seen_at > known.now:
        return f"{asked.seen_at} is still to come"
    if begun is not None and asked.seen_at < begun:
        return f"{asked.seen_at} lies before the infusion, which began {begun}"
    return None


@gate(
    "safety.own_grade_has_reason",
    requirement="PAT-15",
    protects="A grade that a clinician sets beside the computed one is understood later only with its reason.",
    remedy="Give the grade and the reason for it, or neither.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def own_grade_has_reason(asked: OfOwnGrade, known: Circumstances) -> str | None:
    if (asked.clinicians_grade is None) == (asked.clinicians_reason is None):
        return None
    return "a grade of your own and its reason belong together"


@gate(
    "safety.items_are_of_ice",
    requirement="PAT-16",
    protects="Ten points of one test are another thing than points of the other: mixed up they give a wrong grade.",
    remedy="Answer the items for ICE, or give the sum of CAPD alone.",
    resolvers=("nurse", "physician"),
    risk=Risk.PATIENT,
)
def items_are_of_ice(asked: OfAttention, known: Circumstances) -> str | None:
    if asked.test == "CAPD" and (asked.right_answers or asked.objects_named is not None):
        return "items of ICE were answered, but the test was CAPD"
    return None


@gate(
    "safety.sum_fits_the_items",
    requirement="PAT-16",
    protects="Two different sums of one test leave nobody knowing how the patient was.",
    remedy="Count again: give the items or the sum, or both when they agree.",
    resolvers=("nurse", "physician"),
    risk=Risk.PATIENT,
)
def sum_fits_the_items(asked: OfAttention, known: Circumstances) -> str | None:
    counted = score_of(asked)
    if asked.score is None or counted == asked.score:
        return None
    return f"the items give {counted} points, the sum says {asked.score}"


@gate(
    "safety.points_can_be",
    requirement="PAT-16",
    protects="A sum that the test cannot give has a typing error in it.",
    remedy="Enter the points that the test gave.",
    resolvers=("nurse", "physician"),
    risk=Risk.PATIENT,
)
def points_can_be(asked: OfAttention, known: Circumstances) -> str | None:
    objects_max = known.rules.number("safety.icans.objects_max", asked.seen_at)
    if asked.objects_named is not None and not 0 <= asked.objects_named <= objects_max:
        return f"{asked.objects_named} objects cannot be named out of {objects_max}"
    points, most = score_of(asked), known.rules.number(f"safety.icans.{asked.test.lower()}_max", asked.seen_at)
    if points is None or 0 <= points <= most:
        return None
    return f"{asked.test} gives 0 to {most} points, not {points}"


@gate(
    "safety.one_unit",
    requirement=("PAT-17", "CSV-28"),
    protects="A value in one unit held against a limit in another gives a grade that means nothing.",
    remedy="Give result, limits of normal and the value before treatment in the same unit.",
    resolvers=("nurse", "physician"),
    risk=Risk.PATIENT,
)
def one_unit(asked: OfResult, known: Circumstances) -> str | None:
    others = [q for q in (asked.upper_limit, asked.lower_limit, asked.baseline) if q is not None]
    odd = next((q for q in others if q.unit != asked.result.unit), None)
    return None if odd is None else f"{odd} stands beside {asked.result}: two units"


@gate(
    "safety.response_is_of_programme",
    requirement="PAT-26",
    protects="Responses can be counted only where all use the words and times of their protocol.",
    remedy="Choose a time and a category that the programme names.",
    resolvers=("physician",),
    risk=Risk.DATA,
)
def response_is_of_programme(asked: OfResponse, known: Circumstances) -> str | None:
    version = version_of(asked, known)
    if version is None:
        return None  # a therapy that nobody knows: `safety.therapy_is_of_this_centre` says so
    plan = version.safety.response
    if plan.timepoint(asked.timepoint) is None:
        return f"the programme assesses no response at “{asked.timepoint}”"
    return None if asked.category in plan.categories else f"“{asked.category}” is no category of the programme"


@gate(
    "safety.response_is_in_time",
    requirement="PAT-26",
    protects="A response assessed outside its window is not the one that the protocol compares.",
    remedy="Enter the day of the assessment, or choose the time it belongs to.",
    resolvers=("physician",),
    risk=Risk.DATA,
)
def response_is_in_time(asked: OfResponse, known: Circumstances) -> str | None:
    if asked.assessed_on > known.now:
        return f"{asked.assessed_on} is still to come"
    version, begun = version_of(asked, known), known.state(INFUSION, asked.chain).first_started_at
    time = version.safety.response.timepoint(asked.timepoint) if version is not None else None
    if time is None or begun is None:
        return None  # other gates say so
    first, last = time.window(begun)
    if first <= asked.assessed_on < last:
        return None
    return f"{asked.assessed_on} lies outside days {time.day_from} to {time.day_to} after the infusion"


@gate(
    "safety.time_is_of_programme",
    requirement=("PAT-23", "PAT-26"),
    protects="Only what the protocol asks for can be missing.",
    remedy="Choose a time that the programme names.",
    resolvers=("physician",),
    risk=Risk.DATA,
)
def time_is_of_programme(asked: OfTimepoint, known: Circumstances) -> str | None:
    version = version_of(asked, known)
    if version is None or version.safety.response.timepoint(asked.timepoint) is not None:
        return None
    return f"the programme assesses no response at “{asked.timepoint}”"


@gate(
    "safety.window_is_over",
    requirement="PAT-23",
    protects="A patient who can still be seen is not given up.",
    remedy="See the patient and record the response, or wait until the last day of the window has passed.",
    resolvers=("physician",),
    risk=Risk.DATA,
)
def window_is_over(asked: OfTimepoint, known: Circumstances) -> str | None:
    version, begun = version_of(asked, known), known.state(INFUSION, asked.chain).first_started_at
    time = version.safety.response.timepoint(asked.timepoint) if version is not None else None
    if time is None or begun is None:
        return None  # other gates say so
    _, closes = time.window(begun)
    return None if known.now >= closes else f"{time.label} can be assessed until {closes}"


@gate(
    "safety.response_is_not_recorded",
    requirement="PAT-26",
    protects="What was found is not covered by a note that nothing was.",
    remedy="If the recorded response is wrong, record the right one: the newest counts.",
    resolvers=("physician",),
    risk=Risk.DATA,
)
def response_is_not_recorded(asked: OfTimepoint, known: Circumstances) -> str | None:
    recorded = any(r.timepoint == asked.timepoint for r in known.state(REACTIONS, asked.chain).responses)
    return f"a response at “{asked.timepoint}” is on record" if recorded else None


@gate(
    "safety.term_is_a_term",
    requirement=("PAT-03", "PAT-10", "PAT-17"),
    protects="Grade and expectedness are looked up by the word of the dictionary; a story cannot be looked up.",
    remedy="Give the term of the dictionary here; what happened is told in words elsewhere.",
    resolvers=("physician", "nurse"),
    risk=Risk.DATA,
)
def term_is_a_term(asked: OfTerm, known: Circumstances) -> str | None:
    term = asked.term.strip()
    if term and len(term) <= TERM_CHARACTERS_MAX and term.isprintable():
        return None
    return f"a term is one line of 1 to {TERM_CHARACTERS_MAX} characters"
