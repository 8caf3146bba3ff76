"""Tiles: paths, widths and bundles of entries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coign_verify.tiles import (
    TileError,
    TileName,
    decode_bundle,
    encode_bundle,
    entries_path,
    parse_path,
    tile_counts,
    tile_path,
    tile_width,
)


def test_paths_are_written_in_groups_of_three_digits():
    assert tile_path(0, 1234067, 5) == "tile/0/x001/x234/067.p/5"
    assert tile_path(1, 0) == "tile/1/000"
    assert tile_path(63, 1000) == "tile/63/x001/000"
    assert entries_path(273, 112) == "tile/entries/273.p/112"


@given(level=st.one_of(st.none(), st.integers(0, 63)), index=st.integers(0, 2**63), width=st.integers(1, 256))
def test_every_path_reads_back(level, index, width):
    path = entries_path(index, width) if level is None else tile_path(level, index, width)
    assert parse_path(path) == TileName(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/00/000", "tile/01/000", "tile/64/000", "tile/-1/000",
        "tile/0/x000/000",
        "tile/0/x001/x000/x000", "tile/0/001/234", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p/1/", "tile/0/000.p", "/tile/0/000", "tile/0/000\n", "tile/0/٠٠٠", "tile/Entries/000",
        "tile/0/../000",
        "tile/0/000.p/999", "tile/data/000",
    ],
)  # fmt: skip
def test_malformed_paths_are_refused(path):
    with pytest.raises(TileError):
        parse_path(path)


@pytest.mark.parametrize(("level", "n", "width"), [(-1, 0, 256), (64, 0, 256), (0, -1, 256), (0, 0, 0), (0, 0, 257)])
def test_no_path_is_written_for_a_tile_that_cannot_be(level, n, width):
    with pytest.raises(TileError):
        tile_path(level, n, width)


def test_a_log_of_70_000_entries_has_these_tiles():
    assert [tile_counts(level, 70_000) for level in range(4)] == [(273, 112), (1, 17), (0, 1), (0, 0)]
    assert [tile_width(0, n, 70_000) for n in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert tile_width(1, 1, 70_000) == 17


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_every_bundle_reads_back(entries):
    assert decode_bundle(encode_bundle(entries)) == entries


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=5), st.data())
def test_a_bundle_cut_inside_an_entry_is_refused(entries, data):
    whole = encode_bundle(entries)
    ends = {len(encode_bundle(entries[:count])) for count in range(len(entries) + 1)}
    cut = data.draw(st.integers(0, len(whole)))
    if cut in ends:
        assert decode_bundle(whole[:cut]) == entries[: sorted(ends).index(cut)]
    else:
        with pytest.raises(TileError, match="ends inside"):
            decode_bundle(whole[:cut])


def test_a_bundle_takes_256_entries_of_65_535_bytes_and_no_more():
    assert decode_bundle(encode_bundle([b"x" * 65_535])) == [b"x" * 65_535]
    with pytest.raises(TileError, match="65536 bytes"):
        encode_bundle([b"x" * 65_536])
    with pytest.raises(TileError, match="at most 256"):
        encode_bundle([b""] * 257)
    with pytest.raises(TileError, match="at most 256"):
        decode_bundle(b"\x00\x00" * 257)
