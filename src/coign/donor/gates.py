"""The gates around a donor's tests."""

from collections.abc import Sequence
from typing import Protocol

from coign.custody.views import HOLDING
from coign.donor.dilution import VOLUME_UNIT, WEIGHT_UNIT, OfInfusions, ends, volumes
from coign.donor.events import YesNo
from coign.donor.markers import NOT_REPORTED, TITLES
from coign.donor.views import APART, TESTING, jurisdiction_of, open_markers
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain, Unit
from coign.kernel.values import Instant
from coign.people.views import ORGANISATION


class OfChain(Protocol):
    """A command that concerns one therapy."""

    @property
    def chain(self) -> Chain: ...


class OfSample(OfChain, Protocol):
    """A command about one sample of blood."""

    @property
    def sample(self) -> str: ...


class OfTaking(OfInfusions, Protocol):
    """A command about blood that was taken, and what had been given before."""

    @property
    def given_before(self) -> YesNo: ...


class OfUnit(Protocol):
    """A command that concerns one bag."""

    @property
    def unit(self) -> Unit: ...


class OfLabel(OfUnit, Protocol):
    """A bag, and what the symbol on its hazard label says."""

    @property
    def label(self) -> Unit: ...


def collected_at(chain: Chain, known: Circumstances) -> list[Instant]:
    """When the cells of a therapy were collected, as far as the bags of it are known."""
    units = known.state(CHAIN, chain).units_of_kind("starting_material")
    made = (known.state(UNIT, unit) for unit in units)
    return [state.made_at for state in made if state.made_at is not None and not state.parents]


def open_now(chain: Chain, known: Circumstances) -> tuple[str, ...]:
    """The markers that are open by the rules of the centre's country, now."""
    return open_markers(
        known.state(TESTING, chain),
        collected_at(chain, known),
        jurisdiction=place_of(chain, known),
        rules=known.rules,
        at=known.now,
    )


def place_of(chain: Chain, known: Circumstances) -> str:
    """Whose rules bind the donor's tests: those of the centre that collects."""
    centre = known.state(CHAIN, chain).centre
    country = known.state(ORGANISATION, centre).country if centre is not None else ""
    return jurisdiction_of(country, known.rules, known.now)


def reported(asked: object) -> Sequence[tuple[str, str]]:
    """The markers that a report speaks of, each with its result."""
    found = ((marker, getattr(asked, marker)) for marker in TITLES)
    return [(marker, result) for marker, result in found if result != NOT_REPORTED]


@gate(
    "donor.therapy_is_of_this_centre",
    requirement=("TRC-19", "CSV-04"),
    protects="A donor's blood is taken and its reports are kept by the centre that knows the donor.",
    remedy="Choose a therapy of your centre.",
    resolvers=("nurse", "coordinator"),
    risk=Risk.PATIENT,
)
def therapy_is_of_this_centre(asked: OfChain, known: Circumstances) -> str | None:
    centre = known.state(CHAIN, asked.chain).centre
    if centre == known.actor.organisation:
        return None
    return f"{asked.chain.identifier} is a therapy of {centre.identifier if centre else 'nobody'}, not of your centre"


