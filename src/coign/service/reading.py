"""What commands need that only read: whether there is a record here, and which keys this installation trusts."""

import psycopg

from coign.database import Database
from coign.kernel.errors import NotFound
from coign.ledger.log_keys import keys_here, name_in
from coign.service.first_start import LEDGER_ID, Opened, read_opened
from coign.service.key_files import log_key_file
from coign.settings import Settings


def opened(database: Database) -> Opened:
    """What the ledger says of itself; NotFound when nothing was ever recorded in this installation."""
    with psycopg.connect(database.owner_dsn) as connection:
        row = connection.execute("select to_regclass('ledger') is not null").fetchone()
        assert row is not None
        exists = row[0] and connection.execute("select 1 from ledger where ledger_id = %s", (LEDGER_ID,)).fetchone()
        if not exists:
            raise NotFound("there is no record here yet: `coign serve` makes one, COIGN_HOME says where")
        return read_opened(connection, LEDGER_ID)


def trusted_keys(settings: Settings) -> str:
    """The log's public keys, one a line, from the installation's own key files; empty text when it has none yet."""
    file = log_key_file(settings)
    if not file.exists():
        return ""
    return "".join(f"{key.text}\n" for key in keys_here(file, name_in(file)).known)
