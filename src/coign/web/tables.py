"""Django's tables: made and upgraded as the owner, at start, in a schema apart from the ledger's."""

import os
from collections.abc import Sequence

import django
import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from coign.database import APPLICATION, READER, Database
from coign.kernel.errors import Invalid
from coign.web.address import SCHEMA, database

_LOCK = 4223  # one process at a time; any number will do


def prepare(where: Database, migrations: Sequence[tuple[str, str]] | None = None) -> None:
    """Create what is missing and give the application its rights. Repeating it changes nothing.

    `migrations`: as an older version left the tables (application and name of each step), for taking in its backup.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coign.web.settings")
    django.setup()
    with psycopg.connect(where.owner_dsn, autocommit=True) as owner:
        owner.execute("select pg_advisory_lock(%s)", (_LOCK,))
        owner.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(SCHEMA)))
        _migrate(where, migrations)
        _grant(owner)


def _migrate(where: Database, migrations: Sequence[tuple[str, str]] | None) -> None:
    owner = {**connections.settings["default"], **database(where.owner_dsn)}
    owner["OPTIONS"] = {name: value for name, value in owner["OPTIONS"].items() if name != "pool"}
    connections.settings["owner"] = owner
    try:
        if migrations is None:
            _at_once()
            call_command("migrate", database="owner", interactive=False, verbosity=0)
            call_command("createcachetable", database="owner", verbosity=0)
        else:
            _as_they_were(migrations)
    finally:
        connections["owner"].close()
        del connections["owner"]
        del connections.settings["owner"]


def _at_once() -> None:
    """New tables as today's models say, with every step noted as taken, as replaying them would leave them."""
    connection = connections["owner"]
    executor = MigrationExecutor(connection)
    if executor.loader.applied_migrations:
        return  # tables of some version: brought up to date step by step
    with connection.schema_editor(atomic=True) as editor:
        for model in apps.get_models():
            if model._meta.can_migrate(connection):
                editor.create_model(model)
        executor.recorder.ensure_schema()
        for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
            executor.recorder.record_applied(step.app_label, step.name)


def _as_they_were(migrations: Sequence[tuple[str, str]]) -> None:
    """Empty tables as these steps make them; what Django fills by itself after migrating is left to the backup."""
    executor = MigrationExecutor(connections["owner"])
    if unknown := [f"{app}.{name}" for app, name in migrations if (app, name) not in executor.loader.graph.nodes]:
        raise Invalid.at(
            "FILE",
            f"its tables of accounts were made by steps that this version does not have ({', '.join(unknown[:5])}): "
            "restore it with the version that made it, then upgrade",
        )
    if set(migrations) == set(executor.loader.graph.nodes):
        _at_once()
    else:
        executor.migrate(list(migrations))


def _grant(owner: psycopg.Connection) -> None:
    """Accounts and sessions are no records: full rights for the application, none for the reader."""
    schema, application = sql.Identifier(SCHEMA), sql.Identifier(APPLICATION)
    for statement in (
        "revoke all on schema {schema} from public, {reader}",
        "grant usage on schema {schema} to {application}",
        "grant select, insert, update, delete on all tables in schema {schema} to {application}",
        "grant usage, select on all sequences in schema {schema} to {application}",
    ):
        owner.execute(sql.SQL(statement).format(schema=schema, application=application, reader=sql.Identifier(READER)))
