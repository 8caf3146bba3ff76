"""`coign verify --database`: recompute everything that stands in a ledger, and say where something does not agree.

One walk over the entries in their order, side by side with tiles, indexes, nonces, claims and checkpoints; a second,
subject by subject, folds every state anew. Both stream: memory does not grow with the ledger, time in proportion.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, LiteralString

import psycopg

from coign.kernel.errors import Invalid
from coign.kernel.facts import FACTS, Fact, about
from coign.ledger.check import missing_tile, size_and_origin, upper_tiles
from coign.ledger.cosigned_walk import Cosigned, check_cosignatures
from coign.ledger.encoding import fact_from
from coign.ledger.heads_walk import HeadsWalk
from coign.ledger.log_keys import known_keys
from coign.ledger.refolding import Refolded, check_states
from coign.ledger.shutting import Problem, snapshot
from coign.ledger.soundness import Block, StoredEntry, StoredTile, check_block
from coign.ledger.stamps import StampsChecked, check_stamps
from coign.ledger.states import Folding
from coign.ledger.streams import Ordered, Streams
from coign.ledger.verdict import PROBLEMS_MAX, Verification, not_listed
from coign.timestamps.policy import StampPolicy
from coign.witness.policy import Policy
from coign_verify.checkpoint import Checkpoint
from coign_verify.growing import Frontier
from coign_verify.invariants import INVARIANTS, Replay, Terms
from coign_verify.keys import VerifierKey
from coign_verify.signers import SignatureWalk
from coign_verify.tiles import TILE_HASHES
from coign_verify.trust import read_trust

Progress = Callable[[str, int, int], None]
"""Told what is being looked at, how many were, and how many there are."""


def verify_database(
    connection: psycopg.Connection,
    ledger_id: int,
    *,
    log_keys: Sequence[VerifierKey],
    folding: Folding,
    terms: Terms | None = None,
    policy: Policy | None = None,
    stamp_policy: StampPolicy | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Verification:
    """Recompute everything of one ledger. The connection commits by itself; rights to read are enough.

    `terms`: with them the invariants are replayed as well; a ledger of another kind than of therapies has none.
    `stamp_policy`: whose time stamps are believed.
    """
    with snapshot(connection):
        connection.execute("set local cursor_tuple_fraction = 1")
        size, origin = size_and_origin(connection, ledger_id)
        walk = _Walk(connection, ledger_id, size, origin, log_keys, terms, progress)
        walk.run()
        walk.problems += upper_tiles(connection, ledger_id, size)
        damaged = {p.position for p in walk.problems if p.position is not None}
        states = check_states(connection, ledger_id, folding, damaged, progress)
        walk.problems += states.problems + walk.broken
        cosigned = check_cosignatures(connection, ledger_id, policy)
        stamped = check_stamps(connection, ledger_id, (size, origin), stamp_policy)
        walk.problems += cosigned.problems + stamped.problems
    return walk.verdict(states, cosigned, stamped)


_ENTRIES: LiteralString = "select position, leaf, body from entry where ledger_id = %(ledger)s order by position"
_TILES: LiteralString = "select idx, hashes, root from tile where ledger_id = %(ledger)s and level = 0 order by idx"
_CHECKPOINTS: LiteralString = "select size, root, note from checkpoint where ledger_id = %(ledger)s order by size"
_NONCES: LiteralString = "select position, person, nonce from nonce where ledger_id = %(ledger)s order by position"
_CLAIMS: LiteralString = (
    "select position, scope, value, subject from claim where ledger_id = %(ledger)s order by position"
)
# What the index says of an entry, and what the index itself says its count and the entry before it should be.
_INDEX: LiteralString = (
    "select position, subject, seq, "
    "case when seq is not null then row_number() over w end, case when seq is not null then lag(position) over w end "
    "from entry_subject where ledger_id = %(ledger)s "
    "window w as (partition by subject, seq is null order by position) order by position"
)


class _Walk:
    """The walk over the entries in their order."""

    def __init__(
        self,
        connection: psycopg.Connection,
        ledger_id: int,
        size: int,
        origin: str,
        log_keys: Sequence[VerifierKey],
        terms: Terms | None,
        progress: Progress,
    ) -> None:
        self._connection, self._ledger_id = connection, ledger_id
        self._size, self._origin, self._progress = size, origin, progress
        self._keys, wrong = known_keys(connection, ledger_id, log_keys)
        self.problems: list[Problem] = wrong
        self._frontier = Frontier()
        self._rooted = True  # whether every leaf hash so far is known, so that roots can be computed
        self._last_good_size = 0
        self._newest: Checkpoint | None = None
        self._checkpoints = self._wrong_roots = self._entries = 0
        self._signatures = SignatureWalk()
        self._heads = HeadsWalk(connection, ledger_id)
        self._replay = Replay(INVARIANTS, terms) if terms is not None else None
        #: What the invariants say against sound entries: their bytes are relied on all the same.
        self.broken: list[Problem] = []
        self._broken: set[str] = set()  # subjects whose chain is broken: said once

    def run(self) -> None:
        """Walk."""
        with Streams(self._connection, self._ledger_id) as streams:

            def ordered(name: str, query: LiteralString) -> Ordered:
                return Ordered(streams.rows(name, query))

            self._walk(
                entries=ordered("entries", _ENTRIES),
                tiles=ordered("tiles", _TILES),
                checkpoints=ordered("checkpoints", _CHECKPOINTS),
                index=ordered("indexed", _INDEX),
                nonces=ordered("nonces", _NONCES),
                claims=ordered("claims", _CLAIMS),
            )

    def _walk(
        self,
        *,
        entries: Ordered,
        tiles: Ordered,
        checkpoints: Ordered,
        index: Ordered,
        nonces: Ordered,
        claims: Ordered,
    ) -> None:
        self._added(entries.before(0))
        last_time = ""
        for start in range(0, self._size, TILE_HASHES):
            part = range(start, min(start + TILE_HASHES, self._size))
            rows = {p: StoredEntry(leaf, body) for p, leaf, body in entries.before(part.stop)}
            block = self._block(part, rows, next(iter(tiles.at(start // TILE_HASHES)), None), last_time)
            last_time = block.last_time
            self._grow(part, block, checkpoints)
            self._check_index(part, block, index.before(part.stop))
            self._check_nonces(block, nonces.before(part.stop))
            self._check_claims(block, claims.before(part.stop))
            self._check_signatures(block, rows)
            self._check_invariants(part, block)
            self.problems += filter(None, (self._heads.check(*each) for each in block.entries.items()))
            self._entries += len(rows)
            self._progress("entries", part.stop, self._size)
        self._added(entries.before(None))
        self._check_end(checkpoints)
        for what, rest in (("index", index), ("nonce", nonces), ("claim", claims)):
            for row in rest.before(None):
                self._say(row[0], "read_model", f"the {what} table names it, but the record ends before it")
        for row in tiles.before(None):
            self._say(row[0] * TILE_HASHES, "container", f"tile 0/{row[0]} is stored, but the record ends before it")

    def _say(self, position: int | None, kind: Any, detail: str) -> None:
        self.problems.append(Problem(position, kind, detail))

    def _added(self, rows: Iterable[Any]) -> None:
        for position, _, _ in rows:
            self._say(position, "added", f"it is stored, but the record has the entries 0 to {self._size - 1}")

    def _block(self, part: range, rows: dict[int, StoredEntry], tile: Any, last_time: str) -> Block:
        complete = len(part) == TILE_HASHES
        kept = StoredTile(tile[1], tile[2]) if tile is not None and complete else None
        block = check_block(part, rows, kept, origin=self._origin, last_time=last_time)
        self.problems += block.problems
        if complete and tile is None:
            self.problems.append(missing_tile(0, part.start // TILE_HASHES))
        if not complete and tile is not None:
            self._say(part.start, "container", f"tile 0/{tile[0]} is stored, but is not complete")
        return block

    # The tree and its checkpoints

    def _grow(self, part: range, block: Block, checkpoints: Ordered) -> None:
        for position, leaf in zip(part, block.leaves, strict=True):
            for row in checkpoints.before(position + 1):
                self._check_checkpoint(*row)
            if leaf is None:
                self._rooted = False
            if self._rooted:
                assert leaf is not None
                self._frontier.append(leaf)

    def _check_checkpoint(self, size: int, root: bytes, note: bytes) -> None:
        self._checkpoints += 1
        try:
            signed = self._keys.open(note).checkpoint if self._keys.trusted else _unchecked(note)
        except ValueError as error:
            self._say(None, "signature", f"the checkpoint of size {size}: {error}")
            return
        if (signed.origin, signed.size, signed.root) != (self._origin, size, root):
            self._say(None, "container", f"the checkpoint stored for size {size} is for another origin, size or root")
            return
        self._newest = signed
        if not self._rooted or size > self._size:
            return
        if self._frontier.root() == root:
            self._last_good_size = size
            return
        self._wrong_roots += 1
        if self._wrong_roots == 1:
            self._say(
                self._last_good_size,
                "replaced",
                f"one or more of the entries {self._last_good_size} to {size - 1} are not those whose root was signed "
                f"at size {size}",
            )

    def _check_end(self, checkpoints: Ordered) -> None:
        for row in checkpoints.before(self._size + 1):
            self._check_checkpoint(*row)
        beyond = list(checkpoints.before(None))
        for row in beyond:
            self._check_checkpoint(*row)
        if beyond:
            self._say(self._size, "missing", f"{beyond[-1][0]} entries were signed, the record ends at {self._size}")
        row = self._connection.execute("select frontier from head where ledger_id = %s", (self._ledger_id,)).fetchone()
        assert row is not None
        try:
            kept = Frontier.from_bytes(row[0])
        except ValueError as error:
            self._say(None, "container", f"the head's frontier cannot be read: {error}")
            return
        if kept.size != self._size:
            self._say(None, "container", "the head's frontier is of another size than the head")
        elif self._rooted and kept != self._frontier and not self._wrong_roots:
            self._say_where(kept)

    def _say_where(self, kept: Frontier) -> None:
        """The head keeps a hash for each complete subtree: the first that differs bounds where the change lies."""
        start = 0
        for mine, theirs in zip(self._frontier.hashes, kept.hashes, strict=True):
            end = start + (1 << ((self._size - start).bit_length() - 1))
            if mine != theirs:
                first = max(start, self._last_good_size) if self._last_good_size < end else start
                self._say(
                    first, "replaced", f"of the entries {first} to {end - 1}, one or more do not give the head's hash"
                )
                return
            start = end

    # What the indexes say

    def _check_index(self, part: range, block: Block, rows: Iterable[Any]) -> None:
        indexed: dict[int, dict[str, tuple[Any, Any, Any]]] = {p: {} for p in part}
        for position, subject, seq, counted, before in rows:
            indexed[position][subject] = (seq, counted, before)
        for position, plain in block.entries.items():
            named = {a["subject"]: (a["seq"], a["prev"]) for a in plain["about"]}
            named |= {s: (None, None) for s in plain["refs"] if s not in named}
            found = indexed[position]
            for subject in named.keys() | found.keys():
                self._check_indexed(position, subject, named.get(subject), found.get(subject))

    def _check_indexed(
        self, position: int, subject: str, named: tuple[Any, Any] | None, found: tuple[Any, Any, Any] | None
    ) -> None:
        if named is None:
            self._say(position, "read_model", f"the index names {subject}, the entry does not")
        elif found is None:
            self._say(position, "read_model", f"the index does not name {subject}")
        elif found[0] != named[0]:
            self._say(position, "read_model", f"the index counts it as entry {found[0]} of {subject}, not {named[0]}")
        elif (found[1], found[2]) == named or subject in self._broken:
            return
        else:
            detail = (
                f"it calls itself entry {named[0]} of {subject} after {named[1]}; it is {found[1]} after {found[2]}"
            )
            self._say(position, "invariant", detail)
        self._broken.add(subject)

    def _check_nonces(self, block: Block, rows: Iterable[Any]) -> None:
        keys: dict[int, list[tuple[str, str]]] = {}
        for position, person, nonce in rows:
            keys.setdefault(position, []).append((person, nonce))
        for position, plain in block.entries.items():
            intent = plain["intent"]
            if keys.get(position) != [(intent["actor"]["person"], intent["nonce"])]:
                self._say(position, "read_model", "the key under which it was asked for does not point to it")

    def _check_claims(self, block: Block, rows: Iterable[Any]) -> None:
        stored: dict[int, set[tuple[str, str, str]]] = {}
        for position, *claim in rows:
            stored.setdefault(position, set()).add((claim[0], claim[1], claim[2]))
        for position, plain in block.entries.items():
            if stored.get(position, set()) != set(claims_of(plain)):
                self._say(position, "read_model", "the values it takes for ever are not those that are stored for it")

    def _check_signatures(self, block: Block, rows: dict[int, StoredEntry]) -> None:
        for position, plain in block.entries.items():
            wrong = self._signatures.check(position, plain, rows[position].body)
            if wrong is not None:
                self.problems.append(wrong)

    def _check_invariants(self, part: range, block: Block) -> None:
        if self._replay is None:
            return
        if len(block.entries) < len(part):
            self._replay.expect_gaps()
        for plain in block.entries.values():
            for broken in self._replay.feed(plain):
                detail = f"{broken.invariant}: {broken.sentence}"
                self.broken.append(Problem(broken.position, "invariant", detail))

    # The answer

    def verdict(self, states: Refolded, cosigned: Cosigned, stamped: StampsChecked) -> Verification:
        """What all this proves, and what it does not."""
        unknown = not self._keys.trusted
        problems = sorted(self.problems, key=lambda p: -1 if p.position is None else p.position)
        newest = self._newest
        return Verification(
            ok=not problems and not unknown,
            what="database",
            ledger=self._origin,
            entries=self._entries,
            checkpoint=None if newest is None else {"size": newest.size, "root": newest.root.hex()},
            witnesses=cosigned.witnesses,
            proved=[] if problems else self._proved(states.agreeing, unknown) + cosigned.proved + stamped.proved,
            not_proved=self._not_proved(unknown, states.stale, cosigned)
            + stamped.not_proved
            + not_listed(len(problems)),
            problems=problems[:PROBLEMS_MAX],
            origin_unknown=unknown,
        )

    def _proved(self, states: int, unknown: bool) -> list[str]:
        said = [
            f"{self._entries} entries stand at their places, each with the hash of its bytes",
            "every tile and the head follow from these entries",
            "the entries about each subject are counted without a gap, and the index names them all and no others",
            f"{states} stored states equal what the entries fold to",
        ]
        if self._checkpoints and not unknown:
            many = "1 checkpoint is" if self._checkpoints == 1 else f"{self._checkpoints} checkpoints are"
            said.append(f"{many} signed by the log, with roots that follow from these entries")
        said += self._heads.proved() if self._heads.agreeing else []
        return said + self._signatures.proved() + (self._replay.proved() if self._replay is not None else [])

    def _not_proved(self, unknown: bool, stale: int, cosigned: Cosigned) -> list[str]:
        said = ["that what was recorded is true", *cosigned.not_proved(self._size)]
        if unknown:
            said.append(f"whose record this is: no trusted key bears the name {self._origin}")
        signed = 0 if self._newest is None else self._newest.size
        if signed < self._size:
            said.append(f"the {self._size - signed} newest entries are not covered by a signed checkpoint yet")
        if not self._rooted:
            said.append("roots beyond the first entry that cannot be reconstructed")
        if stale:
            said.append(f"{stale} states of another version of their view, folded anew when next read")
        return said + self._signatures.not_proved() + (self._replay.not_proved() if self._replay is not None else [])


def _unchecked(note: bytes) -> Checkpoint:
    """A checkpoint's words where no key is known to check them with."""
    text, _, _ = note.decode().partition("\n\n")
    return Checkpoint.parse(text + "\n")


def claims_of(plain: Any) -> Iterator[tuple[str, str, str]]:
    """The values that an entry takes for ever: scope, value, and whose they are."""
    for body in plain["intent"]["facts"]:
        cls = FACTS.get(body["type"])
        if cls is not None and cls.claims is not Fact.claims:
            fact = fact_from(body)
            yield from ((scope, value, str(about(fact)[0])) for scope, value in fact.claims())


def read_log_keys(text: str) -> list[VerifierKey]:
    """The trusted keys of logs. Invalid names the line."""
    try:
        return list(read_trust(text).logs)
    except ValueError as error:
        raise Invalid.at("--trust", str(error)) from error
