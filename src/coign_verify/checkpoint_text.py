"""The text of a checkpoint (C2SP tlog-checkpoint): which log, how many entries, which root."""

import re
from dataclasses import dataclass

from coign_verify.encoding import decode_base64, encode_base64

SIZE_MAX = 2**63 - 1

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class CheckpointError(ValueError):
    """A checkpoint text is not written as it must be."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One log at one size; `extensions` are further lines that a reader keeps but gives no meaning."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, line in (("origin", self.origin), *(("extension line", each) for each in self.extensions)):
            if not line or any(character < " " for character in line):
                raise CheckpointError(f"checkpoint {name} is empty or holds a control character")
        if not 0 <= self.size <= SIZE_MAX:
            raise CheckpointError(f"checkpoint size {self.size} is not between 0 and 2^63 - 1")
        if len(self.root) != 32:
            raise CheckpointError(f"checkpoint root has {len(self.root)} bytes, not 32")

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a checkpoint text; every other spelling than the one of `text` is refused."""
        if not text.endswith("\n"):
            raise CheckpointError("checkpoint text does not end with a line feed")
        lines = text[:-1].split("\n")
        if len(lines) < 3:
            raise CheckpointError(f"checkpoint text has {len(lines)} lines; origin, size and root are needed")
        origin, size, root, *extensions = lines
        if _SIZE.fullmatch(size) is None:
            raise CheckpointError(f"checkpoint size {size[:30]!r} is not a decimal number without leading zeros")
        try:
            root_bytes = decode_base64(root)
        except ValueError as error:
            raise CheckpointError(f"checkpoint root is {error}") from error
        return cls(origin, int(size), root_bytes, tuple(extensions))

    def text(self) -> str:
        """The text that is signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, encode_base64(self.root), *self.extensions))
