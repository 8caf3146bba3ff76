"""The Merkle tree: roots, frontiers, and proofs made from tiles."""

from collections.abc import Iterator
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coign_verify.consistency import verify_consistency
from coign_verify.growing import Frontier, TileReader, consistency_proof, inclusion_proof, tree_root
from coign_verify.tiles import TileError, tile_width
from coign_verify.tree import EMPTY_ROOT, leaf_hash, node_hash, verify_inclusion

LEAVES = [leaf_hash(str(number).encode()) for number in range(66_000)]


def defined_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + defined_root(leaves[:k]) + defined_root(leaves[k:])).digest()


class Tiles:
    """Tiles over the leaves, built level by level; remembers what was asked for."""

    def __init__(self, size: int) -> None:
        self.levels = [LEAVES[:size]]
        while len(self.levels[-1]) >= 256:
            below = self.levels[-1]
            self.levels.append([defined_root(below[at : at + 256]) for at in range(0, len(below) // 256 * 256, 256)])
        self.asked: list[tuple[int, int, int]] = []

    def __call__(self, level: int, index: int, width: int) -> bytes:
        self.asked.append((level, index, width))
        found = b"".join(self.levels[level][index * 256 : index * 256 + width])
        assert len(found) == width * 32
        return found


@pytest.fixture(scope="module")
def tiles() -> Tiles:
    return Tiles(66_000)


def frontier_of(size: int) -> Frontier:
    frontier = Frontier()
    frontier.extend(LEAVES[:size])
    return frontier


def flips(data: bytes) -> Iterator[bytes]:
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << (bit % 8)
        yield bytes(changed)


def test_known_roots_of_small_trees():
    leaves = [leaf_hash(entry) for entry in (b"", b"\x00", b"\x10")]
    roots = {}
    frontier = Frontier()
    roots[0] = frontier.root()
    for size, leaf in enumerate(leaves, 1):
        frontier.append(leaf)
        roots[size] = frontier.root().hex()
    assert roots[0] == EMPTY_ROOT
    assert roots[1] == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert roots[2] == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert roots[3] == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"


def test_a_frontier_knows_the_root_of_every_size():
    frontier = Frontier()
    for size in range(600):
        assert frontier.size == size
        assert frontier.root() == defined_root(LEAVES[:size])
        frontier.append(LEAVES[size])


@given(size=st.integers(0, 3000), more=st.integers(0, 300))
@settings(max_examples=40, deadline=None)
def test_a_stored_frontier_grows_on_as_if_it_had_never_been_stored(size, more):
    whole = frontier_of(size)
    stored = Frontier.from_bytes(whole.to_bytes())
    assert stored == whole == Frontier(whole.size, whole.hashes)
    stored.extend(LEAVES[size : size + more])
    assert stored.root() == defined_root(LEAVES[: size + more])


def test_a_copy_of_a_frontier_grows_alone():
    frontier = frontier_of(7)
    before = frontier.to_bytes()
    copy = frontier.copy()
    copy.append(LEAVES[7])
    assert frontier.to_bytes() == before
    assert copy.root() == defined_root(LEAVES[:8])


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 7, b"\x00" * 8 + b"x", b"\x00" * 8 + b"x" * 32, (3).to_bytes(8, "big") + b"x" * 32],
)
def test_bytes_that_are_no_frontier_are_refused(data):
    with pytest.raises(ValueError, match="frontier"):
        Frontier.from_bytes(data)


@pytest.mark.parametrize("leaf", [b"", b"x" * 31, b"x" * 33])
def test_a_frontier_takes_hashes_of_32_bytes_only(leaf):
    frontier = frontier_of(5)
    with pytest.raises(ValueError, match="32 bytes"):
        frontier.append(leaf)
    assert frontier == frontier_of(5)


def test_inclusion_is_proved_for_every_leaf_of_every_small_tree(tiles):
    reader = TileReader(tiles)
    for size in range(1, 80):
        root = defined_root(LEAVES[:size])
        for index in range(size):
            proof = inclusion_proof(index, size, reader)
            assert verify_inclusion(index, size, LEAVES[index], proof, root)


def test_consistency_is_proved_between_all_small_trees(tiles):
    reader = TileReader(tiles)
    roots = [defined_root(LEAVES[:size]) for size in range(80)]
    for n in range(1, 80):
        for m in range(1, n + 1):
            proof = consistency_proof(m, n, reader)
            assert verify_consistency(m, n, roots[m], roots[n], proof)
            if m != n:
                assert not verify_consistency(m, n, roots[m - 1], roots[n], proof)


@given(data=st.data(), size=st.one_of(st.integers(1, 4000), st.integers(60_000, 66_000)))
@settings(max_examples=60, deadline=None)
def test_proofs_from_tiles_verify_at_any_size(tiles, data, size):
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    root, old_root = frontier_of(size).root(), frontier_of(old).root()
    inclusion, consistency = inclusion_proof(index, size, tiles), consistency_proof(old, size, tiles)
    assert tree_root(size, tiles) == root
    assert verify_inclusion(index, size, LEAVES[index], inclusion, root)
    assert verify_consistency(old, size, old_root, root, consistency)
    assert len(inclusion) <= (size - 1).bit_length()
    assert len(consistency) <= (size - 1).bit_length() + 1


@given(data=st.data(), size=st.integers(1, 2000))
@settings(max_examples=15, deadline=None)
def test_no_changed_bit_of_an_inclusion_goes_unnoticed(tiles, data, size):
    index = data.draw(st.integers(0, size - 1))
    leaf, root, proof = LEAVES[index], frontier_of(size).root(), inclusion_proof(index, size, tiles)
    assert not any(verify_inclusion(index, size, each, proof, root) for each in flips(leaf))
    assert not any(verify_inclusion(index, size, leaf, proof, each) for each in flips(root))
    for place, hash_ in enumerate(proof):
        for each in flips(hash_):
            assert not verify_inclusion(index, size, leaf, [*proof[:place], each, *proof[place + 1 :]], root)


@given(data=st.data(), n=st.integers(2, 2000))
@settings(max_examples=15, deadline=None)
def test_no_changed_bit_of_a_consistency_goes_unnoticed(tiles, data, n):
    m = data.draw(st.integers(1, n - 1))
    old, new, proof = frontier_of(m).root(), frontier_of(n).root(), consistency_proof(m, n, tiles)
    assert not any(verify_consistency(m, n, each, new, proof) for each in flips(old))
    assert not any(verify_consistency(m, n, old, each, proof) for each in flips(new))
    for place, hash_ in enumerate(proof):
        for each in flips(hash_):
            assert not verify_consistency(m, n, old, new, [*proof[:place], each, *proof[place + 1 :]])


@given(data=st.data(), size=st.integers(2, 2000))
@settings(max_examples=40, deadline=None)
def test_a_proof_of_another_length_order_or_place_is_refused(tiles, data, size):
    index = data.draw(st.integers(0, size - 1))
    leaf, root, proof = LEAVES[index], frontier_of(size).root(), inclusion_proof(index, size, tiles)
    others = [proof[1:], proof[:-1], [*proof, root], [root, *proof], [leaf, *proof]]
    others += [[*proof[:at], short, *proof[at + 1 :]] for at in range(len(proof)) for short in (b"", proof[at][:31])]
    if len(set(proof)) > 1:
        others.append(proof[::-1])
    assert not any(verify_inclusion(index, size, leaf, each, root) for each in others)
    assert not any(
        verify_inclusion(place, size, leaf, proof, root) for place in range(min(size + 2, 300)) if place != index
    )


@given(
    numbers=st.tuples(*[st.one_of(st.integers(), st.none(), st.floats(), st.booleans())] * 2),
    hashes=st.tuples(*[st.one_of(st.binary(max_size=40), st.none(), st.text())] * 2),
    proof=st.one_of(st.none(), st.text(), st.lists(st.one_of(st.none(), st.binary(max_size=40)), max_size=70)),
)
def test_whatever_is_handed_over_the_answer_is_no_and_not_an_exception(numbers, hashes, proof):
    assert verify_inclusion(*numbers, *hashes, proof) is (is_only_leaf(numbers) and is_trivial(hashes, proof))
    assert verify_consistency(*numbers, *hashes, proof) is (is_same(numbers) and is_trivial(hashes, proof))


def is_trivial(hashes, proof):
    return proof == [] and hashes[0] == hashes[1] and isinstance(hashes[0], bytes) and len(hashes[0]) == 32


def is_only_leaf(numbers):
    return numbers == (0, 1) and all(type(each) is int for each in numbers)


def is_same(numbers):
    return numbers[0] == numbers[1] and all(type(each) is int and each > 0 for each in numbers)


def test_a_longer_proof_than_possible_is_refused_before_hashing():
    class Counted(bytes):
        touched = 0

        def __radd__(self, other):
            Counted.touched += 1
            return other + bytes(self)

    proof = [Counted(b"x" * 32) for _ in range(5)]
    assert not verify_inclusion(0, 16, LEAVES[0], proof, LEAVES[1])
    assert not verify_consistency(3, 9, LEAVES[0], LEAVES[1], [*proof, proof[0]])
    assert Counted.touched == 0


def test_size_zero_is_consistent_with_nothing():
    assert not verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert not verify_consistency(0, 1, EMPTY_ROOT, LEAVES[0], [])


def test_an_inner_node_does_not_pass_for_an_entry(tiles):
    root = defined_root(LEAVES[:4])
    forged = leaf_hash(LEAVES[0] + LEAVES[1])
    assert node_hash(LEAVES[0], LEAVES[1]) != forged
    assert not verify_inclusion(0, 2, forged, [node_hash(LEAVES[2], LEAVES[3])], root)


def test_proofs_fetch_few_tiles_and_none_twice():
    source = Tiles(66_000)
    reader = TileReader(source)
    inclusion_proof(12_345, 66_000, reader)
    first = len(source.asked)
    inclusion_proof(12_346, 66_000, reader)
    assert first <= 6
    assert len(source.asked) == first == len(set(source.asked))
    assert all(tile_width(level, index, 66_000) == width for level, index, width in source.asked)


def test_a_reader_keeps_no_more_tiles_than_it_may():
    source = Tiles(66_000)
    reader = TileReader(source, tiles_max=2)
    for index in (0, 60_000, 0):
        assert verify_inclusion(
            index, 66_000, LEAVES[index], inclusion_proof(index, 66_000, reader), frontier_of(66_000).root()
        )
    assert len(source.asked) > len(set(source.asked))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_proof_is_made_for_a_leaf_that_is_not_there(tiles, index, size):
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion_proof(index, size, tiles)


@pytest.mark.parametrize(("m", "n"), [(0, 5), (6, 5), (-1, 5)])
def test_no_proof_is_made_from_nothing_or_backwards(tiles, m, n):
    with pytest.raises(ValueError, match="no proof leads"):
        consistency_proof(m, n, tiles)


def test_a_tile_of_another_width_than_asked_for_is_refused():
    with pytest.raises(TileError, match="tile 0/0 of width 5"):
        inclusion_proof(0, 5, lambda level, index, width: b"x" * 31)
