"""`coign verify --database`: recompute everything that stands in a ledger, and say where something does not agree.

First the entries by themselves, range by range, side by side with tiles, indexes, nonces, claims and checkpoints. Then
what sound entries say: signatures, invariants, heads of all subjects, and each subject's states folded anew. A long
record is shared out over processes; one that is alone walks the same parts one after the other. All of it streams:
memory grows with the subjects, for the invariants, and hardly with the entries; time in proportion.
"""

import time
from collections.abc import Sequence
from copy import deepcopy
from functools import partial
from itertools import pairwise

import psycopg

from coign.kernel.errors import Invalid
from coign.ledger.check import size_and_origin, upper_tiles
from coign.ledger.cosigned_walk import Cosigned, check_cosignatures
from coign.ledger.entry_walk import Walked, walk_entries
from coign.ledger.log_keys import known_keys
from coign.ledger.refolding import Damage, Refolded, check_subjects, cut
from coign.ledger.sharing import WHOLE_ROWS, Hands, Part, Progress, Record, Share, alone, hands
from coign.ledger.shutting import Problem, snapshot
from coign.ledger.stamps import StampsChecked, check_stamps
from coign.ledger.states import Folding
from coign.ledger.told_walk import Told, check_heads, check_signatures, replay_invariants
from coign.ledger.tree_walk import TreeWalk
from coign.ledger.verdict import PROBLEMS_MAX, Verification, not_listed
from coign.timestamps.policy import StampPolicy
from coign.witness.policy import Policy
from coign_verify.invariants import Terms
from coign_verify.keys import VerifierKey
from coign_verify.signers import SignatureWalk
from coign_verify.tiles import TILE_HASHES
from coign_verify.trust import read_trust


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
    processes: int | None = None,
) -> Verification:
    """Recompute everything of one ledger. The connection commits by itself; rights to read are enough.

    `terms`: with them the invariants are replayed as well; a ledger of another kind than of therapies has none.
    `stamp_policy`: whose time stamps are believed.
    `processes`: how many share the work; None: as many as there are cores for a record of this length.
    """
    with snapshot(connection):
        return verify_inside(
            connection, ledger_id, log_keys=log_keys, folding=folding, terms=terms, policy=policy,
            stamp_policy=stamp_policy, progress=progress, share=partial(hands, processes=processes),
        )  # fmt: skip


def verify_inside(
    connection: psycopg.Connection,
    ledger_id: int,
    *,
    log_keys: Sequence[VerifierKey],
    folding: Folding,
    terms: Terms | None = None,
    policy: Policy | None = None,
    stamp_policy: StampPolicy | None = None,
    progress: Progress = lambda what, done, total: None,
    share: Share = alone,
) -> Verification:
    """The same inside a transaction that sees one state of the database from its begin to its end.

    `share`: who does the parts. What a transaction has changed itself, no other process sees.
    """
    start = time.perf_counter()
    connection.execute(WHOLE_ROWS)
    size, origin = size_and_origin(connection, ledger_id)
    keys, wrong = known_keys(connection, ledger_id, log_keys)
    record = Record(ledger_id, _walked(connection, ledger_id, size), origin, keys, folding, terms)
    with share(connection, record, progress) as workers:
        check = _Check(connection, record, workers, wrong)
        check.run(size)
        cosigned = check_cosignatures(connection, ledger_id, policy)
        stamped = check_stamps(connection, ledger_id, (size, origin), stamp_policy)
        return check.verdict(cosigned, stamped, time.perf_counter() - start, workers.count)


def _walked(connection: psycopg.Connection, ledger_id: int, size: int) -> int:
    """How far to walk: a head that tells of far more than is stored must not keep us for ever."""
    row = connection.execute(
        "select max(position) from entry where ledger_id = %s and position < %s", (ledger_id, size)
    ).fetchone()
    last = -1 if row is None or row[0] is None else row[0]
    return max(0, min(size, last + 1 + TILE_HASHES))


