"""Every invariant is broken by a history that breaks it, and by none that nearly does."""

from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from tests.coign_verify.spoiled import SPOILED
from tests.coign_verify.spoiled_house import SPOILED_HOUSES
from tests.coign_verify.spoiled_ways import SPOILED_WAYS
from tests.coign_verify.spoiled_work import SPOILED_WORK
from tests.coign_verify.told import TERMS, entries
from tests.coign_verify.true_story import true_story

import coign_verify.invariants
from coign_verify.invariants import INVARIANTS, Monitors, Replay, Terms, replay

TRUE = entries(true_story())
CHANGES = SPOILED | SPOILED_WORK | SPOILED_HOUSES | SPOILED_WAYS
NAMES = [each.name for each in INVARIANTS]
#: Of the record itself: spoiled entry by entry, below.
OF_THE_RECORD = {"entries_about_a_subject_follow_without_a_gap", "time_never_goes_backwards"}
Entries = list[dict[str, Any]]


def broken(told: Entries, terms: Terms = TERMS, *, partial: bool = False) -> dict[str, str]:
    """The names of what is broken, each with its first sentence."""
    found, _ = replay(told, INVARIANTS, terms, partial=partial)
    return {each.invariant: each.sentence for each in reversed(found)}


def test_a_true_record_breaks_nothing_and_meets_every_premise() -> None:
    found, walk = replay(TRUE, INVARIANTS, TERMS)
    assert found == []
    assert [name for name in NAMES if not walk.held[name]] == []
    assert walk.not_judged == Counter()


def test_every_invariant_is_spoiled_once() -> None:
    assert sorted(CHANGES) == sorted(set(NAMES) - OF_THE_RECORD)
    assert len(NAMES) == len(set(NAMES)) >= 20


@pytest.mark.parametrize("name", CHANGES)
def test_what_breaks_it_is_found_where_it_happened(name: str) -> None:
    told = entries(CHANGES[name][0](true_story()))
    found, _ = replay(told, INVARIANTS, TERMS)
    mine = [each for each in found if each.invariant == name]
    assert mine and mine[0].sentence, sorted({each.invariant for each in found})
    # What is judged where an act is entered is located there, with the words for an inspector.
    assert told[mine[0].position]["position"] == mine[0].position
    assert str(mine[0]).startswith(name)


@pytest.mark.parametrize("name", CHANGES)
def test_what_nearly_breaks_it_breaks_nothing(name: str) -> None:
    found, walk = replay(entries(CHANGES[name][1](true_story())), INVARIANTS, TERMS)
    assert [str(each) for each in found] == []
    assert walk.held[name]


# The record itself


def spoiled(position: int, **changed: Any) -> Entries:
    """The true record with other values in one entry."""
    return [*TRUE[:position], {**TRUE[position], **changed}, *TRUE[position + 1 :]]


def test_an_entry_that_is_left_out_is_a_gap() -> None:
    without_one = [e for e in TRUE if e["position"] != 70]
    assert "entries_about_a_subject_follow_without_a_gap" in broken(without_one)


def test_an_entry_that_names_another_one_before_is_a_gap() -> None:
    about = [{**a, "prev": (a["prev"] or 0) + 1} for a in TRUE[90]["about"]]
    assert about and list(broken(spoiled(90, about=about))) == ["entries_about_a_subject_follow_without_a_gap"]


def test_an_entry_of_the_same_instant_as_the_one_before_went_backwards() -> None:
    assert list(broken(spoiled(90, time=TRUE[89]["time"]))) == ["time_never_goes_backwards"]


def test_no_container_is_filled_once_the_therapy_is_over() -> None:
    told = entries(SPOILED["nothing_is_begun_after_the_end"][0](true_story()))
    found, _ = replay(told, INVARIANTS, TERMS)
    filled = next(e["position"] for e in told if e["intent"]["facts"][0]["type"] == "manufacturing.filled.v1")
    assert filled in [each.position for each in found if each.invariant == "nothing_is_begun_after_the_end"]


# What somebody else than the story's people might try


@pytest.mark.parametrize(
    ("premise", "sentence"),
    [
        ("refused", "it names no gate"),
        ("done", "gate did not hold"),
    ],
)
def test_what_entries_say_of_gates_fits_their_outcome(premise: str, sentence: str) -> None:
    position = next(e["position"] for e in TRUE if e["outcome"] == premise)
    said = broken(spoiled(position, unmet=[] if premise == "refused" else ["gate"]))
    assert sentence in " ".join(said.values())


# Entries that are not here


