"""Nobody corrects alone, nobody assesses their own correction, and what replaces a number is a number."""

from decimal import Decimal
from typing import Protocol

from coign.correction.recorded import Recorded, is_number
from coign.correction.state import CORRECTION
from coign.correction.views import CORRECTIONS
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Case

#: Whoever works with the cells or the patient may have read, measured or noted.
WHO_RECORDS = frozenset(
    {
        "coordinator", "physician", "nurse", "celllab", "infusion", "pharmacist", "operator", "analyst", "qcreviewer",
        "qa", "qp", "quality-us",
    }
)  # fmt: skip
WHO_ASSESSES = ("qa", "physician")


class OfValue(Protocol):
    """A command that says what a number should be."""

    @property
    def value(self) -> str: ...


class OfProposal(OfValue, Protocol):
    """A command that proposes another value for one that is recorded."""

    @property
    def found(self) -> Recorded: ...


class OfCorrection(Protocol):
    """A command about one correction."""

    @property
    def case(self) -> Case: ...


@gate(
    "correction.value_is_a_number",
    requirement="CSV-28",
    protects="What counts from now on must be as readable as what it replaces.",
    remedy="Give the number as it stands at the source, without its unit, such as 68.0; it cannot be below nothing.",
    resolvers=tuple(sorted(WHO_RECORDS)),
    risk=Risk.DATA,
)
def value_is_a_number(asked: OfValue, known: Circumstances) -> str | None:
    if is_number(asked.value) and Decimal(asked.value) >= 0:
        return None
    return f"“{asked.value}” is not a number from 0 on"


@gate(
    "correction.value_is_another",
    requirement="CSV-05",
    protects="A correction that changes nothing holds containers for nothing.",
    remedy="Leave the value as it is, or give the one that is right.",
    resolvers=tuple(sorted(WHO_RECORDS)),
    risk=Risk.DATA,
)
def value_is_another(asked: OfProposal, known: Circumstances) -> str | None:
    if not is_number(asked.value) or Decimal(asked.value) != Decimal(asked.found.value):
        return None  # `correction.value_is_a_number` says the rest
    return f"{asked.found.label} is {asked.found.value} {asked.found.unit} already"


@gate(
    "correction.value_is_settled",
    requirement=("CSV-05", "TRC-13"),
    protects="Two corrections of one value at a time would leave nobody sure which counts.",
    remedy="Open the correction that is named and finish it; then look at the value again.",
    resolvers=tuple(sorted(WHO_RECORDS)),
    risk=Risk.PRODUCT,
)
def value_is_settled(asked: OfProposal, known: Circumstances) -> str | None:
    corrections = known.state(CORRECTIONS, asked.found.home)
    waits = corrections.waits(asked.found.entry, asked.found.name)
    if waits is not None:
        return f"{waits.identifier} waits for a second person who reads the source"
    last = corrections.corrected_in(asked.found.entry, asked.found.name)
    return None if last in (None, asked.found.case) else f"it was corrected a moment ago ({last.identifier})"


@gate(
    "correction.waits_for_reading",
    requirement=("TRC-13", "CSV-07"),
    protects="The source is read by a second person once.",
    remedy="Look at the correction: the second person has read the source.",
    resolvers=tuple(sorted(WHO_RECORDS)),
    risk=Risk.DATA,
)
def waits_for_reading(asked: OfCorrection, known: Circumstances) -> str | None:
    waits = known.state(CORRECTION, asked.case).waits_for_reading
    return None if waits else f"{asked.case.identifier} does not wait for a second person"


@gate(
    "correction.read_by_another",
    requirement=("TRC-13", "CSV-05"),
    protects="Nobody corrects alone a value that cells or a dose rest on.",
    remedy="Let a colleague read the source.",
    resolvers=tuple(sorted(WHO_RECORDS)),
    risk=Risk.PATIENT,
)
def read_by_another(asked: OfCorrection, known: Circumstances) -> str | None:
    proposal = known.state(CORRECTION, asked.case).proposal
    mine = proposal is not None and proposal.by == known.actor.person
    return "you proposed it yourself" if mine else None


@gate(
    "correction.read_where_it_lies",
    requirement=("TRC-13", "CSV-05"),
    protects="A source is read where it lies, not from what another house tells of it.",
    remedy="Let somebody of the house that recorded the value read it.",
    resolvers=tuple(sorted(WHO_RECORDS)),
    risk=Risk.PATIENT,
)
def read_where_it_lies(asked: OfCorrection, known: Circumstances) -> str | None:
    house = known.state(CORRECTION, asked.case).house
    if house in (None, known.actor.organisation):
        return None  # `correction.waits_for_reading` says so where nothing was proposed
    return f"{asked.case.identifier} is about a value that another house recorded"


@gate(
    "correction.waits_for_assessment",
    requirement=("GMP-19", "CSV-07"),
    protects="What was decided on a wrong value is judged once the right one is known.",
    remedy="Let a second person read the source first; what is assessed already needs nothing more.",
    resolvers=WHO_ASSESSES,
    risk=Risk.PRODUCT,
)
def waits_for_assessment(asked: OfCorrection, known: Circumstances) -> str | None:
    waits = known.state(CORRECTION, asked.case).waits_for_assessment
    return None if waits else f"{asked.case.identifier} does not wait for an assessment"


@gate(
    "correction.assessed_by_another",
    requirement=("GMP-02", "TRC-13"),
    protects="Who recorded a wrong value, or replaced it, does not judge what it did.",
    remedy="Let somebody assess it who had no part in it.",
    resolvers=WHO_ASSESSES,
    risk=Risk.PATIENT,
)
def assessed_by_another(asked: OfCorrection, known: Circumstances) -> str | None:
    correction = known.state(CORRECTION, asked.case)
    if correction.proposal is None:
        return None  # `correction.waits_for_assessment` says so
    had_part = (correction.proposal.by, correction.proposal.recorded_by, correction.second)
    return "you had a part in it" if known.actor.person in had_part else None
