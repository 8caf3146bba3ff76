"""The secret half of keys, and signing notes: what logs and witnesses do, not who checks them."""

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coign_verify.encoding import encode_base64
from coign_verify.keys import (
    SEED_BYTES,
    TIME_MAX_S,
    Algorithm,
    KeyTextError,
    VerifierKey,
    check_key_name,
    cosigned_message,
    mldsa,
    parse_key_text,
    refuse_unavailable,
)  # fmt: skip
from coign_verify.log_keys import KIND
from coign_verify.notes import Note, NoteError, Signature, parse_note

PRIVATE_PREFIX = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True, repr=False)
class SignerKey:
    """The secret half of a key; its text and its bytes belong in no log, message or backup."""

    name: str
    algorithm: Algorithm
    seed: bytes

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if len(self.seed) != SEED_BYTES:
            raise KeyTextError(f"secret key of {self.name} has {len(self.seed)} bytes, not {SEED_BYTES}")
        refuse_unavailable(self.name, self.algorithm)

    def __repr__(self) -> str:
        return f"SignerKey({self.name!r}, {self.algorithm.name}, seed not shown)"

    @classmethod
    def generate(cls, name: str, algorithm: Algorithm = Algorithm.ED25519) -> "SignerKey":
        """A new key."""
        return cls(name, algorithm, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def text(self) -> str:
        """The verifier's text with its secret in place of the public key and a prefix nobody can overlook."""
        key_id = self.verifier().key_id.hex()
        return f"{PRIVATE_PREFIX}{self.name}+{key_id}+{encode_base64(bytes([self.algorithm]) + self.seed)}"

    @classmethod
    def from_text(cls, text: str) -> "SignerKey":
        """Read a secret key text; the message of an error never repeats it."""
        if not text.startswith(PRIVATE_PREFIX):
            raise KeyTextError(f"a secret key begins with {PRIVATE_PREFIX}")
        name, key_id, algorithm, seed = parse_key_text(text.removeprefix(PRIVATE_PREFIX))
        key = cls(name, algorithm, seed)
        if key.verifier().key_id != key_id:
            raise KeyTextError(f"secret key of {name} does not belong to the id {key_id.hex()}")
        return key

    def verifier(self) -> VerifierKey:
        """The public half."""
        if self.algorithm is Algorithm.ML_DSA_44_COSIGNATURE:
            assert mldsa is not None
            public: bytes = mldsa.MLDSA44PrivateKey.from_seed_bytes(self.seed).public_key().public_bytes_raw()
        else:
            public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, self.algorithm, public)

    def sign(self, text: str, *, time_s: int | None = None) -> bytes:
        """The signature of a text as it stands in a note; cosigning kinds need the time and a checkpoint text."""
        if self.algorithm.is_timed != (time_s is not None):
            rule = "needs a time" if time_s is None else "takes no time"
            raise ValueError(f"a key of kind {self.algorithm.name} {rule}")
        if time_s is None:
            return Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        if not 0 <= time_s <= TIME_MAX_S:
            raise ValueError(f"cosignature time {time_s} is not between 0 and 2^63 - 1")
        message = cosigned_message(self.name, self.algorithm, text, time_s)
        if self.algorithm is Algorithm.ML_DSA_44_COSIGNATURE:
            assert mldsa is not None
            value: bytes = mldsa.MLDSA44PrivateKey.from_seed_bytes(self.seed).sign(message)
        else:
            value = Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)
        return time_s.to_bytes(8, "big") + value


def build_note(text: str, signatures: Iterable[Signature]) -> bytes:
    """The bytes of a note, read back before they are given out."""
    if not text.endswith("\n"):
        raise NoteError("the text of a note ends with a line feed")
    note = Note(text, tuple(signatures))
    data = note.to_bytes()
    if parse_note(data) != note:
        raise NoteError("the note would not read back as it was written")
    return data


def sign_note(text: str, key: SignerKey, *, time_s: int | None = None) -> Signature:
    """The signature line of one key for a text; cosigning kinds need the time."""
    return Signature(key.name, key.verifier().key_id, key.sign(text, time_s=time_s))


def log_key_statement(
    old: VerifierKey, new: VerifierKey, root: VerifierKey | None, signers: Iterable[SignerKey]
) -> str:
    """The statement that `new` takes the place of `old` as a log's key, and which root is on record; a signed note."""
    text = f"{KIND}\nold {old.text}\nnew {new.text}\nroot {root.text if root else 'none'}\n"
    return build_note(text, [sign_note(text, key) for key in signers]).decode()


def countersigned(statement: str, key: SignerKey) -> str:
    """The same with the signature of one more key below it."""
    note = parse_note(statement.encode())
    return build_note(note.text, [*note.signatures, sign_note(note.text, key)]).decode()
