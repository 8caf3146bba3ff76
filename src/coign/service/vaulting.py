"""The vault as the door needs it, and the keys of an installation that are derived from the vault's master key."""

import time
from collections.abc import Sequence
from threading import Lock
from typing import Any

import psycopg
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from psycopg_pool import ConnectionPool

from coign.database import Database, home
from coign.kernel.errors import Unavailable
from coign.kernel.frozen import dataclass
from coign.perform.protocols import SecretItem
from coign.service.resolvers import INDEXED
from coign.settings import Settings
from coign.vault import Vault, VaultSealer, read_or_create_master_key
from coign.vault.sealing import Sealed

#: Within this time a key that was seen is taken to exist. If another process erases it meanwhile, the database refuses
#: the commit that relies on it: nothing is sealed under an erased key, the caller is asked to try again.
SEEN_SECONDS = 1.0

#: How long a caller waits for a connection before it is told to try again.
POOL_SECONDS_MAX = 5.0

OwnerClass = tuple[str, str]


class LightSealer:
    """The vault's sealer without a question to the database for every action: most need the same few keys."""

    def __init__(self, sealer: VaultSealer) -> None:
        self._sealer = sealer
        self._seen: dict[OwnerClass, float] = {}
        self._lock = Lock()

    def ready(self, owners: Sequence[OwnerClass]) -> None:
        """Make sure a key exists for each owner and class."""
        now = time.monotonic()
        asked = [pair for pair in owners if now - self._seen.get(pair, float("-inf")) > SEEN_SECONDS]
        if not asked:
            return
        try:
            self._sealer.ready(asked)
        except psycopg.OperationalError as error:
            raise Unavailable("the database does not answer") from error
        with self._lock:
            if len(self._seen) > 4 * len(owners) + 4096:
                self._seen = {pair: at for pair, at in self._seen.items() if now - at <= SEEN_SECONDS}
            self._seen.update(dict.fromkeys(asked, now))

    def seal(self, items: Sequence[SecretItem]) -> list[Sealed]:
        """Seal texts with keys that are at hand."""
        return self._sealer.seal(items)

    def write(self, cursor: psycopg.Cursor, rows: Sequence[Any]) -> None:
        """Insert openings inside the caller's transaction."""
        self._sealer.write(cursor, rows)

    def pack(self, row: Any) -> bytes:
        """A sealed row as bytes."""
        return self._sealer.pack(row)

    def unpack(self, packed: bytes) -> Sealed:
        """The row again."""
        return self._sealer.unpack(packed)

    def erase(self, owner: str, retention_class: str) -> int:
        """Destroy a key, and know at once that it is gone."""
        erased = self._sealer.erase(owner, retention_class)
        with self._lock:
            self._seen.pop((owner, retention_class), None)
        return erased


@dataclass(frozen=True, slots=True)
class OpenVault:
    """The vault of one installation, with the sealer for its door and the connections both use."""

    vault: Vault
    sealer: LightSealer
    digest_key: bytes
    pool: "ConnectionPool[psycopg.Connection]"

    def close(self) -> None:
        """Give the connections back."""
        self.pool.close()


def open_vault(database: Database, settings: Settings, ledger_id: int) -> OpenVault:
    """Open the vault with the key in its file, made at the very first start; another database's key is refused."""
    master_key = read_or_create_master_key(settings.vault_key_file or (settings.home or home()) / "vault.key")
    vault = Vault(master_key, ledger_id)
    pool: ConnectionPool[psycopg.Connection] = ConnectionPool(
        database.application_dsn,
        min_size=1,
        max_size=4,
        timeout=POOL_SECONDS_MAX,
        kwargs={"autocommit": True},
        open=True,
    )
    try:
        with pool.connection() as connection:
            vault.check(connection)
        # Keys the requests that callers repeat: who reads the database alone cannot try guesses against the hashes.
        digest_key = HKDF(SHA256(), 32, salt=None, info=b"coign/request-digest/v1").derive(master_key)
        return OpenVault(vault, LightSealer(VaultSealer(vault, pool.connection, INDEXED)), digest_key, pool)
    except BaseException:
        pool.close()
        raise
