"""Whom a reader trusts: the keys of logs and witnesses, and how many witnesses must have seen what they are shown.

One a line: `log KEY`, `witness KEY`, `quorum N`; a key alone is a log's. Empty lines and those that begin with `#` are
remarks. Without a quorum no witness is asked for.
"""

from dataclasses import dataclass

from coign_verify.keys import VerifierKey


@dataclass(frozen=True, slots=True)
class Trust:
    """The keys, and how many witnesses."""

    logs: tuple[VerifierKey, ...] = ()
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0


def read_trust(text: str) -> Trust:
    """Read such a file; ValueError names the line."""
    logs, witnesses, quorum = list[VerifierKey](), list[VerifierKey](), 0
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        try:
            match words:
                case [key] | ["log", key]:
                    logs.append(VerifierKey.from_text(key))
                case ["witness", key]:
                    witnesses.append(VerifierKey.from_text(key))
                case ["quorum", count] if count.isascii() and count.isdigit():
                    quorum = int(count)
                case _:
                    raise ValueError("expected log KEY, witness KEY or quorum N")
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    if quorum > len({key.public for key in witnesses}):
        raise ValueError(f"{quorum} witnesses are asked for, and only {len(witnesses)} are named")
    return Trust(tuple(logs), tuple(witnesses), quorum)
