"""Repairs a damaged record from a backup and says exactly what it put right; it opens again only if all of it verifies.

What the signed tree does not prove is not touched (CSV-01, CSV-30). What two people went on from stays blocked.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import psycopg

from coign import access
from coign.database import Database, home
from coign.database.archive import Archive, BackupDamaged, octets
from coign.kernel.errors import Conflict
from coign.ledger import check as start_check
from coign.ledger import heads
from coign.ledger.log_keys import KeysHere, KnownKeys, known_keys
from coign.ledger.mending import Mended, SpareKey, SpareNote, Spares, mend
from coign.ledger.proving import Spare
from coign.ledger.seen import check_seen, check_witnessed
from coign.ledger.shutting import Problem, is_shut, not_accepted, shut
from coign.ledger.states import Folding
from coign.ledger.store import connect
from coign.ledger.verification import verify_database
from coign.perform.assemble import folding
from coign.service.backing_up import all_entries, keys_of, known_in, ledger_problems, rows_of
from coign.service.first_start import LEDGER_ID
from coign.service.house_rules import terms_at
from coign.service.key_files import log_keys, seal_key
from coign.service.reading import opened
from coign.service.rebuilding import rebuild
from coign.service.witnesses import shown_now
from coign.settings import Settings
from coign_verify.invariants import Terms

Progress = Callable[[str], None]


@dataclass(slots=True)
class Repaired:
    """What was put right in each ledger, and what verifying showed afterwards."""

    ledgers: dict[str, Mended] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    read_only: str = ""

    @property
    def ok(self) -> bool:
        """Whether the record verifies and can be written again."""
        return not self.problems and not self.read_only


@dataclass(frozen=True, slots=True)
class _Outside:
    """What lies outside the database: the newest checkpoint published here, and what witnesses show, by name."""

    seen: bytes | None
    witnessed: Mapping[str, bytes]


def repair(
    archive: Archive,
    settings: Settings,
    database: Database,
    *,
    seen: bytes | None,
    progress: Progress = lambda line: None,
) -> Repaired:
    """Put back what the tree proves, for the record and for the access ledger; then fold, verify, and open or shut."""
    opened(database)
    archive.check_seal(seal_key(settings))
    wrong = archive.check(progress) or ledger_problems(archive, keys_of(archive.manifest, settings))
    if wrong:
        raise BackupDamaged(f"{archive.path} does not verify, and nothing was repaired: {'; '.join(wrong[:20])}")
    origins = _origins(database)
    _same_installation(archive, origins)
    done, keys = Repaired(), log_keys(settings, _signed(database, origins))
    for number, origin in origins.items():
        if number in keys:
            done.ledgers[origin] = _repair(
                database, number, keys[number], seen if number > 0 else None, archive, progress
            )
    witnessed = shown_now(settings, keys[LEDGER_ID].known) if LEDGER_ID in keys else {}
    terms = terms_at(settings.home or home())
    _verify(done, database, origins, keys, _Outside(seen, witnessed), terms, progress)
    return done


def _origins(database: Database) -> dict[int, str]:
    with psycopg.connect(database.owner_dsn) as owner:
        return dict(owner.execute("select ledger_id, origin from ledger order by ledger_id desc").fetchall())


def _signed(database: Database, origins: dict[int, str]) -> dict[int, str]:
    """Those that have signed anything: only they have a key."""
    with psycopg.connect(database.owner_dsn) as owner:
        rows = owner.execute("select distinct ledger_id from checkpoint").fetchall()
    signed = {row[0] for row in rows} | {LEDGER_ID}
    return {number: origin for number, origin in origins.items() if number in signed}


def _same_installation(archive: Archive, origins: dict[int, str]) -> None:
    for part in archive.manifest.ledgers:
        if part.origin != origins.get(part.ledger_id):
            raise Conflict(f"{archive.path} is a backup of {part.origin}, not of the record that is here")


def _repair(
    database: Database, number: int, keys: KeysHere, seen: bytes | None, archive: Archive, progress: Progress
) -> Mended:
    spares = Spares(partial(_entries, archive, number), partial(_keys, archive, number), _notes(archive, number))
    with psycopg.connect(database.owner_dsn) as owner:
        # A change of the key may be what is damaged here, or be newer than the backup: whoever tells of more is heard.
        known = max(known_keys(owner, number, keys.known)[0], known_in(archive, number, keys), key=_changes)
        done = mend(owner, number, known, seen, spares)
        heads.forget(owner, number)  # whoever enters them next makes the map anew
    progress(f"ledger {number}: {len(done.entries)} entries put back")
    if done.anything:
        rebuild(database.owner_dsn, number, views=_views(number), progress=progress)
    return done


def _changes(known: KnownKeys) -> int:
    return len(known.history.keys) if known.history is not None else 0


def _views(number: int) -> Folding:
    return folding() if number > 0 else Folding(access.VIEWS)


def _entries(archive: Archive, number: int) -> Iterator[Spare]:
    for ledger, position, leaf, body in all_entries(archive):
        if ledger == number:
            yield Spare(position, leaf, body)


def _keys(archive: Archive, number: int) -> Iterator[SpareKey]:
    table = archive.manifest.table("public.nonce")
    if table is None:
        return
    columns = ("ledger_id", "position", "person", "nonce", "digest", "answer")
    for ledger, position, person, nonce, digest, answer in rows_of(archive, table, *columns):
        if int(ledger or b"") == number:
            yield SpareKey(
                int(position or b""),
                (person or b"").decode(),
                (nonce or b"").decode(),
                octets(digest),
                None if answer is None else octets(answer),
            )


def _notes(archive: Archive, number: int) -> tuple[SpareNote, ...]:
    table = archive.manifest.table("public.checkpoint")
    if table is None:
        return ()
    return tuple(
        SpareNote(int(size or b""), octets(root), (time or b"").decode(), octets(note))
        for ledger, size, root, time, note in rows_of(archive, table, "ledger_id", "size", "root", "time", "note")
        if int(ledger or b"") == number
    )


def _verify(
    done: Repaired,
    database: Database,
    origins: dict[int, str],
    keys: dict[int, KeysHere],
    outside: _Outside,
    terms: Terms,
    progress: Progress,
) -> None:
    """The whole record, not only its end: a start alone would not see what remains in the middle."""
    remaining: list[Problem] = []
    with connect(database.owner_dsn) as connection:
        for number, origin in origins.items():
            known = keys[number].known if number in keys else ()
            of_rules = terms if number > 0 else None
            found = verify_database(connection, number, log_keys=known, folding=_views(number), terms=of_rules)
            problems = list(found.problems)
            if number == LEDGER_ID:
                now, _ = known_keys(connection, number, known)
                problems += check_seen(connection, number, found.entries, outside.seen, now)
                problems += check_witnessed(connection, number, found.entries, outside.witnessed, now)
                remaining = not_accepted(connection, number, problems)
            done.problems += [f"{origin}: {problem}" for problem in problems]
            progress(f"{origin}: {found.entries} entries, {len(problems)} problems")
    with connect(database.application_dsn) as connection:
        if remaining:
            shut(connection, LEDGER_ID, remaining)
        elif LEDGER_ID in keys:
            own = keys[LEDGER_ID].known
            start_check.start(connection, LEDGER_ID, log_keys=own, seen=outside.seen, witnessed=outside.witnessed)
        done.read_only = is_shut(connection, LEDGER_ID)
