"""The tree over all entries, put together from what was walked range by range, against checkpoints and head."""

from collections.abc import Sequence

import psycopg

from coign.ledger.entry_walk import Leaves, Signed, Walked
from coign.ledger.sharing import Record
from coign.ledger.shutting import Problem
from coign_verify.checkpoint import Checkpoint
from coign_verify.findings import Kind
from coign_verify.growing import Frontier
from coign_verify.tiles import TILE_HASHES


class TreeWalk:
    """Grows the tree tile by tile, in order, and compares its root at each size that was signed."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self.problems: list[Problem] = []
        self._tiles, self._inside = Frontier(), Frontier()  # over roots of complete tiles, and inside the next one
        self.rooted = True  # whether every leaf hash so far is known, so that roots can be computed
        self._last_good_size = self._wrong_roots = 0
        self._last_time: str | None = ""
        self.checkpoints = 0
        self.newest: Checkpoint | None = None

    def grow(self, walked: Walked) -> None:
        """Go on with the next range."""
        waiting = list(reversed(walked.checkpoints))
        for leaves in walked.leaves:
            self._tile(leaves, waiting)
        while waiting:
            self._compare(waiting.pop())
        self._last_time = None if self._record.size - 1 in walked.unsound else walked.last_time

    def _tile(self, leaves: Leaves, waiting: list[Signed]) -> None:
        if not isinstance(leaves, list):
            while waiting and waiting[-1].size <= self._size:
                self._compare(waiting.pop())
            if self.rooted:
                self._tiles.append(leaves)
            return
        for leaf in leaves:
            while waiting and waiting[-1].size <= self._size:
                self._compare(waiting.pop())
            self.rooted = self.rooted and leaf is not None
            if self.rooted and leaf is not None:
                self._inside.append(leaf)
        if self._inside.size == TILE_HASHES:
            self._tiles.append(self._inside.root())
            self._inside = Frontier()

    @property
    def _size(self) -> int:
        return self._tiles.size * TILE_HASHES + self._inside.size

    def _frontier(self) -> Frontier:
        return Frontier(self._size, (*self._tiles.hashes, *self._inside.hashes))

    def _say(self, position: int | None, kind: Kind, detail: str) -> None:
        self.problems.append(Problem(position, kind, detail))

    def _compare(self, signed: Signed) -> None:
        self.checkpoints += 1
        if signed.problem is not None:
            self.problems.append(signed.problem)
        if signed.checkpoint is None:
            return
        self.newest = signed.checkpoint
        if not self.rooted or signed.size > self._record.size:
            return
        if self._frontier().root() == signed.checkpoint.root:
            self._last_good_size = signed.size
            return
        self._wrong_roots += 1
        if self._wrong_roots == 1:
            self._say(
                self._last_good_size,
                "replaced",
                f"one or more of the entries {self._last_good_size} to {signed.size - 1} are not those whose root was "
                f"signed at size {signed.size}",
            )

    def end(self, connection: psycopg.Connection, beyond: Sequence[Signed]) -> None:
        """Compare the head, and say what was signed of entries that are not there."""
        for signed in beyond:
            self._compare(signed)
        size = self._record.size
        if beyond:
            self._say(size, "missing", f"{beyond[-1].size} entries were signed, the record ends at {size}")
        row = connection.execute(
            "select frontier, last_time from head where ledger_id = %s", (self._record.ledger_id,)
        ).fetchone()
        assert row is not None
        if self._last_time is not None and row[1] != self._last_time:
            self._say(
                None, "container", f"the head says that the last entry is of {row[1]}, it is of {self._last_time}"
            )
        try:
            kept = Frontier.from_bytes(row[0])
        except ValueError as error:
            self._say(None, "container", f"the head's frontier cannot be read: {error}")
            return
        if kept.size != size:
            self._say(None, "container", "the head's frontier is of another size than the head")
        elif self.rooted and kept != self._frontier() and not self._wrong_roots:
            self._say_where(kept)

    def _say_where(self, kept: Frontier) -> None:
        """The head keeps a hash for each complete subtree: the first that differs bounds where the change lies."""
        start = 0
        for mine, theirs in zip(self._frontier().hashes, kept.hashes, strict=True):
            end = start + (1 << ((self._record.size - start).bit_length() - 1))
            if mine != theirs:
                first = max(start, self._last_good_size) if self._last_good_size < end else start
                self._say(
                    first, "replaced", f"of the entries {first} to {end - 1}, one or more do not give the head's hash"
                )
                return
            start = end
