"""Care of the key that signs for the record: what is known of it, and statements that change it.

The files come first: a new key lies in its place before a statement about it is written, so whatever stops in between
leaves a record that goes on being signed with the key before. See docs/how-to/change-the-log-key.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from coign.database import Database
from coign.files import write_whole
from coign.installation.actions.log_key import AgreeToLogKey, ProposeLogKey
from coign.installation.log_key_gates import as_signed
from coign.kernel.errors import Conflict, Invalid, Unavailable
from coign.kernel.frozen import dataclass
from coign.kernel.values import Actor
from coign.key_files import write_new
from coign.ledger.checkpoints import latest
from coign.ledger.log_keys import KeysHere, KnownKeys, beside, keys_here, known_keys
from coign.ledger.store import connect
from coign.service.first_start import LEDGER_ID
from coign.service.key_files import log_key_file
from coign.service.reading import opened
from coign.service.states import Connect
from coign.settings import Settings
from coign_verify.checkpoint_text import SIZE_MAX
from coign_verify.keys import KeyTextError, VerifierKey
from coign_verify.log_keys import Change, LogKeys
from coign_verify.signing import SignerKey, countersigned, log_key_statement


class PresentLogKey:
    """The key that signs now: the one that the entries name or, before any did, the first one that lies here."""

    def __init__(self, connect: Connect, ledger_id: int, trusted: Sequence[VerifierKey]) -> None:
        self._connect, self._ledger_id, self._trusted = connect, ledger_id, trusted

    def __call__(self, command: ProposeLogKey | AgreeToLogKey, actor: Actor) -> Mapping[str, Any]:
        """`present`: the key in its text."""
        try:
            Change.read(as_signed(command.statement))
        except ValueError as error:
            raise Invalid.at("statement", f"is not the file of coign db log-key: {error}") from error
        with self._connect() as connection:
            keys, _ = known_keys(connection, self._ledger_id, self._trusted)
        return {"present": keys.at(SIZE_MAX)[0].text}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the key: `keys` as the entries tell, `here` those of them that lie here."""

    keys: LogKeys
    here: KeysHere

    @property
    def present(self) -> VerifierKey:
        """The key that signs now."""
        return self.keys.at(SIZE_MAX)

    @property
    def can_sign(self) -> bool:
        """Whether its secret half lies here."""
        return any(signer.verifier() == self.present for signer in self.here.signers)

    @property
    def secret(self) -> SignerKey:
        """Its secret half; Conflict: it does not lie here."""
        for signer in self.here.signers:
            if signer.verifier() == self.present:
                return signer
        raise Conflict("the key that signs now does not lie here: bring it back, or say --lost and let the root sign")

    @property
    def waiting(self) -> SignerKey | None:
        """A new key that lies here and that no entry names yet."""
        used = {key for _, key in self.keys.keys}
        return next((signer for signer in self.here.signers if signer.verifier() not in used), None)

    @property
    def retired(self) -> list[SignerKey]:
        """Keys before the present one whose secret halves still lie here."""
        used = {key for _, key in self.keys.keys} - {self.present}
        return [signer for signer in self.here.signers if signer.verifier() in used]


class Care:
    """What whoever keeps the server does about the key of one ledger; `first`: the file of its first key."""

    def __init__(self, connection: psycopg.Connection[Any], ledger_id: int, origin: str, first: Path) -> None:
        self._connection, self._ledger_id = connection, ledger_id
        self._origin, self._first = origin, first

    def standing(self) -> Standing:
        """What is known of it; Unavailable: no key of this record lies here, or the record tells what does not hold."""
        here = keys_here(self._first, self._origin)
        known, wrong = known_keys(self._connection, self._ledger_id, here.known)
        if wrong:
            raise Unavailable(f"the record tells of its key what does not hold: {wrong[0]}")
        return Standing(known.history or LogKeys(((0, here.known[0]),)), here)

    def with_new_key(self) -> str:
        """A new key beside the present one, and the statement that it takes its place, signed by both."""
        now = self.standing()
        old, new = now.secret, self._waiting(now)
        return log_key_statement(old.verifier(), new.verifier(), now.keys.root, [old, new])

    def with_root(self, root: str) -> str:
        """The statement that puts a root on record, signed by the present key; the root itself has to sign it too."""
        try:
            key = VerifierKey.from_text(root)
        except KeyTextError as error:
            raise Invalid.at("--root", str(error)) from error
        now = self.standing()
        old = now.secret
        statement = log_key_statement(old.verifier(), old.verifier(), key, [old])
        if wrong := now.keys.is_not_new(Change.read(statement)):
            raise Invalid.at("--root", wrong)
        return statement

    def after_loss(self, seen: bytes | None) -> str:
        """A new key in the place of a lost one, and the statement for the root; of what was lost the public half.

        Only where a root is on record. `seen`: the newest checkpoint outside the database, which must be of that key.
        """
        known, wrong = known_keys(self._connection, self._ledger_id, ())
        if wrong or known.history is None or known.history.root is None:
            raise Conflict(
                f"no root is on record that could sign for the lost key of {self._origin}: bring the key back"
            )
        _must_have_signed(known, seen or latest(self._connection, self._ledger_id))
        for number, (_, key) in enumerate(known.history.keys):
            place = beside(self._first, key) if number else self._first
            if not place.exists():
                write_new(place, key.text)
        now = self.standing()
        if now.can_sign:
            raise Conflict("the key is not lost, it lies here: coign db log-key --new lets it sign for the next one")
        new = self._waiting(now)
        return log_key_statement(now.present, new.verifier(), now.keys.root, [new])

    def retire(self) -> list[str]:
        """Of every key before the present one only the public half stays here; their ids. They sign nothing more."""
        now = self.standing()
        _ = now.secret  # or nobody could sign any more
        for signer in now.retired:
            old = signer.verifier()
            file = self._first if old == now.here.known[0] else beside(self._first, old)
            write_whole(file, f"{old.text}\n".encode())
        return [signer.verifier().key_id.hex() for signer in now.retired]

    def _waiting(self, now: Standing) -> SignerKey:
        """The new key: one that was made before and is not on record yet, or one that is made now."""
        new = now.waiting
        if new is None:
            new = SignerKey.generate(self._origin)
            write_new(beside(self._first, new.verifier()), new.text)
        return new


@contextmanager
def care_of(database: Database, settings: Settings) -> Iterator[Care]:
    """Of an installation."""
    origin = opened(database).origin
    with connect(database.reader_dsn) as connection:
        yield Care(connection, LEDGER_ID, origin, log_key_file(settings))


def _must_have_signed(known: KnownKeys, note: bytes | None) -> None:
    try:
        if note is not None:
            known.open(note)
    except ValueError as error:
        raise Conflict(f"the newest checkpoint is not of the key that the record tells of: {error}") from error


def signed_offline(statement: str, key: SignerKey) -> str:
    """A statement with the signature of the root that it names; needs no installation."""
    told = Change.read(as_signed(statement))
    if told.root != key.verifier():
        raise Invalid.at("--key", "is not the root that the statement names")
    if told.is_signed_by(key.verifier()):
        raise Invalid.at("STATEMENT", "the root has signed it already")
    return countersigned(as_signed(statement), key)


def new_root(name: str, file: Path) -> SignerKey:
    """The root of a log, made where it will lie: on a machine that no network reaches."""
    if file.exists():
        raise Conflict(f"{file} is there already")
    try:
        key = SignerKey.generate(f"{name}/root")
    except KeyTextError as error:
        raise Invalid.at("--ledger", str(error)) from error
    write_new(file, key.text)
    return key
