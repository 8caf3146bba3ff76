"""The vault on a real database: what goes in comes out, and what is erased is gone for good."""

import itertools
import threading
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from coign.database import Database
from coign.kernel.errors import Conflict, IntegrityFailure, Invalid
from coign.perform.protocols import SealedRow, Sealer, SecretItem
from coign.vault import Item, Sealed, Vault, VaultKeyUnusable, VaultSealer, create_tables, key_was_erased
from coign.vault.sealing import DataKey, open_sealed, seal_item, search_form
from coign_verify.jcs import canonical
from coign_verify.opening import commitment

Connection = psycopg.Connection[Any]
MASTER = bytes(range(32))
_ledgers = itertools.count(70_000)

NAME = Item("patient:P1", "identity", "family_name", "Silva", index="family_name")
BIRTH = Item("patient:P1", "identity", "birth_date", "1975-03-12")
PHONE = Item("patient:P1", "contact", "telephone", "+49 30 0000")


@pytest.fixture(scope="session")
def tables(database: Database) -> Database:
    with psycopg.connect(database.owner_dsn) as owner:
        create_tables(owner)
        create_tables(owner)  # repeating it changes nothing
    return database


@pytest.fixture
def conn(tables: Database) -> Iterator[Connection]:
    with psycopg.connect(tables.application_dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def ledger_id() -> int:
    return next(_ledgers)


@pytest.fixture
def vault(ledger_id: int) -> Vault:
    return Vault(MASTER, ledger_id)


def _keep(vault: Vault, conn: Connection, *items: Item) -> list[Sealed]:
    sealed = vault.seal(conn, items)
    with conn.transaction(), conn.cursor() as cursor:
        vault.write(cursor, sealed)
    return sealed


def test_what_was_sealed_opens_to_the_same_value(vault: Vault, conn: Connection) -> None:
    sealed = _keep(vault, conn, NAME, BIRTH, PHONE)
    opened = vault.open(conn, [row.commitment for row in sealed])
    assert [(opened[row.commitment].field, opened[row.commitment].value) for row in sealed] == [
        ("family_name", "Silva"),
        ("birth_date", "1975-03-12"),
        ("telephone", "+49 30 0000"),
    ]
    assert opened[sealed[2].commitment].owner == "patient:P1"
    assert opened[sealed[2].commitment].retention_class == "contact"


def test_the_same_value_twice_has_two_commitments(vault: Vault, conn: Connection) -> None:
    one, other = vault.seal(conn, [NAME, NAME])
    assert one.commitment != other.commitment


def test_an_unknown_commitment_is_absent(vault: Vault, conn: Connection) -> None:
    assert vault.open(conn, [bytes(32)]) == {}
    assert vault.open(conn, []) == {}


@pytest.mark.requirement("CSV-43")
def test_erasing_a_class_destroys_value_and_salt_and_leaves_the_other_classes(vault: Vault, conn: Connection) -> None:
    name, birth, phone = _keep(vault, conn, NAME, BIRTH, PHONE)
    assert vault.erase(conn, "patient:P1", "contact") == 1
    opened = vault.open(conn, [name.commitment, birth.commitment, phone.commitment])
    assert set(opened) == {name.commitment, birth.commitment}
    assert vault.erase(conn, "patient:P1", "contact") == 0


@pytest.mark.requirement("CSV-43")
def test_after_erasure_nothing_of_the_value_is_left_in_any_table(
    vault: Vault, conn: Connection, tables: Database, ledger_id: int
) -> None:
    _keep(vault, conn, NAME, BIRTH)
    vault.erase(conn, "patient:P1", "identity")
    with psycopg.connect(tables.owner_dsn) as owner:
        for table in ("vault_key", "vault_opening", "vault_index"):
            count = owner.execute(f"select count(*) from {table} where ledger_id = %s", (ledger_id,)).fetchone()
            assert count == (0,), table


@pytest.mark.requirement("CSV-43")
def test_an_erased_person_is_not_found_by_the_index(vault: Vault, conn: Connection) -> None:
    _keep(vault, conn, NAME)
    assert vault.find(conn, "family_name", "Silva") == ["patient:P1"]
    vault.erase(conn, "patient:P1", "identity")
    assert vault.find(conn, "family_name", "Silva") == []


def test_after_erasure_a_new_key_opens_new_values_only(vault: Vault, conn: Connection) -> None:
    (old,) = _keep(vault, conn, PHONE)
    vault.erase(conn, "patient:P1", "contact")
    (new,) = _keep(vault, conn, PHONE)
    assert set(vault.open(conn, [old.commitment, new.commitment])) == {new.commitment}


@pytest.mark.requirement("CSV-43")
def test_a_value_whose_key_was_erased_on_its_way_is_not_recorded(vault: Vault, conn: Connection) -> None:
    sealed = vault.seal(conn, [PHONE])
    vault.erase(conn, "patient:P1", "contact")
    with pytest.raises(psycopg.errors.ForeignKeyViolation) as no, conn.transaction(), conn.cursor() as cursor:
        vault.write(cursor, sealed)
    assert key_was_erased(no.value)
    assert vault.open(conn, [sealed[0].commitment]) == {}


def test_an_erasure_waits_for_a_commit_that_uses_the_key(vault: Vault, conn: Connection, tables: Database) -> None:
    (sealed,) = vault.seal(conn, [PHONE])
    erased: list[int] = []

    def erase() -> None:
        with psycopg.connect(tables.application_dsn) as other:
            erased.append(vault.erase(other, "patient:P1", "contact"))

    thread = threading.Thread(target=erase)
    with conn.transaction(), conn.cursor() as cursor:
        vault.write(cursor, [sealed])
        thread.start()
    thread.join(timeout=30)
    assert erased == [1]
    assert vault.open(conn, [sealed.commitment]) == {}


def test_a_rolled_back_transaction_keeps_no_opening(vault: Vault, conn: Connection) -> None:
    sealed = vault.seal(conn, [NAME])
    with conn.transaction(force_rollback=True), conn.cursor() as cursor:
        vault.write(cursor, sealed)
    assert vault.open(conn, [sealed[0].commitment]) == {}
    assert vault.find(conn, "family_name", "Silva") == []


def test_keys_are_not_made_inside_somebodys_transaction(vault: Vault, conn: Connection) -> None:
    with conn.transaction(), pytest.raises(AssertionError):
        conn.execute("select 1")
        vault.seal(conn, [NAME])


def test_two_processes_that_make_the_same_key_end_with_one(vault: Vault, tables: Database) -> None:
    barrier = threading.Barrier(4)
    found: list[DataKey] = []

    def make() -> None:
        with psycopg.connect(tables.application_dsn) as own:
            barrier.wait()
            found.append(vault.ready(own, [("patient:P9", "identity")])["patient:P9", "identity"])

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(found) == 4
    assert len({(key.key_id, key.key) for key in found}) == 1


@pytest.mark.requirement("CSV-42")
def test_nothing_in_the_tables_is_readable(vault: Vault, conn: Connection, tables: Database, ledger_id: int) -> None:
    _keep(vault, conn, NAME)
    with psycopg.connect(tables.owner_dsn) as owner:
        for table in ("vault_opening", "vault_index", "vault_key"):
            rows = owner.execute(f"select * from {table} where ledger_id = %s", (ledger_id,)).fetchall()
            assert rows
            flat = b"".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)
            assert b"Silva" not in flat
            assert b"silva" not in flat


