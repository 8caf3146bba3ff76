"""The master key file: made once, readable by its owner only, never half."""

import os
import threading
from pathlib import Path

import pytest

from coign.vault import VaultKeyUnusable, key_file, read_master_key, read_or_create_master_key
from coign.vault.keys import Keyring


def test_the_key_is_made_once_and_is_the_same_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "vault.key"
    key = read_or_create_master_key(path)
    assert len(key) == 32
    assert read_or_create_master_key(path) == read_master_key(path) == key
    assert [file.name for file in tmp_path.iterdir()] == ["vault.key"]


@pytest.mark.skipif(os.name != "posix", reason="file modes exist on POSIX only")
def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "vault.key"
    read_or_create_master_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(VaultKeyUnusable):
        read_or_create_master_key(path)


def test_several_first_starts_at_once_end_with_one_key(tmp_path: Path) -> None:
    barrier, found = threading.Barrier(8), []

    def start() -> None:
        barrier.wait()
        found.append(read_or_create_master_key(tmp_path / "vault.key"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"hello\n", b"coign-vault-key/v1 ", b"coign-vault-key/v1 AAAA\n", b"coign-vault-key/v1 ???\n", b"\xff"],
)
def test_a_damaged_file_is_refused_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vault.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(VaultKeyUnusable):
        read_or_create_master_key(path)
    assert path.read_bytes() == content


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(VaultKeyUnusable, match="nowhere"):
        read_or_create_master_key(tmp_path / "nowhere" / "vault.key")


def test_the_file_is_where_the_environment_says_or_in_the_home(tmp_path: Path) -> None:
    assert key_file(tmp_path, {}) == tmp_path / "vault.key"
    assert key_file(tmp_path, {"COIGN_VAULT_KEY_FILE": "/secure/k"}) == Path("/secure/k")


def test_a_wrapped_key_opens_only_in_its_context() -> None:
    ring = Keyring(bytes(32))
    wrapped = ring.wrap(b"k" * 32, b"patient:P1")
    assert ring.unwrap(wrapped, b"patient:P1") == b"k" * 32
    for other, context, data in [
        (ring, b"patient:P2", wrapped),
        (Keyring(b"x" * 32), b"patient:P1", wrapped),
        (ring, b"patient:P1", wrapped[:-1]),
        (ring, b"patient:P1", b""),
    ]:
        with pytest.raises(VaultKeyUnusable):
            other.unwrap(data, context)


def test_a_master_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        Keyring(b"short")
