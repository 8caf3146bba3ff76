"""A gate that never refuses fails the check; the story has something that each of them refuses."""

from dataclasses import replace

import pytest

from coign import catalogue
from coign.checker import checking, verdicts
from coign.checker.history import Departure, History
from coign.checker.knocking import FOLLOWED, Deviation, Knocking
from coign.checker.looking import Asked
from coign.checker.rules import Move
from coign.checker.twists import Twists
from coign.demo import people

GATE, BEHIND = "people.not_oneself", "clinical.patient_is_enrolled"
#: Gates that refuse nothing that a single act of the story, done otherwise, could come to.
REFUSED_IN_VAIN = {
    "clinical.no_bag_came_after_the_count", "clinical.order_has_programme", "correction.value_is_another",
    "donor.something_is_reported", "incident.ends_once", "incident.product_was_released",
    "infusion.administration_is_witnessed", "logistics.dispatch_is_witnessed",
    "manufacturing.material_is_collected_cells", "manufacturing.slot_is_confirmed", "people.scope_is_given",
    "quality.custody_is_in_order", "quality.late_result_is_cleared", "quality.line_is_not_answered",
    "quality.line_stands_out", "quality.material_is_collected_cells", "quality.nothing_stands_out_since",
    "quality.release_is_witnessed", "regulatory.application_is_yours", "regulatory.conditions_are_few",
    "regulatory.questions_are_few", "regulatory.version_is_here", "regulatory.version_is_news",
    "safety.case_has_room", "safety.news_has_room", "storage.tank_is_open", "training.attempts_are_left",
    "training.course_version_is_news",
}  # fmt: skip


def checked(history: History, *, seconds: float = 60) -> checking.Checked:
    return checking.check(lambda: history, seconds=seconds, asked=Asked(depth=1, walks=1))


@pytest.fixture
def beginning(history: History) -> History:
    """The first people of a house and their roles; nobody gives a role to themselves."""
    return History(history.acts[:25], history.programmes)


def to_themselves(history: History) -> Move:
    given = history.acts[-1].move
    assert given.action.name == "people.grant_role"
    return replace(given, command=replace(given.command, person=given.actor.person))


def test_a_gate_that_never_refused_is_vacuous(beginning: History) -> None:
    found = checked(beginning)
    assert found.followed and GATE in found.never_refused and GATE in found.vacuous


def test_a_gate_that_refused_once_is_not_vacuous(beginning: History) -> None:
    last = len(beginning.acts) - 1
    found = checked(replace(beginning, departures=(Departure(last, (to_themselves(beginning),), last),)))
    assert found.followed and GATE not in found.never_refused and GATE not in found.vacuous


def test_a_gate_is_not_vacuous_while_not_everything_was_tried(beginning: History) -> None:
    found = checked(beginning, seconds=1e-6)
    assert not found.followed and GATE in found.never_refused and GATE not in found.vacuous


def test_what_is_tried_in_vain_is_refused_by_every_gate_that_nothing_else_meets(told: Knocking) -> None:
    refused = set[str]()
    for departure in told.history.departures:
        world = list(told.ground.fit(told.worlds[departure.at]))
        for move in departure.moves:
            outcome = told.ground.outcome(world, told.ground.add(move))
            refused |= set(outcome.unmet)
            told.ground.enter(world, outcome)
    assert refused >= REFUSED_IN_VAIN and not refused & checking.STANDS_BEFORE.keys()


def test_what_was_released_without_a_strength_is_not_given(told: Knocking) -> None:
    (released,) = [d for d in told.history.departures if any(m.twist == "no dose is worked out yet" for m in d.moves)]
    world, refused = list(told.ground.fit(told.worlds[released.at])), set[str]()
    mine = [n for n in range(released.goes_on, len(told.history.acts)) if told.history.acts[n].therapy == FOLLOWED]
    for number in (told.ground.add(released.moves[0]), *mine):
        outcome = told.ground.outcome(world, number)
        refused |= set(outcome.unmet)
        told.ground.enter(world, outcome)
    assert {"clinical.cells_are_known", "infusion.cells_are_known"} <= refused


def test_whoever_is_of_another_house_is_told_that_the_patient_is_not_known_before_any_gate_is_asked(
    told: Knocking,
) -> None:
    assert checking.STANDS_BEFORE.keys() == {BEHIND}
    here = [(n, act.move) for n, act in enumerate(told.history.acts) if act.move.actor.organisation == people.CENTRE]
    asking = [(n, move) for n, move in here if catalogue.GATES[BEHIND] in move.action.gates]
    for number, move in asking:
        elsewhere = people.in_role(move.actor.role, people.CENTRE_US)[0].actor
        outcome = told.ground.outcome(told.worlds[number], told.ground.add(replace(move, actor=elsewhere)))
        assert "is not known here" in outcome.denied and not outcome.unmet
    asked = {name for name, action in catalogue.ACTIONS.items() if catalogue.GATES[BEHIND] in action.gates}
    assert {move.action.name for _, move in asking} == asked


def test_what_need_not_be_given_is_left_out_and_a_day_is_given_too_early_and_too_late(history: History) -> None:
    twists = Twists(history.acts)
    by_name = {told.move.action.name: told.move for told in history.acts}
    (nameless, *_) = twists.optional(by_name["clinical.correct_identity"])
    assert nameless.command.family_name is None and "nothing instead of" in nameless.twist
    assigned = by_name["training.assign_course"]
    past, to_come = twists.optional(assigned)
    assert past.command.due < assigned.time < to_come.command.due


def test_a_gate_that_refuses_only_under_other_programmes_is_taken_out_for_no_story(told: Knocking) -> None:
    gate = "clinical.order_has_programme"
    (ordered,) = [d for d in told.history.departures if any(m.action.name == "clinical.order" for m in d.moves)]
    told.follow(Deviation(ordered.at, tuple(told.ground.add(move) for move in ordered.moves), ordered.goes_on))
    verdict = verdicts.judged(told, catalogue.GATES[gate])
    assert verdict.verdict == verdicts.NOT_SHOWN and "other programmes" in verdict.reason
    assert told.fewest[gate] == {gate} and gate not in told.candidates
