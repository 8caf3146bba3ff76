"""The gates of thaw, bed and infusion: a clock that nothing stops, and two people who both saw the right patient."""

from typing import Protocol

from coign.infusion.product_gates import OfUnit, programme
from coign.infusion.state import BAG
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.values import Quantity
from coign.training.views import missing_qualification

THAW_TASK, BEDSIDE_TASK = "thaw", "bedside_check"

#: The unit in which what was given is measured (UCUM).
VOLUME_UNIT = "mL"


class OfVolumes(Protocol):
    @property
    def given(self) -> Quantity: ...
    @property
    def residual(self) -> Quantity: ...


@gate(
    "infusion.qualified_to_thaw",
    requirement=("TRN-01", "TRN-08"),
    protects="A bag thawed wrongly is lost, and there is no other.",
    remedy="Let a colleague with a current qualification thaw, or renew yours with a trainer.",
    resolvers=("trainer", "celllab"),
    risk=Risk.PRODUCT,
)
def qualified_to_thaw(asked: object, known: Circumstances) -> str | None:
    return missing_qualification(THAW_TASK, known)


@gate(
    "infusion.qualified_for_bedside_check",
    requirement=("TRN-01", "TRN-08", "TRC-13"),
    protects="Only who has shown that they can check at the bed counts as one of the two.",
    remedy="Let a colleague with a current qualification check, or renew yours with a trainer.",
    resolvers=("trainer", "infusion"),
    risk=Risk.PATIENT,
)
def qualified_for_bedside_check(asked: object, known: Circumstances) -> str | None:
    return missing_qualification(BEDSIDE_TASK, known)


@gate(
    "infusion.bag_is_issued",
    requirement=("TRC-13", "PAT-30"),
    protects="Two people see which bag leaves the cold: the wrong one cannot be put back.",
    remedy="Let a first person scan and issue the bag.",
    resolvers=("celllab", "pharmacist"),
    risk=Risk.PATIENT,
)
def bag_is_issued(asked: OfUnit, known: Circumstances) -> str | None:
    issued = known.state(BAG, asked.unit).issued_at
    return None if issued else f"nobody has issued {asked.unit.identifier}"


@gate(
    "infusion.thawed_by_another_person",
    requirement=("TRC-13", "CSV-29"),
    protects="Two pairs of eyes see the bag before it is thawed.",
    remedy="Let a colleague scan the bag and thaw it.",
    resolvers=("celllab", "infusion"),
    risk=Risk.PATIENT,
)
def thawed_by_another_person(asked: OfUnit, known: Circumstances) -> str | None:
    return "you issued the bag yourself" if known.state(BAG, asked.unit).issued_by == known.actor.person else None


@gate(
    "infusion.issue_is_fresh",
    requirement=("TRC-13", "SCS-11"),
    protects="A bag that was taken out long ago has been warm, or was put back where nobody looked.",
    remedy="Issue the bag again, together.",
    resolvers=("celllab", "pharmacist"),
    risk=Risk.PRODUCT,
)
def issue_is_fresh(asked: OfUnit, known: Circumstances) -> str | None:
    issued_at, version = known.state(BAG, asked.unit).issued_at, programme(asked, known)
    if issued_at is None or version is None:
        return None  # `infusion.bag_is_issued` says so
    if known.now.minutes_since(issued_at) <= version.minutes("issue_window"):
        return None
    return f"{asked.unit.identifier} was issued {issued_at}, longer ago than {version.quantity('issue_window')}"


@gate(
    "infusion.not_thawed_yet",
    requirement="PAT-30",
    protects="A thawed bag is never frozen again, and its clock never begins anew.",
    remedy="Give the bag while its clock runs, or do not use it.",
    resolvers=("celllab", "infusion"),
    risk=Risk.PATIENT,
)
def not_thawed_yet(asked: OfUnit, known: Circumstances) -> str | None:
    since = known.state(BAG, asked.unit).thawed_at
    return f"{asked.unit.identifier} was thawed {since}" if since else None


@gate(
    "infusion.is_thawed",
    requirement="PAT-30",
    protects="The clock tells how long the cells have been out of the cold; without it nobody knows.",
    remedy="Record the thaw first.",
    resolvers=("celllab", "infusion"),
    risk=Risk.PATIENT,
)
def is_thawed(asked: OfUnit, known: Circumstances) -> str | None:
    return None if known.state(BAG, asked.unit).thawed_at else f"{asked.unit.identifier} was not thawed"


@gate(
    "infusion.thaw_clock_runs",
    requirement="PAT-30",
    protects="Outside the cold the cells die; what is left after the limit was never tested in anybody.",
    remedy="Do not give the bag; the prescriber and the maker's quality unit decide together what to do.",
    resolvers=("physician", "qa"),
    risk=Risk.PATIENT,
)
def thaw_clock_runs(asked: OfUnit, known: Circumstances) -> str | None:
    since, version = known.state(BAG, asked.unit).thawed_at, programme(asked, known)
    if since is None or version is None:
        return None  # without a thaw there is no clock; `infusion.is_thawed` says so
    if known.now.minutes_since(since) <= version.minutes("thaw_to_infusion_max"):
        return None
    return f"{asked.unit.identifier} was thawed {since}, longer ago than {version.quantity('thaw_to_infusion_max')}"


@gate(
    "infusion.not_started",
    requirement="PAT-31",
    protects="A bag is given once, and checked before that.",
    remedy="Look at the bag's history: its infusion was started.",
    resolvers=("infusion", "nurse"),
    risk=Risk.PATIENT,
)
def not_started(asked: OfUnit, known: Circumstances) -> str | None:
    since = known.state(BAG, asked.unit).started_at
    return f"the infusion of {asked.unit.identifier} was started {since}" if since else None


