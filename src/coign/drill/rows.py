"""Changes rows of the ledger's tables as their owner can, one after another, and asks whether `verify` finds each.

Every change is a different one: a value of a row becomes another, two rows change places, a row is taken away or added.
It is made inside a transaction in which the whole check then looks, and undone. Which columns no check covers, and why
that is no hole, stands in `NOT_COVERED`.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, LiteralString, NamedTuple

import psycopg
from psycopg import sql

from coign.drill.ahead import Ahead
from coign.drill.scratch import Scratch, scratch
from coign.kernel.errors import NotFound
from coign.ledger.verdict import Verification
from coign.ledger.verification import verify_inside
from coign.perform.assemble import folding
from coign_verify.growing import Frontier
from coign_verify.invariants import Terms
from coign_verify.tree import leaf_hash

NOTHING: Mapping[str, Any] = {}
TELL_EVERY = 1_000
#: One change in so many is made in the longer record: each check of it takes ten times as long.
TILED_EACH = 40

#: Columns that are changed, table by table, with the one of them that says where in the record the row belongs.
COVERED: Mapping[str, tuple[str, ...]] = {
    "ledger": ("origin",),
    "head": ("size", "frontier", "last_time"),
    "entry": ("position", "leaf", "body"),
    "entry_subject": ("subject", "position", "seq"),
    "nonce": ("person", "nonce", "position"),
    "claim": ("scope", "value", "subject", "position"),
    "checkpoint": ("size", "root", "note"),
    "cosignature": ("time_s", "line"),
    "subject_head": ("subject", "seq", "position"),
    "state": ("subject", "view", "body"),
    "heads_map": ("size", "subjects"),
    "heads_page": ("prefix", "parts"),
    "tile": ("level", "idx", "hashes", "root"),
}
#: Rows of these are taken away and added as well.
_WHOLE = (
    "entry", "entry_subject", "nonce", "claim", "subject_head", "state", "heads_map", "heads_page", "tile",
)  # fmt: skip

NOT_COVERED: Mapping[str, str] = {
    "ledger.created": "when the row was made, by the database's own clock; nothing goes by it",
    "head.read_only": "not of the record: set by every start and the scrubber from what they find themselves",
    "nonce.digest": "made with a key outside the database; another one only makes a repeated request a conflict",
    "nonce.answer": "what a repeated request is told; the refusal and its reasons stand in the entry",
    "checkpoint.time": "not signed and only shown; what is relied on are the times that witnesses sign",
    "checkpoint (a row that is gone)": "breaks nothing: later ones cover the same entries, the newest lies outside too",
    "cosignature.size, witness, key_id (a row that is gone)": "what no signature shows counts as not proved",
    "cosigned": "derived: which checkpoint enough witnesses signed is counted anew from their signatures",
    "state.seq": "nobody reads it: the count of a subject's entries stands in subject_head, which is checked",
    "state.fold": "derived: a state of another version of its view is told as such, never read, and folded anew",
    "fold": "derived: views whose version differs are folded anew at the next start",
    "refusal_repeat": "disposable: repeats of a refusal are counted there for a minute before they are entered",
    "prepared_intent": "disposable: what was prepared for signing; an entry stands only by its own signature",
    "scrub": "how far the scrubber came: from another place it walks the same record again",
    "simulated_clock": "a demonstration's clock: entries out of order in time are found in the entries",
    "security_log": "beside the record: attempts to sign in, which change nothing in it",
}


@dataclass(slots=True)
class Tried:
    """How many changes of rows were tried, found and located, by kind; and which were not."""

    tried: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    located: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def __iadd__(self, more: "Tried") -> "Tried":
        for ours, theirs in ((self.tried, more.tried), (self.found, more.found), (self.located, more.located)):
            ours.update(theirs)
        self.missed += more.missed
        self.elsewhere += more.elsewhere
        return self

    def to_json(self) -> dict[str, Any]:
        """As the command prints it."""
        return {
            "ok": not self.missed and not self.elsewhere,
            "tried": self.tried.total(), "found": self.found.total(), "located": self.located.total(),
            "kinds": {
                kind: {"tried": count, "found": self.found[kind], "located": self.located[kind]}
                for kind, count in sorted(self.tried.items())
            },
            "missed": self.missed, "elsewhere": self.elsewhere, "not_covered": dict(NOT_COVERED),
        }  # fmt: skip


class Change(NamedTuple):
    """One change that was made: of which kind, what it was, and where it must be found.

    `at`: positions of which one must be named, as itself or in a span that is; `names`: else a name that must be said.
    With neither, the kind has no place in the record.
    """

    kind: str
    what: str
    at: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()


def drill(times: int, seed: int, progress: Callable[[str], None] = lambda line: None) -> Tried:
    """Try so many changes in a temporary installation; the same seed makes the same ones."""
    with scratch() as (dsn, small, tiled), _connected(dsn) as connection:
        return changes(
            connection, small, tiled, times, seed, lambda done: progress(f"{done} of {times} changes of rows")
        )


def _connected(dsn: str) -> psycopg.Connection:
    return psycopg.connect(dsn, autocommit=True, prepare_threshold=0)


def changes(
    connection: psycopg.Connection,
    small: Scratch,
    tiled: Scratch,
    times: int,
    seed: int,
    progress: Callable[[int], None] = lambda done: None,
    *,
    covered: Mapping[str, tuple[str, ...]] = COVERED,
) -> Tried:
    """Try so many changes; the same seed makes the same ones. The connection is the owner's, and commits by itself."""
    random, tried = Random(seed), Tried()  # noqa: S311
    connection.execute("set plan_cache_mode = force_generic_plan")
    rows, ahead = {}, {}
    for record in (small, tiled):
        rows[record.ledger_id] = Rows(connection, record.ledger_id, random, covered)
        ahead[record.ledger_id] = Ahead(connection)
        _sound(connection, record, ahead[record.ledger_id])
    while (number := tried.tried.total()) < times:
        record = tiled if random.randrange(TILED_EACH) == 0 else small
        connection.pgconn.exec_(b"begin isolation level repeatable read")
        try:
            change = rows[record.ledger_id].changed(["tile"] if record is tiled and number % 2 else None)
            if change is None:  # the database itself does not allow it, or nothing would be different
                continue
            _judge(tried, change, number, seed, ahead[record.ledger_id].check(partial(verified, record)))
        finally:
            # Behind the driver's back: it would forget every statement that it has prepared.
            connection.pgconn.exec_(b"rollback")
        if (number + 1) % TELL_EVERY == 0:
            progress(number + 1)
    return tried


