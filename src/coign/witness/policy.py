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
from typing import NoReturn
from urllib.parse import urlsplit

from coign.kernel.errors import Invalid
from coign.kernel.frozen import dataclass
from coign_verify.keys import Algorithm, VerifierKey
from coign_verify.trust import Member
from coign_verify.trust import read_trust as trusted_by

#: Among them whatever else than a line feed some reader may take for the end of a line.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
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
    quorum: Member | None
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


def _reached(member: Member, numbers: Mapping[VerifierKey, int]) -> int | None:
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
    """The same from its text: what the verifier reads of it, and where each witness is asked."""
    lines = [(f"{field} line {number}", line) for number, line in enumerate(text.split("\n"), 1)]
    for where, line in lines:
        if _FORBIDDEN.search(line):
            raise Invalid.at(where, "the line holds a control character")
    try:
        trust = trusted_by(text)
    except ValueError as error:
        where, _, why = str(error).partition(": ")
        raise Invalid.at(f"{field} {where}", why) from error
    asked = _Asked()
    told = [(where, words) for where, line in lines if (words := line.split()) and not words[0].startswith("#")]
    for asked.where, words in told:
        asked.take(words)
    if all(words[0] != "quorum" for _, words in told):
        raise Invalid.at(field, "there is no line `quorum NAME`: how many witnesses are enough?")
    return Policy(asked.witnesses(), trust.quorum, trust.logs)


class _Asked:
    """Where witnesses are asked, as far as lines that the verifier understood have told; `where`: the one it is at.

    What would make a quorum worth less than it seems is refused as well.
    """

    def __init__(self) -> None:
        self.where = ""
        self._counted: set[str] = set()
        self._at: dict[str, list[VerifierKey]] = {}

    def witnesses(self) -> tuple[Named, ...]:
        """Each with its address and its keys."""
        return tuple(
            Named(keys[0].name, "" if at.startswith(" ") else at, tuple(keys)) for at, keys in self._at.items()
        )

    def take(self, words: list[str]) -> None:
        """The next line, unless it is a remark."""
        match words:
            case ["log", text, *_] | [text]:
                self._key(text, Algorithm.ED25519)
            case ["witness", _, text, *url]:
                self._witness(self._key(text, *_COSIGNING), "".join(url))
            case ["group", _, _, *members]:
                self._count(members)

    def _refuse(self, why: str) -> NoReturn:
        raise Invalid.at(self.where, why)

    def _key(self, text: str, *kinds: Algorithm) -> VerifierKey:
        key = VerifierKey.from_text(text)
        if key.algorithm not in kinds:
            self._refuse(f"key: {key.name} is of another kind than its line needs: {key.algorithm:02x}")
        return key

    def _count(self, members: list[str]) -> None:
        for each in members:
            if each in self._counted:
                self._refuse(f"member: {each} counts already; whoever counts twice is no second witness")
            self._counted.add(each)

    def _witness(self, key: VerifierKey, url: str) -> None:
        self._check_address(url)
        # Without an address its keys alone tell whose they are.
        place = url.rstrip("/") or f" {key.name}"
        known = {each.name for keys in self._at.values() for each in keys}
        others = self._at.setdefault(place, [])
        if others and others[0].name != key.name:
            self._refuse(f"key: at {url} is {others[0].name} already; two witnesses need two addresses")
        if not others and key.name in known:
            self._refuse(f"url: {key.name} has another address in a line above")
        others.append(key)

    def _check_address(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
            _ = parts.port
        except ValueError:
            usable = False
        if url and not usable:
            self._refuse("url: expected the address of a witness, http://… or https://…")


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