@gate(
    "infusion.no_open_mismatch",
    requirement=("TRC-12", "PAT-28"),
    protects="This bag was at a bed where it did not belong: nobody knows yet which of the two was wrong.",
    remedy="A third qualified person finds out and records it.",
    resolvers=("physician", "pharmacist", "infusion"),
    risk=Risk.PATIENT,
)
def no_open_mismatch(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(BAG, asked.unit).mismatch_between:
        return f"{asked.unit.identifier} and a wristband did not belong together, and nobody has resolved it"
    return None


@gate(
    "infusion.first_check_is_open",
    requirement=("TRC-13", "PAT-31"),
    protects="A second look needs a first one.",
    remedy="Let a first person scan wristband and bag.",
    resolvers=("nurse", "infusion", "physician"),
    risk=Risk.PATIENT,
)
def first_check_is_open(asked: OfUnit, known: Circumstances) -> str | None:
    first = known.state(BAG, asked.unit).first
    return None if first else f"nobody has checked {asked.unit.identifier} at the bedside first"


@gate(
    "infusion.second_is_another_person",
    requirement=("TRC-13", "CSV-29", "PAT-31"),
    protects="Two pairs of eyes see bag and patient together.",
    remedy="Let a colleague scan with their own badge.",
    resolvers=("nurse", "infusion", "physician"),
    risk=Risk.PATIENT,
)
def second_is_another_person(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(BAG, asked.unit).first == known.actor.person:
        return "you made the first check yourself"
    return None


@gate(
    "infusion.second_within_window",
    requirement="TRC-13",
    protects="The two stand at the bed together; an old check says nothing about who lies there now.",
    remedy="Begin the check again, together.",
    resolvers=("nurse", "infusion", "physician"),
    risk=Risk.PATIENT,
)
def second_within_window(asked: OfUnit, known: Circumstances) -> str | None:
    first_at, version = known.state(BAG, asked.unit).first_at, programme(asked, known)
    if first_at is None or version is None:
        return None  # without a first check there is nothing to be late for; `infusion.first_check_is_open` says so
    if known.now.minutes_since(first_at) <= version.minutes("bedside_check_window"):
        return None
    return f"the first check was made {first_at}, longer ago than {version.quantity('bedside_check_window')}"


@gate(
    "infusion.bedside_is_confirmed",
    requirement=("TRC-12", "TRC-13", "PAT-28", "PAT-31"),
    protects="Somebody else's cells can kill: two people see that bag and patient belong together.",
    remedy="Let two people scan wristband and bag at the bed.",
    resolvers=("nurse", "infusion", "physician"),
    risk=Risk.PATIENT,
)
def bedside_is_confirmed(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(BAG, asked.unit).confirmed_at is not None:
        return None
    return f"no two people have confirmed {asked.unit.identifier} at the bedside"


@gate(
    "infusion.bedside_is_fresh",
    requirement=("TRC-12", "TRC-13"),
    protects="Between check and start the bag may have been carried to another bed.",
    remedy="Check wristband and bag again, by two, just before the start.",
    resolvers=("nurse", "infusion", "physician"),
    risk=Risk.PATIENT,
)
def bedside_is_fresh(asked: OfUnit, known: Circumstances) -> str | None:
    confirmed_at, version = known.state(BAG, asked.unit).confirmed_at, programme(asked, known)
    if confirmed_at is None or version is None:
        return None
    if known.now.minutes_since(confirmed_at) <= version.minutes("bedside_check_window"):
        return None
    return f"bag and patient were confirmed {confirmed_at}, longer ago than {version.quantity('bedside_check_window')}"


@gate(
    "infusion.is_running",
    requirement="PAT-31",
    protects="Only what was started can be finished.",
    remedy="Start the infusion first, or look at the bag's history.",
    resolvers=("infusion", "nurse"),
    risk=Risk.PATIENT,
)
def is_running(asked: OfUnit, known: Circumstances) -> str | None:
    running = known.state(BAG, asked.unit).running
    return None if running else f"{asked.unit.identifier} is not running into a patient"


@gate(
    "infusion.volumes_are_volumes",
    requirement="PAT-31",
    protects="What was given is known in one unit, so that the dose can be worked out.",
    remedy=f"Enter both volumes in {VOLUME_UNIT}.",
    resolvers=("infusion", "nurse"),
    risk=Risk.PATIENT,
)
def volumes_are_volumes(asked: OfVolumes, known: Circumstances) -> str | None:
    wrong = [str(q) for q in (asked.given, asked.residual) if q.unit != VOLUME_UNIT or q.amount < 0]
    return f"{' and '.join(wrong)}: expected volumes in {VOLUME_UNIT}, none below zero" if wrong else None


@gate(
    "infusion.mismatch_is_open",
    requirement="TRC-13",
    protects="Only what is open can be resolved.",
    remedy="Look at the bag's history: there is nothing to resolve.",
    resolvers=("physician", "pharmacist"),
    risk=Risk.DATA,
)
def mismatch_is_open(asked: OfUnit, known: Circumstances) -> str | None:
    open_ = known.state(BAG, asked.unit).mismatch_between
    return None if open_ else f"{asked.unit.identifier} has no open mismatch"


@gate(
    "infusion.resolver_is_a_third_person",
    requirement=("TRC-13", "PAT-28"),
    protects="Who stood at the bed cannot judge what happened there.",
    remedy="Let somebody who did not check resolve it.",
    resolvers=("physician", "pharmacist", "infusion"),
    risk=Risk.PATIENT,
)
def resolver_is_a_third_person(asked: OfUnit, known: Circumstances) -> str | None:
    if known.actor.person in known.state(BAG, asked.unit).mismatch_between:
        return "you were part of the check that did not agree"
    return None