@pytest.mark.requirement("CSV-42")
@pytest.mark.parametrize("role", ["application_dsn", "reader_dsn"])
@pytest.mark.parametrize("table", ["vault_key", "vault_opening", "vault_index"])
def test_no_role_that_works_or_reads_can_change_the_vault(tables: Database, role: str, table: str) -> None:
    statements = [f"delete from {table}", f"update {table} set ledger_id = 1", f"truncate {table} cascade"]
    if role == "reader_dsn":
        statements += [f"select * from {table}", "select vault_erase(1, 'a', 'b')"]
    for statement in statements:
        with (
            psycopg.connect(getattr(tables, role)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.read_only = False  # what the role sets for itself is no fence
            connection.execute(statement)


def _tamper(tables: Database, statement: str, *values: object) -> None:
    with psycopg.connect(tables.owner_dsn) as owner:
        assert owner.execute(statement, values).rowcount == 1


def test_a_changed_opening_is_noticed(vault: Vault, conn: Connection, tables: Database, ledger_id: int) -> None:
    (sealed,) = _keep(vault, conn, NAME)
    changed = sealed.sealed[:-1] + bytes([sealed.sealed[-1] ^ 1])
    _tamper(tables, "update vault_opening set sealed = %s where ledger_id = %s", changed, ledger_id)
    with pytest.raises(IntegrityFailure):
        vault.open(conn, [sealed.commitment])


def test_openings_changed_over_are_noticed(vault: Vault, conn: Connection, tables: Database, ledger_id: int) -> None:
    name, birth = _keep(vault, conn, NAME, BIRTH)
    _tamper(
        tables,
        "update vault_opening set sealed = %s where ledger_id = %s and commitment = %s",
        birth.sealed,
        ledger_id,
        name.commitment,
    )
    with pytest.raises(IntegrityFailure):
        vault.open(conn, [name.commitment])
    assert vault.open(conn, [birth.commitment])[birth.commitment].value == "1975-03-12"


def test_a_key_moved_to_another_owner_does_not_open(
    vault: Vault, conn: Connection, tables: Database, ledger_id: int
) -> None:
    (sealed,) = _keep(vault, conn, NAME)
    _tamper(tables, "update vault_key set owner = 'patient:P2' where ledger_id = %s", ledger_id)
    with pytest.raises(VaultKeyUnusable):
        vault.open(conn, [sealed.commitment])


def test_the_key_of_another_installation_is_refused_at_the_start(
    vault: Vault, conn: Connection, ledger_id: int
) -> None:
    vault.check(conn)
    _keep(vault, conn, NAME)
    vault.check(conn)
    with pytest.raises(VaultKeyUnusable):
        Vault(bytes(32), ledger_id).check(conn)


def test_another_ledger_sees_nothing(vault: Vault, conn: Connection) -> None:
    (sealed,) = _keep(vault, conn, NAME)
    other = Vault(MASTER, next(_ledgers))
    assert other.open(conn, [sealed.commitment]) == {}
    assert other.find(conn, "family_name", "Silva") == []
    assert other.erase(conn, "patient:P1", "identity") == 0
    assert vault.find(conn, "family_name", "Silva") == ["patient:P1"]


def test_search_finds_every_owner_whatever_case_and_spacing(vault: Vault, conn: Connection) -> None:
    _keep(
        vault,
        conn,
        NAME,
        Item("patient:P2", "identity", "family_name", "SILVA", index="family_name"),
        Item("patient:P3", "identity", "family_name", "Silvá", index="family_name"),
    )
    assert vault.find(conn, "family_name", " silva ") == ["patient:P1", "patient:P2"]
    assert vault.find(conn, "given_name", "silva") == []


def test_text_with_a_broken_character_is_refused_naming_the_field(vault: Vault, conn: Connection) -> None:
    with pytest.raises(Invalid) as no:
        vault.seal(conn, [Item("patient:P1", "identity", "family_name", "\ud800")])
    assert no.value.errors[0].field == "family_name"


texts = st.text(st.characters(codec="utf-8"), max_size=60)


@given(field=texts, value=texts, key=st.binary(min_size=32, max_size=32), ledger=st.integers(1, 2**31 - 1))
def test_a_commitment_is_the_one_outsiders_compute(field: str, value: str, key: bytes, ledger: int) -> None:
    row = seal_item(Item("o", "c", field, value), DataKey(uuid.UUID(int=1), key), ledger, key)
    opened_field, opened_value, salt = open_sealed(row.sealed, key, ledger, row.commitment)
    assert (opened_field, opened_value) == (field, unicodedata.normalize("NFC", value))
    assert commitment(salt, canonical({"field": field, "value": opened_value})) == row.commitment
    context = b"coign/vault/opening/v1\x00" + str(ledger).encode() + b"\x00" + row.commitment
    clear = AESGCM(key).decrypt(row.sealed[:12], row.sealed[12:], context)
    assert commitment(clear[:32], canonical({"field": field, "value": opened_value})) == row.commitment
    with pytest.raises(IntegrityFailure):
        open_sealed(row.sealed, key, ledger + 1, row.commitment)


def test_an_opening_that_does_not_belong_to_its_commitment_is_noticed_even_if_the_key_made_it() -> None:
    key, committed = bytes(32), bytes(range(32))
    context = b"coign/vault/opening/v1\x00" + b"1" + b"\x00" + committed
    clear = bytes(32) + canonical({"field": "family_name", "value": "Silva"})
    forged = bytes(12) + AESGCM(key).encrypt(bytes(12), clear, context)
    with pytest.raises(IntegrityFailure, match="another commitment"):
        open_sealed(forged, key, 1, committed)


@given(texts)
def test_the_form_for_searching_is_stable(value: str) -> None:
    assert search_form(search_form(value)) == search_form(value)


@pytest.fixture
def sealer(vault: Vault, tables: Database) -> VaultSealer:
    def connect() -> AbstractContextManager[Connection]:
        return psycopg.connect(tables.application_dsn)

    return VaultSealer(vault, connect, indexed={"family_name": "family_name"})


def _secret(item: Item) -> SecretItem:
    return SecretItem(item.owner, item.retention_class, item.field, item.value)


def test_the_door_seals_without_touching_the_database(sealer: VaultSealer, vault: Vault, conn: Connection) -> None:
    door_view: Sealer = sealer
    door_view.ready([("patient:P1", "identity")])
    rows: list[SealedRow] = list(door_view.seal([_secret(NAME), _secret(BIRTH)]))
    kept = [door_view.unpack(door_view.pack(row)) for row in rows]
    assert kept == rows
    with conn.transaction(), conn.cursor() as cursor:
        door_view.write(cursor, kept)
        door_view.write(cursor, [])
    opened = vault.open(conn, [row.commitment for row in rows])
    assert {value.value for value in opened.values()} == {"Silva", "1975-03-12"}
    assert vault.find(conn, "family_name", "silva") == ["patient:P1"]


def test_a_packed_row_holds_nothing_in_clear(sealer: VaultSealer) -> None:
    sealer.ready([("patient:P1", "identity")])
    (row,) = sealer.seal([_secret(NAME)])
    assert b"Silva" not in sealer.pack(row)


def test_the_door_notices_that_another_process_erased_the_key(
    sealer: VaultSealer, vault: Vault, conn: Connection
) -> None:
    sealer.ready([("patient:P1", "contact")])
    vault.erase(conn, "patient:P1", "contact")
    sealer.ready([("patient:P1", "contact")])
    rows = sealer.seal([_secret(PHONE)])
    with conn.transaction(), conn.cursor() as cursor:
        sealer.write(cursor, rows)
    assert len(vault.open(conn, [rows[0].commitment])) == 1


def test_an_erased_key_is_not_kept_at_hand(sealer: VaultSealer) -> None:
    sealer.ready([("patient:P1", "contact")])
    sealer.erase("patient:P1", "contact")
    with pytest.raises(Conflict):
        sealer.seal([_secret(PHONE)])
