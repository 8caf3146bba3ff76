"""The gates between the order of conditioning and the first dose: who counted, who examined, and what still holds."""

from typing import Literal, Protocol

from coign.clinical.conditioning_gates import OfChain, containers, programme
from coign.clinical.views import COURSE
from coign.coldchain.views import CONDITION, ConditionState
from coign.identity.views import UNIT, UnitState
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Unit
from coign.kernel.values import Instant
from coign.manufacturing.views import recalled_because
from coign.quality.views import DISPOSITION, DispositionState

#: What is said when there is nothing left to give.
NO_BAG_LEFT = "no bag of product is left"


class OfBags(OfChain, Protocol):
    """A command with the bags that were scanned."""

    @property
    def bags(self) -> tuple[Unit, ...]: ...


class OfExamination(OfChain, Protocol):
    """A command with what a physician found of the patient."""

    @property
    def examined_at(self) -> Instant: ...
    @property
    def fit(self) -> Literal["fit", "not_fit"]: ...


class OfDays(OfChain, Protocol):
    """A command with the days of conditioning."""

    @property
    def first_day(self) -> Instant: ...
    @property
    def last_day(self) -> Instant: ...


@gate(
    "clinical.every_bag_is_counted",
    requirement=("PAT-28", "TRC-27"),
    protects="One bag of two is half a dose, and the patient is conditioned for the whole.",
    remedy="Look for the bag that was not scanned; put back what belongs to another therapy.",
    resolvers=("celllab",),
    risk=Risk.PATIENT,
)
def every_bag_is_counted(asked: OfBags, known: Circumstances) -> str | None:
    expected, scanned = set(containers(asked, known)), set(asked.bags)
    if expected == scanned:
        return None
    missing = [u.identifier for u in sorted(expected - scanned)]
    foreign = [u.identifier for u in sorted(scanned - expected)]
    said = [f"not scanned: {', '.join(missing)}"] if missing else []
    return "; ".join([*said, *([f"not of this therapy: {', '.join(foreign)}"] if foreign else [])])


@gate(
    "clinical.product_is_confirmed",
    requirement="PAT-28",
    protects="A list says where bags should be; only a scan says that they are there.",
    remedy="Ask the cell laboratory to confirm the product for conditioning.",
    resolvers=("celllab",),
    risk=Risk.PATIENT,
)
def product_is_confirmed(asked: OfChain, known: Circumstances) -> str | None:
    counted = known.state(COURSE, asked.chain).confirmed_at
    return None if counted else f"nobody has scanned the bags of {asked.chain.identifier} for conditioning"


@gate(
    "clinical.no_bag_came_after_the_count",
    requirement="PAT-28",
    protects="A bag that nobody scanned where it lies may be another one, and the patient is conditioned for it too.",
    remedy="Ask the cell laboratory to scan the bags again: all that there are now.",
    resolvers=("celllab",),
    risk=Risk.PATIENT,
)
def no_bag_came_after_the_count(asked: OfChain, known: Circumstances) -> str | None:
    course = known.state(COURSE, asked.chain)
    if course.confirmed_at is None:
        return None  # `clinical.product_is_confirmed` says so
    further = [u.identifier for u in containers(asked, known) if u not in course.counted]
    return f"not there when the bags were scanned: {', '.join(further)}" if further else None


@gate(
    "clinical.confirmation_holds",
    requirement="PAT-28",
    protects="What was in its place days ago may have been moved, warmed or broken since.",
    remedy="Let the cell laboratory scan the bags again, and order conditioning on that.",
    resolvers=("celllab", "physician"),
    risk=Risk.PATIENT,
)
def confirmation_holds(asked: OfChain, known: Circumstances) -> str | None:
    course, version = known.state(COURSE, asked.chain), programme(asked, known)
    if version is None or course.confirmed_at is None:
        return None  # `clinical.product_is_confirmed` says so
    ends = course.confirmation_ends(version.minutes("product_confirmation_valid"))
    if ends is None or known.now <= ends:
        return None
    held = version.quantity("product_confirmation_valid")
    return f"the bags were scanned {course.confirmed_at}, longer ago than {held}"


