"""The gates of safety cases: reporting is easy, and what the clocks hang on cannot be pushed later."""

from typing import Protocol

from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Case, Patient, Site, Unit
from coign.kernel.values import Instant
from coign.people.views import SITE
from coign.regulatory.views import PRODUCT
from coign.safety.case_state import CASE, EVENTS_MAX, NEWS_MAX, SUBMISSIONS, CaseState, Event
from coign.safety.clocks.duties import Duty, duties, regimes_of
from coign.safety.events import Answer, Criterion, Outcome


class OfCase(Protocol):
    """A command that concerns one case."""

    @property
    def case(self) -> Case: ...


class OfEvent(OfCase, Protocol):
    """A command that concerns one event of a case."""

    @property
    def event(self) -> int: ...


class OfReport(Protocol):
    """What a report says of an event."""

    @property
    def onset(self) -> Instant: ...
    @property
    def aware_at(self) -> Instant: ...
    @property
    def known_at(self) -> Instant: ...


class OfSeriousness(Protocol):
    """Criteria and outcome of an event."""

    @property
    def criteria(self) -> tuple[Criterion, ...]: ...
    @property
    def outcome(self) -> Outcome: ...


class OfNews(OfEvent, Protocol):
    """News about an event."""

    @property
    def received_at(self) -> Instant: ...
    @property
    def significant(self) -> Answer: ...


class OfKnowledge(OfEvent, Protocol):
    @property
    def known_at(self) -> Instant: ...


class OfSite(Protocol):
    @property
    def site(self) -> Site: ...


class OfDuty(OfCase, Protocol):
    @property
    def duty(self) -> str: ...


class OfSending(OfDuty, Protocol):
    @property
    def sent_at(self) -> Instant: ...


class OfAnswer(OfDuty, Protocol):
    @property
    def received_at(self) -> Instant: ...


class OfMixUp(Protocol):
    """A bag, and who received it."""

    @property
    def unit(self) -> Unit: ...
    @property
    def given_to(self) -> Patient: ...


def case_of(asked: OfCase, known: Circumstances) -> CaseState:
    """The case."""
    return known.state(CASE, asked.case)


def event_of(asked: OfEvent, known: Circumstances) -> Event | None:
    """The event; where there is none, `safety.event_is_of_case` says so and the rest is silent."""
    return case_of(asked, known).event(asked.event)


def duty_of(asked: OfDuty, known: Circumstances) -> Duty | None:
    """The duty with this name, worked out from the case as it is."""
    case = case_of(asked, known)
    if case.product is None:
        return None
    regimes = regimes_of(case, known.state(PRODUCT, case.product))
    return next((d for d in duties(case, regimes, known.rules) if d.id == asked.duty), None)


@gate(
    "safety.site_is_ours",
    requirement=("PAT-09", "CSV-38"),
    protects="Civil days are counted in the zone of the place that reports: another one can cost a day.",
    remedy="Choose the place where you report from.",
    resolvers=("physician",),
    risk=Risk.DATA,
)
def site_is_ours(asked: OfSite, known: Circumstances) -> str | None:
    if known.state(SITE, asked.site).organisation == known.actor.organisation:
        return None
    return f"{asked.site.identifier} is not a place of your organisation"


