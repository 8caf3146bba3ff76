"""What somebody did: every act and every refusal, found by the record's own index of whom an entry names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.urls import reverse

from coign import catalogue
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person, Subject, parse_subject
from coign.kernel.values import Actor, Instant
from coign.ledger.entries import Entry
from coign.people.separation import ADMINISTRATOR
from coign.people.views import AUTHORITY
from coign.records import scope
from coign.web import running
from coign.web.learning.past import length_at
from coign.web.reading import reader
from coign.web.roles import role_words
from coign.web.therapy.looking import states_of, visible_entries

PAGE = 50
#: How many stretches of the index one page looks through for the few that were asked for; the next page goes on there.
STRETCHES_MAX = 20
#: Who looks into anybody, and who into the people of their own house.
LOOKS_ANYWHERE = frozenset({"inspector", "authority"})
LOOKS_AT_HOME = frozenset({"qa", "qp", "quality-us", "trainer"})
#: Fields of facts that name those who did something as a pair.
_PAIRS = ("first", "second", "giver", "taker", "between")


@dataclass(frozen=True, slots=True)
class Window:
    """Between which instants, which outcomes, and from where on: entries before a position, newest first."""

    since: Instant | None = None
    until: Instant | None = None
    outcome: str = ""
    before: int | None = None

    def bounds(self) -> tuple[int, int]:
        """The positions from and before which entries are looked for."""
        first = length_at(self.since.plus(seconds=-0.000001)) if self.since is not None else 0
        last = length_at(self.until) if self.until is not None else reader().head().size
        return first, last if self.before is None else min(last, self.before)


def may_look_at(actor: Actor, people: Iterable[Person]) -> set[Person]:
    """Of these people whom somebody may ask about: oneself; all by those who oversee; by quality and training at home.

    One query, however many.
    """
    asked, house = set(people), actor.organisation
    if actor.role in LOOKS_ANYWHERE:
        return asked
    own = asked & {actor.person}
    if actor.role not in LOOKS_AT_HOME:
        return own
    states = states_of(AUTHORITY, asked - own)
    return own | {
        p for p, s in states.items() if s.organisation == house or any(g.organisation == house for g in s.grants)
    }


def looks(actor: Actor) -> bool:
    """Whether somebody asks about others at all."""
    return actor.role in LOOKS_ANYWHERE | LOOKS_AT_HOME


def deeds_address(actor: Actor, who: Actor) -> str:
    """The page of what somebody did, for a name that stands beside an act of theirs; empty for whoever may not ask."""
    at_home = actor.role in LOOKS_AT_HOME and actor.organisation == who.organisation
    if actor.person == who.person or actor.role in LOOKS_ANYWHERE or at_home:
        return reverse("deeds", args=[who.person])
    return ""


def page_of(person: Person, window: Window) -> tuple[list[Entry], int | None]:
    """One page of a person's own acts, newest first, and the position before which the next begins; None: no more.

    A few stretches of the index, each as long as a page; entries that others made about the person are passed over.
    """
    found: list[Entry] = []
    first, before = window.bounds()
    for _stretch in range(STRETCHES_MAX):
        rows = rows_about(person, first, before, PAGE)
        for position, body in rows:
            entry = Entry(position, bytes(body))
            if entry.actor.person == person and window.outcome in ("", entry.outcome):
                found.append(entry)
                if len(found) == PAGE:
                    return found, position
        if len(rows) < PAGE:
            return found, None
        before = rows[-1][0]
    return found, before


def rows_about(subject: Subject, first: int, before: int, at_most: int) -> list[tuple[int, bytes]]:
    """Entries that name a subject, refusals among them, newest first; by index."""
    with reader().connection() as connection:
        return connection.execute(
            "select s.position, e.body from entry_subject s cross join lateral "
            "(select body from entry where ledger_id = s.ledger_id and position = s.position offset 0) e "
            "where s.ledger_id = %s and s.subject = %s and s.position >= %s and s.position < %s "
            "order by s.position desc limit %s",
            (running.service().ledger_id, str(subject), first, before, at_most),
        ).fetchall()


def told_to(entries: Sequence[Entry], organisation: Organisation) -> tuple[list[Entry], set[int]]:
    """What an organisation is told: what its own people did for it, and what it sees; and which of it opens."""
    opens = {e.position for e in visible_entries(entries, organisation)}
    own = organisation if scope.within() is None else None  # within a scope the house's other work is not told
    return [e for e in entries if e.position in opens or e.actor.organisation == own], opens


def line(entry: Entry, *, opens: bool) -> dict[str, Any]:
    """One act in words: what, for whom it was done, what became of it, and with whom."""
    action = catalogue.ACTIONS.get(entry.action.rpartition(".v")[0])
    return {
        "position": entry.position,
        "time": entry.time.moment,
        "title": action.title if action is not None else entry.action,
        "action": entry.action,
        "outcome": entry.outcome,
        "role": role_words(entry.actor.role),
        "organisation": entry.actor.organisation.identifier,
        "meaning": entry.plain["intent"]["meaning"] or "",
        "about": [parse_subject(a["subject"]) for a in entry.plain["about"]] if opens else [],
        "unmet": entry.unmet,
        "with": sorted(_others(entry)),
        "url": reverse("receipt", args=[entry.position]) if opens else "",
    }


def _others(entry: Entry) -> set[Person]:
    """Those named beside the actor as the other of a pair."""
    named: set[Person] = set()
    for fact in entry.plain["intent"]["facts"]:
        for name in _PAIRS:
            value = fact["body"].get(name)
            each = value if isinstance(value, list) else [value]
            named |= {Person(p) for p in each if isinstance(p, str) and p.startswith("person:")}
    return named - {entry.actor.person}


def every_line(person: Person, window: Window, organisation: Organisation) -> Iterator[Mapping[str, Any]]:
    """All of a window, page after page."""
    before = window.before
    while True:
        entries, following = page_of(person, Window(window.since, window.until, window.outcome, before))
        shown, opens = told_to(entries, organisation)
        yield from (line(entry, opens=entry.position in opens) for entry in shown)
        if following is None:
            return
        before = following


def people_seen(actor: Actor) -> list[tuple[Person, Organisation | None, bool]]:
    """The people whom somebody may ask about, with their house and whether they left; never those who administer."""
    states = reader().states(AUTHORITY, None)
    anywhere = actor.role in LOOKS_ANYWHERE
    return [
        (Person(subject), state.organisation, state.left)
        for subject, state in states
        if anywhere
        or state.organisation == actor.organisation
        or any(g.organisation == actor.organisation and g.role != ADMINISTRATOR for g in state.grants)
    ]
