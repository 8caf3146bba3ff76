"""One installation in one process: database, tables, vault, clock, door, checkpoints, scrubber."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from coign.database import Database, running
from coign.kernel.errors import Invalid
from coign.ledger import schema
from coign.perform import assemble
from coign.perform.door import Door
from coign.perform.protocols import Clock
from coign.service import first_start, vaulting
from coign.service.clocks import DemonstrationClock, Moved, clock_for
from coign.service.first_start import LEDGER_ID, SETUP
from coign.service.settings import Settings
from coign.service.vaulting import OpenVault
from coign.vault import create_tables as create_vault_tables

__all__ = ["LEDGER_ID", "SETUP", "Service", "Settings"]


def _quiet(line: str) -> None:
    """Nobody watches."""


@dataclass
class Service:
    """An open installation. Thread-safe; one per process."""

    database: Database
    settings: Settings
    ledger_id: int
    origin: str
    demonstration: bool
    clock: Clock
    vault: OpenVault
    door: Door
    on_commit: list[Callable[[int], None]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def open(
        cls,
        home: Path | None = None,
        *,
        settings: Settings | None = None,
        programmes: Any = None,
        programmes_digest: str = "",
        progress: Callable[[str], None] = _quiet,
    ) -> Iterator["Service"]:
        """Open the installation for as long as the block lasts; what is queued at its end is finished first."""
        settings = settings or Settings.read()
        if home is not None:
            settings = replace(settings, home=home)
        with ExitStack() as stack:
            database = stack.enter_context(running(settings.home))
            prepare(database)
            yield _assembled(stack, database, settings, (programmes, programmes_digest), progress)

    def advance(self, hours: float) -> Moved:
        """Move a demonstration's clock forward; a ledger that is none has no such switch."""
        if not isinstance(self.clock, DemonstrationClock):
            raise Invalid.at("hours", "this record is not a demonstration: its clock is the machine's")
        return self.clock.advance(hours)


def prepare(database: Database) -> None:
    """Tables, rights and triggers; the application's role may do no more than it needs. Repeating changes nothing."""
    with psycopg.connect(database.owner_dsn) as owner:
        schema.create(owner)
        create_vault_tables(owner)
    with psycopg.connect(database.application_dsn) as application:
        schema.check_rights(application)


def _tell(listeners: list[Callable[[int], None]], size: int) -> None:
    for listener in listeners:
        listener(size)


def _assembled(
    stack: ExitStack,
    database: Database,
    settings: Settings,
    programmes: tuple[Any, str],
    progress: Callable[[str], None],
) -> Service:
    dsn = database.application_dsn
    with first_start.one_at_a_time(dsn) as connection:
        opened = first_start.ensure_ledger(connection, LEDGER_ID)
        demonstration = settings.demonstration if opened.demonstration is None else opened.demonstration
        place = assemble.Place(dsn, LEDGER_ID, opened.origin)
        clock = clock_for(dsn, LEDGER_ID, demonstration=demonstration)
        if isinstance(clock, DemonstrationClock):
            stack.callback(clock.close)
        vault = vaulting.open_vault(database, settings, LEDGER_ID)
        stack.callback(vault.close)
        listeners: list[Callable[[int], None]] = []
        door = assemble.door(
            place,
            clock=clock,
            sealer=vault.sealer,
            digest_key=vault.digest_key,
            demonstration=demonstration,
            programmes=programmes[0],
            programmes_digest=programmes[1],
            on_commit=partial(_tell, listeners),
        )
        stack.callback(door.close)
        if opened.demonstration is None:
            first_start.first_entry(door, opened, demonstration=demonstration, progress=progress)
    return Service(database, settings, LEDGER_ID, opened.origin, demonstration, clock, vault, door, on_commit=listeners)