def _sound(connection: psycopg.Connection, record: Scratch, ahead: Ahead) -> None:
    with connection.transaction():
        answer = ahead.check(partial(verified, record))
    assert answer is not None and answer.ok, answer


def verified(record: Scratch, connection: psycopg.Connection) -> Verification | None:
    """What `verify --database` says of a record now; None: that there is no such record."""
    try:
        return verify_inside(
            connection, record.ledger_id, log_keys=[record.log_key], folding=folding(), terms=Terms(),
            policy=record.policy,
        )  # fmt: skip
    except NotFound:
        return None


def _judge(tried: Tried, change: Change, number: int, seed: int, answer: Verification | None) -> None:
    tried.tried[change.kind] += 1
    what = f"change {number} of seed {seed}: {change.what}"
    if answer is not None and not answer.problems:
        tried.missed.append(what)
        return
    tried.found[change.kind] += 1
    if answer is None or is_located(change, answer):
        tried.located[change.kind] += 1
    else:
        tried.elsewhere.append(f"{what}: {answer.verdict}")


def is_located(change: Change, answer: Verification) -> bool:
    """Whether a problem names the place of the change."""
    if not change.at and not change.names:
        return True
    for problem in answer.problems:
        if problem.position in change.at or any(name in problem.detail for name in change.names):
            return True
        if problem.kind == "replaced" and problem.position is not None:  # "… of the entries 24 to 31"
            numbers = [int(word) for word in problem.detail.replace(",", " ").split() if word.isdigit()]
            if any(problem.position <= at <= max(numbers, default=-1) for at in change.at):
                return True
    return False


