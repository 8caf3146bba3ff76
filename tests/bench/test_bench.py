"""Figures are ratios of what was measured; what is printed keeps to the contract."""

import json

import pytest

from coign.bench import BENCHES, run
from coign.bench.figures import Figure, in_turns
from coign.kernel.errors import Invalid

FIGURE_KEYS = {"name", "value", "unit", "limit", "limit_name", "ratio", "aim", "met", "samples", "note"}


def test_a_ratio_is_to_the_limit_and_an_aim_is_met_from_its_own_side():
    assert Figure("a", 30, "x/s", 120, "limit", 0.25).met is True
    assert Figure("a", 29, "x/s", 120, "limit", 0.25).met is False
    assert Figure("share", 0.15, "of all", aim=0.15, at_most=True).met is True
    assert Figure("share", 0.16, "of all", aim=0.15, at_most=True).met is False
    assert Figure("a", 30, "x/s", 120, "limit").met is None
    assert Figure("a", 30, "x/s").ratio is None


def test_both_sides_take_turns():
    order: list[str] = []

    taken = in_turns(lambda: order.append("A") or 10.0, lambda: order.append("B") or 2.0, 3)

    assert "".join(order) == "ABABAB"
    assert (taken.value, taken.of, len(taken.ours)) == (2.0, 10.0, 3)


def test_a_bench_that_does_not_exist_is_named_before_anything_is_started():
    with pytest.raises(Invalid) as no:
        run(["bulk", "coffee"], quick=True)
    assert "coffee" in str(no.value)


def test_figures_keep_to_the_contract():
    said = json.loads(json.dumps(run(["bulk", "trace"], quick=True)))

    assert set(said) == {"ok", "machine", "fsync_ms", "figures"}
    assert said["ok"] is True
    assert len(said["fsync_ms"]) == 3
    assert [figure["name"] for figure in said["figures"]] == ["bulk", "bulk.hashing", "trace.20000", "trace.200000"]
    for figure in said["figures"]:
        assert set(figure) == FIGURE_KEYS
        assert figure["value"] > 0
    bulk = said["figures"][0]
    assert bulk["ratio"] == pytest.approx(bulk["value"] / bulk["limit"])
    assert sorted(bulk["samples"])[0] <= bulk["value"] <= sorted(bulk["samples"])[-1]


def test_the_names_are_those_of_the_contract():
    assert set(BENCHES) <= {
        "action",
        "http",
        "bulk",
        "growth",
        "proof",
        "heads",
        "verify",
        "pages",
        "start",
        "trace",
        "epcis",
        "labels",
    }
