"""How far each therapy of the story goes, when it begins, and what goes wrong on its way."""

from dataclasses import replace

from coign.demo import people
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation


@dataclass(frozen=True, slots=True)
class Plan:
    """A stage or step, how many of its repetitions, the day it begins on, and what turns at which open step."""

    to: str
    times: int
    #: Days after the enrolment of the first therapy of the list; those that are further began before it.
    begins_day: float
    #: Step that is open → name of what happens then instead (`turns.py`).
    turns: tuple[tuple[str, str], ...] = ()
    #: Nobody goes on after its last turn.
    stays_there: bool = False
    #: Where the patient is treated.
    centre: Organisation = people.CENTRE


def _abroad(to: str, times: int, begins_day: float, turns: tuple[tuple[str, str], ...] = ()) -> Plan:
    """At the second centre, under the rules of its country."""
    return Plan(to, times, begins_day, turns, centre=people.CENTRE_US)


END = "end"
_WARM_IN, _WARM_OUT = ("read-logger-in", "warm_at_the_maker"), ("read-logger-out", "warm_at_the_centre")
_FAILING = ("record-results", "failing_viability")

#: One at the centre and ready for conditioning, one in testing, one in the chair; then those whose patients went home,
#: those that stopped, and one at nearly every stage between enrolment and follow-up. The days follow from how long
#: each takes by `durations.yaml`, so that all of them stand where they should within the same week.
PLANS = (
    Plan("at_the_centre", 0, 0),
    Plan("record-results", 5, 23),
    Plan("start-collection", 0, 40),
    Plan("record-results", 0, 15),
    Plan("record-response", 0, -144, (_WARM_IN,)),
    Plan(END, 0, -138, (("check-identity", "progression"),), stays_there=True),
    _abroad(END, 0, -132, (_FAILING,)),
    Plan("order", 0, 45),
    Plan(END, 0, -118, (("confirm-product", "progression"),), stays_there=True),
    Plan(END, 0, -112, (("check-identity", "moved_slot"), ("complete-steps", "deviation"))),
    Plan("record-response", 0, -106, (("count-labels", "failed_batch"),)),
    Plan("confirm-bag-out", 0, -4),
    Plan("consent", 0, 52),
    Plan(END, 0, -84, (("slot", "withdrawal"),), stays_there=True),
    Plan(END, 0, -60, (("accept-material", "withdrawal"),), stays_there=True),
    Plan("start-infusion", 0, -3),
    Plan("order", 0, 46),
    _abroad("eligibility", 0, 50),
    Plan("draft", 0, 48),
    Plan("finish-infusion", 0, -7),
    Plan("report-event", 0, -12),
    _abroad("record-conditioning", 0, -1),
    Plan("assess-patient", 0, -6),
    Plan("confirm-product", 0, 4),
    Plan("read-logger-out", 0, 6, (_WARM_OUT,)),
    Plan("arrive-out", 0, 8),
    Plan("review-audit-trail", 0, 11),
    _abroad("certify", 0, 11),
    _abroad("review-record", 0, 12),
    Plan("assess-exception-risk", 0, 13, (_FAILING,)),
    Plan("record-results", 0, 14),
    _abroad("record-expanded-access", 0, 12.5, (_FAILING,)),
    Plan("complete-steps", 3, 26, (("complete-steps", "deviation"),)),
    _abroad("complete-steps", 1, 29),
    Plan("accept-material", 0, 31, (("accept-material", "new_name"),)),
    Plan("read-logger-in", 0, 33, (_WARM_IN,)),
    Plan("depart-in", 0, 35),
    Plan("place-cryobags", 0, 36, (("place-cryobags", "mistyped_volume"),), stays_there=True),
    Plan(END, 0, 37, (("verify-collection-label", "mismatched_label"),), stays_there=True),
    _abroad("slot", 0, 43),
)
#: After the last one they are told again from the first, some days later each time.
AGAIN_AFTER_DAYS = 4.0


def plan_of(number: int) -> Plan:
    """The plan of the therapy with this number, counted from 0."""
    plan, round_ = PLANS[number % len(PLANS)], number // len(PLANS)
    return replace(plan, begins_day=plan.begins_day + round_ * AGAIN_AFTER_DAYS)


def told_abroad(journeys: int) -> int:
    """How many of so many therapies are of the second centre."""
    return sum(plan_of(number).centre == people.CENTRE_US for number in range(journeys))


def days_before_the_first(journeys: int) -> float:
    """How long before the first therapy of the list the earliest of so many begins."""
    return -min(plan_of(number).begins_day for number in range(journeys))
