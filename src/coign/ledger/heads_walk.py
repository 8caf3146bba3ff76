"""Recomputes, on a walk over all entries, the roots that `ledger.heads.v1` entries gave for the heads of all subjects.

In memory is one map of the subjects met so far, some 100 bytes for each.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, LiteralString

import psycopg

from coign.installation.events import THIS, LedgerHeads
from coign.ledger.heads import Heads, Leaf, PagesInMemory, key_of, put, root_of
from coign.ledger.shutting import Problem
from coign.ledger.soundness import read_canonical
from coign_verify.jcs import JsonError

_ABOUT: LiteralString = (
    "select e.body from entry_subject s join entry e using (ledger_id, position) "
    "where s.ledger_id = %s and s.subject = %s and s.seq is not null order by s.position"
)


def _sizes(connection: psycopg.Connection, ledger_id: int) -> Iterator[int]:
    for (body,) in connection.execute(_ABOUT, (ledger_id, THIS)):
        with suppress(JsonError, KeyError, TypeError):  # damaged, which is said when the walk comes to it
            yield from (told["size"] for told in _told(read_canonical(body)))


def _told(plain: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [fact["body"] for fact in plain["intent"]["facts"] if fact["type"] == LedgerHeads.TYPE]


#: So many changed subjects are taken into the map at once: the more, the fewer of its pages are made twice.
_WAITING_MAX = 50_000


class HeadsWalk:
    """What such entries should say, as the walk comes to the sizes that they cover."""

    def __init__(self, connection: psycopg.Connection, ledger_id: int) -> None:
        # The index tells at which sizes to stop; one that is not in it cannot be told when its entry comes.
        self._sizes = sorted(_sizes(connection, ledger_id), reverse=True)
        self._pages, self._waiting = PagesInMemory(), dict[str, tuple[int, int]]()
        self._taken = self._subjects = self.agreeing = 0
        self._found: dict[int, Heads] = {}

    def check(self, position: int, plain: Mapping[str, Any]) -> Problem | None:
        """Take the next sound entry; what is wrong with it if it is about the heads and says something else."""
        while self._sizes and self._sizes[-1] <= position:
            self._stop_at(self._sizes.pop(), position)
        wrong = [why for body in _told(plain) if (why := self._why_not(body))]
        self._taken += 1
        for each in plain["about"]:
            self._waiting[each["subject"]] = (each["seq"], position)
            self._subjects += each["seq"] == 1
        if len(self._waiting) >= _WAITING_MAX:
            self._take()
        return Problem(position, "invariant", wrong[0]) if wrong else None

    def _stop_at(self, size: int, position: int) -> None:
        """At this size the map is as an entry to come must tell, unless entries are missing or damaged."""
        if size == position == self._taken:
            self._take()
            self._found[size] = Heads(size, root_of(self._pages), self._subjects)

    def _take(self) -> None:
        put(self._pages, [Leaf(key_of(subject), *last) for subject, last in self._waiting.items()])
        self._waiting.clear()

    def _why_not(self, body: Mapping[str, Any]) -> str:
        found = self._found.get(body["size"])
        if found is None:
            return f"the heads of the subjects below entry {body['size']} cannot be told, which it commits to"
        if (body["root"], body["subjects"]) != (found.root.hex(), found.subjects):
            return f"the heads of the {found.subjects} subjects below entry {found.size} do not give the root it names"
        self.agreeing += 1
        return ""

    def proved(self) -> list[str]:
        """What these entries prove when nothing is wrong."""
        many = "1 root of the heads of all subjects follows"
        if self.agreeing != 1:
            many = f"{self.agreeing} roots of the heads of all subjects follow"
        return [f"{many} from the entries covered"]
