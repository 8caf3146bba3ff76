"""The gates before a change of the key that signs for the record: pure, for the keys themselves signed what it says."""

from typing import Protocol

from coign.installation.events import LOG_KEY
from coign.installation.log_key import LOG_KEY_VIEW, LogKeyState
from coign.kernel.actions import Circumstances, Risk, gate
from coign_verify.log_keys import Change, LogKeys

_ADMIN = ("admin",)


class OfLogKey(Protocol):
    """A command that brings a statement; `present` is the key that signs now, in its text."""

    @property
    def statement(self) -> str: ...
    @property
    def present(self) -> str: ...


def _told(asked: OfLogKey, known: Circumstances) -> tuple[LogKeys, Change]:
    return known.state(LOG_KEY_VIEW, LOG_KEY).history(asked.present), Change.read(as_signed(asked.statement))


def as_signed(statement: str) -> str:
    """A statement as it was signed, whatever a form or a clipboard made of the ends of its lines."""
    return "\n".join(statement.strip().splitlines()) + "\n"


@gate(
    "installation.log_key_follows",
    requirement="CSV-01",
    protects="Whoever knows the key of this record can follow every change of it, one after the other.",
    remedy="Make a statement about the key that signs now: coign db log-key says which.",
    resolvers=_ADMIN,
    risk=Risk.DATA,
)
def log_key_follows(asked: OfLogKey, known: Circumstances) -> str | None:
    """The statement replaces the key that signs now, by one of the same log."""
    keys, told = _told(asked, known)
    return keys.does_not_follow(told) or None


@gate(
    "installation.log_key_is_new",
    requirement="CSV-01",
    protects="A key that was given up never counts again, whoever has it by now.",
    remedy="Make a new key: coign db log-key --new.",
    resolvers=_ADMIN,
    risk=Risk.DATA,
)
def log_key_is_new(asked: OfLogKey, known: Circumstances) -> str | None:
    """Neither the key nor the root was anything else for this log before, and something changes."""
    keys, told = _told(asked, known)
    return keys.is_not_new(told) or None


@gate(
    "installation.log_key_is_signed",
    requirement=("CSV-01", "CSV-18"),
    protects="Nobody, not even two administrators, gives the record a key that the one before does not vouch for.",
    remedy="Let the key before sign it or, where that is lost, the root on record: coign db sign-log-key.",
    resolvers=_ADMIN,
    risk=Risk.DATA,
)
def log_key_is_signed(asked: OfLogKey, known: Circumstances) -> str | None:
    """By the new key, by a new root, and by the key before or the root on record."""
    keys, told = _told(asked, known)
    return keys.is_not_signed(told) or None


def _proposal(known: Circumstances) -> LogKeyState:
    return known.state(LOG_KEY_VIEW, LOG_KEY)


@gate(
    "installation.log_key_is_proposed",
    requirement=("CSV-01", "CSV-18"),
    protects="Two people agree to the same statement, each from the file they were given.",
    remedy="Compare the two files; let one of you propose the right one.",
    resolvers=_ADMIN,
    risk=Risk.DATA,
)
def log_key_is_proposed(asked: OfLogKey, known: Circumstances) -> str | None:
    """What is agreed to is what was proposed last."""
    proposed = _proposal(known).proposed
    if not proposed:
        return "nobody has proposed a change of the key"
    return None if proposed == as_signed(asked.statement) else "another statement was proposed"


@gate(
    "installation.log_key_agreed_by_another",
    requirement=("CSV-01", "CSV-18"),
    protects="Nobody changes alone who can speak for the record.",
    remedy="Let a second administrator agree.",
    resolvers=_ADMIN,
    risk=Risk.DATA,
)
def log_key_agreed_by_another(asked: OfLogKey, known: Circumstances) -> str | None:
    """The second person is another one."""
    return "you proposed this yourself" if _proposal(known).proposed_by == known.actor.person else None
