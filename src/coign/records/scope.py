"""What a reader with a scope may know of: the therapies in it, and what these name (21 CFR 11.10(b), REG-10).

An inspector's scope narrows what the house may know; it never adds anything. It is set for the one page that is being
made and asked by every read beneath, so that no page can forget it.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg

from coign.kernel.subjects import parse_subject
from coign.people.views import Scope

Connection = psycopg.Connection[Any]

#: Of these every instance is of one therapy: it is in scope with that therapy, whoever else names it.
_OF_ONE_THERAPY = ("patient:", "chain:", "unit:", "batch:", "shipment:")
_NAMED = (
    "select distinct s.subject from records.act a join entry_subject s "
    "on s.ledger_id = a.ledger_id and s.position = a.position "
    "where a.ledger_id = %(l)s and a.root = any(%(w)s) and s.subject = any(%(s)s)"
)
#: What is in scope with what it is named together with: suppliers of lots, attempts of learners.
_WITH = {"supplier:": "lot:", "attempt:": "learner:"}


class Within:
    """The therapies in a scope, and what was found out about other things by now."""

    def __init__(self, roots: Collection[str], products: Collection[str] = ()) -> None:
        self.roots, self.products = frozenset(roots), frozenset(products)
        self._known: dict[str, bool] = {}

    def inside(self, connection: Connection, ledger_id: int, subjects: Collection[str]) -> frozenset[str]:
        """Those of these subjects that are in scope; kinds that everybody may know of always are."""
        asked = {s for s in subjects if not parse_subject(s).public}
        if unknown := sorted(asked - self._known.keys()):
            found = _inside(connection, ledger_id, sorted(self.roots), unknown)
            self._known |= {subject: subject in found for subject in unknown}
        return frozenset(s for s in subjects if s not in asked or self._known[s])


_within: ContextVar[Within | None] = ContextVar("within", default=None)


def within() -> Within | None:
    """What the page that is being made is narrowed to; None: nothing narrows it."""
    return _within.get()


def roots() -> list[str] | None:
    """The therapies that lists are narrowed to, for their queries; None: all."""
    narrowed = _within.get()
    return None if narrowed is None else sorted(narrowed.roots)


def inside(connection: Connection, ledger_id: int, subjects: Collection[str]) -> Collection[str]:
    """Those of these subjects of which the page that is being made may tell, as far as its scope goes."""
    narrowed = _within.get()
    return subjects if narrowed is None else narrowed.inside(connection, ledger_id, subjects)


def narrow(narrowed: Within) -> None:
    """From now on, until `only` ends, every read is narrowed to this."""
    _within.set(narrowed)


@contextmanager
def only(narrowed: Within | None) -> Iterator[None]:
    """Within, every read is narrowed to this."""
    token = _within.set(narrowed)
    try:
        yield
    finally:
        _within.reset(token)


def within_scope(connection: Connection, ledger_id: int, scope: Scope, only_site_of: Sequence[str]) -> Within:
    """The therapies that a scope names. `only_site_of`: houses whose only site is among those of the scope.

    A therapy is at a site if one of its entries names it, or if it is the only one of who treats or makes.
    """
    rows = connection.execute(
        "select j.root, j.product from records.journey j where j.ledger_id = %(l)s "
        "and (%(t)s::text[] = '{}' or j.chain = any(%(t)s)) and (%(p)s::text[] = '{}' or j.product = any(%(p)s)) "
        "and (%(s)s::text[] = '{}' or j.centre = any(%(h)s) or j.maker = any(%(h)s) or exists (select "
        "from records.act a join entry_subject e on e.ledger_id = a.ledger_id and e.position = a.position "
        "where a.ledger_id = j.ledger_id and a.root = j.root and e.subject = any(%(s)s)))",
        {
            "l": ledger_id, "t": list(scope.therapies), "p": list(scope.products), "s": list(scope.sites),
            "h": list(only_site_of),
        },
    ).fetchall()  # fmt: skip
    return Within({root for root, _ in rows}, {*scope.products, *(product for _, product in rows)} - {""})


def _inside(connection: Connection, ledger_id: int, within: list[str], subjects: list[str]) -> frozenset[str]:
    asked = {"l": ledger_id, "w": within, "s": subjects}
    belongs = connection.execute(
        "select subject, root = any(%(w)s) from records.belongs where ledger_id = %(l)s and subject = any(%(s)s) "
        "union all select chain, true from records.journey where ledger_id = %(l)s and root = any(%(w)s) "
        "and chain = any(%(s)s) "
        "union all select patient, true from records.journey where ledger_id = %(l)s and root = any(%(w)s) "
        "and patient = any(%(s)s)",
        asked,
    ).fetchall()
    found = {subject for subject, is_in in belongs if is_in}
    settled = {subject for subject, _ in belongs} | {s for s in subjects if s.startswith(_OF_ONE_THERAPY)}
    shared = [s for s in subjects if s not in settled]
    found |= {s for (s,) in connection.execute(_NAMED, asked | {"s": shared})}
    found |= _learners(connection, asked, shared)
    for kind, other in _WITH.items():
        found |= _named_with(connection, asked, [s for s in shared if s.startswith(kind)], other)
    return frozenset(found)


def _learners(connection: Connection, asked: dict[str, Any], shared: list[str]) -> set[str]:
    """Training files of those who did something in a therapy in scope."""
    files = {f"person:{s.partition(':')[2]}": s for s in shared if s.startswith("learner:")}
    if not files:
        return set()
    rows = connection.execute(
        "select distinct person from records.act where ledger_id = %(l)s and root = any(%(w)s) and person = any(%(s)s)",
        asked | {"s": list(files)},
    ).fetchall()
    return {files[person] for (person,) in rows}


def _named_with(connection: Connection, asked: dict[str, Any], subjects: list[str], other: str) -> set[str]:
    """Those that some entry names together with a thing of another kind that is in scope itself."""
    if not subjects:
        return set()
    rows = connection.execute(
        "select distinct s.subject, o.subject from entry_subject s join entry_subject o using (ledger_id, position) "
        "where s.ledger_id = %(l)s and s.subject = any(%(s)s) and starts_with(o.subject, %(k)s)",
        {"l": asked["l"], "s": subjects, "k": other},
    ).fetchall()
    others = _inside(connection, asked["l"], asked["w"], sorted({o for _, o in rows}))
    return {s for s, o in rows if o in others}
