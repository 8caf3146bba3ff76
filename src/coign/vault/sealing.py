"""One value to a commitment and a sealed opening, and back; no database here."""

import hashlib
import hmac
import secrets
import unicodedata
import uuid

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from coign.kernel.errors import IntegrityFailure, Invalid
from coign.kernel.frozen import dataclass
from coign.vault.keys import NONCE_BYTES
from coign_verify.jcs import canonical
from coign_verify.opening import commitment

SALT_BYTES = 32
#: 128 bits: no two values of one scope will ever meet by chance.
MARK_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Item:
    """One value for the vault. With `index`, its owner can be found by it."""

    owner: str
    retention_class: str
    field: str
    value: str
    index: str = ""


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one owner's retention class."""

    key_id: uuid.UUID
    key: bytes

    def __repr__(self) -> str:
        return f"DataKey({self.key_id})"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is stored for one value. The commitment goes to the ledger; the rest into the vault with the same commit."""

    commitment: bytes
    key_id: uuid.UUID
    sealed: bytes
    index: str = ""
    token: bytes = b""


@dataclass(frozen=True, slots=True)
class Opened:
    """A value as it was sealed, checked against its commitment; with the salt anybody else can check it too."""

    field: str
    value: str
    owner: str
    retention_class: str
    salt: bytes


def seal_item(item: Item, key: DataKey, ledger_id: int, index_key: bytes) -> Sealed:
    """Commit to a value with 32 random bytes, and encrypt both under the owner's key."""
    value = unicodedata.normalize("NFC", item.value)
    try:
        opening = canonical({"field": item.field, "value": value})
    except ValueError as error:
        raise Invalid.at(item.field, "expected text without broken characters") from error
    salt = secrets.token_bytes(SALT_BYTES)
    committed = commitment(salt, opening)
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + AESGCM(key.key).encrypt(nonce, salt + opening, _context(ledger_id, committed))
    token = blind_token(index_key, ledger_id, item.index, value) if item.index else b""
    return Sealed(committed, key.key_id, sealed, item.index, token)


def open_sealed(sealed: bytes, key: bytes, ledger_id: int, committed: bytes) -> tuple[str, str, bytes]:
    """Field, value and salt; the commitment is computed anew, so that an opening cannot be swapped for another."""
    try:
        clear = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _context(ledger_id, committed))
    except (InvalidTag, ValueError) as error:
        raise IntegrityFailure(f"the vault's opening of {committed.hex()} was changed") from error
    salt, opening = clear[:SALT_BYTES], clear[SALT_BYTES:]
    if not hmac.compare_digest(commitment(salt, opening), committed):
        raise IntegrityFailure(f"the vault's opening of {committed.hex()} belongs to another commitment")
    content = orjson.loads(opening)  # our own canonical bytes, as the commitment just proved
    return content["field"], content["value"], salt


def _context(ledger_id: int, committed: bytes) -> bytes:
    return b"coign/vault/opening/v1\x00" + str(ledger_id).encode() + b"\x00" + committed


def blind_token(index_key: bytes, ledger_id: int, index: str, value: str) -> bytes:
    """What stands in the search index: without the key nobody can try values against it."""
    text = f"{ledger_id}\x00{index}\x00{search_form(value)}"
    return hmac.new(index_key, text.encode(), hashlib.sha256).digest()


def keyed_mark(index_key: bytes, ledger_id: int, scope: str, value: str) -> str:
    """What may stand in the record for a value: the same for the same value, exactly as `match` compares.

    Without the key nobody can try values against it, and marks of two scopes have nothing in common.
    """
    text = f"coign/vault/mark/v1\x00{ledger_id}\x00{scope}\x00{unicodedata.normalize('NFC', value)}"
    return hmac.new(index_key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:MARK_DIGITS]


def search_form(value: str) -> str:
    """How a value is looked up: case and spacing do not matter. For finding only; `match` decides who somebody is."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).casefold()).split())
