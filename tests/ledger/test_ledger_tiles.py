"""Tiles and proofs from stored hashes: at every size the same tree as RFC 6962 says."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from tests.support.installation import TestInstallation, create_ledger

from coign.kernel.errors import Invalid, NotFound
from coign.ledger.tiles import Tiles
from coign_verify.consistency import verify_consistency
from coign_verify.growing import Frontier
from coign_verify.tiles import decode_bundle
from coign_verify.tree import leaf_hash, node_hash, verify_inclusion

SIZE = 600


@pytest.fixture
def leaves(installation: TestInstallation) -> list[bytes]:
    """The leaf hashes of a ledger of 600 entries, each from the bytes of its entry."""
    installation.fill(SIZE - installation.size())
    with installation.connection() as connection:
        rows = connection.execute(
            "select body from entry where ledger_id = %s order by position", (installation.ledger_id,)
        ).fetchall()
    return [leaf_hash(row[0]) for row in rows]


@pytest.fixture
def tiles(installation: TestInstallation) -> Iterator[Tiles]:
    with installation.connection() as connection:
        yield Tiles(lambda: nullcontext(connection), installation.ledger_id)


def _roots(leaves: list[bytes]) -> list[bytes]:
    frontier, roots = Frontier(), [Frontier().root()]
    for leaf in leaves:
        frontier.append(leaf)
        roots.append(frontier.root())
    return roots


def test_every_entry_is_proved_at_sizes_on_both_sides_of_each_tile(leaves, tiles):
    roots = _roots(leaves)
    for size in (*range(1, 20), 255, 256, 257, 300, 511, 512, 513, SIZE):
        for position in {0, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
            proof = tiles.inclusion_proof(position, size)
            assert verify_inclusion(position, size, leaves[position], proof, roots[size])


def test_the_root_at_every_size_is_that_of_the_entries(leaves, tiles):
    roots = _roots(leaves)
    assert [tiles.root(size) for size in range(SIZE + 1)] == roots


def test_every_pair_of_sizes_is_proved_to_be_one_log(leaves, tiles):
    roots = _roots(leaves)
    sizes = [1, 2, 3, 7, 64, 100, 255, 256, 257, 300, 511, 512, 513, 599, SIZE]
    for old in sizes:
        for new in sizes:
            if old <= new:
                proof = tiles.consistency_proof(old, new)
                assert verify_consistency(old, new, roots[old], roots[new], proof)


def test_a_proof_made_before_a_tile_is_complete_holds_after(installation, tiles):
    installation.fill(250 - installation.size())
    before = tiles.inclusion_proof(17, 250)
    installation.fill(400 - 250, prefix="MORE")
    fresh = Tiles(tiles._connect, installation.ledger_id)
    assert tiles.inclusion_proof(17, 250) == before == fresh.inclusion_proof(17, 250)
    assert tiles.inclusion_proof(17, 400) == fresh.inclusion_proof(17, 400)


def test_bundles_hold_the_entries_of_a_tile_as_they_are_stored(leaves, tiles):
    whole, part = decode_bundle(tiles.entries(1)), decode_bundle(tiles.entries(2, SIZE - 512))
    assert [leaf_hash(e) for e in whole] == leaves[256:512]
    assert [leaf_hash(e) for e in part] == leaves[512:]


def test_tiles_are_the_leaf_hashes_and_the_roots_below(leaves, tiles):
    assert tiles.hashes(0, 1) == b"".join(leaves[256:512])
    assert tiles.hashes(0, 2, SIZE - 512) == b"".join(leaves[512:])
    assert tiles.hashes(1, 0, 2) == tiles.node(8, 0, SIZE) + tiles.node(8, 1, SIZE)


@pytest.mark.parametrize(
    "asked", [(0, 2, 256), (0, 2, 89), (0, 3, 1), (1, 0, 3), (1, 0, 256), (2, 0, 1), (0, 1 << 46, 9)]
)
def test_what_the_ledger_has_not_grown_to_is_not_there(leaves, tiles, asked):
    with pytest.raises(NotFound):
        tiles.hashes(*asked)


@pytest.mark.parametrize("asked", [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 1 << 62, 1), (0, 0, 0), (0, 0, 257)])
def test_what_no_tile_can_be_is_refused(tiles, asked):
    with pytest.raises(Invalid):
        tiles.hashes(*asked)


def test_no_proof_of_what_is_not_in_the_tree(tiles):
    for asked in ((5, 5), (-1, 5)):
        with pytest.raises(Invalid):
            tiles.inclusion_proof(*asked)
    for asked in ((0, 5), (6, 5)):
        with pytest.raises(Invalid):
            tiles.consistency_proof(*asked)


def test_proofs_go_through_all_levels_of_a_large_tree(database, installation):
    """65,536 + 300 leaves, stored as the writer stores them: proofs need tiles of levels 0, 1 and 2."""
    other = installation.ledger_id + (1 << 30)
    size = 65_536 + 300
    leaves = [leaf_hash(b"%d" % n) for n in range(size)]
    levels = [leaves]
    while len(levels[-1]) >= 256:
        row = levels[-1]
        levels.append([_root(row[at : at + 256]) for at in range(0, len(row) - 255, 256)])
    create_ledger(database, other, f"test.example/{other}")
    with installation.connection() as connection:
        with connection.cursor() as cursor, cursor.copy("copy entry from stdin") as copy:
            for n, leaf in enumerate(leaves):
                copy.write_row((other, n, leaf, b"{}"))
        with connection.cursor() as cursor, cursor.copy("copy tile from stdin") as copy:
            for level, row in enumerate(levels[:-1]):
                for index in range(len(row) // 256):
                    block = row[index * 256 : index * 256 + 256]
                    copy.write_row((other, level, index, b"".join(block), levels[level + 1][index]))
        large = Tiles(lambda: nullcontext(connection), other)
        frontier = Frontier()
        frontier.extend(leaves)
        root = frontier.root()
        assert large.root(size) == root
        for position in (0, 255, 256, 65_535, 65_536, 65_791, 65_792, size - 1):
            assert verify_inclusion(position, size, leaves[position], large.inclusion_proof(position, size), root)
        assert verify_consistency(65_536, size, large.root(65_536), root, large.consistency_proof(65_536, size))


def _root(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]
