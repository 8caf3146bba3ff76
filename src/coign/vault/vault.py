"""The identity vault: values outside the ledger, opened by their commitments, destroyed by their keys."""

import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from coign.vault.keys import KEY_BYTES, Keyring
from coign.vault.sealing import DataKey, Item, Opened, Sealed, blind_token, keyed_mark, open_sealed, seal_item

Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]
OwnerClass = tuple[str, str]


class Vault:
    """The vault of one ledger. Holds the master key and no connection; every call says where it works."""

    def __init__(self, master_key: bytes, ledger_id: int) -> None:
        self._keyring = Keyring(master_key)
        self._ledger_id = ledger_id

    def seal(self, conn: Connection, items: Sequence[Item]) -> list[Sealed]:
        """Prepare values for writing. Missing keys are made and committed here, before the ledger's lock is taken."""
        keys = self.ready(conn, [(item.owner, item.retention_class) for item in items])
        return self.seal_with(keys, items)

    def seal_with(self, keys: Mapping[OwnerClass, DataKey], items: Sequence[Item]) -> list[Sealed]:
        """The same with keys that are at hand; touches no database."""
        return [
            seal_item(item, keys[item.owner, item.retention_class], self._ledger_id, self._keyring.index_key)
            for item in items
        ]

    def ready(
        self, conn: Connection, owners: Iterable[OwnerClass], known: Mapping[OwnerClass, DataKey] | None = None
    ) -> dict[OwnerClass, DataKey]:
        """The data key of each owner and class, made if missing, in a short transaction of its own.

        Keys in `known` are not decrypted again; that they still exist is asked every time, as another process may have
        erased them.
        """
        wanted = sorted(set(owners))
        if not wanted:
            return {}
        assert conn.info.transaction_status == TransactionStatus.IDLE, "keys must be committed before the ledger's lock"
        with conn.transaction():
            rows = self._keys(conn, wanted)
            missing = [pair for pair in wanted if pair not in rows]
            if missing:
                self._make_keys(conn, missing)
                rows = self._keys(conn, wanted)
        return {pair: self._data_key(pair, rows[pair], (known or {}).get(pair)) for pair in wanted}

    def _keys(self, conn: Connection, wanted: Sequence[OwnerClass]) -> dict[OwnerClass, tuple[uuid.UUID, bytes]]:
        rows = conn.execute(
            "select owner, class, key_id, wrapped from vault_key"
            " join unnest(%s::text[], %s::text[]) as wanted (owner, class) using (owner, class) where ledger_id = %s",
            ([owner for owner, _ in wanted], [kind for _, kind in wanted], self._ledger_id),
        )
        return {(owner, kind): (key_id, bytes(wrapped)) for owner, kind, key_id, wrapped in rows}

    def _make_keys(self, conn: Connection, missing: Sequence[OwnerClass]) -> None:
        # Two processes may make the same key at once: the first one counts, both read it afterwards.
        made = []
        for owner, kind in missing:
            key_id = uuid.uuid4()
            wrapped = self._keyring.wrap(secrets.token_bytes(KEY_BYTES), self._context(owner, kind, key_id))
            made.append((self._ledger_id, key_id, owner, kind, wrapped))
        with conn.cursor() as cursor:
            cursor.executemany(
                "insert into vault_key (ledger_id, key_id, owner, class, wrapped) values (%s, %s, %s, %s, %s)"
                " on conflict (ledger_id, owner, class) do nothing",
                made,
            )

    def _data_key(self, pair: OwnerClass, row: tuple[uuid.UUID, bytes], known: DataKey | None) -> DataKey:
        key_id, wrapped = row
        if known is not None and known.key_id == key_id:
            return known
        return DataKey(key_id, self._keyring.unwrap(wrapped, self._context(*pair, key_id)))

    def _context(self, owner: str, kind: str, key_id: uuid.UUID) -> bytes:
        return "\x00".join(("coign/vault/key/v1", str(self._ledger_id), owner, kind, str(key_id))).encode()

    def write(self, cursor: Cursor, sealed: Sequence[Sealed]) -> None:
        """Insert openings inside the caller's transaction: one statement for all of them, one for search tokens.

        If a key was erased in the meantime the database refuses (`ForeignKeyViolation`), and with it the whole commit.
        """
        if not sealed:
            return
        cursor.execute(
            "insert into vault_opening (ledger_id, commitment, key_id, sealed)"
            " select %s, * from unnest(%s::bytea[], %s::uuid[], %s::bytea[])",
            (
                self._ledger_id,
                [row.commitment for row in sealed],
                [row.key_id for row in sealed],
                [row.sealed for row in sealed],
            ),
        )
        indexed = [row for row in sealed if row.index]
        if indexed:
            cursor.execute(
                "insert into vault_index (ledger_id, index_name, token, key_id)"
                " select %s, * from unnest(%s::text[], %s::bytea[], %s::uuid[]) on conflict do nothing",
                (
                    self._ledger_id,
                    [row.index for row in indexed],
                    [row.token for row in indexed],
                    [row.key_id for row in indexed],
                ),
            )

    def open(self, conn: Connection, commitments: Iterable[bytes]) -> dict[bytes, Opened]:
        """The values behind commitments, each checked again. What is unknown or erased is absent from the answer."""
        rows = conn.execute(
            "select commitment, sealed, owner, class, key_id, wrapped"
            " from vault_opening join vault_key using (ledger_id, key_id)"
            " where ledger_id = %s and commitment = any(%s::bytea[])",
            (self._ledger_id, list(commitments)),
        ).fetchall()
        keys: dict[uuid.UUID, DataKey] = {}
        found: dict[bytes, Opened] = {}
        for committed, sealed, owner, kind, key_id, wrapped in rows:
            if key_id not in keys:
                keys[key_id] = self._data_key((owner, kind), (key_id, bytes(wrapped)), None)
            field, value, salt = open_sealed(bytes(sealed), keys[key_id].key, self._ledger_id, bytes(committed))
            found[bytes(committed)] = Opened(field, value, owner, kind, salt)
        return found

    def erase(self, conn: Connection, owner: str, retention_class: str) -> int:
        """Destroy the data key: all values of this owner and class, their salts and search tokens; how many."""
        row = conn.execute("select vault_erase(%s, %s, %s)", (self._ledger_id, owner, retention_class)).fetchone()
        assert row is not None
        return int(row[0])

    def find(self, conn: Connection, index: str, value: str) -> list[str]:
        """Owners that have, or once had, this value; case and spacing do not matter. For finding, not matching."""
        token = blind_token(self._keyring.index_key, self._ledger_id, index, value)
        rows = conn.execute(
            "select distinct owner from vault_index join vault_key using (ledger_id, key_id)"
            " where ledger_id = %s and index_name = %s and token = %s order by owner",
            (self._ledger_id, index, token),
        )
        return [owner for (owner,) in rows]

    def mark(self, scope: str, value: str) -> str:
        """A keyed mark of a value within a scope, for the record: tells equal values, and nothing about them."""
        return keyed_mark(self._keyring.index_key, self._ledger_id, scope, value)

    def check(self, conn: Connection) -> None:
        """Refuse to start with the key of another database (`VaultKeyUnusable`): the newest data key must open."""
        row = conn.execute(
            "select owner, class, key_id, wrapped from vault_key where ledger_id = %s order by created desc limit 1",
            (self._ledger_id,),
        ).fetchone()
        if row is not None:
            owner, kind, key_id, wrapped = row
            self._data_key((owner, kind), (key_id, bytes(wrapped)), None)
