"""What safety pages ask of the read models: each a fixed number of queries, of what one organisation may see."""

from collections.abc import Mapping, Sequence

import psycopg
from psycopg.rows import class_row

from coign.kernel.frozen import dataclass
from coign.records import scope


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty of a case. `sent` empty: nothing was sent, or it was rejected."""

    subject: str
    duty: str
    root: str
    product: str
    event: int
    term: str
    jurisdiction: str
    clock: str
    anchor: str
    zone: str
    legal_due: str
    internal_due: str
    source: str
    sent: str
    rejected: bool


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of a case."""

    subject: str
    event: int
    root: str
    product: str
    stage: str
    kind: str
    term: str
    serious: bool
    fatal: bool
    known: str


@dataclass(frozen=True, slots=True)
class StageCounts:
    """One stage of development of a product: how many were treated, and how many of them had what."""

    stage: str
    treated: int
    crs: Mapping[str, int]
    icans: Mapping[str, int]
    with_serious: int
    serious_events: int


# Lists are of centre and sponsor alone, who are party to chain and case: a courier counts nothing here (CSV-04).


def open_duties(
    connection: psycopg.Connection, ledger_id: int, organisation: str, *, at_most: int = 100
) -> list[DutyRow]:
    """What is still to be sent, the next legal day first. One query, by index."""
    with connection.cursor(row_factory=class_row(DutyRow)) as cursor:
        return cursor.execute(
            """
            select t.subject, t.duty, e.root, e.product, t.event, e.term, t.jurisdiction, t.clock, t.anchor, t.zone,
                   t.legal_due, t.internal_due, t.source, t.sent, t.rejected
            from records.duty t
            join records.safety_event e using (ledger_id, subject, event)
            where t.ledger_id = %(l)s and t.sent = '' and %(o)s in (e.centre, e.sponsor)
              and (%(w)s::text[] is null or e.root = any(%(w)s))
            order by t.legal_due, t.duty limit %(m)s
            """,
            {"l": ledger_id, "o": organisation, "w": scope.roots(), "m": at_most},
        ).fetchall()


def duties_of(connection: psycopg.Connection, ledger_id: int, case: str) -> list[DutyRow]:
    """Every duty of one case, open ones first. Who may see the case was asked before."""
    with connection.cursor(row_factory=class_row(DutyRow)) as cursor:
        return cursor.execute(
            """
            select t.subject, t.duty, e.root, e.product, t.event, e.term, t.jurisdiction, t.clock, t.anchor, t.zone,
                   t.legal_due, t.internal_due, t.source, t.sent, t.rejected
            from records.duty t
            join records.safety_event e using (ledger_id, subject, event)
            where t.ledger_id = %(l)s and t.subject = %(c)s
            order by t.sent <> '', t.legal_due, t.duty
            """,
            {"l": ledger_id, "c": case},
        ).fetchall()


def serious_events(
    connection: psycopg.Connection, ledger_id: int, organisation: str, *, product: str = "", at_most: int = 50
) -> list[EventRow]:
    """Serious events, newest first; of one product if one is named."""
    with connection.cursor(row_factory=class_row(EventRow)) as cursor:
        return cursor.execute(
            """
            select t.subject, t.event, t.root, t.product, t.stage, t.kind, t.term, t.serious, t.fatal, t.known
            from records.safety_event t
            where t.ledger_id = %(l)s and %(o)s in (t.centre, t.sponsor)
              and (%(w)s::text[] is null or t.root = any(%(w)s)) and t.serious
              and (%(p)s = '' or t.product = %(p)s)
            order by t.position desc, t.event limit %(m)s
            """,
            {"l": ledger_id, "o": organisation, "w": scope.roots(), "p": product, "m": at_most},
        ).fetchall()


def cases_of(connection: psycopg.Connection, ledger_id: int, root: str) -> list[str]:
    """The safety cases of one therapy, newest first."""
    rows = connection.execute(
        "select subject, max(position) from records.safety_event where ledger_id = %s and root = %s "
        "group by 1 order by 2 desc",
        (ledger_id, root),
    ).fetchall()
    return [str(row[0]) for row in rows]


def grades_by_day(
    connection: psycopg.Connection, ledger_id: int, organisation: str, days_max: int
) -> dict[tuple[str, int], dict[int, int]]:
    """How many patients had which worst grade on which day after the infusion, by scale and day."""
    rows = connection.execute(
        """
        select s.scale, s.day, s.grade, count(*)
        from records.special_interest s
        join records.treated t using (ledger_id, root)
        where t.ledger_id = %(l)s and %(o)s in (t.centre, t.sponsor)
              and (%(w)s::text[] is null or t.root = any(%(w)s)) and s.day <= %(d)s
        group by 1, 2, 3
        """,
        {"l": ledger_id, "o": organisation, "w": scope.roots(), "d": days_max},
    ).fetchall()
    found: dict[tuple[str, int], dict[int, int]] = {}
    for scale, day, grade, count in rows:
        found.setdefault((scale, day), {})[grade] = count
    return found