class Rows:
    """The rows of one record, as they are before any change."""

    def __init__(
        self, connection: psycopg.Connection, ledger_id: int, random: Random, covered: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._connection, self._ledger_id, self._random, self._covered = connection, ledger_id, random, covered
        self._rows: dict[str, list[dict[str, Any]]] = {}
        for table in COVERED:
            order = sql.SQL(", ").join(map(sql.Identifier, ("ledger_id", *KEYS[table])))
            query = sql.SQL("select * from {} where ledger_id = %s order by {}").format(sql.Identifier(table), order)
            found = connection.execute(query, (ledger_id,))
            assert found.description is not None
            names = [column.name for column in found.description]
            self._rows[table] = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        ends = {row["subject"]: row["position"] for row in self._rows["subject_head"]}
        self._ends: Mapping[str, int] = ends

    def changed(self, tables: list[str] | None = None) -> Change | None:
        """Make one change, drawn; None where the database does not take it or nothing would differ."""
        present = [table for table in self._covered if self._rows[table] and (tables is None or table in tables)]
        if not present:
            return None
        table = self._random.choice(present)
        ways = [self._value]
        if table in _WHOLE and self._covered is COVERED:
            ways += [self._taken_away]
        if table in _WHOLE and self._covered is COVERED and KEYS[table]:
            ways += [self._added, self._swapped]
        if table == "entry":
            ways += [self._rewritten, self._rewritten_above]
        try:
            return self._random.choice(ways)(table)
        except (psycopg.IntegrityError, psycopg.DataError):
            return None

    # Ways to change something

    def _value(self, table: str) -> Change | None:
        row = self._random.choice(self._rows[table])
        column = self._random.choice(self._covered[table])
        new = self._other(row[column], [each[column] for each in self._rows[table]])
        return self._put(f"{table}.{column}", table, row, {column: new})

    def _swapped(self, table: str) -> Change | None:
        one, other = self._random.choice(self._rows[table]), self._random.choice(self._rows[table])
        column = self._random.choice([c for c in COVERED[table] if c not in KEYS[table]] or [""])
        if not column or one[column] == other[column]:
            return None
        first = self._put(f"{table}: two values swapped", table, one, {column: other[column]})
        second = self._put(f"{table}: two values swapped", table, other, {column: one[column]})
        return first and second and first._replace(at=first.at | second.at, names=first.names | second.names)

    def _taken_away(self, table: str) -> Change:
        row = self._random.choice(self._rows[table])
        self._execute("delete from {table} where {key}", table, row)
        return self._change(f"{table}: a row taken away", table, row)

    def _added(self, table: str) -> Change | None:
        row = self._random.choice(self._rows[table])
        column = self._random.choice(KEYS[table])
        new = {**row, column: self._other(row[column], [each[column] for each in self._rows[table]])}
        if table == "state":  # of another version, or of no view, it would not be read: see `state.fold`
            view = folding().views.get(new["view"])
            if view is None:
                return None
            new["fold"] = view.version
        names = sql.SQL(", ").join(map(sql.Identifier, new))
        values = sql.SQL(", ").join(sql.Placeholder() * len(new))
        self._connection.execute(
            sql.SQL("insert into {} ({}) values ({})").format(sql.Identifier(table), names, values), list(new.values())
        )
        return self._change(f"{table}: a row added", table, new)

    def _rewritten(self, table: str) -> Change | None:
        """An entry says something else, and its hash is made to fit."""
        row = self._random.choice(self._rows[table])
        body = self._other(row["body"], [each["body"] for each in self._rows[table]])
        return self._put("entry: bytes with their hash", table, row, {"body": body, "leaf": leaf_hash(body)})

    def _rewritten_above(self, table: str) -> Change | None:
        """So is everything above it that no key signs."""
        rows = [dict(row) for row in self._rows["entry"]]
        at = self._random.randrange(len(rows))
        body = self._other(rows[at]["body"], [each["body"] for each in rows])
        change = self._put(
            "entry: bytes with all hashes above", table, rows[at], {"body": body, "leaf": leaf_hash(body)}
        )
        leaves, tree = [row["leaf"] for row in rows], Frontier()
        leaves[at] = leaf_hash(body)
        tree.extend(leaves)
        self._connection.execute(
            "update head set frontier = %s where ledger_id = %s", (tree.to_bytes(), self._ledger_id)
        )
        for tile in self._rows["tile"]:
            first, inside = tile["idx"] * 256, Frontier()
            hashes = leaves[first : first + 256]
            inside.extend(hashes)
            self._put("", "tile", tile, {"hashes": b"".join(hashes), "root": inside.root()})
        return change

    # What they are made of

    def _put(self, kind: str, table: str, row: Mapping[str, Any], new: Mapping[str, Any]) -> Change | None:
        if all(row[column] == value for column, value in new.items()):
            return None
        self._execute("update {table} set {names} where {key}", table, row, new)
        before, after = self._change(kind, table, row), self._change(kind, table, {**row, **new})
        what = f"{kind}: {_short(row, new)} becomes {_short(new, new)}"
        return before._replace(what=what, at=before.at | after.at, names=before.names | after.names)

    def _execute(
        self, statement: LiteralString, table: str, row: Mapping[str, Any], new: Mapping[str, Any] = NOTHING
    ) -> None:
        key = ("ledger_id", *KEYS[table])
        where = sql.SQL(" and ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in key)
        names = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in new)
        self._connection.execute(
            sql.SQL(statement).format(table=sql.Identifier(table), names=names, key=where),
            [*new.values(), *(row[column] for column in key)],
        )

    def _change(self, kind: str, table: str, row: Mapping[str, Any]) -> Change:
        what = f"{kind}: {_short(row, KEYS[table])}"
        if table in ("entry", "entry_subject", "nonce", "claim"):
            return Change(kind, what, at=frozenset({row["position"]}))
        if table in ("subject_head", "state"):
            at = self._ends.get(row["subject"])
            return Change(kind, what, frozenset() if at is None else frozenset({at}), frozenset({row["subject"]}))
        if table == "tile":
            return Change(
                kind, what, at=frozenset({row["idx"] * 256}), names=frozenset({f"{row['level']}/{row['idx']}"})
            )
        return Change(kind, what)

    def _other(self, value: Any, values: list[Any]) -> Any:
        """Another value of the same type: of another row, or a little different, or of the wrong kind."""
        random = self._random
        if random.random() < 0.3 and len(set(values)) > 1:
            return random.choice([each for each in values if each != value])
        if value is None:
            return random.randrange(1, 5)
        if isinstance(value, int):
            return random.choice([value + 1, value - 1, -1 - value, 0, value + 256, 1 << 40])
        if isinstance(value, bytes):
            at = random.randrange(len(value) or 1)
            flipped = value[:at] + bytes([value[at] ^ 1 << random.randrange(8)]) + value[at + 1 :] if value else b"\x00"
            return random.choice([flipped, flipped, flipped, value[:at], value + b"}", b"{}"])
        at = random.randrange(len(value) or 1)
        changed = value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :] if value else "x"
        return random.choice([changed, changed, value + "x", value[:at], value.upper(), ""])


KEYS: Mapping[str, tuple[str, ...]] = {
    "ledger": (), "head": (), "heads_map": (), "entry": ("position",), "entry_subject": ("subject", "position"),
    "nonce": ("person", "nonce"), "claim": ("scope", "value"), "checkpoint": ("size",),
    "cosignature": ("size", "witness", "key_id"), "subject_head": ("subject",), "state": ("subject", "view"),
    "heads_page": ("prefix",), "tile": ("level", "idx"),
}  # fmt: skip


def _short(row: Mapping[str, Any], columns: Any) -> str:
    return ", ".join(f"{column} {str(row[column])[:60]}" for column in columns)