def test_without_the_terms_of_a_programme_its_limits_are_not_judged() -> None:
    found, walk = replay(TRUE, INVARIANTS)
    assert found == []
    assert set(walk.not_judged) == {
        "a_bag_is_given_while_its_bedside_check_counts",
        "a_device_is_clean_of_other_patients",
        "a_result_is_read_as_its_specification_is",
        "a_room_is_cleared_by_two_while_nothing_is_open_in_it",
        "a_step_has_every_measurement_in_its_unit",
        "a_step_takes_its_materials_and_no_others",
        "an_authority_allows_what_happens_in_its_country",
        "an_extension_bridges_a_short_gap",
        "an_investigation_goes_one_way",
        "an_order_rests_on_findings_that_still_count",
        "cells_wait_no_longer_than_was_validated",
        "conditioning_rests_on_a_count_that_still_counts",
        "no_step_by_somebody_unqualified",
        "nobody_is_infused_who_is_not_conditioned",
        "nobody_is_infused_whom_no_physician_found_ready",
        "nothing_is_infused_after_its_thaw_clock",
        "nothing_is_qualified_for_too_long",
        "nothing_travels_unreleased_where_nobody_foresaw_it",
        "samples_are_drawn_once_as_planned_and_enough",
        "steps_come_in_the_order_of_the_plan",
        "the_first_result_stands",
        "the_second_follows_the_first_at_the_bag",
        "the_second_follows_the_first_at_the_chair",
        "what_is_decided_was_tested_for_everything",
        "what_is_drawn_or_closed_is_entered_at_once",
        "what_is_filled_and_frozen_is_measured",
        "what_is_read_of_a_room_is_of_the_batch_that_was_open",
        "what_was_proposed_is_agreed_to_while_it_is_fresh",
        "conditioning_rests_on_a_weight_that_still_counts",
        "a_shipper_keeps_cold_for_longer_than_the_programme_asks",
        "nobody_is_given_more_cells_than_the_programme_allows",
        "nobody_begins_with_fewer_cells_than_the_programme_asks",
        "everything_that_is_asked_before_an_infusion_is_told",
        "giver_and_taker_stand_together",
        "two_look_at_one_arrival_together",
        "an_emergency_is_decided_about_cells_as_they_are",
    }


def test_whichever_entries_are_withheld_nothing_is_called_broken() -> None:
    for left_out in [*combinations(range(0, len(TRUE), 41), 2), *((n,) for n in range(0, len(TRUE), 4))]:
        kept = [e for e in TRUE if e["position"] not in left_out]
        assert broken(kept, partial=True) == {}, left_out


def test_a_breach_is_found_in_what_is_here_although_other_entries_are_withheld() -> None:
    told = entries(SPOILED["custody_has_one_holder_and_never_none"][0](true_story()))
    kept = [e for e in told if not any(a["subject"].startswith("lot:") for a in e["about"])]
    assert len(kept) < len(told)
    assert "custody_has_one_holder_and_never_none" in broken(kept, partial=True)


def test_a_fact_that_cannot_be_read_stops_no_walk() -> None:
    first = TRUE[0]
    for kind in sorted({f["type"] for e in TRUE for f in e["intent"]["facts"]}):
        for body in ({}, {"unit": 7, "chain": None, "lots": 3, "expires": []}):
            strange = {**first, "intent": {**first["intent"], "facts": [{"type": kind, "body": body}]}}
            _, walk = replay([strange, TRUE[1]], INVARIANTS, TERMS)
            assert walk.entries == 2


# For the checker


def test_a_step_leaves_the_states_it_began_with_alone() -> None:
    walk = Replay(INVARIANTS, TERMS)
    for entry in TRUE[:80]:
        walk.feed(entry)
    key, other = walk.key(), Replay(INVARIANTS, TERMS)
    for entry in TRUE[:80]:
        other.feed(entry)
    assert key == other.key() and hash(key) == hash(other.key())
    walk.feed(TRUE[80])
    assert key == other.key()


def test_a_story_with_neither_positions_nor_counts_is_judged_as_well() -> None:
    # What people do can be explored without a record around it.
    monitors, states = Monitors(INVARIANTS, TERMS), {}
    for entry in TRUE:
        bare = {k: entry[k] for k in ("time", "outcome", "intent", "unmet", "about", "signature")}
        found = monitors.step(states, bare)
        assert found.broken == []
        states = {**states, **found.changes}


# What is written about them


def test_the_readme_lists_every_invariant_as_it_is() -> None:
    lines = (Path(coign_verify.invariants.__file__).parent / "README.md").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if line.startswith("| `") and line.count("|") == 4]
    assert listed == [f"| `{i.name}` | {i.sentence} | {', '.join(i.requirement)} |" for i in INVARIANTS]


def test_every_invariant_cites_requirements_that_there_are() -> None:
    known = (Path(__file__).parents[3] / "shared" / "requirements.md").read_text(encoding="utf-8")
    assert [r for i in INVARIANTS for r in i.requirement if f"| {r} " not in known] == []
