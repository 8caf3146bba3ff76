"""What is measured: actions, bulk, growth, proofs, verification."""

import random
import time
from collections.abc import Sequence
from hashlib import sha256

import psycopg
from psycopg_pool import ConnectionPool

from coign.bench.figures import Figure, Samples, in_turns, rate
from coign.bench.place import Place, callers
from coign.ledger import check
from coign.ledger import heads as ledger_heads
from coign.ledger.store import connect
from coign.ledger.tiles import Tiles
from coign.ledger.verification import verify_database
from coign.perform.assemble import folding
from coign.service import Service
from coign_verify.growing import Frontier
from coign_verify.tree import leaf_hash, node_hash

#: Ledgers of one run, by what they are for.
_ACTION, _BULK, _SHORT, _LONG, _HEADS = 11, 12, 13, 14, 15
BULK = 1000
#: pymerkle 6 on SQLite, measured on two cores with the same number of entries; see the design's section on choices.
PEER_PROOFS_PER_S = 198


def action(place: Place) -> list[Figure]:
    """Actions through the door with their real gates, against single durable inserts by as many clients."""
    figures = []
    with place.service(_ACTION) as service:
        for count, aim in ((8, 0.06), (64, 0.12)):
            commits: list[float] = []

            def ours(count: int = count, commits: list[float] = commits) -> float:
                counted = callers(service, [place.unit() for _ in range(count)], place.seconds)
                commits.append(counted.commits / max(1, counted.actions))
                return counted.actions / counted.seconds

            def limit(count: int = count) -> float:
                place.quiet(service)
                return place.inserts(count)

            taken = in_turns(limit, ours, place.rounds)
            place.progress(f"action, {count} callers: {taken.value:,.0f} a second")
            figures.append(_figure(f"action.{count}_callers", "actions/s", taken, "durable inserts/s", aim))
        per_action = sorted(commits)[len(commits) // 2]
        note = "64 callers; the callers run in the same process as the service"
        figures.append(
            Figure("action.commits", per_action, "commits/action", aim=0.1, at_most=True, samples=commits, note=note)
        )
    return figures


def _figure(name: str, unit: str, taken: Samples, limit_name: str, aim: float | None, note: str = "") -> Figure:
    return Figure(name, taken.value, unit, taken.of, limit_name, aim, samples=taken.ours, note=note)


def bulk(place: Place) -> list[Figure]:
    """A thousand actions in one commit, against COPY of a thousand rows; and how much of it is hashing."""
    with place.service(_BULK) as service:

        def ours() -> float:
            batches = [place.bulk(service, BULK) for _ in range(max(2, round(place.seconds)))]
            return rate(BULK * len(batches), lambda: [service.door.perform_all(batch) for batch in batches])

        def limit() -> float:
            place.quiet(service)
            return place.copies(BULK)

        taken = in_turns(limit, ours, place.rounds)
        place.progress(f"bulk: {taken.value:,.0f} actions a second")
        hashing = hashing_seconds(place.bodies(service, BULK)) / BULK
        share = hashing * taken.value
    return [
        _figure("bulk", "actions/s", taken, "rows/s by 1,000-row COPY and commit", 0.25),
        Figure("bulk.hashing", share, "of an append", aim=0.15, at_most=True, note=f"{hashing * 1e6:.1f} µs an entry"),
    ]


def hashing_seconds(bodies: Sequence[bytes]) -> float:
    """The time that the tree costs for these entries: leaves, frontier, and the nodes inside complete tiles."""
    start = time.perf_counter()
    leaves = [leaf_hash(body) for body in bodies]
    Frontier().extend(leaves)
    for _ in range(len(leaves) // 256):
        for _ in range(255):
            node_hash(leaves[0], leaves[1])
    return time.perf_counter() - start


def growth(place: Place) -> list[Figure]:
    """Appending to a long ledger against appending to a short one; and how long the check at start takes."""
    short_entries, long_entries = (5_000, 30_000) if place.quick else (10_000, 300_000)
    with place.service(_SHORT) as short, place.service(_LONG) as long:
        place.fill(short, short_entries)
        place.progress(f"growth: filling a ledger to {long_entries:,} entries")
        place.fill(long, long_entries)

        def append(service: Service) -> float:
            batches = [place.bulk(service, 500) for _ in range(3)]
            return rate(1500, lambda: [service.door.perform_all(batch) for batch in batches])

        taken = in_turns(lambda: append(short), lambda: append(long), 2 * place.rounds)
        place.progress(f"growth: {taken.value:,.0f} against {taken.of:,.0f} a second")
        checked = in_turns(lambda: _start_check(place, short), lambda: _start_check(place, long), 3)
        sizes = [place.size(service) for service in (short, long)]
    note = f"{sizes[1]:,} entries against {sizes[0]:,}"
    return [
        _figure("growth", "actions/s", taken, "actions/s on the short ledger", 0.9, note),
        _figure("growth.start_check", "s", checked, "s on the short ledger", None, note),
    ]


def _start_check(place: Place, service: Service) -> float:
    start = time.perf_counter()
    with connect(place.database.application_dsn) as connection:
        problems = check.start_check(connection, service.ledger_id, log_keys=[service.log_key])
    assert not problems, problems
    return time.perf_counter() - start


def proof(place: Place) -> list[Figure]:
    """Inclusion proofs out of stored tiles, against hashing the same paths and nothing else."""
    count = 2_000 if place.quick else 10_000
    chance = random.Random(1)  # noqa: S311 - which entries to prove
    with place.service(_SHORT) as service:
        place.fill(service, 10_000)
        size = place.size(service)
        positions = [chance.randrange(size) for _ in range(count)]
        pool = ConnectionPool(place.database.reader_dsn, min_size=1, kwargs={"autocommit": True}, open=True)
        with pool:

            def ours() -> float:
                tiles = Tiles(pool.connection, service.ledger_id)
                return rate(count, lambda: [tiles.inclusion_proof(position, size) for position in positions])

            taken = in_turns(lambda: _bare_paths(count, size), ours, place.rounds)
    place.progress(f"proof: {taken.value:,.0f} a second")
    note = f"{size:,} entries, random positions, a cold process"
    peer = "pymerkle on SQLite, published figure, proofs/s"
    return [
        _figure("proof", "proofs/s", taken, "bare hashings of a path/s", None, note),
        Figure(
            "proof.peer", taken.value, "proofs/s", PEER_PROOFS_PER_S, peer, 10, note="theirs was measured elsewhere"
        ),
    ]


def _bare_paths(count: int, size: int) -> float:
    leaf, levels = sha256(b"").digest(), size.bit_length()

    def hash_all() -> None:
        for _ in range(count):
            node = leaf
            for _ in range(levels):
                node = node_hash(node, leaf)

    return rate(count, hash_all)


def heads(place: Place) -> list[Figure]:
    """Taking entries into the map of all subjects' last entries, as a share of appending them; all about new things."""
    filled = 5_000 if place.quick else 100_000
    with place.service(_HEADS) as service, connect(place.database.application_dsn) as connection:

        def append() -> float:
            batches = [place.bulk(service, BULK) for _ in range(2)]
            return rate(2 * BULK, lambda: [service.door.perform_all(batch) for batch in batches])

        def take_in() -> float:
            place.quiet(service)
            new = place.size(service) - ledger_heads.size(connection, service.ledger_id)
            return rate(new, lambda: _taken_in(place, service, connection))

        while place.size(service) < filled:
            place.fill(service, place.size(service) + BULK)
            _taken_in(place, service, connection)
        taken = in_turns(append, take_in, place.rounds)
        subjects = ledger_heads.kept(connection, service.ledger_id).subjects
    place.progress(f"heads: {taken.value:,.0f} entries a second")
    note = f"{taken.value:,.0f} entries/s into a map of {subjects:,} subjects; beside the writer, never under its lock"
    return [Figure("heads", taken.of / taken.value, "of an append", note=note)]


def _taken_in(place: Place, service: Service, connection: psycopg.Connection) -> None:
    while ledger_heads.step(connection, service.ledger_id, place.size(service)):
        pass


def verify(place: Place) -> list[Figure]:
    """Everything that `verify --database` does, against hashing the same entries and nothing else."""
    with place.service(_SHORT) as service:
        place.fill(service, 10_000)
        size = place.size(service)
        bodies = place.bodies(service, size)

        def ours() -> float:
            with psycopg.connect(place.database.owner_dsn, autocommit=True) as connection:
                return rate(size, lambda: _verified(connection, service))

        taken = in_turns(lambda: rate(size, lambda: [leaf_hash(body) for body in bodies]), ours, place.rounds)
    place.progress(f"verify: {taken.value:,.0f} entries a second")
    note = f"{size:,} entries; reads them, refolds every state, checks indexes, tiles and checkpoints"
    return [_figure("verify", "entries/s", taken, "bare hashings/s", None, note)]


def _verified(connection: psycopg.Connection, service: Service) -> None:
    result = verify_database(connection, service.ledger_id, log_keys=[service.log_key], folding=folding())
    assert not result.problems, result.problems
