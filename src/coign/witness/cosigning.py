"""What a witness answers (C2SP tlog-witness, add-checkpoint): pure, from what is asked and what is kept."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NoReturn

from coign.kernel.frozen import dataclass
from coign_verify.checkpoint import Checkpoint, open_checkpoint
from coign_verify.consistency import verify_consistency
from coign_verify.encoding import decode_base64
from coign_verify.growing import Frontier
from coign_verify.keys import VerifierKey
from coign_verify.notes import NoteError
from coign_verify.signing import SignerKey, build_note, sign_note

PROOF_LINES_MAX = 63
#: The type of the size that is told to whoever asked from another one.
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. `kept`: the note to keep as the newest of this log before anything of it is told."""

    status: HTTPStatus
    body: bytes
    content_type: str = TEXT_TYPE
    kept: bytes | None = None


class Refused(Exception):
    """The request is not signed; the answer says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body.decode())
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was read: from which size, by which proof, to which checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes
    checkpoint: Checkpoint


def read(body: bytes) -> Asked:
    """The request; `Refused` with 400 where it is not written as it must be."""
    above, empty, note = body.partition(b"\n\n")
    try:
        old, *proof = above.decode("ascii").split("\n")
        size = _OLD.fullmatch(old)
        if not empty or size is None or len(proof) > PROOF_LINES_MAX:
            raise ValueError(f"expected a line `old SIZE`, at most {PROOF_LINES_MAX} lines of proof and an empty line")
        hashes = tuple(decode_base64(line) for line in proof)
        if any(len(each) != 32 for each in hashes):
            raise ValueError("a line of the proof is no hash of 32 bytes")
        text = note[: note.rfind(b"\n\n") + 1].decode()
        return Asked(int(size[1]), hashes, note, Checkpoint.parse(text))
    except ValueError as error:
        _refuse(HTTPStatus.BAD_REQUEST, str(error))


def answer(
    asked: Asked,
    known: Mapping[str, Sequence[VerifierKey]],
    last: Checkpoint | None,
    signers: Sequence[SignerKey],
    *,
    time_s: int,
) -> Answer:
    """Signature lines for the checkpoint; `Refused` where the log is not known, did not sign, or did not merely grow.

    `last`: the newest checkpoint of this log that was signed here; None when there is none.
    """
    checkpoint = asked.checkpoint
    if checkpoint.origin not in known:
        _refuse(HTTPStatus.NOT_FOUND, f"no log {checkpoint.origin} is known here")
    try:
        signed = open_checkpoint(asked.note, log_keys=known[checkpoint.origin])
    except NoteError as error:
        _refuse(HTTPStatus.FORBIDDEN, str(error))
    if asked.old > checkpoint.size:
        _refuse(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint")
    size = 0 if last is None else last.size
    if asked.old != size:
        raise Refused(Answer(HTTPStatus.CONFLICT, f"{size}\n".encode(), SIZE_TYPE))
    _check_grown(asked, last)
    text = signed.note.text
    lines = [sign_note(text, signer, time_s=time_s) for signer in signers]
    own = {(each.key.name, each.key.key_id) for each in signed.log}
    kept = build_note(text, [*(s for s in signed.note.signatures if (s.name, s.key_id) in own), *lines])
    return Answer(HTTPStatus.OK, "".join(each.line() for each in lines).encode(), kept=kept)


def _check_grown(asked: Asked, last: Checkpoint | None) -> None:
    """422 unless the checkpoint is the one signed before, or begins with it by the proof given."""
    checkpoint = asked.checkpoint
    if last is not None and last.size == checkpoint.size:
        holds = last.root == checkpoint.root and not asked.proof
    elif asked.old == 0:
        holds = not asked.proof and (checkpoint.size > 0 or checkpoint.root == Frontier().root())
    else:
        assert last is not None
        holds = verify_consistency(last.size, checkpoint.size, last.root, checkpoint.root, asked.proof)
    if not holds:
        _refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "it is not shown that this log only grew since it was signed here")


def _refuse(status: HTTPStatus, why: str) -> NoReturn:
    raise Refused(Answer(status, f"{why}\n".encode()))
