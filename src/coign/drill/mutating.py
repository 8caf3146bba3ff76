"""Changes a pack in one way after another and asks whether the check finds it and says where.

An attacker who changes a file also mends what stands beside it: hashes in the manifest, in the contents, and in the end
the signature, with a key of their own under the log's name. Each change is tried at each of these depths.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from coign_verify.archive import read_archive
from coign_verify.jcs import canonical, loads_strict
from coign_verify.keys import VerifierKey
from coign_verify.notes import parse_note
from coign_verify.opening import fits
from coign_verify.pack import ACCOUNT, CHECKPOINT, CONTENTS, ENTRIES, MANIFEST, OPENINGS, PAPER, Manifest, files_of
from coign_verify.pack_check import verify_pack
from coign_verify.pack_making import pack
from coign_verify.signing import SignerKey, build_note, sign_note
from coign_verify.tree import leaf_hash
from coign_verify.trust import Trust

BARE, LISTED, NAMED, SIGNED = DEPTHS = ("as it is", "hash in the contents", "hash in the manifest", "signed anew")
TELL_EVERY = 1_000


@dataclass(slots=True)
class Mutated:
    """How many changes were tried and found; `missed` and `elsewhere` hold what was not found, or at another place."""

    times: int = 0
    found: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As the command prints it."""
        return {
            "ok": not self.missed and not self.elsewhere, "times": self.times, "found": self.found,
            "changes": dict(sorted(self.kinds.items())), "missed": self.missed, "elsewhere": self.elsewhere,
        }  # fmt: skip


def drill(data: bytes, times: int, seed: int, progress: Callable[[str], None] = lambda line: None) -> Mutated:
    """Try so many changes; the same seed makes the same ones."""
    files = files_of(read_archive(data)[0])
    trust = Trust((VerifierKey.from_text(Manifest.parse(parse_note(files[MANIFEST]).text).key),))
    result, random = Mutated(), Random(seed)  # noqa: S311
    while result.times < times:
        changed = Mutation(data, files, random)
        if changed.data == data:
            continue
        result.times += 1
        result.kinds[changed.what] += 1
        answer = verify_pack(changed.data, trust)
        what = f"change {result.times}: {changed.what}, {changed.depth}: {answer.verdict}"
        if answer.exit_code != 1:
            result.missed.append(what)
            continue
        result.found += 1
        if changed.at and not changed.at & {problem.position for problem in answer.problems}:
            result.elsewhere.append(what)
        if result.times % TELL_EVERY == 0:
            progress(f"{result.times} of {times} changes, {len(result.missed)} missed")
    return result


