"""The sorted Merkle map: what it proves, and that nothing else is proved with it."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coign.ledger.heads import PagesInMemory, put, root_of, way_of
from coign_verify.absence import verify_absent
from coign_verify.growing import map_root
from coign_verify.heads import EMPTY, Leaf, key_of, verify_present

names = st.integers(0, 60).map(lambda n: f"unit:B{n}")
maps = st.dictionaries(names, st.tuples(st.integers(1, 9), st.integers(0, 1 << 40)), max_size=40)


def leaves(content: dict[str, tuple[int, int]]) -> list[Leaf]:
    return sorted(Leaf(key_of(name), *what) for name, what in content.items())


def kept(*parts: dict[str, tuple[int, int]]) -> PagesInMemory:
    pages = PagesInMemory()
    for part in parts:
        put(pages, leaves(part))
    return pages


def test_the_layout_of_a_map_is_fixed() -> None:
    key = sha256(b"coign/heads/key/v1\x00unit:B6").digest()
    other = sha256(b"coign/heads/key/v1\x00unit:B1").digest()
    alone = sha256(b"coign/heads/leaf/v1\x00" + key + bytes(7) + b"\x02" + bytes(6) + b"\x01\x00").digest()
    beside = sha256(b"coign/heads/leaf/v1\x00" + other + bytes(7) + b"\x01" + bytes(8)).digest()
    assert (key[0] >> 7, other[0] >> 7) == (1, 0)
    assert map_root([]) == EMPTY == bytes(32)
    assert map_root([Leaf(key, 2, 256)]) == alone
    both = sha256(b"coign/heads/node/v1\x00" + beside + alone).digest()
    assert map_root([Leaf(other, 1, 0), Leaf(key, 2, 256)]) == both


def test_an_empty_map_has_no_subject_and_one_of_one_has_that_one() -> None:
    assert verify_absent("unit:B1", None, [], EMPTY)
    only = Leaf(key_of("unit:B1"), 3, 7)
    root = map_root([only])
    assert verify_present("unit:B1", 3, 7, [], root) and verify_absent("unit:B2", only, [], root)
    assert not verify_absent("unit:B1", only, [], root) and not verify_absent("unit:B2", None, [], root)


@given(before=maps, after=maps)
@settings(max_examples=60)
def test_a_map_kept_in_pages_has_the_root_of_its_leaves_and_proves_them_and_no_others(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
) -> None:
    pages, whole = kept(before, after), before | after
    root = root_of(pages)
    assert root == map_root(leaves(whole)) == root_of(kept(whole))
    for name in (*whole, "unit:NONE", "unit:NEITHER"):
        end, proof = way_of(pages, name)
        if name not in whole:
            assert verify_absent(name, end, proof, root)
            assert not verify_present(name, 1, 0, proof, root)
            continue
        seq, position = whole[name]
        assert end == Leaf(key_of(name), seq, position)
        assert verify_present(name, seq, position, proof, root)
        assert not verify_present(name, seq - 1, position, proof, root)
        assert not verify_present(name, seq, position + 1, proof, root)
        assert not verify_absent(name, end, proof, root) and not verify_absent(name, None, proof, root)
        for other in whole.keys() - {name}:  # a neighbour from another place hides nothing
            assert not verify_absent(name, Leaf(key_of(other), *whole[other]), proof, root)


@pytest.mark.parametrize("proof", [None, "x", [b"short"], [bytes(32)] * 257, [1], {}])
def test_whatever_it_is_handed_the_answer_is_no_and_never_an_error(proof: object) -> None:
    root = map_root([Leaf(key_of("unit:B1"), 1, 0)])
    assert not verify_present("unit:B1", 1, 0, proof, root)  # type: ignore[arg-type]
    assert not verify_absent("unit:B2", None, proof, root)  # type: ignore[arg-type]
    assert not verify_present("unit:B1", -1, True, [], root) and not verify_present("unit:B1", 1, 0, [], b"")
    assert not verify_absent("unit:B2", Leaf(b"", 1, 0), [], root)