@gate(
    "clinical.patient_is_fit",
    requirement="PAT-28",
    protects="Conditioning given to somebody with an infection or failing organs can kill them.",
    remedy="Treat what stands against it, and examine the patient again.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def patient_is_fit(asked: OfExamination, known: Circumstances) -> str | None:
    return None if asked.fit == "fit" else "the patient was found not fit for conditioning"


@gate(
    "clinical.examination_is_of_today",
    requirement="PAT-28",
    protects="Somebody who was fit days ago may have a fever now.",
    remedy="Examine the patient now, and enter when.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def examination_is_of_today(asked: OfExamination, known: Circumstances) -> str | None:
    version = programme(asked, known)
    if version is None:
        return None
    if asked.examined_at > known.now:
        return f"the examination is dated {asked.examined_at}, which is still to come"
    if known.now.minutes_since(asked.examined_at) <= version.minutes("fitness_valid"):
        return None
    return f"the patient was examined {asked.examined_at}, longer ago than {version.quantity('fitness_valid')}"


@gate(
    "clinical.conditioning_is_ordered",
    requirement="PAT-28",
    protects="Nobody is conditioned without a physician's signed order that still stands.",
    remedy="Ask the physician to order conditioning.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def conditioning_is_ordered(asked: OfChain, known: Circumstances) -> str | None:
    ordered = known.state(COURSE, asked.chain).conditioning_from
    return None if ordered else f"no conditioning is ordered for {asked.chain.identifier}"


@gate(
    "clinical.conditioning_not_begun",
    requirement="PAT-28",
    protects="A first dose is given once.",
    remedy="Look at the course of this therapy: conditioning was begun.",
    resolvers=("nurse", "physician"),
    risk=Risk.PATIENT,
)
def conditioning_not_begun(asked: OfChain, known: Circumstances) -> str | None:
    since = known.state(COURSE, asked.chain).begun_at
    return f"conditioning was begun {since}" if since else None


@gate(
    "clinical.first_day_has_come",
    requirement="PAT-28",
    protects="The days are counted back from the infusion: a dose before its day shifts all that follows.",
    remedy="Wait for the day that was ordered, or have conditioning ordered anew.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def first_day_has_come(asked: OfChain, known: Circumstances) -> str | None:
    first = known.state(COURSE, asked.chain).conditioning_from
    return f"conditioning was ordered from {first} on" if first is not None and known.now < first else None


@gate(
    "clinical.conditioning_is_begun",
    requirement="PAT-28",
    protects="Only what was begun can have been given.",
    remedy="Begin conditioning first, or look at the course of this therapy.",
    resolvers=("nurse", "physician"),
    risk=Risk.DATA,
)
def conditioning_is_begun(asked: OfChain, known: Circumstances) -> str | None:
    begun = known.state(COURSE, asked.chain).begun_at
    return None if begun else f"no conditioning of {asked.chain.identifier} was begun"


@gate(
    "clinical.conditioning_not_recorded",
    requirement="PAT-28",
    protects="Days entered twice would be two courses for whoever counts back from them.",
    remedy="Look at the course of this therapy: its days are recorded.",
    resolvers=("nurse", "physician"),
    risk=Risk.DATA,
)
def conditioning_not_recorded(asked: OfChain, known: Circumstances) -> str | None:
    until = known.state(COURSE, asked.chain).given_until
    return f"conditioning was given until {until}" if until else None


@gate(
    "clinical.days_follow_one_another",
    requirement="PAT-28",
    protects="The infusion is counted from these days.",
    remedy="Enter the days on which doses were given: the first before the last, none to come.",
    resolvers=("nurse", "physician"),
    risk=Risk.DATA,
)
def days_follow_one_another(asked: OfDays, known: Circumstances) -> str | None:
    if asked.first_day > asked.last_day:
        return f"the first day {asked.first_day} lies after the last one {asked.last_day}"
    return f"the last day {asked.last_day} is still to come" if asked.last_day > known.now else None


def why_not_given(
    bag: UnitState, condition: ConditionState, disposition: DispositionState, recalled: str | None, now: Instant
) -> tuple[str, ...]:
    """What stands against giving one bag now, each in a few words that follow its name; its lots in doubt among it."""
    expired = f"expired {bag.expires}" if bag.expires is not None and bag.expires <= now else None
    released = None if disposition.is_released else "is not released"
    recall = f"was made with what is in doubt now: {recalled}" if recalled else None
    found = (bag.stands_still_because, condition.not_in_order_at(now), released, recall, expired)
    return tuple(reason for reason in found if reason)


def turned_because(asked: OfChain, known: Circumstances) -> tuple[str, ...]:
    """What stands against giving the product now, bag by bag: asked once a patient depends on it."""
    bags = containers(asked, known)
    if not bags:
        return (NO_BAG_LEFT,)
    return tuple(
        f"{unit.identifier} {reason}"
        for unit in bags
        for reason in why_not_given(
            known.state(UNIT, unit),
            known.state(CONDITION, unit),
            known.state(DISPOSITION, unit),
            recalled_because(known.state(UNIT, unit).batch, known),
            known.now,
        )
    )


@gate(
    "clinical.patient_depends_on_product",
    requirement="PAT-28",
    protects="A call about a patient who was not conditioned hides the one who was.",
    remedy="Nothing is to be decided here: no dose of conditioning was given.",
    resolvers=("physician",),
    risk=Risk.DATA,
)
def patient_depends_on_product(asked: OfChain, known: Circumstances) -> str | None:
    depends = known.state(COURSE, asked.chain).depends_on_product
    return None if depends else f"no dose of conditioning was given for {asked.chain.identifier}"


@gate(
    "clinical.something_turned",
    requirement="PAT-28",
    protects="A decision on record about a product that is in order would be read as a warning.",
    remedy="Look at the product: nothing stands against giving it.",
    resolvers=("physician",),
    risk=Risk.DATA,
)
def something_turned(asked: OfChain, known: Circumstances) -> str | None:
    return None if turned_because(asked, known) else f"nothing stands against the product of {asked.chain.identifier}"
