"""Which witnesses are relied on, where they are asked, and how many are enough: a C2SP tlog-policy file.

    witness    north   witness.north.example+…   https://witness.north.example/
    witness    north-q witness.north.example+…   https://witness.north.example/
    witness    south   witness.south.example+…   https://south.example/witness
    group      one     any north north-q
    group      both    all one south
    quorum     both

Keys at one address belong to one witness, which is asked once. Names stand for keys within the file only.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from urllib.parse import urlsplit

from coign.kernel.errors import Invalid
from coign.kernel.frozen import dataclass
from coign_verify.keys import Algorithm, KeyTextError, VerifierKey
from coign_verify.trust import Group

_SPACE = re.compile(r"[ \t]+")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NONE = "none"
_COSIGNING = (Algorithm.ED25519_COSIGNATURE, Algorithm.ML_DSA_44_COSIGNATURE)

#: When each key signed a checkpoint, in seconds since 1970.
Times = Mapping[VerifierKey, int]


@dataclass(frozen=True, slots=True)
class Named:
    """One witness: the name in its signatures, where it is asked (empty: nobody asks it), and its keys."""

    name: str
    url: str
    keys: tuple[VerifierKey, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Who is relied on. `quorum` None: no cosignature is asked for."""

    witnesses: tuple[Named, ...]
    quorum: VerifierKey | Group | None
    logs: tuple[VerifierKey, ...] = field(default=())

    @property
    def keys(self) -> Sequence[VerifierKey]:
        """Of all witnesses."""
        return [key for witness in self.witnesses for key in witness.keys]

    def enough_since(self, times: Times) -> int | None:
        """The newest time at which enough had signed; None: they are not enough, or none is asked for."""
        return self.enough_reach(times)

    def enough_reach(self, numbers: Mapping[VerifierKey, int]) -> int | None:
        """The greatest number that those of enough witnesses reach; None: enough have none, or none is asked for."""
        return None if self.quorum is None else _reached(self.quorum, numbers)


def _reached(member: VerifierKey | Group, numbers: Mapping[VerifierKey, int]) -> int | None:
    if isinstance(member, VerifierKey):
        return numbers.get(member)
    reached = [number for each in member.members if (number := _reached(each, numbers)) is not None]
    return sorted(reached, reverse=True)[member.enough - 1] if len(reached) >= member.enough else None


