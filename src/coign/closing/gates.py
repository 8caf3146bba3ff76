"""The gates of the end: decided for every container, carried out by two, where the container is."""

from typing import Protocol

from coign.closing.events import UnitDecision
from coign.closing.state import DISPOSAL, DISPOSAL_DIFFERS
from coign.collection.views import COLLECTION
from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT
from coign.infusion.views import INFUSION
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain, Unit


class OfChain(Protocol):
    """A command that concerns one therapy."""

    @property
    def chain(self) -> Chain: ...


class OfDecisions(OfChain, Protocol):
    """A command with what becomes of each container."""

    @property
    def decisions(self) -> tuple[UnitDecision, ...]: ...


class OfUnit(Protocol):
    """A command that concerns one container."""

    @property
    def unit(self) -> Unit: ...


def left(chain: Chain, known: Circumstances) -> tuple[Unit, ...]:
    """The containers of a therapy that still exist."""
    units = (each.unit for each in known.state(CHAIN, chain).units)
    return tuple(unit for unit in units if not known.state(UNIT, unit).ended)


@gate(
    "closing.therapy_is_of_this_centre",
    requirement=("PAT-33", "CSV-04"),
    protects="The centre that answers for the patient ends the therapy.",
    remedy="Ask the centre that ordered the therapy.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def therapy_is_of_this_centre(asked: OfChain, known: Circumstances) -> str | None:
    centre = known.state(CHAIN, asked.chain).centre
    if centre == known.actor.organisation:
        return None
    return f"{asked.chain.identifier} is a therapy of {centre.identifier if centre else 'nobody'}, not of your centre"


@gate(
    "closing.therapy_goes_on",
    requirement="TRC-27",
    protects="A therapy ends once; its containers have their decisions.",
    remedy="Look at the therapy: it has ended.",
    resolvers=("physician",),
    risk=Risk.DATA,
)
def therapy_goes_on(asked: OfChain, known: Circumstances) -> str | None:
    ended = known.state(CHAIN, asked.chain).ended
    return f"{asked.chain.identifier} has ended: {ended}" if ended else None


@gate(
    "closing.nothing_runs",
    requirement=("PAT-31", "TRC-27"),
    protects="Whoever is connected to a bag or a machine is still being treated.",
    remedy="Finish what runs, with its volumes, and end the therapy then.",
    resolvers=("nurse", "infusion"),
    risk=Risk.PATIENT,
)
def nothing_runs(asked: OfChain, known: Circumstances) -> str | None:
    if known.state(COLLECTION, asked.chain).running:
        return f"a collection for {asked.chain.identifier} is running"
    running = known.state(INFUSION, asked.chain).running
    return f"{running.identifier} is running into the patient" if running is not None else None


@gate(
    "closing.decisions_are_of_this_therapy",
    requirement="TRC-27",
    protects="A decision about the neighbour's bag destroys the wrong one.",
    remedy="Decide about containers of this therapy that still exist, once about each.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def decisions_are_of_this_therapy(asked: OfDecisions, known: Circumstances) -> str | None:
    expected, decided = left(asked.chain, known), [d.unit for d in asked.decisions]
    wrong = sorted({u.identifier for u in decided if u not in expected or decided.count(u) > 1})
    return f"not of this therapy, no more, or named twice: {', '.join(wrong)}" if wrong else None


@gate(
    "closing.disposal_is_decided",
    requirement="TRC-27",
    protects="Cells of a patient are not thrown away because somebody thinks they are not needed.",
    remedy="Let the physician end the therapy and decide about its containers.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def disposal_is_decided(asked: OfUnit, known: Circumstances) -> str | None:
    decided = known.state(DISPOSAL, asked.unit).becomes
    return None if decided else f"nobody decided what becomes of {asked.unit.identifier}"


@gate(
    "closing.container_exists",
    requirement="TRC-27",
    protects="A container ends in exactly one way.",
    remedy="Look at the container's history: it is no more.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.DATA,
)
def container_exists(asked: OfUnit, known: Circumstances) -> str | None:
    ended = known.state(UNIT, asked.unit).ended
    return f"{asked.unit.identifier} was {ended.replace('_', ' ')}" if ended else None


@gate(
    "closing.no_doubt_which_container",
    requirement=("TRC-13", "TRC-27"),
    protects="When two people differ about which bag was burnt, another patient's may have been.",
    remedy="Find out which container is gone; what happened is reported and resolved as an incident.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def no_doubt_which_container(asked: OfUnit, known: Circumstances) -> str | None:
    doubted = DISPOSAL_DIFFERS in known.state(UNIT, asked.unit).blocked
    return f"{asked.unit.identifier} is blocked: {DISPOSAL_DIFFERS}" if doubted else None


@gate(
    "closing.container_is_held_here",
    requirement=("TRC-11", "TRC-27"),
    protects="Only who has the container can say what became of it.",
    remedy="Let those who hold the container carry the decision out.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.DATA,
)
def container_is_held_here(asked: OfUnit, known: Circumstances) -> str | None:
    holder = known.state(HOLDING, asked.unit).organisation
    if holder in (None, known.actor.organisation):
        return None  # what was never held by anybody is with whoever sees it
    return f"{asked.unit.identifier} is held by {holder.identifier}, not by your organisation"


@gate(
    "closing.first_disposal_is_open",
    requirement=("TRC-13", "TRC-27"),
    protects="A second look needs a first one.",
    remedy="Let a first person record it.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.DATA,
)
def first_disposal_is_open(asked: OfUnit, known: Circumstances) -> str | None:
    first = known.state(DISPOSAL, asked.unit).first
    return None if first else f"nobody has recorded the disposal of {asked.unit.identifier} first"


@gate(
    "closing.second_is_another_person",
    requirement=("TRC-13", "CSV-29"),
    protects="Two people saw which container it was.",
    remedy="Let a colleague confirm it with their own badge.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.DATA,
)
def second_is_another_person(asked: OfUnit, known: Circumstances) -> str | None:
    return "you recorded it yourself" if known.state(DISPOSAL, asked.unit).first == known.actor.person else None


@gate(
    "closing.second_within_window",
    requirement=("TRC-13", "TRC-27"),
    protects="The two stood there together; an hour later nobody can see which bag it was.",
    remedy="Record it again, together.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.DATA,
)
def second_within_window(asked: OfUnit, known: Circumstances) -> str | None:
    first_at = known.state(DISPOSAL, asked.unit).first_at
    if first_at is None:
        return None  # `closing.first_disposal_is_open` says so
    if known.now.minutes_since(first_at) <= known.rules.minutes("closing.disposal_window", known.now):
        return None
    rule = known.rules.rule("closing.disposal_window", known.now)
    return f"it was recorded {first_at}, longer ago than {rule.value} {rule.unit}"