def grades_of(connection: psycopg.Connection, ledger_id: int, root: str) -> list[tuple[str, int, int]]:
    """Scale, day after the infusion and worst grade of one therapy, in the order of days."""
    return connection.execute(
        "select scale, day, grade from records.special_interest where ledger_id = %s and root = %s order by scale, day",
        (ledger_id, root),
    ).fetchall()


def products(connection: psycopg.Connection, ledger_id: int, organisation: str) -> dict[str, int]:
    """Products that were given, with how many were treated."""
    rows = connection.execute(
        """
        select t.product, count(*)
        from records.treated t
        where t.ledger_id = %(l)s and %(o)s in (t.centre, t.sponsor)
              and (%(w)s::text[] is null or t.root = any(%(w)s))
        group by 1 order by 1
        """,
        {"l": ledger_id, "o": organisation, "w": scope.roots()},
    ).fetchall()
    return {str(product): int(count) for product, count in rows}


def by_stage(connection: psycopg.Connection, ledger_id: int, organisation: str, product: str) -> list[StageCounts]:
    """Worst grade of each patient and serious events, counted by stage. Three queries, however many patients."""
    asked = {"l": ledger_id, "o": organisation, "w": scope.roots(), "p": product}
    treated = connection.execute(
        """
        select t.stage, count(*)
        from records.treated t
        where t.ledger_id = %(l)s and %(o)s in (t.centre, t.sponsor)
              and (%(w)s::text[] is null or t.root = any(%(w)s)) and t.product = %(p)s
        group by 1 order by 1
        """,
        asked,
    ).fetchall()
    worst = connection.execute(
        """
        select stage, scale, grade, count(*)
        from (
            select t.root, t.stage, s.scale, max(s.grade)::text as grade
            from records.treated t
            join records.special_interest s using (ledger_id, root)
            where t.ledger_id = %(l)s and %(o)s in (t.centre, t.sponsor)
              and (%(w)s::text[] is null or t.root = any(%(w)s)) and t.product = %(p)s
            group by 1, 2, 3
        ) worst
        group by 1, 2, 3
        """,
        asked,
    ).fetchall()
    serious = connection.execute(
        """
        select t.stage, count(distinct t.root), count(*)
        from records.safety_event t
        where t.ledger_id = %(l)s and %(o)s in (t.centre, t.sponsor)
              and (%(w)s::text[] is null or t.root = any(%(w)s)) and t.product = %(p)s and t.serious
        group by 1
        """,
        asked,
    ).fetchall()
    events = {stage: (patients, count) for stage, patients, count in serious}
    return [
        StageCounts(
            stage,
            count,
            {grade: n for s, scale, grade, n in worst if (s, scale) == (stage, "crs")},
            {grade: n for s, scale, grade, n in worst if (s, scale) == (stage, "icans")},
            *events.get(stage, (0, 0)),
        )
        for stage, count in treated
    ]


@dataclass(frozen=True, slots=True)
class ResponseCounts:
    """One time of the protocol in one stage: who could have been assessed by now, and in which category they are."""

    stage: str
    timepoint: str
    due: int
    categories: Mapping[str, int]
    #: Of those due: of how many it is on record why nobody assessed, and how many windows are over without a word.
    missed: int
    overdue: int

    @property
    def assessed(self) -> int:
        """How many were assessed."""
        return sum(self.categories.values())


def responses(
    connection: psycopg.Connection,
    ledger_id: int,
    organisation: str,
    product: str,
    treated_before: Sequence[tuple[str, str, str]],
) -> list[ResponseCounts]:
    """Responses by stage; `treated_before`: for each time, until when one was treated to be due now, and overdue."""
    found: list[ResponseCounts] = []
    for timepoint, due_before, overdue_before in treated_before:
        rows = connection.execute(
            """
            select t.stage, t.responses ->> %(t)s,
                   count(*) filter (where t.infused <= %(b)s or jsonb_exists(t.responses, %(t)s)),
                   count(*) filter (where jsonb_exists(t.missed, %(t)s)),
                   count(*) filter (where t.infused <= %(v)s and not jsonb_exists(t.responses || t.missed, %(t)s))
            from records.treated t
            where t.ledger_id = %(l)s and %(o)s in (t.centre, t.sponsor)
              and (%(w)s::text[] is null or t.root = any(%(w)s)) and t.product = %(p)s
            group by 1, 2
            """,
            {
                "l": ledger_id, "o": organisation, "w": scope.roots(), "p": product, "t": timepoint, "b": due_before,
                "v": overdue_before,
            },
        ).fetchall()  # fmt: skip
        for stage in sorted({row[0] for row in rows}):
            of_stage = [row[1:] for row in rows if row[0] == stage]
            categories = {category: due for category, due, _, _ in of_stage if category is not None}
            due, missed, overdue = (sum(row[n] for row in of_stage) for n in (1, 2, 3))
            found.append(ResponseCounts(stage, timepoint, due, categories, missed, overdue))
    return found
