"""`coign db …`: prepare, back up, restore, repair, make derived tables anew; and the log's key."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coign.cli import log_keys
from coign.cli.output import answer, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coign.database import Database
    from coign.database.archive import Manifest
    from coign.service import Settings
    from coign.service.repairing import Repaired
    from coign.service.restoring import Restored

NO, INCOMPLETE = 1, 3
ROLES = {
    "coign_owner": "makes and rebuilds tables; used by commands, never by pages",
    "coign_app": "reads, and adds to the record; changes only what is derived from it",
    "coign_reader": "reads",
}


def add(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """The commands for whoever runs an installation."""
    db = commands.add_parser("db", help="care for the database", description=__doc__)
    kinds = db.add_subparsers(title="commands", metavar="WHAT", required=True)
    prepare = kinds.add_parser("prepare", parents=[common], help="make tables, roles and rights; safe to repeat")
    prepare.set_defaults(run=_prepare)
    backup = kinds.add_parser("backup", parents=[common], help="write a verified backup, beside a running server too")
    backup.add_argument("-o", dest="output", metavar="FILE|DIR", type=Path, help="where to (backups/ in the home)")
    backup.set_defaults(run=_backup)
    restore = kinds.add_parser("restore", parents=[common], help="restore a backup into an empty place, and verify it")
    restore.add_argument("file", metavar="FILE", type=Path)
    restore.add_argument("--prove", action="store_true", help="into a temporary database only: the proof of restore")
    restore.set_defaults(run=_restore)
    repair = kinds.add_parser("repair", parents=[common], help="put back damaged entries that the tree proves")
    repair.add_argument("--from", dest="file", metavar="FILE", type=Path, required=True, help="a backup")
    repair.set_defaults(run=_repair)
    log_keys.add(kinds, common)
    rebuild = kinds.add_parser("rebuild", parents=[common], help="fold all states anew from the entries")
    rebuild.set_defaults(run=_rebuild)


def _prepare(given: argparse.Namespace) -> int:
    from coign.database import running
    from coign.database.external import roles_at
    from coign.service import Settings, prepare
    from coign.service.backing_up import tables_here

    before = roles_at()
    with running(Settings.read().home) as database:
        say("Tables, roles and rights …")
        tables = tables_here(database)
        prepare(database)
        made = sorted(tables_here(database) - tables)
        owner = _owner(database)
    roles = {owner if role == "coign_owner" else role: may for role, may in ROLES.items()}
    new_roles = sorted(set(roles) - before - {owner}) if before is not None else []
    result = {
        "ok": True,
        "roles": list(ROLES),
        "embedded": database.embedded,
        "owner": owner,
        "made": {"roles": new_roles, "tables": made},
    }
    lines = [f"{role:14} {may}{' (made now)' if role in new_roles else ''}" for role, may in roles.items()]
    lines.append(f"{len(made)} tables were made." if made else "All tables were there.")
    answer(result, "\n".join(lines), as_json=given.as_json)
    return 0


def _owner(database: "Database") -> str:
    import psycopg

    with psycopg.connect(database.owner_dsn) as connection:
        return connection.info.user


def _backup(given: argparse.Namespace) -> int:
    from coign.database import running
    from coign.documents import Documents
    from coign.service import LEDGER_ID, Settings, upkeep
    from coign.service.backing_up import back_up
    from coign.service.key_files import key_files

    settings = Settings.read()
    with running(settings.home) as database:
        target = _target(given.output, settings)
        made = back_up(database, settings, target, Documents(_home(settings) / "documents"), progress=say)
        if made.ok:
            upkeep.note(database.owner_dsn, LEDGER_ID, upkeep.BACKED_UP, **_noted(made.path, made.manifest))
    keys = [{"file": str(each.path), "what": each.what} for each in key_files(settings)]
    result = {"ok": made.ok, "file": str(made.path), **_described(made.manifest), "not_included": keys}
    result["problems"] = made.problems
    text = _backup_text(result) if made.ok else _lines(f"NOT a backup to rely on: {made.path}", made.problems)
    answer(result, text, as_json=given.as_json)
    return 0 if made.ok else NO


def _target(output: Path | None, settings: "Settings") -> Path:
    import time

    from coign.kernel.errors import Invalid
    from coign.kernel.values import Instant
    from coign.service.backing_up import file_name

    name = file_name(Instant.of_us(time.time_ns() // 1000))
    if output is None:
        folder = _home(settings) / "backups"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / name
    output = output.expanduser().absolute()
    if output.is_dir():
        return output / name
    if not output.parent.is_dir():
        raise Invalid.at("-o", f"there is no folder {output.parent}")
    return output


def _home(settings: "Settings") -> Path:
    from coign.database import home

    return settings.home or home()


def _described(manifest: "Manifest") -> dict[str, Any]:
    from coign.database.archive import total_bytes

    return {
        "made_at": manifest.made_at,
        "software": manifest.software,
        "schema": manifest.schema,
        "ledgers": [
            {"ledger": part.origin, "entries": part.size, "root": part.root, "checkpoint": part.checkpoint}
            for part in manifest.ledgers
        ],
        "rows": sum(table.rows for table in manifest.tables),
        "documents": len(manifest.documents),
        "bytes": total_bytes(manifest.parts),
    }


def _noted(path: Path, manifest: "Manifest") -> dict[str, Any]:
    return {"file": path.name, "made_at": manifest.made_at, "entries": max(p.size for p in manifest.ledgers)}


def _backup_text(result: dict[str, Any]) -> str:
    entries = ", ".join(f"{each['entries']} entries of {each['ledger']}" for each in result["ledgers"])
    keys = "\n".join(f"  {each['file']}  ({each['what']})" for each in result["not_included"])
    return (
        f"{result['file']}: {entries}; {result['documents']} documents. It was read back and verifies.\n"
        "Keep it on another machine. The keys are NOT in it, and without them it cannot be used. Keep copies of these "
        f"where no backup lies:\n{keys}"
    )


def _restore(given: argparse.Namespace) -> int:
    from coign.database import running
    from coign.database.archive import Archive
    from coign.service import LEDGER_ID, Settings, restoring, upkeep

    settings = Settings.read()
    if given.prove:
        done = restoring.prove(given.file, settings, accounts=_account_tables, progress=say)
        if not done.problems:
            with running(settings.home) as database:
                noted = _noted(given.file, done.manifest)
                upkeep.note(database.owner_dsn, LEDGER_ID, upkeep.RESTORE_PROVED, **noted)
    else:
        with Archive(given.file) as archive, running(settings.home) as database:
            into = restoring.Into(database, _home(settings))
            seen = restoring.newest_seen(settings)
            done = restoring.restore(archive, settings, into, accounts=_account_tables, seen=seen, progress=say)
            if not done.problems:
                upkeep.note(database.owner_dsn, LEDGER_ID, upkeep.RESTORED, **_noted(given.file, done.manifest))
    return _told(given, done)


def _account_tables(database: "Database", migrations: "Sequence[tuple[str, str]] | None") -> None:
    """Accounts belong to the web application; an installation that never served has none."""
    from coign.web import tables

    if migrations is None or migrations:
        tables.prepare(database, migrations)


def _told(given: argparse.Namespace, done: "Restored") -> int:
    result = {
        "ok": done.ok,
        "file": str(given.file),
        "proved": given.prove and not done.problems,
        **_described(done.manifest),
        "states": done.states,
        "verified": not done.problems,
        "problems": done.problems,
        "read_only": done.read_only,
    }
    entries = ", ".join(f"{count} entries of {origin}" for origin, count in done.verified.items())
    where = "Into a temporary database, which is gone again" if given.prove else "Restored"
    text = f"{where}: {entries}, {done.documents} documents."
    if done.problems:
        text = _lines(f"{text}\nIt does NOT verify:", done.problems)
    elif done.read_only:
        text += (
            f"\nIt verifies, and it is not all that was recorded here, so nothing can be added yet: {done.read_only}.\n"
            "Restore a newer backup into an empty place, or let two administrators go on without what is missing "
            "(Actions → Propose to resume, then Agree to resume)."
        )
    else:
        text += " It verifies."
    answer(result, text, as_json=given.as_json)
    return NO if done.problems else INCOMPLETE if done.read_only else 0


def _repair(given: argparse.Namespace) -> int:
    from coign.database import running
    from coign.database.archive import Archive
    from coign.service import LEDGER_ID, Settings, restoring, upkeep
    from coign.service.repairing import repair

    settings = Settings.read()
    with Archive(given.file) as archive, running(settings.home) as database:
        seen = restoring.newest_seen(settings)
        done = repair(archive, settings, database, seen=seen, progress=say)
        changed = {origin: _changed(mended) for origin, mended in done.ledgers.items() if mended.anything}
        if changed:
            detail = {"file": given.file.name, "changed": changed, "remaining": len(done.problems)}
            upkeep.note(database.owner_dsn, LEDGER_ID, upkeep.REPAIRED, **detail)
    result = {
        "ok": done.ok,
        "file": str(given.file),
        "ledgers": [
            {"ledger": origin, **_changed(mended), "not_held": mended.not_held, "unproved": mended.unproved}
            for origin, mended in done.ledgers.items()
        ],
        "problems": done.problems,
        "read_only": done.read_only,
    }
    answer(result, _repair_text(done), as_json=given.as_json)
    return 0 if done.ok else NO


def _changed(mended: Any) -> dict[str, Any]:
    names = ("entries", "hashes", "indexed", "keys", "tiles", "checkpoints", "head")
    return {name: getattr(mended, name) for name in names}


def _repair_text(done: "Repaired") -> str:
    lines = []
    for origin, mended in done.ledgers.items():
        changed = [f"{name} {_listed(what)}" for name, what in _changed(mended).items() if what]
        lines.append(f"{origin}: {'put right: ' + '; '.join(changed) if changed else 'nothing was put right'}")
        if mended.unproved:
            lines.append(f"  {mended.unproved}")
        if mended.not_held:
            lines.append(f"  not in this backup: {_listed(mended.not_held)}")
    if done.ok:
        return "\n".join([*lines, "The record verifies and can be written again."])
    return _lines("\n".join([*lines, "What remains keeps the record read-only:"]), done.problems or [done.read_only])


def _listed(what: Any) -> str:
    if isinstance(what, bool):
        return ""
    shown = ", ".join(map(str, what[:20]))
    return shown if len(what) <= 20 else f"{shown} and {len(what) - 20} more"


def _lines(head: str, problems: "Sequence[str]") -> str:
    return "\n".join([head, *(f"  {each}" for each in problems)])


def _rebuild(given: argparse.Namespace) -> int:
    from coign.database import running
    from coign.service import LEDGER_ID, Settings
    from coign.service.reading import opened
    from coign.service.rebuilding import rebuild

    with running(Settings.read().home) as database:
        opened(database)
        done = rebuild(database.owner_dsn, LEDGER_ID, progress=say)
    result = {"ok": True, "subjects": done.subjects, "states": done.states, "changed": done.changed}
    text = f"{done.states} states of {done.subjects} subjects folded anew; {done.changed} of them were not as stored."
    answer(result, text, as_json=given.as_json)
    return 0
