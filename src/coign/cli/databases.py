"""`coign db …`: prepare tables and rights, make derived tables anew."""

import argparse
from typing import Any

from coign.cli.output import answer, say


def add(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """The commands for whoever runs an installation."""
    db = commands.add_parser("db", help="care for the database", description=__doc__)
    kinds = db.add_subparsers(title="commands", metavar="WHAT", required=True)
    prepare = kinds.add_parser("prepare", parents=[common], help="make tables, roles and rights; safe to repeat")
    prepare.set_defaults(run=_prepare)
    rebuild = kinds.add_parser("rebuild", parents=[common], help="fold all states anew from the entries")
    rebuild.set_defaults(run=_rebuild)


def _prepare(given: argparse.Namespace) -> int:
    from coign.database import running
    from coign.service import Settings, prepare

    with running(Settings.read().home) as database:
        say("Tables, roles and rights …")
        prepare(database)
        result = {"ok": True, "roles": ["coign_owner", "coign_app", "coign_reader"], "embedded": database.embedded}
    answer(result, "The database is prepared: roles coign_owner, coign_app, coign_reader.", as_json=given.as_json)
    return 0


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
