"""What commands need that only read: whether there is a record here, and which keys this installation trusts."""

import psycopg

from coign.database import Database, home
from coign.kernel.errors import NotFound, Unavailable
from coign.service.first_start import LEDGER_ID, Opened, read_opened
from coign.settings import Settings
from coign_verify.keys import KeyTextError
from coign_verify.signing import SignerKey


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
    """The log's public key, from the installation's own key file; empty text when it has none yet."""
    file = settings.log_key_file or (settings.home or home()) / "log.key"
    try:
        return SignerKey.from_text(file.read_text("ascii").strip()).verifier().text
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError, KeyTextError) as error:
        raise Unavailable(f"the log key {file.name} cannot be read: {error}") from error
