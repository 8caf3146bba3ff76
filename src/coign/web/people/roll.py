"""Who is here: every person of an organisation with roles, account and factors, and what of it needs attention."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from functools import cache

from allauth.mfa.models import Authenticator
from django.utils import timezone
from django.utils.translation import gettext as _

from coign import catalogue, rulesets
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Instant
from coign.people.authority import review_interval_min
from coign.people.separation import ADMINISTRATOR, must_be_apart
from coign.people.views import AUTHORITY, Authority, Grant
from coign.web import acting, running
from coign.web.accounts import recheck, start
from coign.web.accounts.models import Account, Alert
from coign.web.people.scope import belongs
from coign.web.reading import reader
from coign.web.roles import role_words
from coign.web.templatetags import coign_words


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing about a person that somebody should look at, and how urgent it is."""

    status: str  # look: soon; stop: now
    sentence: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One person on the roll."""

    person: Person
    state: Authority
    account: Account | None
    factors: frozenset[str] = frozenset()
    alerts: int = 0
    matters: tuple[Matter, ...] = field(default=())

    @property
    def name(self) -> str:
        """What to call them."""
        return (self.account.user.get_full_name() if self.account is not None else "") or self.person.identifier

    @property
    def urgent(self) -> bool:
        """Whether one of the matters cannot wait."""
        return any(m.status == "stop" for m in self.matters)


@dataclass(frozen=True, slots=True)
class Clock:
    """What the roll is compared with: the record's time for roles and reviews, the wall clock for accounts."""

    now: Instant
    wall: datetime
    rules: rulesets.RuleSets

    @classmethod
    def here(cls) -> "Clock":
        """Now."""
        return cls(acting.now(), timezone.now(), rulesets.load())

    def review_due(self, grant: Grant) -> Instant:
        """When a role is suspended unless somebody looks at it before."""
        return grant.reviewed_at.plus(minutes=review_interval_min(self.rules, self.now))

    def is_near(self, due: Instant) -> bool:
        """Whether a date comes so soon that it is told."""
        return due.minutes_since(self.now) <= self.rules.minutes("access.review_notice", self.now)


def of_organisation(organisation: Organisation) -> list[Entry]:
    """Everybody for whom this organisation answers, who is here first; those with matters stand before the others."""
    states = [(Person(s), state) for s, state in reader().states(AUTHORITY, None) if belongs(state, organisation)]
    entries = list(entries_of(states, organisation))
    return sorted(entries, key=lambda e: (e.state.left, not e.urgent, not e.matters, e.name.casefold()))


def entries_of(states: Iterable[tuple[Person, Authority]], organisation: Organisation) -> Iterable[Entry]:
    """These people with everything the roll says about them; a fixed number of queries."""
    states, clock = list(states), Clock.here()
    people = [str(person) for person, _state in states]
    accounts = {a.person: a for a in Account.objects.select_related("user").filter(person__in=people)}
    factors: dict[int, set[str]] = defaultdict(set)
    for user, kind in Authenticator.objects.filter(user__account__person__in=people).values_list("user_id", "type"):
        factors[user].add(str(kind))
    alerts = alerts_of(people)
    for person, state in states:
        account = accounts.get(str(person))
        entry = Entry(
            person, state, account, frozenset(factors[account.user_id] if account else ()), alerts.get(str(person), 0)
        )
        yield Entry(
            person, state, account, entry.factors, entry.alerts, tuple(matters(entry, organisation, clock))
        )  # fmt: skip


def alerts_of(people: Iterable[str]) -> Mapping[str, int]:
    """How many alerts about each of these people nobody has looked at."""
    found: dict[str, int] = defaultdict(int)
    rows = Alert.objects.filter(
        ledger_id=running.service().ledger_id, acknowledged=None, person__in=list(people)
    ).values_list("person", flat=True)
    for person in rows:
        found[person] += 1
    return found


@cache
def signing_roles() -> frozenset[str]:
    """Roles whose work is signed; administrators can do theirs without."""
    signed = (a for a in catalogue.ACTIONS.values() if a.meaning is not None)
    return frozenset(role for action in signed for role in action.roles) - {ADMINISTRATOR}