class _Check:
    """What came of each part, put together in the order of the record."""

    def __init__(
        self, connection: psycopg.Connection, record: Record, workers: Hands, known: Sequence[Problem]
    ) -> None:
        self._connection, self._record, self._hands = connection, record, workers
        self._tree = TreeWalk(record)
        self._signatures = SignatureWalk()
        self._invariants, self._heads = Told([], [], []), Told([], [], [])
        self._states = Refolded()
        self._problems: list[Problem] = list(known)
        self._entries = 0

    def run(self, told: int) -> None:
        """Everything; the head tells of so many entries."""
        size = self._record.size
        walked: list[Walked] = self._hands.do("entries", size, [Part(walk_entries, (part,)) for part in self._ranges()])
        for each in walked:
            self._problems += each.problems
            self._entries += each.entries
            self._tree.grow(each)
        if size < told:
            self._problems.append(Problem(size, "missing", f"of the entries {size} to {told - 1} none is stored"))
        beyond = [signed for signed in walked[-1].checkpoints if signed.size > size]
        self._tree.end(self._connection, beyond)
        self._problems += self._tree.problems + upper_tiles(self._connection, self._record.ledger_id, size)
        self._what_they_say(walked)

    def _ranges(self) -> list[range]:
        """The entries in ranges that begin and end with tiles; several a process, as none is done at the same time."""
        parts = 1 if self._hands.count == 1 else 2 * self._hands.count
        tiles = -(-self._record.size // TILE_HASHES)
        bounds = [min(tiles * part // parts * TILE_HASHES, self._record.size) for part in range(parts + 1)]
        return [range(start, end) for start, end in pairwise(bounds) if end > start or parts == 1]

    def _what_they_say(self, walked: Sequence[Walked]) -> None:
        size, parts = self._record.size, list[Part]()
        unsound = frozenset().union(*(each.unsound for each in walked))
        misindexed: dict[str, int] = {}
        for each in walked:
            misindexed = {**each.misindexed, **misindexed}
        damage = Damage({p.position for p in self._problems if p.position is not None}, unsound, misindexed)
        # The longest first: it runs while others share the rest.
        if self._record.terms is not None:
            parts.append(Part(replay_invariants, (unsound,)))
        parts.append(Part(check_heads, (unsound,)))
        signed = self._signed(walked, unsound)
        subjects, count = cut(self._connection, self._record.ledger_id, len(walked))
        parts += signed + [Part(check_subjects, (within, damage)) for within in subjects]
        total = (size if self._record.terms is not None else 0) + size + count
        total += sum(len(part.given[0]) for part in signed)
        found = self._hands.do("further looks", total, parts)
        if self._record.terms is not None:
            self._invariants = found.pop(0)
        self._heads = found.pop(0)
        for problems, walk in found[: len(signed)]:
            self._problems += problems
            self._signatures.verified += walk.verified
            self._signatures.unchecked += walk.unchecked
        self._problems += self._heads.problems
        for states in found[len(signed) :]:
            self._states += states
        self._problems += self._states.problems + self._invariants.problems

    def _signed(self, walked: Sequence[Walked], unsound: frozenset[int]) -> list[Part]:
        """Ranges with signatures, each with the keys that were enrolled where it begins."""
        parts, keys = [], SignatureWalk()
        for each in walked:
            if each.signed:
                parts.append(Part(check_signatures, (each.part, deepcopy(keys), unsound)))
            for fact in each.keys:
                keys.learn(fact["type"], fact["body"])
        return parts

    # The answer

    def verdict(self, cosigned: Cosigned, stamped: StampsChecked, seconds: float, processes: int) -> Verification:
        """What all this proves, and what it does not."""
        unknown = not self._record.keys.trusted
        problems = self._problems + cosigned.problems + stamped.problems
        problems.sort(key=lambda p: -1 if p.position is None else p.position)
        newest = self._tree.newest
        return Verification(
            ok=not problems and not unknown,
            what="database",
            ledger=self._record.origin,
            entries=self._entries,
            checkpoint=None if newest is None else {"size": newest.size, "root": newest.root.hex()},
            witnesses=cosigned.witnesses,
            proved=[] if problems else self._proved(unknown) + cosigned.proved + stamped.proved,
            not_proved=self._not_proved(unknown, cosigned) + stamped.not_proved + not_listed(len(problems)),
            problems=problems[:PROBLEMS_MAX],
            seconds=round(seconds, 3),
            entries_per_s=round(self._entries / seconds, 1),
            processes=processes,
            origin_unknown=unknown,
        )

    def _proved(self, unknown: bool) -> list[str]:
        said = [
            f"{self._entries} entries stand at their places, each with the hash of its bytes",
            "every tile and the head follow from these entries",
            "the entries about each subject are counted without a gap, and the index names them all and no others",
            f"{self._states.agreeing} stored states equal what the entries fold to",
        ]
        checkpoints = self._tree.checkpoints
        if checkpoints and not unknown:
            many = "1 checkpoint is" if checkpoints == 1 else f"{checkpoints} checkpoints are"
            said.append(f"{many} signed by the log, with roots that follow from these entries")
        return said + self._heads.proved + self._signatures.proved() + self._invariants.proved

    def _not_proved(self, unknown: bool, cosigned: Cosigned) -> list[str]:
        said = ["that what was recorded is true", *cosigned.not_proved(self._record.size)]
        if unknown:
            said.append(f"whose record this is: no trusted key bears the name {self._record.origin}")
        signed = 0 if self._tree.newest is None else self._tree.newest.size
        if signed < self._record.size:
            said.append(f"the {self._record.size - signed} newest entries are not covered by a signed checkpoint yet")
        if not self._tree.rooted:
            said.append("roots beyond the first entry that cannot be reconstructed")
        if self._states.stale:
            said.append(f"{self._states.stale} states of another version of their view, folded anew when next read")
        return said + self._signatures.not_proved() + self._invariants.not_proved


def read_log_keys(text: str) -> list[VerifierKey]:
    """The trusted keys of logs. Invalid names the line."""
    try:
        return list(read_trust(text).logs)
    except ValueError as error:
        raise Invalid.at("--trust", str(error)) from error
