"""What needs a decision or a look: for an authority, for a holder, by the day on which it is due."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coign import catalogue, rulesets
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Application
from coign.kernel.values import Actor, Instant
from coign.regulatory.authorised import Authorised
from coign.regulatory.clocks import answer_due, decision_due
from coign.regulatory.state import CONDITIONS, ApplicationState, Condition
from coign.web.oversight import sight
from coign.web.oversight.said import texts_of
from coign.web.therapy.looking import states_of
from coign.web.therapy.track import local_day

ANSWER, DECIDE, ASK = "regulatory.answer_question", "regulatory.decide_application", "regulatory.ask_question"
JUDGE, REPORT, SUBMIT = "regulatory.judge_fulfilment", "regulatory.report_fulfilment", "regulatory.submit_application"
MINUTES_A_DAY = 1440
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits for somebody. `decides`: it is theirs to do; otherwise they watch the other side."""

    title: str
    about: str
    due: Instant
    now: Instant
    decides: bool
    label: str
    url: str
    look_url: str

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed."""
        return self.due <= self.now

    @property
    def row(self) -> dict[str, Any]:
        """As the list of work shows it."""
        days = int(abs(self.due.minutes_since(self.now)) // MINUTES_A_DAY)
        since = ngettext("%(n)d day overdue", "%(n)d days overdue", days) % {"n": days}
        left = ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}
        status = "look" if self.is_overdue else "running" if self.decides else "not_yet"
        words = _("Overdue") if self.is_overdue else _("Waits for you") if self.decides else _("With the other side")
        return {
            "title": self.title,
            "fact": self.about,
            "status": status,
            "word": words,
            "detail": f"{since if self.is_overdue else left} · {local_day(self.due)}",
            "action": {"label": self.label if self.decides else _("Look"), "url": self.url},
        }


def form(action: str, known: Mapping[str, object]) -> str:
    """The form of an action with what the page knows."""
    return f"{reverse('form', args=[action])}?{urlencode({name: str(value) for name, value in known.items()})}"


def may(action: str, actor: Actor) -> bool:
    """Whether this role does this."""
    return actor.role in catalogue.ACTIONS[action].roles


def tasks(actor: Actor, now: Instant) -> list[Task]:
    """Everything that waits, what is to be decided here before what is watched, each by its day."""
    made, held = sight.applications(actor), sight.authorisations(actor)
    conditions = states_of(CONDITIONS, [says.authorisation for says in held])
    owed = {says: conditions[says.authorisation].all for says in held}
    asked = [q.question for _, state in made if state.is_open for q in state.open_questions]
    texts = texts_of([*asked, *(c.what for of in owed.values() for c in of if c.is_open)])
    found = [
        *(t for a, state in made for t in _of_application(a, state, texts, actor, now)),
        *(t for says, of in owed.items() for t in _of_authorisation(says, of, texts, actor, now)),
    ]
    return sorted(found, key=lambda t: (not t.decides, t.due, t.title))


def _of_application(
    application: Application, state: ApplicationState, texts: Texts, actor: Actor, now: Instant
) -> Iterator[Task]:
    if not state.is_open:
        return
    page = application_url(application)
    known = {"application": application}
    waiting = state.open_questions
    for question in waiting:
        mine = may(ANSWER, actor) and state.applicant == actor.organisation
        url = form(ANSWER, known | {"number": question.number}) if mine else page
        about = _("Question %(n)d, %(title)s") % {"n": question.number, "title": state.title}
        title = texts.get(question.question.commitment) or _("A question")
        due = answer_due(state, question, rulesets.load())
        yield Task(title, about, due, now, mine, _("Answer"), url, page)
    if not waiting:
        mine = may(DECIDE, actor) and state.authority == actor.organisation
        due = decision_due(state, rulesets.load(), now)
        title = _("Decide on the application") if mine else _("The application is with the authority")
        yield Task(title, state.title, due, now, mine, _("Read and decide"), page, page)


def _of_authorisation(
    says: Authorised, conditions: Iterable[Condition], texts: Texts, actor: Actor, now: Instant
) -> Iterator[Task]:
    if says.is_revoked:
        return
    page = authorisation_url(says)
    for condition in conditions:
        if condition.is_open and (condition.is_reported or condition.due is not None):
            yield _of_condition(says, condition, texts, actor, now)
    notice = rulesets.load().minutes("regulatory.clock.renewal_notice", now)
    if now.minutes_since(says.valid_until) > -notice:
        mine = may(SUBMIT, actor) and says.holder == actor.organisation
        yield Task(
            _("The authorisation ends"), f"{says.number}, {says.product.identifier}", says.valid_until, now, mine,
            _("Look"), page, page,
        )  # fmt: skip


def _of_condition(says: Authorised, condition: Condition, texts: Texts, actor: Actor, now: Instant) -> Task:
    page, named = authorisation_url(says), {"n": condition.number, "number": says.number}
    title = texts.get(condition.what.commitment) or _("A condition")
    known = {"authorisation": says.authorisation, "condition": condition.number}
    due = condition.due or condition.reported_at or now
    if condition.is_reported:
        mine = judges(says, actor)
        about = _("Said to be fulfilled: condition %(n)d of %(number)s") % named
        return Task(title, about, due, now, mine, _("Judge it"), form(JUDGE, known) if mine else page, page)
    mine = may(REPORT, actor) and says.holder == actor.organisation
    about = _("Condition %(n)d of %(number)s") % named
    return Task(title, about, due, now, mine, _("Report it"), form(REPORT, known) if mine else page, page)


def judges(says: Authorised, actor: Actor) -> bool:
    """Whether it is for this person to say that a condition is fulfilled."""
    if not may(JUDGE, actor):
        return False
    return actor.role == "authority" or says.kept_by == actor.organisation


def authorisation_url(says: Authorised) -> str:
    """Its page."""
    return reverse("authorisation", args=[says.authorisation.identifier])


def application_url(application: Application) -> str:
    """Its page."""
    return reverse("application", args=[application.identifier])
