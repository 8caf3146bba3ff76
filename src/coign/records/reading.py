"""What pages, REST and commands ask of the read models: of what one organisation may see, within the page's scope."""

from collections.abc import Collection, Sequence

import psycopg
from psycopg.rows import class_row

from coign.catalogue import ACTIONS
from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.records import scope
from coign.records.journey import Journey


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of a journey."""

    position: int
    time: str
    action: str
    outcome: str
    person: str
    role: str
    organisation: str
    step: str
    facts: list[str]
    subjects: list[str]
    unmet: list[str]


@dataclass(frozen=True, slots=True)
class NextStep:
    """One act that can come next in a journey."""

    root: str
    step: str
    action: str
    stage: str
    title: str
    roles: list[str]
    organisation: str
    #: Before this instant it cannot be done, from that one on it is overdue; empty: whenever it suits.
    opens: str = ""
    closes: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with a symbol, and where it is."""

    subject: str
    kind: str
    organisation: str
    root: str
    title: str
    detail: str
    gone: bool


#: Acts that are open only while cells are under way or a conditioned patient waits for them.
_TOUCHING_CELLS = ("collection", "coldchain", "custody", "logistics", "storage", "manufacturing", "quality", "infusion")
_BEFORE_CELLS = frozenset({"manufacturing.confirm_slot", "collection.check_identity", "collection.confirm_identity"})
_UNDER_WAY = frozenset(
    {name for name, action in ACTIONS.items() if action.domain in _TOUCHING_CELLS and name not in _BEFORE_CELLS}
    | {"clinical.begin_conditioning", "clinical.record_conditioning"}
)
STEP = "root, step, action, stage, title, roles, organisation, opens, closes"
_JOURNEY = (
    "j.root, j.patient, j.centre, j.begun, j.chain, j.programme, j.version, j.product, j.maker, j.stage, j.updated, "
    "j.position, j.done, j.ended, j.partly, j.called, j.infused"
)
_VISIBLE = (
    "exists (select from records.party p where p.ledger_id = j.ledger_id and p.root = j.root "
    "and p.organisation = %(o)s)"
)

#: Acts that are out of order, in the words of their index in `schema.sql`.
_ODD = "(a.outcome <> 'done' or a.facts && array['quality.deviation_opened.v1', 'correction.value_corrected.v1'])"
#: After every entry of a ledger.
BEYOND = 2**62
_IN_SCOPE = "(%(w)s::text[] is null or j.root = any(%(w)s))"


def _visible(organisation: str | None) -> str:
    return _IN_SCOPE if organisation is None else f"{_IN_SCOPE} and {_VISIBLE}"


def journeys(
    connection: psycopg.Connection,
    ledger_id: int,
    organisation: str | None = None,
    *,
    at_most: int | None = None,
    before: int = BEYOND,
    odd: bool = False,
) -> list[Journey]:
    """Therapies that an organisation is party to (None: all of them), most recently touched first; by index.

    `before`: only those last touched before this entry, for the next page. `odd`: only those in which some act was
    refused, observed, a deviation or a correction, whoever may know of it.
    """
    only = f"and exists (select from records.act a where a.ledger_id = j.ledger_id and a.root = j.root and {_ODD}) "
    with connection.cursor(row_factory=class_row(Journey)) as cursor:
        return cursor.execute(
            f"select {_JOURNEY} from records.journey j where j.ledger_id = %(l)s and j.position < %(b)s "  # noqa: S608
            f"and {_visible(organisation)} {only if odd else ''}order by j.position desc limit %(m)s",
            {"l": ledger_id, "o": organisation, "b": before, "m": at_most, "w": scope.roots()},
        ).fetchall()


def odd_acts(
    connection: psycopg.Connection, ledger_id: int, roots: Sequence[str], *, each: int
) -> list[tuple[str, int, str, list[str]]]:
    """Of each of these therapies so many acts that are out of order, newest first: root, position, outcome, facts."""
    return connection.execute(
        "select a.root, a.position, a.outcome, a.facts "  # noqa: S608
        "from unnest(%(r)s::text[]) as asked (root) cross join lateral "
        f"(select * from records.act a where a.ledger_id = %(l)s and a.root = asked.root and {_ODD} "
        "order by a.position desc limit %(e)s) a",
        {"l": ledger_id, "r": list(roots), "e": each},
    ).fetchall()


def journeys_at(
    connection: psycopg.Connection, ledger_id: int, roots: Sequence[str], organisation: str
) -> dict[str, Journey]:
    """These therapies, as far as an organisation is party to them."""
    if not roots:
        return {}
    with connection.cursor(row_factory=class_row(Journey)) as cursor:
        found = cursor.execute(
            f"select {_JOURNEY} from records.journey j "  # noqa: S608
            f"where j.ledger_id = %(l)s and j.root = any(%(r)s) and {_visible(organisation)}",
            {"l": ledger_id, "r": list(roots), "o": organisation, "w": scope.roots()},
        ).fetchall()
    return {j.root: j for j in found}


