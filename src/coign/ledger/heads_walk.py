"""Recomputes, on a walk over all entries, the roots that `ledger.heads.v1` entries gave for the heads of all subjects.

The map that is kept in the database is compared page by page where it ends. In memory is one map of the subjects met so
far, some 100 bytes for each.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, LiteralString

import psycopg

from coign.installation.events import THIS, LedgerHeads
from coign.ledger.heads import Heads, PagesInMemory, put, root_of
from coign.ledger.sharing import Here
from coign.ledger.shutting import Problem
from coign.ledger.soundness import read_canonical
from coign_verify.heads import Leaf, key_of
from coign_verify.jcs import JsonError

_ABOUT: LiteralString = (
    "select e.body from entry_subject s join entry e using (ledger_id, position) "
    "where s.ledger_id = %s and s.subject = %s and s.seq is not null order by s.position"
)

_PAGES: LiteralString = "select prefix, parts from heads_page where ledger_id = %(ledger)s"


def _sizes(connection: psycopg.Connection, ledger_id: int) -> Iterator[int]:
    for (body,) in connection.execute(_ABOUT, (ledger_id, THIS)):
        with suppress(JsonError, KeyError, TypeError):  # damaged, which is said when the walk comes to it
            yield from (told["size"] for told in _told(read_canonical(body)))


def _told(plain: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [fact["body"] for fact in plain["intent"]["facts"] if fact["type"] == LedgerHeads.TYPE]


#: So many changed subjects are taken into the map at once: the more, the fewer of its pages are made twice.
_WAITING_MAX = 50_000


class HeadsWalk:
    """What such entries should say, as the walk comes to the sizes that they cover; and the map that is kept."""

    def __init__(self, here: Here) -> None:
        self._here, ledger_id = here, here.record.ledger_id
        row = here.connection.execute(
            "select size, subjects from heads_map where ledger_id = %s", (ledger_id,)
        ).fetchone()
        self._kept: tuple[int, int] = row or (0, 0)
        # The index tells at which sizes to stop; one that is not in it cannot be told when its entry comes.
        self._sizes = sorted({*_sizes(here.connection, ledger_id), self._kept[0]}, reverse=True)
        self._pages, self._waiting = PagesInMemory(), dict[str, tuple[int, int]]()
        self._taken = self._subjects = self.agreeing = 0
        self._found: dict[int, Heads] = {}
        self.problems: list[Problem] = []

    def check(self, position: int, plain: Mapping[str, Any]) -> None:
        """Take the next sound entry; note what is wrong if it is about the heads and says something else."""
        self._stop_before(position)
        wrong = [why for body in _told(plain) if (why := self._why_not(body))]
        if wrong:
            self.problems.append(Problem(position, "invariant", wrong[0]))
        self._taken += 1
        for each in plain["about"]:
            self._waiting[each["subject"]] = (each["seq"], position)
            self._subjects += each["seq"] == 1
        if len(self._waiting) >= _WAITING_MAX:
            self._take()

    def end(self) -> None:
        """The record ends here; the kept map may cover all of it, and no more."""
        size = self._here.record.size
        self._stop_before(size)
        if not 0 <= self._kept[0] <= size:
            self._say(f"the map of heads that is kept covers {self._kept[0]} entries, the record has {size}")

    def _stop_before(self, position: int) -> None:
        """At these sizes the map is as an entry to come must tell, unless entries are missing or damaged."""
        while self._sizes and self._sizes[-1] <= position:
            size = self._sizes.pop()
            if size == position == self._taken:
                self._take()
                self._found[size] = Heads(size, root_of(self._pages), self._subjects)
                if size == self._kept[0]:
                    self._compare_kept()

    def _take(self) -> None:
        put(self._pages, [Leaf(key_of(subject), *last) for subject, last in self._waiting.items()])
        self._waiting.clear()

    def _compare_kept(self) -> None:
        made = self._pages.packed()
        if self._subjects != self._kept[1]:
            self._say(f"the map of heads that is kept counts {self._kept[1]} subjects, there are {self._subjects}")
        seen = 0
        with self._here.streams() as streams:
            for prefix, parts in streams.rows("pages", _PAGES):
                seen += prefix in made
                if made.get(prefix) != parts:
                    self._say(f"page {prefix!r} of the map of heads that is kept does not follow from the entries")
        if seen < sum(map(bool, made.values())):
            self._say(f"{len(made) - seen} pages of the map of heads that is kept are not there")

    def _say(self, detail: str) -> None:
        self.problems.append(Problem(None, "read_model", detail))

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
