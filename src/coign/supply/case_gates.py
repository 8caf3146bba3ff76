"""The gates of suspect product: looked into, determined, told in time, ended only after the authority was asked."""

from math import ceil
from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Case
from coign.kernel.values import Instant
from coign.supply.events import Recipient
from coign.supply.state import SUSPECT


class OfCase(Protocol):
    """A command that concerns one case of suspect product."""

    @property
    def case(self) -> Case: ...


class OfInvestigation(OfCase, Protocol):
    """A command with the count of packs that were checked."""

    @property
    def packs_in_hand(self) -> int: ...

    @property
    def packs_checked(self) -> int: ...

    @property
    def packs_wrong(self) -> int: ...


class OfNotice(OfCase, Protocol):
    """A command that says who was told, and when."""

    @property
    def to(self) -> Recipient: ...

    @property
    def sent_at(self) -> Instant: ...


def packs_to_check(in_hand: int, known: Circumstances) -> int:
    """How many packs of a suspect product are checked: so many, or such a share, or all there are (582(d)(4)(A))."""
    least = int(known.rules.number("supply.packs_checked_min", known.now))
    share = known.rules.number("supply.packs_checked_share", known.now)
    return int(min(in_hand, max(least, ceil(in_hand * share / 100))))


@gate(
    "supply.case_is_open",
    requirement="SCS-16",
    protects="What a suspect product is, is decided once.",
    remedy="Look at the case: the decision stands.",
    resolvers=("qa",),
    risk=Risk.PRODUCT,
)
def case_is_open(asked: OfCase, known: Circumstances) -> str | None:
    case = known.state(SUSPECT, asked.case)
    if case.is_open:
        return None
    if case.cleared_at is not None:
        return f"{asked.case.identifier} was cleared {case.cleared_at}"
    if case.determined_at is not None:
        return f"it was determined {case.determined_at}: {case.grounds.replace('_', ' ')}"
    return f"{asked.case.identifier} is no case of suspect product"


@gate(
    "supply.counts_add_up",
    requirement="SCS-16",
    protects="A count that cannot be is a slip, and slips decide nothing.",
    remedy="Count again: no more packs can be checked than there are, and no more wrong than checked.",
    resolvers=("qa", "warehouse"),
    risk=Risk.DATA,
)
def counts_add_up(asked: OfInvestigation, known: Circumstances) -> str | None:
    if 0 <= asked.packs_wrong <= asked.packs_checked <= asked.packs_in_hand and asked.packs_checked > 0:
        return None
    return f"{asked.packs_wrong} wrong of {asked.packs_checked} checked of {asked.packs_in_hand} in hand cannot be"


@gate(
    "supply.enough_was_checked",
    requirement="SCS-16",
    protects="One good pack says little about its neighbours.",
    remedy="Check more packs of the product and record the investigation.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def enough_was_checked(asked: OfCase, known: Circumstances) -> str | None:
    case = known.state(SUSPECT, asked.case)
    if case.investigated_at is None:
        return "nobody recorded an investigation"
    needed = packs_to_check(case.packs_in_hand, known)
    if case.packs_checked >= needed:
        return None
    return f"{case.packs_checked} of {case.packs_in_hand} packs were checked; {needed} are asked for"


@gate(
    "supply.nothing_was_wrong",
    requirement="SCS-16",
    protects="Product of which a part is wrong is not good.",
    remedy="Determine the product to be illegitimate, or find out what explains the wrong packs and check again.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def nothing_was_wrong(asked: OfCase, known: Circumstances) -> str | None:
    wrong = known.state(SUSPECT, asked.case).packs_wrong
    return f"{wrong} of the packs checked were wrong" if wrong else None


@gate(
    "supply.cleared_by_another",
    requirement=("SCS-16", "GMP-02"),
    protects="Two people are sure before something is used that one of them doubted.",
    remedy="Let somebody else of the quality unit look at the evidence.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def cleared_by_another(asked: OfCase, known: Circumstances) -> str | None:
    opened_by = known.state(SUSPECT, asked.case).opened_by
    return "you reported this yourself" if opened_by == known.actor.person else None


@gate(
    "supply.product_is_illegitimate",
    requirement="SCS-16",
    protects="Authorities and partners are told of what was determined, not of every doubt.",
    remedy="Determine first what the product is.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def product_is_illegitimate(asked: OfCase, known: Circumstances) -> str | None:
    determined_at = known.state(SUSPECT, asked.case).determined_at
    return None if determined_at is not None else f"{asked.case.identifier} was not determined to be illegitimate"


@gate(
    "supply.notice_is_plausible",
    requirement="SCS-16",
    protects="When somebody was told is recorded as it was: between the determination and now.",
    remedy="Look at the receipt of the notice.",
    resolvers=("qa", "regulatory"),
    risk=Risk.DATA,
)
def notice_is_plausible(asked: OfNotice, known: Circumstances) -> str | None:
    determined_at = known.state(SUSPECT, asked.case).determined_at
    if asked.sent_at > known.now:
        return f"{asked.sent_at} has not come yet"
    if determined_at is not None and asked.sent_at < determined_at:
        return f"{asked.sent_at} lies before the determination of {determined_at}"
    return None


@gate(
    "supply.notice_is_the_first",
    requirement="SCS-16",
    protects="The first notice counts for the clock; it is not replaced by a later one.",
    remedy="Look at the case: they were told.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def notice_is_the_first(asked: OfNotice, known: Circumstances) -> str | None:
    case = known.state(SUSPECT, asked.case)
    told = case.authority_told_at if asked.to == "authority" else case.partners_told_at
    return f"the {asked.to} was told {told}" if told is not None else None


@gate(
    "supply.authority_was_told",
    requirement="SCS-16",
    protects="Only what was notified can be consulted about and ended.",
    remedy="Record the notice to the authority first.",
    resolvers=("qa", "regulatory"),
    risk=Risk.DATA,
)
def authority_was_told(asked: OfCase, known: Circumstances) -> str | None:
    told = known.state(SUSPECT, asked.case).authority_told_at
    return None if told is not None else "the authority was not told yet"


@gate(
    "supply.authority_agrees",
    requirement="SCS-16",
    protects="Others look out for the product until the authority agrees that they need not.",
    remedy="Consult the authority and record what it answered.",
    resolvers=("qa", "regulatory"),
    risk=Risk.PATIENT,
)
def authority_agrees(asked: OfCase, known: Circumstances) -> str | None:
    case = known.state(SUSPECT, asked.case)
    if case.authority_told_at is None or case.authority_agrees:
        return None  # the first is said by `supply.authority_was_told`
    return "the authority was not consulted, or does not agree"


@gate(
    "supply.notification_runs",
    requirement="SCS-16",
    protects="A notification is ended once.",
    remedy="Look at the case: it is ended.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def notification_runs(asked: OfCase, known: Circumstances) -> str | None:
    terminated_at = known.state(SUSPECT, asked.case).terminated_at
    return f"it was ended {terminated_at}" if terminated_at is not None else None
