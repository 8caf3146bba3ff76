"""A witness's folder: its keys, the logs it knows, and for each log the newest checkpoint that it signed."""

import fcntl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from coign.files import write_whole
from coign.kernel.errors import Invalid
from coign.key_files import key_from, write_new
from coign.witness.cosigning import Answer, Asked, Refused, answer, read
from coign_verify.checkpoint import Checkpoint
from coign_verify.keys import Algorithm, KeyTextError, VerifierKey, ml_dsa_44_is_available
from coign_verify.notes import parse_note
from coign_verify.signing import SignerKey

LOGS = "logs"
_KEYS = {
    "ed25519.key": Algorithm.ED25519_COSIGNATURE,
    "ml-dsa-44.key": Algorithm.ML_DSA_44_COSIGNATURE,
}


class Witness:
    """A witness on its folder. Thread-safe; several processes may share a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._seen = folder / "seen"
        self._seen.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._signers = [_key(folder / file, name, kind) for file, kind in _KEYS.items() if _is_usable(kind)]
        self._here = threading.Lock()

    @property
    def keys(self) -> Sequence[VerifierKey]:
        """What others need to check its signatures."""
        return [signer.verifier() for signer in self._signers]

    def trust(self, log: VerifierKey) -> None:
        """From now on this log is known; a log may have several keys."""
        if log not in self.logs():
            with (self._folder / LOGS).open("a", encoding="utf-8") as file:
                file.write(f"{log.text}\n")

    def logs(self) -> list[VerifierKey]:
        """The keys of the logs that are known, read anew each time: a line added counts from then on."""
        try:
            lines = (self._folder / LOGS).read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []
        found = []
        for number, line in enumerate(lines, 1):
            if text := line.partition("#")[0].strip():
                try:
                    found.append(VerifierKey.from_text(text))
                except KeyTextError as error:
                    raise Invalid.at(f"{LOGS} line {number}", str(error)) from error
        return found

    def add(self, body: bytes) -> Answer:
        """Answer add-checkpoint. What is signed is on disk before it is told."""
        try:
            asked = read(body)
            with self._locked():
                return self._answered(asked)
        except Refused as refused:
            return refused.answer

    def _answered(self, asked: Asked) -> Answer:
        origin = asked.checkpoint.origin
        known = [key for key in self.logs() if key.name == origin]
        kept = self._kept(origin)
        last = None if kept is None else Checkpoint.parse(parse_note(kept).text)
        given = answer(asked, {origin: known} if known else {}, last, self._signers, time_s=int(time.time()))
        assert given.kept is not None
        write_whole(self._seen / _hash(origin), given.kept)  # an error keeps the signature from being told
        return given

    def newest(self, origin_hash: str) -> bytes | None:
        """The newest checkpoint that was signed here, by the hash of its origin; None for one that is not known."""
        path = self._seen / origin_hash
        return path.read_bytes() if path.is_file() else None

    def _kept(self, origin: str) -> bytes | None:
        return self.newest(_hash(origin))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One at a time, in this process and in others on this folder."""
        with self._here, (self._folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _hash(origin: str) -> str:
    return sha256(origin.encode()).hexdigest()


def _is_usable(kind: Algorithm) -> bool:
    return kind is not Algorithm.ML_DSA_44_COSIGNATURE or ml_dsa_44_is_available()


def _key(path: Path, name: str, kind: Algorithm) -> SignerKey:
    if not path.exists():
        write_new(path, SignerKey.generate(name, kind).text)
    return key_from(path, name, "witness key")
