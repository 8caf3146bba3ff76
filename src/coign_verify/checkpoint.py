"""A checkpoint checked under the keys of its log and of witnesses: what everything else is verified against."""

from collections.abc import Sequence
from dataclasses import dataclass

from coign_verify.checkpoint_text import Checkpoint, CheckpointError
from coign_verify.keys import VerifierKey
from coign_verify.notes import Note, NoteError, Verified, parse_note, verify_note

__all__ = ["Checkpoint", "CheckpointError", "SignedCheckpoint", "open_checkpoint"]


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint whose log signature verified, and the witnesses who cosigned it."""

    checkpoint: Checkpoint
    note: Note
    log: tuple[Verified, ...]
    witnesses: tuple[Verified, ...]


def open_checkpoint(
    data: bytes, *, log_keys: Sequence[VerifierKey], witness_keys: Sequence[VerifierKey] = ()
) -> SignedCheckpoint:
    """Read a checkpoint that a known log signed; NoteError or CheckpointError says why it cannot be relied on.

    A log key speaks only for the origin that bears its name. How many witnesses are enough is for the caller to say.
    """
    if {key.public for key in log_keys} & {key.public for key in witness_keys}:
        # A log that witnesses itself proves nothing.
        raise NoteError("the same key is given as log key and as witness key")
    note = parse_note(data)
    checkpoint = Checkpoint.parse(note.text)
    own = [key for key in log_keys if key.name == checkpoint.origin]
    if not own:
        raise NoteError(f"no known log key bears the name of the origin {checkpoint.origin}")
    verified = verify_note(note, [*own, *witness_keys])
    log = tuple(each for each in verified if each.key in own)
    if not log:
        raise NoteError(f"the log {checkpoint.origin} itself did not sign this checkpoint")
    return SignedCheckpoint(checkpoint, note, log, tuple(each for each in verified if each.key not in own))