def count_journeys(connection: psycopg.Connection, ledger_id: int, organisation: str) -> int:
    """How many therapies an organisation is party to."""
    row = connection.execute(
        "select count(*) from records.party j where ledger_id = %(l)s and organisation = %(o)s "  # noqa: S608
        f"and {_IN_SCOPE}",
        {"l": ledger_id, "o": organisation, "w": scope.roots()},
    ).fetchone()
    assert row is not None
    return int(row[0])


def in_hand(
    connection: psycopg.Connection, ledger_id: int, organisation: str | None, *, newest: int, at_most: int = 2000
) -> list[Journey]:
    """Therapies in which cells are under way or a patient depends on them, and those touched last, which come first.

    By index, however many therapies there are: those that wait for their order or are long over are not looked at.
    """
    seen = _visible(organisation)
    with connection.cursor(row_factory=class_row(Journey)) as cursor:
        found = cursor.execute(
            f"(select {_JOURNEY} from records.journey j where j.ledger_id = %(l)s and {seen} "  # noqa: S608
            "order by j.position desc limit %(n)s) union all "
            f"(select {_JOURNEY} from records.journey j where j.ledger_id = %(l)s and j.root in (select n.root "
            f"from records.next_step n where n.ledger_id = %(l)s and n.action = any(%(a)s)) and {seen} "
            "order by j.position desc limit %(m)s)",
            {
                "l": ledger_id, "o": organisation, "a": list(_UNDER_WAY), "n": newest, "m": at_most,
                "w": scope.roots(),
            },
        ).fetchall()  # fmt: skip
    return sorted({j.root: j for j in found}.values(), key=lambda j: -j.position)


def journey(
    connection: psycopg.Connection, ledger_id: int, root: str, organisation: str | None = None
) -> Journey | None:
    """One therapy by its chain, or its patient before the order; None: not there, or not to be told."""
    with connection.cursor(row_factory=class_row(Journey)) as cursor:
        return cursor.execute(
            f"select {_JOURNEY} from records.journey j where j.ledger_id = %(l)s "  # noqa: S608
            f"and j.root = %(r)s and {_visible(organisation)}",
            {"l": ledger_id, "r": root, "o": organisation, "w": scope.roots()},
        ).fetchone()


def journey_of(connection: psycopg.Connection, ledger_id: int, subject: str) -> str | None:
    """The journey that a unit, batch, shipment, patient or chain belongs to; the newest if there are several."""
    row = connection.execute(
        "select root from (select root, position from records.journey where ledger_id = %(l)s and (root = %(s)s or "
        "patient = %(s)s) union all select b.root, j.position from records.belongs b join records.journey j "
        "using (ledger_id, root) where b.ledger_id = %(l)s and b.subject = %(s)s) found order by position desc limit 1",
        {"l": ledger_id, "s": subject},
    ).fetchone()
    return None if row is None else str(row[0])


def chains_of(
    connection: psycopg.Connection, ledger_id: int, subjects: Collection[str], organisation: str
) -> dict[str, str]:
    """The chains that these subjects are, or belong to, as far as an organisation is party to them; by index."""
    rows = connection.execute(
        f"select j.root, j.chain from records.journey j where j.ledger_id = %(l)s and j.root = any(%(s)s) "  # noqa: S608
        f"and j.chain <> '' and {_visible(organisation)} union all "
        "select b.subject, j.chain from records.belongs b join records.journey j using (ledger_id, root) "
        f"where j.ledger_id = %(l)s and b.subject = any(%(s)s) and j.chain <> '' and {_visible(organisation)}",
        {"l": ledger_id, "s": list(subjects), "o": organisation, "w": scope.roots()},
    ).fetchall()
    return {str(subject): str(chain) for subject, chain in rows}


def chains_like(
    connection: psycopg.Connection, ledger_id: int, parts: Collection[str], organisation: str, *, each: int
) -> dict[str, list[str]]:
    """For each part of a name, so many chains of an organisation that have it in theirs, those touched last first.

    Looks through the names of all therapies.
    """
    rows = connection.execute(
        "select asked.part, found.chain from unnest(%(p)s::text[]) as asked (part) cross join lateral (select j.chain "  # noqa: S608
        "from records.journey j where j.ledger_id = %(l)s and position(lower(asked.part) in lower(j.chain)) > 0 "
        f"and {_visible(organisation)} order by j.position desc limit %(m)s) found",
        {"l": ledger_id, "p": list(parts), "o": organisation, "m": each, "w": scope.roots()},
    ).fetchall()
    found: dict[str, list[str]] = {}
    for part, chain in rows:
        found.setdefault(str(part), []).append(str(chain))
    return found