@gate(
    "safety.times_are_in_order",
    requirement=("PAT-04", "PAT-06"),
    protects="Nobody knows of an event before it begins; a wrong date moves every clock.",
    remedy="Enter when it began, when the investigator became aware, and when somebody first held the four elements.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def times_are_in_order(asked: OfReport, known: Circumstances) -> str | None:
    for what, moment in (("onset", asked.onset), ("awareness", asked.aware_at), ("knowledge", asked.known_at)):
        if moment > known.now:
            return f"{what} is dated {moment}, which is still to come"
    for what, moment in (("awareness", asked.aware_at), ("knowledge", asked.known_at)):
        if moment < asked.onset:
            return f"{what} is dated {moment}, before the event began, {asked.onset}"
    return None


@gate(
    "safety.death_is_told_once",
    requirement="PAT-01",
    protects="An event that is fatal in one field and not in the other starts the wrong clock.",
    remedy="Mark death as a criterion and fatal as the outcome, or neither.",
    resolvers=("physician", "safety"),
    risk=Risk.PATIENT,
)
def death_is_told_once(asked: OfSeriousness, known: Circumstances) -> str | None:
    if ("death" in asked.criteria) == (asked.outcome == "fatal"):
        return None
    return "death as a criterion and a fatal outcome belong together"


@gate(
    "safety.case_is_ours",
    requirement=("PAT-02", "CSV-04"),
    protects="Who saw the patient says what was seen; the sponsor judges beside it, not in its place.",
    remedy="Let the centre that reported the case do this.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def case_is_ours(asked: OfCase, known: Circumstances) -> str | None:
    if case_of(asked, known).centre == known.actor.organisation:
        return None
    return f"{asked.case.identifier} was not reported by your centre"


@gate(
    "safety.we_are_sponsor",
    requirement=("PAT-02", "CSV-04"),
    protects="What is owed to an authority is judged and sent by whoever answers for the product.",
    remedy="Let the safety officer of the sponsor do this.",
    resolvers=("safety",),
    risk=Risk.PATIENT,
)
def we_are_sponsor(asked: OfCase, known: Circumstances) -> str | None:
    if case_of(asked, known).sponsor == known.actor.organisation:
        return None
    return f"your organisation is not the sponsor of {asked.case.identifier}"


@gate(
    "safety.case_has_room",
    requirement="PAT-01",
    protects="A case with too many events is read by nobody.",
    remedy="Report the event as a case of its own.",
    resolvers=("physician",),
    risk=Risk.DATA,
)
def case_has_room(asked: OfCase, known: Circumstances) -> str | None:
    if len(case_of(asked, known).events) < EVENTS_MAX:
        return None
    return f"{asked.case.identifier} has {EVENTS_MAX} events already"


@gate(
    "safety.event_is_of_case",
    requirement="PAT-01",
    protects="Each event is judged by itself: what is said of one must not land on another.",
    remedy="Choose an event of this case.",
    resolvers=("physician", "safety"),
    risk=Risk.PATIENT,
)
def event_is_of_case(asked: OfEvent, known: Circumstances) -> str | None:
    if event_of(asked, known) is not None:
        return None
    return f"{asked.case.identifier} has no event {asked.event}"


@gate(
    "safety.news_follows_report",
    requirement=("PAT-04", "REG-03"),
    protects="News dated before the report, or after today, would start a clock on a wrong day.",
    remedy="Enter when the news was received; if somebody knew earlier, record that by itself.",
    resolvers=("physician", "safety"),
    risk=Risk.PATIENT,
)
def news_follows_report(asked: OfNews, known: Circumstances) -> str | None:
    event = event_of(asked, known)
    if asked.received_at > known.now:
        return f"{asked.received_at} is still to come"
    if event is None or asked.received_at >= event.first_known:
        return None
    return f"the event was first known {event.first_known}, later than this news"


@gate(
    "safety.news_has_room",
    requirement="PAT-04",
    protects="Every piece of significant news has a clock that must stay in sight.",
    remedy="Put this news together with what is sent next, or report what is new as a case of its own.",
    resolvers=("safety",),
    risk=Risk.DATA,
)
def news_has_room(asked: OfNews, known: Circumstances) -> str | None:
    event = event_of(asked, known)
    if event is None or asked.significant == "no" or len(event.news) < NEWS_MAX:
        return None
    return f"event {asked.event} has had significant news {NEWS_MAX} times"


@gate(
    "safety.knowledge_is_earlier",
    requirement=("PAT-04", "REG-03"),
    protects="Day zero only ever moves back: a later date would give time that the law does not give.",
    remedy="Enter the earlier moment at which somebody held the four elements, or leave day zero as it is.",
    resolvers=("safety",),
    risk=Risk.PATIENT,
)
def knowledge_is_earlier(asked: OfKnowledge, known: Circumstances) -> str | None:
    event = event_of(asked, known)
    if event is None or asked.known_at < event.first_known:
        return None
    return f"{asked.known_at} is not earlier than {event.first_known}, from which the clocks run"


@gate(
    "safety.knowledge_follows_onset",
    requirement="PAT-04",
    protects="Nobody knows of an event before it begins.",
    remedy="Enter when somebody first held the four elements.",
    resolvers=("safety",),
    risk=Risk.DATA,
)
def knowledge_follows_onset(asked: OfKnowledge, known: Circumstances) -> str | None:
    event = event_of(asked, known)
    if event is None or asked.known_at >= event.onset:
        return None
    return f"the event began {event.onset}, after {asked.known_at}"


@gate(
    "safety.duty_is_owed",
    requirement=("PAT-05", "PAT-10", "REG-03"),
    protects="What is recorded as sent answers a duty of this case, or nobody sees that the real one is still owed.",
    remedy="Choose a duty out of the list of the case.",
    resolvers=("safety",),
    risk=Risk.PATIENT,
)
def duty_is_owed(asked: OfDuty, known: Circumstances) -> str | None:
    return None if duty_of(asked, known) is not None else f"{asked.case.identifier} has no duty {asked.duty}"


@gate(
    "safety.sent_since_day_zero",
    requirement=("PAT-10", "REG-03"),
    protects="What was sent before anybody knew of the event cannot be about it.",
    remedy="Enter when it was sent.",
    resolvers=("safety",),
    risk=Risk.DATA,
)
def sent_since_day_zero(asked: OfSending, known: Circumstances) -> str | None:
    if asked.sent_at > known.now:
        return f"{asked.sent_at} is still to come"
    duty = duty_of(asked, known)
    if duty is None or asked.sent_at >= duty.anchor:
        return None
    return f"the clock began {duty.anchor}, after {asked.sent_at}"


@gate(
    "safety.something_was_sent",
    requirement="PAT-10",
    protects="An answer to nothing would make a duty look done.",
    remedy="Record first that the report was sent.",
    resolvers=("safety",),
    risk=Risk.PATIENT,
)
def something_was_sent(asked: OfDuty, known: Circumstances) -> str | None:
    sent = known.state(SUBMISSIONS, asked.case).of(asked.duty)
    return None if sent is not None else f"nothing was sent for {asked.duty} of {asked.case.identifier}"


@gate(
    "safety.answer_came_after_the_report",
    requirement="PAT-10",
    protects="An answer that was not there yet cannot be to this report: what was rejected would look accepted.",
    remedy="Enter when the answer came.",
    resolvers=("safety",),
    risk=Risk.DATA,
)
def answer_came_after_the_report(asked: OfAnswer, known: Circumstances) -> str | None:
    if asked.received_at > known.now:
        return f"{asked.received_at} is still to come"
    sent = known.state(SUBMISSIONS, asked.case).of(asked.duty)
    if sent is None or asked.received_at >= sent.sent_at:
        return None
    return f"the report was sent {sent.sent_at}, after {asked.received_at}"


@gate(
    "safety.bag_is_product",
    requirement=("PAT-13", "TRC-12"),
    protects="The investigation begins with the bag: without its batch nobody knows whose cells these were.",
    remedy="Scan the label of the bag that was given.",
    resolvers=("physician", "nurse"),
    risk=Risk.DATA,
)
def bag_is_product(asked: OfMixUp, known: Circumstances) -> str | None:
    unit = known.state(UNIT, asked.unit)
    if unit.kind == "final_container" and unit.chain is not None:
        return None
    return f"{asked.unit.identifier} is no bag of product that this record knows"


@gate(
    "safety.given_to_another",
    requirement="PAT-13",
    protects="A mix-up that was none would set three investigations going.",
    remedy="Scan the wristband of whoever received the bag; a reaction to the right bag is reported as an event.",
    resolvers=("physician", "nurse"),
    risk=Risk.DATA,
)
def given_to_another(asked: OfMixUp, known: Circumstances) -> str | None:
    chain = known.state(UNIT, asked.unit).chain
    if chain is None or known.state(CHAIN, chain).patient != asked.given_to:
        return None
    return f"{asked.unit.identifier} was made for {asked.given_to.identifier}"
