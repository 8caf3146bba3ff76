"""What the door needs from others; `web` and `cli` wire the real ones, tests the fakes that pass the same contracts."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import psycopg

from coign.kernel.frozen import dataclass
from coign.kernel.values import Actor


class Clock(Protocol):
    """Tells the time; never a rule's business."""

    def now_us(self) -> int:
        """Microseconds since 1970 in UTC. IntegrityFailure when the clock cannot be trusted."""

    def check_against(self, last_us: int) -> None:
        """IntegrityFailure when the last entry lies further ahead of this clock than the rule set allows."""


@dataclass(frozen=True, slots=True)
class SecretItem:
    """One text for the vault: whose key protects it, its retention class, and which field of what it is."""

    owner: str
    retention_class: str
    field: str
    value: str


class SealedRow(Protocol):
    """A sealed text: its commitment stands in the ledger, the rest goes to the vault with the same commit."""

    @property
    def commitment(self) -> bytes:
        """The 32 bytes that the ledger holds."""


class Sealer(Protocol):
    """The vault, as far as the door needs it."""

    def ready(self, owners: Sequence[tuple[str, str]]) -> None:
        """Make sure a key exists for each (owner, retention class); before the lock, on its own connection."""

    def seal(self, items: Sequence[SecretItem]) -> Sequence[SealedRow]:
        """Seal texts with keys that are ready; touches no database."""

    def pack(self, row: SealedRow) -> bytes:
        """A sealed row as bytes, to be kept until its intent is signed."""

    def unpack(self, packed: bytes) -> SealedRow:
        """The row again."""

    def write(self, cursor: psycopg.Cursor, rows: Sequence[SealedRow]) -> None:
        """Insert openings inside the caller's transaction, in one statement."""


class Resolver(Protocol):
    """Answers what needs vault, key service or another system; before the lock, as part of the command."""

    def __call__(self, command: Any, actor: Actor) -> Mapping[str, Any]:
        """Values for the command's resolved fields."""