def read_policy(path: Path, field: str = "COIGN_WITNESSES") -> Policy:
    """The file's policy; `Invalid` names the line and the part of it that cannot be understood."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise Invalid.at(field, f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Invalid.at(field, f"{path} is not text in UTF-8") from error
    return parse_policy(text, field)


def parse_policy(text: str, field: str = "COIGN_WITNESSES") -> Policy:
    """The same from its text."""
    reading = _Reading(field)
    for reading.line, line in enumerate(text.split("\n"), 1):
        if _FORBIDDEN.search(line):
            reading.refuse("the line holds a control character")
        words = _SPACE.split(line.strip(" \t"))
        if words[0] and not words[0].startswith("#"):
            reading.take(words)
    return reading.policy()


class _Reading:
    """A policy as far as its lines have told."""

    def __init__(self, field: str) -> None:
        self._field, self.line = field, 0
        self._members: dict[str, VerifierKey | Group] = {}
        self._used: set[str] = set()
        self._logs: list[VerifierKey] = []
        self._at: dict[str, list[VerifierKey]] = {}
        self._quorum: list[VerifierKey | Group | None] = []

    def refuse(self, why: str) -> None:
        raise Invalid.at(f"{self._field} line {self.line}", why)

    def take(self, words: list[str]) -> None:
        kind, *rest = words
        if kind == "log" and len(rest) in (1, 2):
            self._logs.append(self._key(rest[0], (Algorithm.ED25519,), self._logs))
        elif kind == "witness" and len(rest) in (2, 3):
            self._witness(*rest)
        elif kind == "group" and len(rest) >= 3:
            self._group(rest[0], rest[1], rest[2:])
        elif kind == "quorum" and len(rest) == 1:
            if self._quorum:
                self.refuse("quorum: it is said twice")
            self._quorum.append(None if rest[0] == _NONE else self._member(rest[0], "quorum"))
        else:
            self.refuse("expected `log KEY`, `witness NAME KEY URL`, `group NAME COUNT MEMBER …` or `quorum NAME`")

    def _key(self, text: str, kinds: Sequence[Algorithm], known: Sequence[VerifierKey]) -> VerifierKey:
        try:
            key = VerifierKey.from_text(text)
        except KeyTextError as error:
            raise Invalid.at(f"{self._field} line {self.line}", f"key: {error}") from error
        if key.algorithm not in kinds:
            self.refuse(f"key: {key.name} is of another kind than its line needs: {key.algorithm:02x}")
        if key.public in {each.public for each in known}:
            self.refuse(f"key: {key.name} stands in another line as well")
        return key

    def _witness(self, name: str, text: str, url: str = "") -> None:
        known = [key for keys in self._at.values() for key in keys]
        key = self._key(text, _COSIGNING, known)
        self._check_address(url)
        # Without an address its keys alone tell whose they are.
        place = url.rstrip("/") or f" {key.name}"
        others = self._at.setdefault(place, [])
        if others and others[0].name != key.name:
            self.refuse(f"key: at {url} is {others[0].name} already; two witnesses need two addresses")
        if not others and any(each.name == key.name for each in known):
            self.refuse(f"url: {key.name} has another address in a line above")
        others.append(key)
        self._name(name, key)

    def _check_address(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
            _ = parts.port
        except ValueError:
            usable = False
        if url and not usable:
            self.refuse("url: expected the address of a witness, http://… or https://…")

    def _group(self, name: str, count: str, names: list[str]) -> None:
        words = {"any": 1, "all": len(names)}
        if count not in words and not (count.isascii() and count.isdigit() and 1 <= int(count) <= len(names)):
            self.refuse(f"count: expected `any`, `all` or a number from 1 to {len(names)}")
        members = tuple(self._member(each, "member") for each in names)
        for each in names:
            if each in self._used:
                self.refuse(f"member: {each} counts already; whoever counts twice is no second witness")
            self._used.add(each)
        self._name(name, Group(words[count] if count in words else int(count), members))

    def _member(self, name: str, what: str) -> VerifierKey | Group:
        if name not in self._members:
            self.refuse(f"{what}: no line above names {name}")
        return self._members[name]

    def _name(self, name: str, member: VerifierKey | Group) -> None:
        if name == _NONE or name in self._members:
            self.refuse(f"name: {name} is taken")
        self._members[name] = member

    def policy(self) -> Policy:
        if not self._quorum:
            raise Invalid.at(self._field, "there is no line `quorum NAME`: how many witnesses are enough?")
        named = (Named(keys[0].name, "" if at.startswith(" ") else at, tuple(keys)) for at, keys in self._at.items())
        return Policy(tuple(named), self._quorum[0], tuple(self._logs))


def read_trust(text: str, field: str) -> Policy | None:
    """The policy of a file that names what somebody trusts; None: it is a plain list of log keys."""
    words = {line.split()[0] for line in text.splitlines() if line.strip()}
    return parse_policy(text, field) if words & {"log", "witness", "group", "quorum"} else None


def majority(keys: Sequence[tuple[str, Sequence[VerifierKey]]]) -> str:
    """The text for witnesses (address and keys each) of which a majority is enough, by any of its keys each."""
    lines, names = [], []
    for number, (url, own) in enumerate(keys, 1):
        parts = [f"{number}-{part}" for part in range(1, len(own) + 1)]
        lines += [f"witness {part} {key.text} {url}" for part, key in zip(parts, own, strict=True)]
        names.append(f"witness-{number}")
        lines.append(f"group {names[-1]} any {' '.join(parts)}")
    lines += [f"group majority {len(keys) // 2 + 1} {' '.join(names)}", "quorum majority"]
    return "\n".join(lines) + "\n"
