"""What stands in the ledger, against what callers were told: nothing lost, nothing twice, nothing half-written."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import orjson
import psycopg

from coign.drill.journal import Answered
from coign.kernel.subjects import parse_subject
from coign.ledger.states import Folding
from coign.ledger.store import history
from coign.perform.assemble import folding
from coign_verify.growing import Frontier
from coign_verify.tree import leaf_hash

LISTED_MAX = 10
STATES_MAX = 200


@dataclass(slots=True)
class Findings:
    """The answer of one look."""

    entries: int = 0
    acknowledged: int = 0
    found: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether there is nothing to complain about."""
        return not (self.lost or self.doubled or self.problems)


def look(dsn: str, ledger_id: int, answered: Sequence[Answered]) -> Findings:
    """Compare everything that callers were told with what stands in the ledger now."""
    with psycopg.connect(dsn) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return compare(connection, ledger_id, answered)


def compare(connection: psycopg.Connection, ledger_id: int, answered: Sequence[Answered]) -> Findings:
    """Read the whole ledger: every answer, every key, every hash, and the tables beside the entries."""
    findings = Findings(acknowledged=len(answered))
    places, leaves = _entries(connection, ledger_id, findings)
    _compare_answers(answered, places, leaves, findings)
    _compare_head(connection, ledger_id, leaves, findings)
    _compare_tables(connection, ledger_id, findings)
    if findings.ok:  # of damaged entries nobody can say what the states should be
        _compare_states(connection, ledger_id, findings)
    return findings


def _entries(
    connection: psycopg.Connection, ledger_id: int, findings: Findings
) -> tuple[dict[tuple[str, str], int], list[bytes]]:
    """Where each key stands, and the leaf hash of every entry, computed from its bytes."""
    places: dict[tuple[str, str], int] = {}
    leaves: list[bytes] = []
    last_time = ""
    for position, leaf, body in _rows(connection, ledger_id):
        if position != len(leaves):
            findings.problems.append(f"entry {len(leaves)} is missing")
            return places, leaves
        if leaf_hash(body) != leaf:
            findings.problems.append(f"entry {position} does not have the hash that stands beside it")
        leaves.append(leaf_hash(body))
        try:
            entry = orjson.loads(body)
            actor, time, nonce = entry["intent"]["actor"], entry["time"], entry["intent"]["nonce"]
        except (ValueError, KeyError, TypeError):
            findings.problems.append(f"entry {position} cannot be read")
            continue
        if time <= last_time:
            findings.problems.append(f"entry {position} is not later than the one before it")
        last_time, key = time, (actor["person"], nonce)
        if key in places:
            findings.doubled.append(f"{key[1]} of {key[0]}: entries {places[key]} and {position}")
        places.setdefault(key, position)
    findings.entries = len(leaves)
    return places, leaves


def _rows(connection: psycopg.Connection, ledger_id: int) -> Iterator[tuple[int, bytes, bytes]]:
    with connection.cursor("entries") as cursor:
        cursor.itersize = 2000
        cursor.execute("select position, leaf, body from entry where ledger_id = %s order by position", (ledger_id,))
        for position, leaf, body in cursor:
            yield position, bytes(leaf), bytes(body)


def _compare_answers(
    answered: Iterable[Answered], places: dict[tuple[str, str], int], leaves: list[bytes], findings: Findings
) -> None:
    told: dict[tuple[str, str], int] = {}
    for each in answered:
        key = (each.person, each.nonce)
        if told.setdefault(key, each.position) != each.position:
            findings.doubled.append(f"{each.nonce}: answered as {told[key]} and as {each.position}")
        stands = places.get(key) == each.position and leaves[each.position].hex() == each.leaf
        if stands:
            findings.found += 1
        else:
            findings.lost.append(f"{each.nonce} was answered as entry {each.position}; it stands at {places.get(key)}")


def _compare_head(connection: psycopg.Connection, ledger_id: int, leaves: list[bytes], findings: Findings) -> None:
    row = connection.execute("select size, frontier, read_only from head where ledger_id = %s", (ledger_id,)).fetchone()
    assert row is not None
    frontier = Frontier()
    frontier.extend(leaves)
    if row[0] != len(leaves):
        findings.problems.append(f"the head says {row[0]} entries; there are {len(leaves)}")
    if bytes(row[1]) != frontier.to_bytes():
        findings.problems.append("the head's frontier is not that of the entries")
    if row[2]:
        findings.problems.append(f"the ledger is read-only: {row[2]}")


#: Rows that would show a batch written by halves; each query lists what does not agree.
_DISAGREEMENTS = (
    (
        "entry without its key",
        "select e.position::text from entry e left join nonce n using (ledger_id, position) "
        "where ledger_id = %(ledger)s and n.nonce is null",
    ),
    (
        "key without its entry",
        "select n.nonce from nonce n left join entry e using (ledger_id, position) "
        "where ledger_id = %(ledger)s and e.body is null",
    ),
    (
        "subject whose head does not agree with its entries",
        "select coalesce(h.subject, s.subject) from (select subject, count(*) n, max(seq) seq, max(position) position "
        "from entry_subject where ledger_id = %(ledger)s and seq is not null group by subject) s full join "
        "(select * from subject_head where ledger_id = %(ledger)s) h on h.subject = s.subject "
        "where h.seq is distinct from s.seq or h.position is distinct from s.position or s.n <> s.seq",
    ),
    (
        "tile that is missing or too many",
        "select 'level 0' from head h where h.ledger_id = %(ledger)s and h.size / 256 <> "
        "(select count(*) from tile t where t.ledger_id = h.ledger_id and t.level = 0)",
    ),
)


def _compare_tables(connection: psycopg.Connection, ledger_id: int, findings: Findings) -> None:
    for name, query in _DISAGREEMENTS:
        for row in connection.execute(query, {"ledger": ledger_id}).fetchmany(LISTED_MAX):
            findings.problems.append(f"{name}: {row[0]}")


def _compare_states(connection: psycopg.Connection, ledger_id: int, findings: Findings) -> None:
    """Stored states against states folded anew, for the subjects that changed last."""
    views: Folding = folding()
    rows = connection.execute(
        "select s.subject, s.view, s.body from state s join subject_head h using (ledger_id, subject) "
        "where s.ledger_id = %s order by h.position desc limit %s",
        (ledger_id, STATES_MAX),
    ).fetchall()
    for text, view, body in rows:
        subject = parse_subject(text)
        again = views.refold(views.views[view], subject, history(connection, ledger_id, subject))
        if views.dump(again) != bytes(body):
            findings.problems.append(f"the state {view} of {text} is not what its entries say")
