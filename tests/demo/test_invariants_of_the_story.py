"""The demonstration's record keeps every invariant, and meets nearly all that they speak of."""

from dataclasses import replace

import psycopg
import pytest
from tests.demo.conftest import entries

from coign import rulesets
from coign.ledger.verdict import Verification
from coign.ledger.verification import verify_database
from coign.perform.assemble import folding
from coign.programmes.terms import terms_of
from coign.service import Service, therapies
from coign_verify.invariants import INVARIANTS, House, Replay, Terms, replay

#: What no act of the demonstration gives occasion to; tests/coign_verify/spoiled*.py have a history for each.
NO_OCCASION = {
    "an_emergency_is_decided_by_two_and_given_by_a_third",
    "who_was_scanned_at_the_chair_is_found_out_by_a_third",
    "every_breach_that_is_seen_blocks_what_it_concerns",
    "nobody_resolves_what_they_had_a_part_in",
    "a_pack_is_used_once_and_never_while_suspect",
    "nobody_returns_the_device_they_took_out",
    "what_is_disposed_of_ends_as_was_decided",
    "an_exception_has_its_papers",
    "an_administrator_is_made_by_two",
    "what_was_proposed_is_agreed_to_while_it_is_fresh",
    "nobody_accepts_their_own_word",
    "what_is_granted_was_asked_answered_and_approved",
    "who_is_named_decides_about_a_patient",
    "a_pack_is_as_good_as_its_lot",
    "nothing_is_cleared_of_which_a_part_was_wrong",
    "an_extension_is_asked_for_and_given_once",
    "an_extension_bridges_a_short_gap",
    "only_what_is_hazardous_is_marked_so",
    "nothing_is_taken_away_under_a_decision",
    "nobody_explains_their_own_entry",
    "an_investigation_goes_one_way",
    "a_value_is_put_right_once_at_a_time",
    "a_source_is_read_where_it_lies",
    "an_exception_is_for_the_failing_test_alone",
    "nothing_travels_unreleased_where_nobody_foresaw_it",
    "what_is_refused_changes_nothing",
    "what_is_reported_counts_for_no_gate",
    "the_key_of_the_log_changes_only_as_the_keys_say",
    "an_emergency_is_about_what_does_not_hold",
    "an_emergency_is_decided_about_cells_as_they_are",
    "the_day_an_event_was_first_known_only_moves_back",
    "what_is_gone_is_never_found_fit_to_go_on",
    "what_left_or_is_held_out_stays_as_it_is",
    "what_is_decided_at_the_end_is_of_that_therapy",
    "nothing_is_disposed_of_while_two_differ_about_it",
}
RULES = rulesets.load()
TERMS = terms_of(therapies.released()[0].all(), {RULES.terms_digest: House.read(RULES.terms)})


def replayed(service: Service) -> Replay:
    """The whole record, of which nothing may be broken."""
    found, walk = replay((entry.plain for entry in entries(service)), INVARIANTS, TERMS)
    assert [f"{each.position} {each}" for each in found] == []
    assert not walk.not_judged
    return walk


def test_the_story_keeps_every_invariant_and_gives_occasion_to_nearly_all(
    told: Service, after_the_end: Service
) -> None:
    held = replayed(told).held + replayed(after_the_end).held
    assert [each.name for each in INVARIANTS if not held[each.name] and each.name not in NO_OCCASION] == []


def verified(service: Service, terms: Terms | None) -> Verification:
    """What `coign verify --database` finds."""
    with psycopg.connect(service.database.owner_dsn, autocommit=True) as connection:
        return verify_database(
            connection, service.ledger_id, log_keys=[service.log_key], folding=folding(), terms=terms
        )  # fmt: skip


@pytest.mark.requirement("CSV-01", "CSV-07")
def test_verifying_the_database_replays_them_and_locates_what_is_broken(after_the_end: Service) -> None:
    service = after_the_end
    size, whole = len(entries(service)), verified(service, TERMS)
    assert whole.problems == []
    assert any(f"{len(INVARIANTS)} invariants were replayed over {size} entries" in line for line in whole.proved)
    assert not any("invariants" in line for line in verified(service, None).proved)

    # Held to a programme that gives no time between thawing and infusion, the same record breaks what it kept.
    hasty = Terms(
        {version: {**limits, "thaw_to_infusion_max": 0} for version, limits in TERMS.limits.items()}, TERMS.tasks
    )
    begun = [e.position for e in entries(service) if e.action.startswith("infusion.start.")]
    broken = verified(service, hasty).problems
    assert begun and [(p.position, p.kind) for p in broken] == [(position, "invariant") for position in begun]
    assert "nothing_is_infused_after_its_thaw_clock: unit:" in broken[0].detail

    # By rule sets that are not those of its entries nothing is judged, and that is said.
    others = replace(TERMS, house={"ab" * 32: House({"custody.offer_valid": [("2020-01-01", 0)]}, {})})
    found = verified(service, others)
    assert found.problems == []
    assert any(f"at {size} of {size} entries: they were decided by rule sets that are" in e for e in found.not_proved)

    # What an entry that is missing would have told is not judged: nothing is called broken for want of it.
    seen = next(e.position for e in entries(service) if e.action.startswith("infusion.confirm_bedside"))
    with psycopg.connect(service.database.owner_dsn) as owner:
        owner.execute("alter table entry disable trigger append_only")
        owner.execute("delete from entry where ledger_id = %s and position = %s", (service.ledger_id, seen))
    found = verified(service, TERMS)
    assert not any(each.name in p.detail for p in found.problems for each in INVARIANTS)
    assert any("invariants at" in line for line in found.not_proved)