def roles_here(state: Authority, organisation: Organisation) -> list[Grant]:
    """The roles for this organisation, by name."""
    return sorted((g for g in state.grants if g.organisation == organisation), key=lambda g: g.role)


# What needs attention


def matters(entry: Entry, organisation: Organisation, clock: Clock) -> Iterable[Matter]:
    """Everything about a person that somebody should look at, what waits for two first."""
    if entry.state.left:
        return
    yield from _waiting(entry.state)
    home = entry.state.organisation == organisation
    if entry.alerts and home:
        yield Matter("stop", _("%d alerts in the security log that nobody has looked at") % entry.alerts)
    yield from _review(entry.state, organisation, clock)
    yield from _apart(entry.state, clock)
    if home:
        yield from _account(entry, clock)
        yield from _signing(entry, clock)


def _waiting(state: Authority) -> Iterable[Matter]:
    if state.reset_waiting is not None:
        yield Matter("stop", _("a reset of the sign-in waits for a second administrator"))
    if state.administrator_waiting is not None:
        yield Matter("look", _("proposed as an administrator: waits for a second one to agree"))
    if state.proposal is not None:
        yield Matter("look", _("an authenticator waits for a second administrator"))


def _review(state: Authority, organisation: Organisation, clock: Clock) -> Iterable[Matter]:
    for grant in roles_here(state, organisation):
        due, role = clock.review_due(grant), role_words(grant.role)
        review, end = {"role": role, "day": day(due)}, {"role": role, "day": day(grant.until or due)}
        if grant.until is not None and grant.until <= clock.now:
            yield Matter("look", _("the role %(role)s ended on %(day)s") % end)
        elif due < clock.now:
            yield Matter("stop", _("%(role)s: suspended, the review was due on %(day)s") % review)
        elif clock.is_near(due):
            yield Matter("look", _("%(role)s: review due on %(day)s") % review)
        elif grant.until is not None and clock.is_near(grant.until):
            yield Matter("look", _("the role %(role)s ends on %(day)s") % end)


def _apart(state: Authority, clock: Clock) -> Iterable[Matter]:
    held = sorted({g.role for g in state.grants if g.until is None or clock.now < g.until})
    for at, one in enumerate(held):
        for other in held[at + 1 :]:
            if must_be_apart(one, other):
                words = {"one": role_words(one), "other": role_words(other)}
                yield Matter("stop", _("is %(one)s and %(other)s: nobody may be both") % words)


def _account(entry: Entry, clock: Clock) -> Iterable[Matter]:
    account = entry.account
    if account is None:
        if entry.state.grants:
            yield Matter("look", _("has roles and no account to sign in with"))
        return
    if account.blocked:
        yield Matter("stop", _("locked"))
    if start.is_over(account, clock.wall):
        yield Matter("look", _("the start password was not used in time"))
    elif account.start_password:
        yield Matter("look", _("has not yet replaced the start password"))
    if account.password_wanting:
        yield Matter("look", _("must choose another password: %s") % account.password_wanting)
    elif recheck.is_due(account, clock.wall) and not account.start_password:
        since = coign_words.day(timezone.localtime(account.password_checked))
        yield Matter("look", _("password not compared with known ones since %s") % since)
    if not entry.factors & {"totp", "webauthn"}:
        strong = any(g.role == ADMINISTRATOR or g.role in signing_roles() for g in entry.state.grants)
        if strong or not account.stands_alone:
            yield Matter("look", _("no second factor"))


def _signing(entry: Entry, clock: Clock) -> Iterable[Matter]:
    state = entry.state
    if not state.credentials and any(g.role in signing_roles() for g in state.grants):
        yield Matter("look", _("has a role that signs and no authenticator to sign with"))
    interval_min = clock.rules.minutes("authenticator.test_interval", clock.now)
    for credential in state.credentials:
        due = credential.tested_at.plus(minutes=interval_min)
        words = {"key": credential.id, "day": day(due)}
        if credential.is_overdue(clock.now, interval_min):
            yield Matter("stop", _("authenticator %(key)s signs nothing: its test was due on %(day)s") % words)
        elif clock.is_near(due):
            yield Matter("look", _("authenticator %(key)s: test due on %(day)s") % words)


def day(instant: Instant) -> str:
    """A date as pages write it, in the reader's zone."""
    return coign_words.day(timezone.localtime(instant.moment))