def belonging(connection: psycopg.Connection, ledger_id: int, roots: Sequence[str], kind: str) -> dict[str, str]:
    """Things of a kind that belong to these journeys, each with its journey."""
    if not roots:
        return {}
    rows = connection.execute(
        "select subject, root from records.belongs "
        "where ledger_id = %s and root = any(%s) and starts_with(subject, %s)",
        (ledger_id, list(roots), f"{kind}:"),
    ).fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def acts(connection: psycopg.Connection, ledger_id: int, root: str) -> list[Act]:
    """Everything that was done, refused or observed in a journey, in order."""
    with connection.cursor(row_factory=class_row(Act)) as cursor:
        return cursor.execute(
            "select position, time, action, outcome, person, role, organisation, step, facts, subjects, unmet "
            "from records.act where ledger_id = %s and root = %s order by position",
            (ledger_id, root),
        ).fetchall()


def next_steps(connection: psycopg.Connection, ledger_id: int, root: str) -> list[NextStep]:
    """What can come next in a journey, in the programme's order."""
    with connection.cursor(row_factory=class_row(NextStep)) as cursor:
        return cursor.execute(
            f"select {STEP} from records.next_step where ledger_id = %s and root = %s order by ordinal",  # noqa: S608
            (ledger_id, root),
        ).fetchall()


#: Which roles do a step together is a small set of sets: each is read from its own oldest step on, by index.
_QUEUE = (
    "with recursive done_by (organisation, roles) as ("
    "select asked.organisation, first.roles from unnest(array['', %(o)s]) as asked (organisation) "
    "cross join lateral (select n.roles from records.next_step n where n.ledger_id = %(l)s "
    "and n.organisation = asked.organisation order by n.roles limit 1) first union all "
    "select d.organisation, further.roles from done_by d cross join lateral (select n.roles from records.next_step n "
    "where n.ledger_id = %(l)s and n.organisation = d.organisation and n.roles > d.roles order by n.roles limit 1) "
    "further) "
    "select n.root, n.step, n.action, n.stage, n.title, n.roles, n.organisation, n.opens, n.closes "
    "from done_by d cross join lateral "
    "(select s.* from records.next_step s where s.ledger_id = %(l)s and s.organisation = d.organisation "
    "and s.roles = d.roles and s.opens <= %(n)s and exists (select from records.party p where p.ledger_id = %(l)s "
    "and p.root = s.root and p.organisation = %(o)s) order by s.position, s.ordinal limit %(m)s) n "
    "where d.roles && %(r)s::text[] order by n.position, n.ordinal limit %(m)s"
)


def queue(
    connection: psycopg.Connection,
    ledger_id: int,
    roles: Sequence[str],
    organisation: str,
    *,
    now: Instant,
    at_most: int = 50,
) -> list[NextStep]:
    """What waits for people of these roles in this organisation now, oldest first. One query, by index."""
    asked = {"l": ledger_id, "r": list(roles), "o": organisation, "n": str(now), "m": at_most}
    with connection.cursor(row_factory=class_row(NextStep)) as cursor:
        return cursor.execute(_QUEUE, asked).fetchall()


def things(
    connection: psycopg.Connection, ledger_id: int, *, organisation: str = "", root: str = "", kind: str = ""
) -> list[Thing]:
    """Things with symbols: at an organisation, of a journey, of a kind; only those that are still there."""
    with connection.cursor(row_factory=class_row(Thing)) as cursor:
        return cursor.execute(
            "select subject, kind, organisation, root, title, detail, gone from records.thing where ledger_id = %(l)s "
            "and not gone and (%(o)s = '' or organisation = %(o)s) and (%(r)s = '' or root = %(r)s) "
            "and (%(k)s = '' or kind = %(k)s) order by position desc",
            {"l": ledger_id, "o": organisation, "r": root, "k": kind},
        ).fetchall()


def things_of(connection: psycopg.Connection, ledger_id: int, roots: Sequence[str]) -> list[Thing]:
    """Things with symbols of these journeys that are still there, most recently touched first."""
    with connection.cursor(row_factory=class_row(Thing)) as cursor:
        return cursor.execute(
            "select subject, kind, organisation, root, title, detail, gone from records.thing "
            "where ledger_id = %s and root = any(%s) and not gone order by position desc",
            (ledger_id, list(roots)),
        ).fetchall()


def newest_things(
    connection: psycopg.Connection, ledger_id: int, organisation: str, kinds: Sequence[str], *, each: int
) -> list[Thing]:
    """Of each kind so many things that are at an organisation, most recently touched first; by index."""
    with connection.cursor(row_factory=class_row(Thing)) as cursor:
        return cursor.execute(
            "select t.* from unnest(%(k)s::text[]) as asked (kind) cross join lateral (select subject, kind, "
            "organisation, root, title, detail, gone from records.thing "
            "where ledger_id = %(l)s and organisation = %(o)s and kind = asked.kind and not gone "
            "order by position desc limit %(m)s) t",
            {"l": ledger_id, "o": organisation, "k": list(kinds), "m": each},
        ).fetchall()
