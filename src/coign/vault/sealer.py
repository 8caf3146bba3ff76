"""The vault as the door asks for it: keys made ready before the lock, sealing in memory, writing inside the commit."""

import json
import uuid
from base64 import b64decode, b64encode
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Lock

import psycopg

from coign.kernel.errors import Conflict
from coign.perform.protocols import SealedRow, SecretItem
from coign.vault.sealing import DataKey, Item, Sealed
from coign.vault.vault import Connection, Cursor, OwnerClass, Vault

KEYS_IN_MEMORY_MAX = 4096


class VaultSealer:
    """Serves the door of one ledger. `indexed` says which fields can be searched: field name → index name."""

    def __init__(
        self,
        vault: Vault,
        connect: Callable[[], AbstractContextManager[Connection]],
        indexed: Mapping[str, str] | None = None,
    ) -> None:
        self._vault, self._connect, self._indexed = vault, connect, dict(indexed or {})
        self._keys: OrderedDict[OwnerClass, DataKey] = OrderedDict()
        self._lock = Lock()

    def ready(self, owners: Sequence[OwnerClass]) -> None:
        """Make sure a key exists for each owner and class, and keep it at hand."""
        with self._lock:
            known = {pair: self._keys[pair] for pair in owners if pair in self._keys}
        with self._connect() as conn:
            keys = self._vault.ready(conn, owners, known)
        with self._lock:
            for pair, key in keys.items():
                self._keys[pair] = key
                self._keys.move_to_end(pair)
            while len(self._keys) > KEYS_IN_MEMORY_MAX:
                self._keys.popitem(last=False)

    def seal(self, items: Sequence[SecretItem]) -> list[Sealed]:
        """Seal texts with keys that are ready; touches no database."""
        with self._lock:
            keys = {pair: self._keys.get(pair) for pair in {(item.owner, item.retention_class) for item in items}}
        at_hand = {pair: key for pair, key in keys.items() if key is not None}
        if len(at_hand) < len(keys):
            raise Conflict("a key was erased or put aside in the meantime: try again")
        return self._vault.seal_with(
            at_hand,
            [
                Item(item.owner, item.retention_class, item.field, item.value, self._indexed.get(item.field, ""))
                for item in items
            ],
        )

    def write(self, cursor: Cursor, rows: Sequence[SealedRow]) -> None:
        """Insert openings inside the caller's transaction."""
        self._vault.write(cursor, [_own(row) for row in rows])

    def pack(self, row: SealedRow) -> bytes:
        """A sealed row as bytes, to be kept until its intent is signed. Holds nothing in clear."""
        row = _own(row)
        parts = [b64encode(part).decode() for part in (row.commitment, row.key_id.bytes, row.sealed, row.token)]
        return json.dumps([*parts, row.index]).encode()

    def unpack(self, packed: bytes) -> Sealed:
        """The row again."""
        *parts, index = json.loads(packed)
        commitment, key_id, sealed, token = (b64decode(part) for part in parts)
        return Sealed(commitment, uuid.UUID(bytes=key_id), sealed, index, token)

    def erase(self, owner: str, retention_class: str) -> int:
        """Destroy a key, in the database and at hand."""
        with self._connect() as conn:
            erased = self._vault.erase(conn, owner, retention_class)
            if not conn.autocommit:
                conn.commit()
        with self._lock:
            self._keys.pop((owner, retention_class), None)
        return erased


def _own(row: SealedRow) -> Sealed:
    assert isinstance(row, Sealed), "rows of another sealer"
    return row


def key_was_erased(error: psycopg.Error) -> bool:
    """Whether a commit failed because a key it relied on was erased in the meantime: prepare again."""
    return isinstance(error, psycopg.errors.ForeignKeyViolation) and error.diag.table_name in {
        "vault_opening",
        "vault_index",
    }
