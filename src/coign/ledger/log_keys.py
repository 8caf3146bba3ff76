"""The keys of a ledger: those that lie here, and those that its entries name; the one place that brings them together.

A key never moves: the first lies in its file, each later one beside it, with its id behind the name. What signs follows
from the record alone, so no order of steps, and no crash between them, can leave a record that nobody signs for.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psycopg

from coign.kernel.errors import Unavailable
from coign.kernel.frozen import dataclass
from coign.key_files import key_from, write_new
from coign.ledger.shutting import Problem
from coign.ledger.soundness import read_canonical
from coign_verify.checkpoint import SignedCheckpoint, open_checkpoint
from coign_verify.checkpoint_text import Checkpoint
from coign_verify.jcs import JsonError
from coign_verify.keys import VerifierKey
from coign_verify.log_keys import SUBJECT, LogKeys, changes_in, history
from coign_verify.notes import parse_note
from coign_verify.signing import PRIVATE_PREFIX, SignerKey

WHAT = "log key"
_ID = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class KeysHere:
    """Keys of one log in one place. `known`: the first one first; of a lost or retired one only the public half."""

    known: tuple[VerifierKey, ...]
    signers: tuple[SignerKey, ...]

    @classmethod
    def of(cls, key: SignerKey) -> "KeysHere":
        """One that never changed."""
        return cls((key.verifier(),), (key,))


def keys_here(path: Path, origin: str, *, create: bool = False) -> KeysHere:
    """Those in the file and beside it; Unavailable says what is wrong. `create` only where none ever signed."""
    if create and not path.exists():
        write_new(path, SignerKey.generate(origin).text)
    known, signers = list[VerifierKey](), list[SignerKey]()
    for file in (path, *later_keys(path)):
        public = _public_half(file)
        if public is None:
            signers.append(key_from(file, origin, WHAT))
            public = signers[-1].verifier()
        if public.name != origin:
            raise Unavailable(f"the {WHAT} {file.name} belongs to {public.name}, not to {origin}")
        known.append(public)
    return KeysHere(tuple(known), tuple(signers))


def name_in(path: Path) -> str:
    """The name of the log whose first key lies in a file; Unavailable: it cannot be read."""
    try:
        return path.read_text("ascii").strip().removeprefix(PRIVATE_PREFIX).partition("+")[0]
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"the {WHAT} {path.name} cannot be read: {error}") from error


def later_keys(path: Path) -> list[Path]:
    """The files of later keys, beside the first one."""
    found = path.parent.glob(f"{path.name}.*")
    return sorted(each for each in found if _ID.fullmatch(each.name.removeprefix(f"{path.name}.")))


def beside(path: Path, key: VerifierKey) -> Path:
    """Where a later key lies."""
    return path.with_name(f"{path.name}.{key.key_id.hex()}")


def _public_half(file: Path) -> VerifierKey | None:
    """Of a key that signs no more; None: it is another file, and whoever reads that says what is wrong with it."""
    try:
        text = file.read_text("ascii").strip()
        return None if text.startswith(PRIVATE_PREFIX) else VerifierKey.from_text(text)
    except (OSError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """Who signs for a ledger. `history`: what its entries say; None: that no key was ever changed."""

    trusted: tuple[VerifierKey, ...]
    history: LogKeys | None = None

    def at(self, size: int) -> tuple[VerifierKey, ...]:
        """Whose signature counts below a checkpoint of this size."""
        return self.trusted if self.history is None else (self.history.at(size),)

    def open(self, note: bytes, witness_keys: Sequence[VerifierKey] = ()) -> SignedCheckpoint:
        """A checkpoint that the key of its size signed; NoteError or CheckpointError says why it is none."""
        size = Checkpoint.parse(parse_note(note).text).size
        return open_checkpoint(note, log_keys=self.at(size), witness_keys=witness_keys)

    def open_kept(self, note: bytes) -> SignedCheckpoint:
        """The same of one kept outside the database: an older backup lacks the entry that names the key of it."""
        size = Checkpoint.parse(parse_note(note).text).size
        named = {key for _, key in self.history.keys} if self.history is not None else set()
        not_named = [key for key in self.trusted if key not in named]
        return open_checkpoint(note, log_keys=list(dict.fromkeys([*self.at(size), *not_named])))

    def signers(self, here: KeysHere, size: int) -> list[SignerKey]:
        """Who is to sign for a record of this size: the key that counts, and those before it that still lie here.

        Witnesses and readers who know one of those go on until they have learnt the new one. Unavailable: the key that
        counts does not lie here.
        """
        right = here.known[0] if self.history is None else self.history.at(size)
        before = [] if self.history is None else [key for since, key in self.history.keys if since <= size]
        found = {signer.verifier(): signer for signer in here.signers}
        if right not in found:
            raise Unavailable(f"the {WHAT} {right.key_id.hex()} that signs for this record does not lie here")
        return [found[right], *(found[key] for key in reversed(before) if key in found and key != right)]


def known_keys(
    connection: psycopg.Connection, ledger_id: int, trusted: Sequence[VerifierKey]
) -> tuple[KnownKeys, list[Problem]]:
    """The keys of a ledger, as far as they follow from one that is trusted; and where they are changed wrongly."""
    rows = connection.execute(
        "select l.origin, e.position, e.body from ledger l left join entry_subject s on s.ledger_id = l.ledger_id "
        "and s.subject = %s and s.seq is not null left join entry e on e.ledger_id = s.ledger_id "
        "and e.position = s.position where l.ledger_id = %s order by e.position",
        (SUBJECT, ledger_id),
    ).fetchall()
    origin = rows[0][0] if rows else ""
    own = tuple(key for key in trusted if key.name == origin)
    return follow({at: bytes(body) for _, at, body in rows if body is not None}, own)


def is_about_keys(body: bytes) -> bool:
    """Whether an entry may be about the key: as its bytes stand, without reading them."""
    return SUBJECT.encode() in body


def follow(bodies: dict[int, bytes], trusted: tuple[VerifierKey, ...]) -> tuple[KnownKeys, list[Problem]]:
    """The same from the entries about the key, by position, and the keys of this ledger that are trusted."""
    changes, problems = dict[int, str](), list[Problem]()
    for at, body in bodies.items():
        # Bytes that are no entry any more are found where entries are looked at.
        with suppress(JsonError, KeyError, TypeError, AttributeError):
            changes |= changes_in({at: read_canonical(body)})
    found = history(changes, lambda at, why: problems.append(Problem(at, "signature", why)))
    if found is not None and trusted and not {key for _, key in found.keys} & set(trusted):
        problems.append(Problem(min(changes), "signature", "none of the keys it tells of is one that is trusted here"))
        found = None
    return KnownKeys(trusted, found), problems