@gate(
    "donor.sample_is_new",
    requirement=("TRC-20", "TRC-10"),
    protects="Two samples under one number would give one person the other's results.",
    remedy="Scan the number on these tubes.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def sample_is_new(asked: OfSample, known: Circumstances) -> str | None:
    before = known.state(TESTING, asked.chain).sample(asked.sample)
    return None if before is None else f"a sample {asked.sample} was taken {before.taken_at}"


@gate(
    "donor.sample_was_taken_before_now",
    requirement="TRC-20",
    protects="The time decides whether the sample counts: a date to come cannot be right.",
    remedy="Enter when the blood was taken.",
    resolvers=("nurse",),
    risk=Risk.DATA,
)
def sample_was_taken_before_now(asked: OfTaking, known: Circumstances) -> str | None:
    return f"{asked.taken_at} is still to come" if asked.taken_at > known.now else None


@gate(
    "donor.infusions_are_told",
    requirement="TRC-20",
    protects="Whether the sample is diluted follows from weight and volumes: a part of them gives a wrong answer.",
    remedy="If anything was given, enter the weight and each volume; if nothing was, leave them empty.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def infusions_are_told(asked: OfTaking, known: Circumstances) -> str | None:
    told = volumes(asked)
    if asked.given_before == "no":
        return "nothing was given, and yet volumes or times are entered" if told or ends(asked) else None
    missing = [*([] if asked.weight is not None else ["the weight"]), *([] if told else ["the volumes"])]
    return f"something was given, without {' and '.join(missing)}" if missing else None


@gate(
    "donor.infusions_in_their_units",
    requirement=("TRC-20", "CSV-28"),
    protects="Litres read as millilitres make a diluted sample look like a good one.",
    remedy="Give volumes in mL and the weight in kg, each greater than nothing.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def infusions_in_their_units(asked: OfTaking, known: Circumstances) -> str | None:
    expected = [(q, VOLUME_UNIT) for q in volumes(asked)]
    expected += [(asked.weight, WEIGHT_UNIT)] if asked.weight is not None else []
    wrong = [f"{q} is not more than 0 {unit}" for q, unit in expected if q.unit != unit or q.amount <= 0]
    return "; ".join(wrong) or None


@gate(
    "donor.infusions_ended_before_the_sample",
    requirement=("TRC-20", "CSV-28"),
    protects="Only what went in before the blood was drawn dilutes it; an end after it is a wrong time.",
    remedy="Enter when the last infusion before the sample ended; the time of the sample for one that still ran.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def infusions_ended_before_the_sample(asked: OfTaking, known: Circumstances) -> str | None:
    later = [at for at in ends(asked) if at > asked.taken_at]
    return f"an infusion ended at {max(later)}, after the sample of {asked.taken_at}" if later else None


@gate(
    "donor.sample_is_known",
    requirement=("TRC-20", "TRC-21"),
    protects="A report about a sample that nobody took is somebody else's.",
    remedy="Compare the number on the report with the one on the tubes.",
    resolvers=("celllab", "coordinator"),
    risk=Risk.PATIENT,
)
def sample_is_known(asked: OfSample, known: Circumstances) -> str | None:
    found = known.state(TESTING, asked.chain).sample(asked.sample)
    return None if found is not None else f"no sample {asked.sample} was taken for {asked.chain.identifier}"


@gate(
    "donor.something_is_reported",
    requirement="TRC-21",
    protects="A report without a result reads like one in which nothing was found.",
    remedy="Enter the result of each marker that the report names.",
    resolvers=("celllab", "coordinator"),
    risk=Risk.DATA,
)
def something_is_reported(asked: object, known: Circumstances) -> str | None:
    return None if reported(asked) else "no marker has a result"


@gate(
    "donor.markers_are_open",
    requirement=("TRC-18", "TRC-21"),
    protects="A decision about open markers where none is open would stand for a later one unread.",
    remedy="Nothing is to be decided: the tests are complete.",
    resolvers=("physician", "qp"),
    risk=Risk.DATA,
)
def markers_are_open(asked: OfChain, known: Circumstances) -> str | None:
    return None if open_now(asked.chain, known) else f"no marker of {asked.chain.identifier} is open"


@gate(
    "donor.bag_is_hazardous",
    requirement=("TRC-19", "TRC-15"),
    protects="A hazard label on a bag without a hazard teaches people not to read it.",
    remedy="Leave the bag in its usual place.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PRODUCT,
)
def bag_is_hazardous(asked: OfUnit, known: Circumstances) -> str | None:
    chain = known.state(UNIT, asked.unit).chain
    if chain is not None and known.state(TESTING, chain).is_hazardous:
        return None
    return f"no marker of the donor of {asked.unit.identifier} is reactive"


@gate(
    "donor.bag_is_held_here",
    requirement=("TRC-19", "TRC-11"),
    protects="Only who has the bag can put it anywhere.",
    remedy="Let those who hold the bag set it apart.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PRODUCT,
)
def bag_is_held_here(asked: OfUnit, known: Circumstances) -> str | None:
    holder = known.state(HOLDING, asked.unit).organisation
    if holder == known.actor.organisation:
        return None
    return f"{asked.unit.identifier} is held by {holder.identifier if holder else 'nobody'}, not by your organisation"


@gate(
    "donor.hazard_label_is_of_the_bag",
    requirement=("TRC-19", "TRC-14"),
    protects="A warning on the neighbour's bag warns of the wrong cells.",
    remedy="Scan the label that was put on this bag; take a wrong one off.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def hazard_label_is_of_the_bag(asked: OfLabel, known: Circumstances) -> str | None:
    if asked.label == asked.unit:
        return None
    return f"the hazard label says {asked.label.identifier}, the bag is {asked.unit.identifier}"


@gate(
    "donor.not_set_apart_here_yet",
    requirement="TRC-19",
    protects="One entry a house tells where the bag stands.",
    remedy="Nothing is left to do: the bag was set apart here.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.DATA,
)
def not_set_apart_here_yet(asked: OfUnit, known: Circumstances) -> str | None:
    apart = known.state(APART, asked.unit)
    if apart.organisation != known.actor.organisation:
        return None
    return f"{asked.unit.identifier} was set apart in {apart.place}"