class Mutation:
    """One changed pack; `at`: the entries of which at least one must be named."""

    def __init__(self, data: bytes, files: dict[str, bytes], random: Random) -> None:
        self._random, self._files = random, dict(files)
        self._contents = loads_strict(files[CONTENTS])
        self._lines = files[ENTRIES].splitlines(keepends=True)
        self._opened = loads_strict(files[OPENINGS])
        self._listed = sorted(at for at, _ in self._contents["leaves"] if at not in self._contents["withheld"])
        self.at: set[int] = set()
        self.depth = BARE
        self.what, change = random.choice(_CHANGES)
        if change is None:
            self.data = _bytes_changed(random, data)
            return
        change(self)
        self.depth = random.choice(DEPTHS)
        self.data = self._mended()

    def _mended(self) -> bytes:
        """What stands beside the change made to fit it, as deep as was drawn."""
        files, depth = self._files, DEPTHS.index(self.depth)
        if self.what == "the manifest":
            return pack(files)
        files[ENTRIES] = b"".join(self._lines)
        if depth >= DEPTHS.index(LISTED) and len(self._lines) == len(self._listed):
            hashes = [leaf_hash(line[:-1]).hex() for line in self._lines]
            mended = dict(zip(self._listed, hashes, strict=True))
            self._contents["leaves"] = [[at, mended.get(at, leaf)] for at, leaf in self._contents["leaves"]]
        files[CONTENTS] = canonical(self._contents)
        files[OPENINGS] = canonical(self._opened)
        if depth >= DEPTHS.index(NAMED):
            note = parse_note(files[MANIFEST])
            old = Manifest.parse(note.text)
            files[MANIFEST] = build_note(Manifest.of(old.key, old.chain, files).text(), note.signatures)
            if self.depth == SIGNED:
                key = SignerKey.generate(VerifierKey.from_text(old.key).name)
                text = Manifest.of(key.verifier().text, old.chain, files).text()
                files[MANIFEST] = build_note(text, [sign_note(text, key)])
        return pack(files)

    def line(self) -> int:
        """An entry's place in the file, drawn."""
        return self._random.randrange(len(self._lines))

    # Changes

    def byte_of_entry(self) -> None:
        n = self.line()
        body = bytearray(self._lines[n][:-1])
        at = self._random.randrange(len(body))
        body[at] ^= 1 << self._random.randrange(7)
        self._lines[n] = bytes(body).replace(b"\n", b" ") + b"\n"
        self.at = {self._listed[n]}

    def value_of_entry(self) -> None:
        n = self.line()
        plain = loads_strict(self._lines[n])
        plain["time"] = "2031" + plain["time"][4:]
        self._lines[n] = canonical(plain) + b"\n"
        self.at = {self._listed[n]}

    def drop(self) -> None:
        n = self.line()
        del self._lines[n]
        self.at = {self._listed[n]}

    def double(self) -> None:
        n = self.line()
        self._lines.insert(self.line(), self._lines[n])
        self.at = {self._listed[n]}

    def swap(self) -> None:
        one, other = self.line(), self.line()
        self._lines[one], self._lines[other] = self._lines[other], self._lines[one]
        self.at = {self._listed[one], self._listed[other]} if one != other else set()

    def graft(self) -> None:
        one, other = self.line(), self.line()
        plain = loads_strict(self._lines[other])
        plain["position"] = self._listed[one]
        self._lines[one] = canonical(plain) + b"\n"
        self.at = {self._listed[one]} if one != other else set()

    def of_another_record(self) -> None:
        n = self.line()
        plain = loads_strict(self._lines[n])
        plain["ledger"] = plain["intent"]["ledger"] = "coign.example/another"
        self._lines[n] = canonical(plain) + b"\n"
        self.at = {self._listed[n]}

    def withhold(self) -> None:
        n = self.line()
        del self._lines[n]
        self._contents["withheld"] = sorted([*self._contents["withheld"], self._listed.pop(n)])

    def forget(self) -> None:
        n = self.line()
        del self._lines[n]
        at = self._listed.pop(n)
        self._contents["leaves"] = [each for each in self._contents["leaves"] if each[0] != at]

    def leaf(self) -> None:
        each = self._random.choice(self._contents["leaves"])
        each[1] = self._random.randbytes(32).hex()
        self.at, self._listed = {each[0]}, []  # and is not mended again

    def node(self) -> None:
        self._random.choice(self._contents["nodes"])[2] = self._random.randbytes(32).hex()

    def count(self) -> None:
        each = self._random.choice(self._contents["subjects"])
        each["seq"] = max(0, each["seq"] - 1) if self._random.random() < 0.5 else each["seq"] + 1

    def terms(self) -> None:
        for limits in self._in_terms("limits_s"):
            limits[self._random.choice(sorted(limits))] = str(self._random.randrange(1, 10**9))

    def house(self) -> None:
        for durations in self._in_terms("durations_s"):
            rows = durations[self._random.choice(sorted(durations))]
            self._random.choice(rows)[1] = str(self._random.randrange(1, 10**9))

    def _in_terms(self, part: str) -> list[dict[str, Any]]:
        return [each[part] for each in self._contents["terms"] if part in each]

    def subject(self) -> None:
        subjects = self._contents["subjects"]
        del subjects[self._random.randrange(len(subjects))]

    def heads(self) -> None:
        self._contents["heads"] = self._random.choice([None, *self._listed])

    # Changes of what is opened. Where nothing is, the first of them alone changes anything.

    def opening_added(self) -> None:
        self._opened.append({"field": "x", "salt": self._random.randbytes(32).hex(), "value": "x"})
        self._opened.sort(key=fits)

    def opening_changed(self) -> None:
        for each in self._opened[: self._random.randrange(len(self._opened) + 1)]:
            each[self._random.choice(("field", "salt", "value"))] = self._random.randbytes(32).hex()
        self._opened.sort(key=fits)

    def openings_crossed(self) -> None:
        name = self._random.choice(("field", "salt", "value"))
        values = [each[name] for each in self._opened]
        self._random.shuffle(values)
        for each, value in zip(self._opened, values, strict=True):
            each[name] = value
        self._opened.sort(key=fits)

    def openings_swapped(self) -> None:
        self._random.shuffle(self._opened)

    def opening_doubled(self) -> None:
        self._opened += self._opened[-1:]

    def opening_dropped(self) -> None:
        self._opened[:1] = []

    def account(self) -> None:
        name = self._random.choice((ACCOUNT, PAPER))
        self._files[name] = _bytes_changed(self._random, self._files[name])

    def checkpoint(self) -> None:
        self._files[CHECKPOINT] = _bytes_changed(self._random, self._files[CHECKPOINT])

    def manifest(self) -> None:
        self._files[MANIFEST] = _bytes_changed(self._random, self._files[MANIFEST])


def _bytes_changed(random: Random, data: bytes) -> bytes:
    at, end = sorted((random.randrange(len(data)), random.randrange(len(data) + 1)))
    match random.randrange(6):
        case 0 | 1:
            return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]
        case 2:
            return data[:at] + random.randbytes(random.randrange(1, 40)) + data[at:]
        case 3:
            return data[:at] + data[min(end, at + 400) :]
        case 4:
            return data[:at]
    return data[:at] + data[at:end][:400] + data[at:]


_CHANGES: tuple[tuple[str, Callable[[Mutation], None] | None], ...] = (
    ("bytes of the file", None),
    ("a byte of an entry", Mutation.byte_of_entry),
    ("a value of an entry", Mutation.value_of_entry),
    ("an entry dropped", Mutation.drop),
    ("an entry doubled", Mutation.double),
    ("two entries swapped", Mutation.swap),
    ("an entry in the place of another", Mutation.graft),
    ("an entry of another record", Mutation.of_another_record),
    ("an entry withheld", Mutation.withhold),
    ("an entry dropped and no longer listed", Mutation.forget),
    ("a leaf hash", Mutation.leaf),
    ("a hash of the tree", Mutation.node),
    ("how many entries there are about something", Mutation.count),
    ("a limit of its programme", Mutation.terms),
    ("a limit of the house", Mutation.house),
    ("a thing of the therapy left out", Mutation.subject),
    ("where the heads stand", Mutation.heads),
    ("an opening that fits nothing", Mutation.opening_added),
    ("openings changed", Mutation.opening_changed),
    ("openings crossed", Mutation.openings_crossed),
    ("openings in another order", Mutation.openings_swapped),
    ("an opening doubled", Mutation.opening_doubled),
    ("an opening dropped", Mutation.opening_dropped),
    ("the readable account", Mutation.account),
    ("the checkpoint", Mutation.checkpoint),
    ("the manifest", Mutation.manifest),
)
