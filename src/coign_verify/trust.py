"""Whom a reader trusts: keys of logs and witnesses, and how many witnesses are enough, as a C2SP tlog-policy file.

    log      coign.example/1+…
    witness  north   witness.north.example+…
    witness  south   witness.south.example+…
    group    either  any north south
    quorum   either

A key alone on a line is a log's. Without a quorum no witness is asked for. Addresses behind keys are not needed here.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Union

from coign_verify.keys import VerifierKey


@dataclass(frozen=True, slots=True)
class Group:
    """So many of these members, each a key or another group, must have signed."""

    enough: int
    members: "tuple[Member, ...]"


Member = Union[VerifierKey, Group]  # noqa: UP007  # one of the two is named before it exists


@dataclass(frozen=True, slots=True)
class Trust:
    """The keys; `quorum` None: no witness is asked for."""

    logs: tuple[VerifierKey, ...] = ()
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: Member | None = None

    def is_enough(self, signed: Set[VerifierKey]) -> bool:
        """Whether those who signed are enough."""
        return self.quorum is None or _is_enough(self.quorum, signed)


def _is_enough(member: Member, signed: Set[VerifierKey]) -> bool:
    if isinstance(member, VerifierKey):
        return member in signed
    return sum(_is_enough(each, signed) for each in member.members) >= member.enough


def read_trust(text: str) -> Trust:
    """Read such a file; ValueError names the line."""
    logs, named, quorum = list[VerifierKey](), dict[str, Member](), list[Member | None]()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            match words:
                case ["log", key] | ["log", key, _] | [key]:
                    logs.append(VerifierKey.from_text(key))
                case ["witness", name, key] | ["witness", name, key, _] if name not in {"none", *named}:
                    named[name] = _new(VerifierKey.from_text(key), named.values())
                case ["group", name, enough, *members] if members and name not in {"none", *named}:
                    named[name] = _group(enough, tuple(named[each] for each in members))
                case ["quorum", name] if not quorum:
                    quorum.append(None if name == "none" else named[name])
                case _:
                    raise ValueError("expected one log, witness, group or quorum, of a name not used before")
        except KeyError as error:
            raise ValueError(f"line {number}: no line above it names {error}") from error
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    witnesses = tuple(member for member in named.values() if isinstance(member, VerifierKey))
    return Trust(tuple(logs), witnesses, *quorum)


def _new(key: VerifierKey, others: Iterable[Member]) -> VerifierKey:
    """Whoever counts twice is no second witness."""
    if any(isinstance(each, VerifierKey) and each.public == key.public for each in others):
        raise ValueError(f"{key.name} stands in another line as well")
    return key


def _group(enough: str, members: tuple[Member, ...]) -> Group:
    count = {"any": 1, "all": len(members)}.get(enough) or int(enough if enough.isascii() and enough.isdigit() else 0)
    if not 1 <= count <= len(set(members)) == len(members):
        raise ValueError(f"{enough} of {len(set(members))} members cannot be enough")
    return Group(count, members)
