"""The master key in its file, the keys derived from it, and data keys wrapped by them.

The file lies outside database and backup: whoever has only the one or the other has nothing.
"""

import base64
import binascii
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from coign.kernel.errors import CoignError

KEY_BYTES = 32
NONCE_BYTES = 12
_FILE_LABEL = "coign-vault-key/v1 "


class VaultKeyUnusable(CoignError):
    """The master key cannot be used: missing, readable by others, damaged, or the key of another database."""

    code, status, title = "vault_key_unusable", 503, "The vault cannot be opened"


def key_file(home: Path, environment: Mapping[str, str]) -> Path:
    """Where the master key is: `COIGN_VAULT_KEY_FILE`, otherwise `vault.key` in the installation's folder."""
    named = environment.get("COIGN_VAULT_KEY_FILE")
    return Path(named) if named else home / "vault.key"


def read_or_create_master_key(path: Path) -> bytes:
    """The master key; at the very first start a new one is made, readable by its owner only."""
    try:
        return read_master_key(path)
    except FileNotFoundError:
        _create(path)
        return read_master_key(path)


def read_master_key(path: Path) -> bytes:
    """The master key from its file; `FileNotFoundError` if there is none yet."""
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise VaultKeyUnusable(f"{path} can be read by others: set its mode to 600, and consider the key known")
        text = path.read_text(encoding="ascii")
        if not text.startswith(_FILE_LABEL):
            raise VaultKeyUnusable(f"{path} is not a vault key file")
        key = base64.b64decode(text.removeprefix(_FILE_LABEL).strip(), validate=True)
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError, binascii.Error) as error:
        raise VaultKeyUnusable(f"{path} cannot be read as a vault key file: restore it from its own backup") from error
    if len(key) != KEY_BYTES:
        raise VaultKeyUnusable(f"{path} holds {len(key)} bytes of key, not {KEY_BYTES}")
    return key


def _create(path: Path) -> None:
    """Written aside and linked into place: two processes at first start end with one key, never with half of one."""
    text = _FILE_LABEL + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii") + "\n"
    try:
        # Made with mode 600, and removed again when it is linked under its own name or not needed.
        with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=".vault-key-") as aside:
            aside.write(text)
            aside.flush()
            os.fsync(aside.fileno())
            with suppress(FileExistsError):
                os.link(aside.name, path)
    except OSError as error:
        raise VaultKeyUnusable(f"{path} cannot be made: {error.strerror}") from error


class Keyring:
    """What is derived from the master key: one key that wraps data keys, one that blinds search values."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes")
        self._wrapping = AESGCM(_derived(master_key, b"coign/vault/wrap/v1"))
        self.index_key = _derived(master_key, b"coign/vault/index/v1")

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """A data key as it may lie in the database; `context` ties it to its owner and class."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, data_key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The data key again."""
        try:
            return self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context)
        except (InvalidTag, ValueError) as error:
            raise VaultKeyUnusable(
                "a data key does not open: the vault key file belongs to another database, or the row was changed"
            ) from error


def _derived(master_key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(master_key)
