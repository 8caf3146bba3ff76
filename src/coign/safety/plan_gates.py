"""The gates of reference information and of enrolment: what is in force stays explained, and two people end a hold."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Product, Programme
from coign.kernel.values import Instant
from coign.safety.gates import TERM_CHARACTERS_MAX
from coign.safety.state import REFERENCES, TERMS_MAX, VERSIONS_MAX
from coign.safety.views import ENROLMENT


class OfReference(Protocol):
    """A version of the reference safety information."""

    @property
    def product(self) -> Product: ...
    @property
    def label(self) -> str: ...
    @property
    def effective(self) -> Instant: ...
    @property
    def up_to_2(self) -> tuple[str, ...]: ...
    @property
    def up_to_3(self) -> tuple[str, ...]: ...
    @property
    def up_to_4(self) -> tuple[str, ...]: ...
    @property
    def fatal(self) -> tuple[str, ...]: ...


class OfProgramme(Protocol):
    @property
    def programme(self) -> Programme: ...


@gate(
    "safety.reference_is_next",
    requirement="PAT-03",
    protects="A version put before one that is in force would change what was expected when patients fell ill.",
    remedy="Enter from when on this version is in force: later than the last one.",
    resolvers=("safety",),
    risk=Risk.PATIENT,
)
def reference_is_next(asked: OfReference, known: Circumstances) -> str | None:
    versions = known.state(REFERENCES, asked.product).versions
    if len(versions) >= VERSIONS_MAX:
        return f"{asked.product.identifier} has {VERSIONS_MAX} versions, the most that are kept"
    if not versions or versions[-1].effective < asked.effective:
        return None
    return f"{versions[-1].label} is in force since {versions[-1].effective}, not earlier than {asked.effective}"


@gate(
    "safety.reference_can_be_read",
    requirement="PAT-03",
    protects="Expectedness is looked up term by term: a list that holds stories, or nothing, answers no question.",
    remedy="Give the listed terms, one a line, each in the words of the dictionary, and a short name of the version.",
    resolvers=("safety",),
    risk=Risk.DATA,
)
def reference_can_be_read(asked: OfReference, known: Circumstances) -> str | None:
    terms = (*asked.up_to_2, *asked.up_to_3, *asked.up_to_4, *asked.fatal)
    if not 0 < len(terms) <= TERMS_MAX:
        return f"{len(terms)} terms are listed; expected are 1 to {TERMS_MAX}"
    odd = next((t for t in (asked.label, *terms) if not 0 < len(t.strip()) <= TERM_CHARACTERS_MAX), None)
    return (
        None
        if odd is None
        else f"“{odd[:TERM_CHARACTERS_MAX]}” is no term or name of up to {TERM_CHARACTERS_MAX} letters"
    )


@gate(
    "safety.enrolment_is_open",
    requirement=("PAT-19", "PAT-20"),
    protects="A hold has one beginning: a second one would hide since when and why.",
    remedy="Look at the programme: enrolment is held already.",
    resolvers=("safety",),
    risk=Risk.DATA,
)
def enrolment_is_open(asked: OfProgramme, known: Circumstances) -> str | None:
    held = known.state(ENROLMENT, asked.programme).held
    return None if held is None else f"enrolment is held since {held.since}: {held.because}"


@gate(
    "safety.enrolment_is_held",
    requirement=("PAT-19", "PAT-20"),
    protects="Only a hold that stands can be ended.",
    remedy="Look at the programme: enrolment is open.",
    resolvers=("safety",),
    risk=Risk.DATA,
)
def enrolment_is_held(asked: OfProgramme, known: Circumstances) -> str | None:
    return None if known.state(ENROLMENT, asked.programme).is_held else "enrolment is not held"


@gate(
    "safety.resumption_is_proposed",
    requirement=("PAT-19", "PAT-20"),
    protects="Two members of the safety board look at the same data before anybody else is treated.",
    remedy="Let the safety officer decide first.",
    resolvers=("safety",),
    risk=Risk.PATIENT,
)
def resumption_is_proposed(asked: OfProgramme, known: Circumstances) -> str | None:
    state = known.state(ENROLMENT, asked.programme)
    if not state.is_held or state.proposed_by is not None:
        return None
    return "nobody has decided yet that enrolment may go on"


@gate(
    "safety.decided_by_another",
    requirement=("PAT-19", "PAT-20"),
    protects="Nobody alone ends a hold that protects patients.",
    remedy="Let another member of the safety board read the data and decide.",
    resolvers=("safety", "qa", "physician"),
    risk=Risk.PATIENT,
)
def decided_by_another(asked: OfProgramme, known: Circumstances) -> str | None:
    if known.state(ENROLMENT, asked.programme).proposed_by != known.actor.person:
        return None
    return "you decided first yourself"
