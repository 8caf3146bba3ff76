"""Keys of logs and witnesses (C2SP signed-note, tlog-cosignature): their texts, and checking one signature.

A key is known by its name and by four bytes of a hash over name, kind and key, so that one key never signs for another
purpose by accident.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from hashlib import sha256
from types import ModuleType

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from coign_verify.checkpoint_text import Checkpoint
from coign_verify.encoding import decode_base64, encode_base64

mldsa: ModuleType | None
try:
    from cryptography.hazmat.primitives.asymmetric import mldsa
except ImportError:  # older `cryptography`: keys of this kind are then refused by name, never ignored
    mldsa = None

TIME_MAX_S = 2**63 - 1


class KeyTextError(ValueError):
    """The text of a key is not written as it must be, or names a kind of key this version cannot use."""


class Algorithm(IntEnum):
    """What a key signs and how; the number is the one that stands in key texts."""

    ED25519 = 0x01
    ED25519_COSIGNATURE = 0x04
    ML_DSA_44_COSIGNATURE = 0x06

    @property
    def is_timed(self) -> bool:
        """Whether a signature carries the time at which it was made."""
        return self is not Algorithm.ED25519


_PUBLIC_BYTES = {Algorithm.ED25519: 32, Algorithm.ED25519_COSIGNATURE: 32, Algorithm.ML_DSA_44_COSIGNATURE: 1312}
SEED_BYTES = 32
_KEY_ID = re.compile(r"[0-9a-f]{8}")


def check_key_name(name: str) -> None:
    """Refuse a key name that could not stand in a signature line."""
    if not name or "+" in name or any(character.isspace() or character < " " for character in name):
        raise KeyTextError(f"key name {name[:100]!r} is empty or holds a space, a plus sign or a control character")


@cache
def ml_dsa_44_is_available() -> bool:
    """Whether the installed `cryptography` can use ML-DSA-44 keys."""
    if mldsa is None:
        return False
    try:
        mldsa.MLDSA44PrivateKey.from_seed_bytes(bytes(SEED_BYTES))
    except UnsupportedAlgorithm:
        return False
    return True


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a key: enough to check what it signed."""

    name: str
    algorithm: Algorithm
    public: bytes

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if len(self.public) != _PUBLIC_BYTES[self.algorithm]:
            expected = _PUBLIC_BYTES[self.algorithm]
            raise KeyTextError(f"public key of {self.name} has {len(self.public)} bytes, not {expected}")
        refuse_unavailable(self.name, self.algorithm)

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """`name+id+base64`: how a key is handed to those who shall trust it."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([self.algorithm]) + self.public)}"

    @classmethod
    def from_text(cls, text: str) -> "VerifierKey":
        """Read a key text; KeyTextError when it is malformed, its id is wrong, or its kind cannot be used here."""
        name, key_id, algorithm, public = parse_key_text(text)
        key = cls(name, algorithm, public)
        if key.key_id != key_id:
            raise KeyTextError(f"key {name} has the id {key.key_id.hex()}, not {key_id.hex()}")
        return key

    def verify(self, text: str, signature: bytes) -> int | None:
        """The time of the signature (0 when its kind carries none), or None when this key did not sign the text."""
        if not self.algorithm.is_timed:
            return 0 if self._signed(text.encode(), signature) else None
        time_s = int.from_bytes(signature[:8], "big")
        if len(signature) < 8 or time_s > TIME_MAX_S:
            return None
        try:
            message = cosigned_message(self.name, self.algorithm, text, time_s)
        except ValueError:  # not a checkpoint: nothing a cosigner can have signed
            return None
        return time_s if self._signed(message, signature[8:]) else None

    def _signed(self, message: bytes, signature: bytes) -> bool:
        try:
            if self.algorithm is Algorithm.ML_DSA_44_COSIGNATURE:
                assert mldsa is not None
                mldsa.MLDSA44PublicKey.from_public_bytes(self.public).verify(signature, message)
            else:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def cosigned_message(name: str, algorithm: Algorithm, text: str, time_s: int) -> bytes:
    """What a witness signs: "at that time this was the largest consistent tree I have seen of that log"."""
    checkpoint = Checkpoint.parse(text)
    if algorithm is Algorithm.ED25519_COSIGNATURE:
        return f"cosignature/v1\ntime {time_s}\n{text}".encode()
    names = _short(name, "cosigner name") + time_s.to_bytes(8, "big") + _short(checkpoint.origin, "log origin")
    return b"subtree/v1\n\x00" + names + bytes(8) + checkpoint.size.to_bytes(8, "big") + checkpoint.root


def _short(text: str, what: str) -> bytes:
    data = text.encode()
    if not 1 <= len(data) <= 255:
        raise ValueError(f"{what} has {len(data)} bytes; ML-DSA-44 cosignatures allow 1 to 255")
    return bytes([len(data)]) + data


def parse_key_text(text: str) -> tuple[str, bytes, Algorithm, bytes]:
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise KeyTextError("a key is written name+id+base64")
    name, key_id, encoded = parts
    check_key_name(name)
    if _KEY_ID.fullmatch(key_id) is None:
        raise KeyTextError(f"the id of key {name} is not eight lower-case hex digits")
    try:
        data = decode_base64(encoded)
    except ValueError as error:
        raise KeyTextError(f"key {name} is {error}") from error
    try:
        algorithm = Algorithm(data[0]) if data else None
    except ValueError:
        algorithm = None
    if algorithm is None:
        raise KeyTextError(f"key {name} is of kind {data[:1].hex() or 'nothing'}; this version knows 01, 04 and 06")
    return name, bytes.fromhex(key_id), algorithm, data[1:]


def refuse_unavailable(name: str, algorithm: Algorithm) -> None:
    if algorithm is Algorithm.ML_DSA_44_COSIGNATURE and not ml_dsa_44_is_available():
        raise KeyTextError(f"key {name} is of kind ML-DSA-44, which the installed `cryptography` does not have")
