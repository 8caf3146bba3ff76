"""Time stamps on published checkpoints (RFC 3161): asked for one by one, kept, given out beside them, and checked.

A stamp is over the checkpoint's text, as the signatures of witnesses are. It says when everything below it existed.
"""

from contextlib import nullcontext
from dataclasses import dataclass, field

import psycopg

from coign.kernel.errors import NotFound
from coign.kernel.values import Instant
from coign.ledger.checkpoints import latest
from coign.ledger.shutting import Problem
from coign.ledger.tiles import Tiles
from coign.timestamps import asking, attaching
from coign.timestamps.policy import StampPolicy
from coign.timestamps.stamping import is_about
from coign_verify.checkpoint import Checkpoint
from coign_verify.notes import parse_note


@dataclass(frozen=True, slots=True)
class Stamped:
    """The newest stamp that is kept: over how many entries, when and by whom; why the newest question was in vain."""

    size: int = 0
    time: Instant | None = None
    authority: str = ""
    failure: str = ""


def newest(connection: psycopg.Connection, ledger_id: int) -> Stamped:
    """What is known of stamps here."""
    row = connection.execute(
        "select s.size, s.time, s.authority, a.failure from (select 1) as here "
        "left join lateral (select size, time, authority from stamp where ledger_id = %(l)s "
        "order by time desc, size desc limit 1) s on true left join stamping a on a.ledger_id = %(l)s",
        {"l": ledger_id},
    ).fetchone()
    assert row is not None
    return Stamped(row[0] or 0, Instant(row[1]) if row[1] else None, row[2] or "", row[3] or "")


def asked_last(connection: psycopg.Connection, ledger_id: int) -> Instant | None:
    """When an authority was asked last, by this machine's clock, whatever came of it."""
    row = connection.execute("select asked from stamping where ledger_id = %s", (ledger_id,)).fetchone()
    return None if row is None else Instant(row[0])


def stamp_newest(connection: psycopg.Connection, ledger_id: int, policy: StampPolicy, now: Instant) -> str:
    """Ask for a stamp on the newest checkpoint, unless it has one; keep it and give "", or why there is none."""
    note = latest(connection, ledger_id)
    if note is None:
        return ""
    checkpoint = Checkpoint.parse(parse_note(note).text)
    row = connection.execute(
        "select from stamp where ledger_id = %s and size = %s and authority = %s",
        (ledger_id, checkpoint.size, policy.name),
    ).fetchone()
    if row is not None:
        return ""
    failure = ""
    try:
        answered = asking.ask(policy, checkpoint.text().encode())
        connection.execute(
            "insert into stamp (ledger_id, size, authority, time, answer) values (%s, %s, %s, %s, %s) "
            "on conflict do nothing",
            (ledger_id, checkpoint.size, policy.name, str(answered.stamp.time), answered.answer),
        )
    except ValueError as error:
        failure = str(error)
    connection.execute(
        "insert into stamping (ledger_id, asked, failure) values (%s, %s, %s) "
        "on conflict (ledger_id) do update set asked = excluded.asked, failure = excluded.failure",
        (ledger_id, str(now), failure),
    )
    return failure


def lines(connection: psycopg.Connection, ledger_id: int, size: int) -> str:
    """The stamps of a checkpoint as lines below its note."""
    rows = connection.execute(
        "select authority, answer from stamp where ledger_id = %s and size = %s order by authority", (ledger_id, size)
    )
    return "".join(attaching.line(authority, bytes(answer)) for authority, answer in rows)


@dataclass(slots=True)
class StampsChecked:
    """What all kept stamps prove."""

    proved: list[str] = field(default_factory=list)
    not_proved: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def check_stamps(
    connection: psycopg.Connection, ledger_id: int, record: tuple[int, str], policy: StampPolicy | None
) -> StampsChecked:
    """Hold every stamp against the roots of the stored tiles, which other checks hold against the entries.

    `record`: how many entries there are, and the name of the log. Whether the checkpoint that was stamped is still
    there, and which key signed it, does not matter.
    """
    rows = connection.execute(
        "select size, authority, answer from stamp where ledger_id = %s order by size, authority", (ledger_id,)
    ).fetchall()
    found = StampsChecked()
    if not rows:
        return found
    if policy is None:
        found.not_proved.append(f"when it existed: no timestamps.yaml says who is believed, of {len(rows)} time stamps")
        return found
    tiles, (entries, origin), good = Tiles(lambda: nullcontext(connection), ledger_id), record, 0
    for size, authority, answer in rows:
        if size > entries:
            lost = f"{authority} stamped {size} entries, the record ends at {entries}"
            found.problems.append(Problem(entries, "missing", lost))
            break
        try:
            text = Checkpoint(origin, size, tiles.root(size)).text().encode()
        except (NotFound, ValueError):  # damaged, which others say with its place
            found.not_proved.append(f"when it existed: the stored hashes give no root of {size} entries")
            break
        try:
            if not is_about(bytes(answer), text):
                others = f"one or more of the entries {good} to {size - 1} are not those that {authority} stamped"
                found.problems.append(Problem(good, "replaced", others))
                break
            stamp = policy.judge(bytes(answer), text)
        except ValueError as error:
            detail = f"the time stamp of {authority} over {size} entries cannot be believed: {error}"
            found.problems.append(Problem(None, "signature", detail))
        else:
            good = size
            found.proved = [f"the first {size} entries existed at {stamp.time}, says {stamp.authority}"]
    return found
