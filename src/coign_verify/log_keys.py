"""Which key signs for a log, and from which size on: a change is an entry, and holds what the keys themselves signed.

Its statement is a signed note. The new key signs it, and so does the old one or, where that is lost, the root: a key
kept offline that an earlier statement put on record, signed by itself and by the log. Nobody needs to be believed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from coign_verify.keys import Algorithm, VerifierKey
from coign_verify.notes import Note, NoteError, parse_note, verify_note

CHANGED = "ledger.log_key_changed.v1"
#: What such entries are about, in the counts of the record.
SUBJECT = "ledger:log-key"
#: The first line: the name of no log, so that a statement can never pass for a checkpoint.
KIND = "coign/log-key/v1"
_TEXT = re.compile(rf"{KIND}\nold (\S+)\nnew (\S+)\nroot (?:none|(\S+))\n")


@dataclass(frozen=True, slots=True)
class Change:
    """What a statement says. `new` is `old` where only the root is put on record; `root` None: there is none."""

    old: VerifierKey
    new: VerifierKey
    root: VerifierKey | None
    note: Note

    @classmethod
    def read(cls, note: str) -> "Change":
        """From a signed note; ValueError says why it is none."""
        parsed = parse_note(note.encode())
        told = _TEXT.fullmatch(parsed.text)
        if told is None:
            raise ValueError(f"it is no statement of the kind {KIND}")
        root = VerifierKey.from_text(told[3]) if told[3] else None
        return cls(VerifierKey.from_text(told[1]), VerifierKey.from_text(told[2]), root, parsed)

    def is_signed_by(self, *keys: VerifierKey | None) -> bool:
        """By one of these at least, and wrongly by none."""
        try:
            return bool(verify_note(self.note, [key for key in keys if key]))
        except NoteError:
            return False


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The keys of one log in their order, each with the size of the record from which on it signs."""

    keys: tuple[tuple[int, VerifierKey], ...]
    root: VerifierKey | None = None

    def at(self, size: int) -> VerifierKey:
        """The key that signs for a record of this size."""
        return [key for since, key in self.keys if since <= size][-1]

    def does_not_follow(self, told: Change) -> str:
        """Why the statement is not about the key that signs now; "" where it is."""
        now = self.keys[-1][1]
        if told.old != now:
            return f"it replaces the key {told.old.text}, and this log signs with {now.text}"
        right = told.new.name == now.name and {told.new.algorithm, (told.root or now).algorithm} == {Algorithm.ED25519}
        return "" if right else f"what it names is no key of {now.name}"

    def is_not_new(self, told: Change) -> str:
        """Why the statement names no key that may come next; "" where it does."""
        used = {key.public for _, key in self.keys} | ({self.root.public} if self.root else set())
        if told.new == told.old and told.root == self.root:
            return "it changes nothing"
        if told.new != told.old and told.new.public in used:
            return "the new key was used here before"
        if told.root != self.root and (told.root is None or told.root.public in used | {told.new.public}):
            return "the root it names is none that can stand in for the log's key"
        return ""

    def is_not_signed(self, told: Change) -> str:
        """Whose signature the statement lacks; "": nobody's."""
        if not told.is_signed_by(told.new):
            return "the new key did not sign it"
        if told.root != self.root and not told.is_signed_by(told.root):
            return "the root did not sign it"
        return "" if told.is_signed_by(told.old, self.root) else "neither the key before nor the root signed it"

    def after(self, position: int, told: Change) -> "LogKeys":
        """With the change that the entry at a position makes; ValueError says why it cannot."""
        wrong = self.does_not_follow(told) or self.is_not_new(told) or self.is_not_signed(told)
        if wrong:
            raise ValueError(wrong)
        more = () if told.new == told.old else ((position + 1, told.new),)
        return LogKeys(self.keys + more, told.root)


def changes_in(entries: Mapping[int, Any]) -> dict[int, str]:
    """The statements in entries, by position."""
    facts = {at: entry["intent"]["facts"] for at, entry in entries.items() if entry["outcome"] != "refused"}
    return {at: fact["body"]["statement"] for at, told in facts.items() for fact in told if fact["type"] == CHANGED}


def history(changes: Mapping[int, str], say: Callable[[int, str], None]) -> LogKeys | None:
    """The keys of a log by its changes, as far as they hold; None: none was made. `say` is told where one does not."""
    found = None
    for position, note in changes.items():
        try:
            told = Change.read(note)
            found = (found or LogKeys(((0, told.old),))).after(position, told)
        except (ValueError, AttributeError) as error:
            say(position, f"the change of the log's key does not hold: {error}")
            break
    return found
