"""A pack: one therapy's entries with everything that proves them, in one file of one form. The form; see README.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from coign_verify.archive import Files

KIND = "coign/pack/v1"
ACCOUNT, PAPER, MANIFEST, CHECKPOINT, CONTENTS, ENTRIES, OPENINGS = FILES = (
    "account.html", "account.pdf", "manifest.txt", "checkpoint.txt", "contents.json", "entries.jsonl", "openings.json",
)  # fmt: skip
PACK_BYTES_MAX = 256 * 1024 * 1024

Node = tuple[int, int]
"""The part of the tree over the entries from the first number up to the second, which is not in it."""


class PackError(ValueError):
    """A file that no pack is like."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the log signs for a pack: whose it is, about which therapy, and the hash of every other file in it.

    Its first line is the name of no log, so that it can never pass for a checkpoint.
    """

    key: str
    chain: str
    files: tuple[tuple[str, int, str], ...]

    @classmethod
    def of(cls, key: str, chain: str, files: Mapping[str, bytes]) -> "Manifest":
        """Over these files."""
        others = [(name, files[name]) for name in FILES if name != MANIFEST]
        return cls(key, chain, tuple((name, len(data), sha256(data).hexdigest()) for name, data in others))

    @classmethod
    def parse(cls, text: str) -> "Manifest":
        """Read one; every other spelling than the one of `text` is refused."""
        lines = [line.split(" ") for line in text.removesuffix("\n").split("\n")]
        try:
            (kind,), (_, key), (_, chain), *listed = lines
            found = cls(key, chain, tuple((name, int(size), digest) for _, name, size, digest in listed))
        except ValueError as error:
            raise PackError("the manifest does not have the lines of one") from error
        if kind != KIND or found.text() != text:
            raise PackError("the manifest is not written as one is")
        return found

    def text(self) -> str:
        """The text that is signed."""
        listed = [f"file {name} {size} {digest}" for name, size, digest in self.files]
        return "".join(f"{line}\n" for line in (KIND, f"key {self.key}", f"chain {self.chain}", *listed))


def files_of(listed: Files) -> dict[str, bytes]:
    """The files of a pack by name; PackError where they are not those of one."""
    if [name for name, _ in listed] != list(FILES):
        raise PackError(f"it does not hold the files {', '.join(FILES)}, in this order")
    return dict(listed)


def is_pack(data: bytes) -> bool:
    """Whether somebody may have meant a pack by it, however damaged it is now."""
    return data[:4] == b"PK\x03\x04" or KIND.encode() in data or ACCOUNT.encode() in data[:200]


def beside(index: int, size: int) -> list[Node]:
    """The parts of a tree of `size` entries whose hashes lead from entry `index` to the root, as they are used."""
    start, end, found = 0, size, list[Node]()
    while end - start > 1:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]
