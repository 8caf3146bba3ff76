"""The checker asks the catalogue's own rules: what it says is what the door would say."""

from dataclasses import replace

import pytest

from coign import catalogue
from coign.checker import checking, exploring, invariants, pairs, verdicts
from coign.checker.alike import stand_ins
from coign.checker.ground import Beginning, Ground
from coign.checker.history import History
from coign.checker.knocking import FOLLOWED, Deviation, Knocking
from coign.checker.looking import Asked
from coign.checker.searching import Explored, Search
from coign.checker.stories import told_of
from coign.checker.twists import Twists
from coign.demo import people
from coign.kernel.actions import Risk

ENDLESS = float("inf")


def act_of(history: History, action: str, therapy: str = FOLLOWED) -> int:
    """Where the story tells this act of a therapy for the first time."""
    return next(n for n, t in enumerate(history.acts) if (t.move.action.name, t.therapy) == (action, therapy))


def milestone(history: History, stage: str) -> exploring.Milestone:
    return next(m for m in exploring.milestones(history, FOLLOWED) if m.stage == stage)


def looked_around(history: History, told: Knocking, stage: str, depth: int) -> tuple[Explored, Ground]:
    here, found = exploring.around(history, told.ground, told.worlds, milestone(history, stage)), Explored()
    waits = exploring.waits_around(history, milestone(history, stage), told.waits)
    exploring.explore(here, waits, depth, ENDLESS, found)
    return found, here


def test_the_story_has_every_stage(history: History) -> None:
    stages = [stage.id for stage in history.programmes.all()[-1].stages]
    assert [m.stage for m in exploring.milestones(history, FOLLOWED)] == stages


def test_what_was_worked_out_once_is_what_the_rules_say_again(history: History, told: Knocking) -> None:
    start = act_of(history, "infusion.thaw")
    world = told.ground.fit(told.worlds[start])
    for number in range(start - 5, start + 10):
        remembered = told.ground.outcome(world, number)
        fresh = Ground(
            told.ground.rules, told.ground.monitors, told.ground.states(world), [told.ground.moves[number]],
            told.ground.now(world),
        )  # fmt: skip
        asked = fresh.outcome(fresh.start, 0)
        assert (asked.unmet, asked.broken, bool(asked.changes)) == (
            remembered.unmet, remembered.broken, bool(remembered.changes),
        )  # fmt: skip


@pytest.mark.parametrize(("stage", "depth"), [("infusion", 1), ("collection", 2)])
def test_nothing_happens_that_must_not_and_the_same_is_seen_again(
    history: History, told: Knocking, stage: str, depth: int
) -> None:
    found, _ = looked_around(history, told, stage, depth)
    assert found.violations == [] and found.complete and found.transitions > found.states > 10
    again, _ = looked_around(history, told, stage, depth)
    assert (again.states, again.transitions, again.around) == (found.states, found.transitions, found.around)


def test_what_is_broken_is_told_as_a_story(history: History, told: Knocking) -> None:
    unguarded, start = replace(catalogue.ACTIONS["infusion.start"], gates=()), act_of(history, "infusion.start")
    move = replace(history.acts[start].move, action=unguarded)
    base = told.ground.states(told.ground.fit(told.worlds[start - 1]))  # nobody confirmed the bag at the bed
    bare, found = Ground(told.ground.rules, told.ground.monitors, base, [move], move.time), Explored()
    exploring.explore(bare, (), 1, ENDLESS, found)
    story = next(v for v in found.violations if v.invariant == "nothing_is_given_unless_two_saw_it_at_the_bed")
    beginning, line = told_of(history, Beginning(start - 1, "before"), story.moves, story.sentence)
    assert beginning["outcome"] == "before"
    assert line["action"] == "Start the infusion" and "at a bed" in line["outcome"] and "(" in line["who"]


def test_an_act_that_never_succeeded_and_an_invariant_without_a_word_are_told(history: History, told: Knocking) -> None:
    checked = checking.check(lambda: history, seconds=30, asked=Asked(depth=1, walks=2, only=("infusion",)))
    assert {each.name for each in invariants.OF_RULES} - checked.explored.held <= set(checked.vacuous)
    shut = replace(catalogue.ACTIONS["infusion.thaw"], roles=frozenset())
    move = replace(history.acts[act_of(history, "infusion.thaw")].move, action=shut)
    here = Ground(told.ground.rules, told.ground.monitors, {}, [move], move.time)
    found = Explored()
    exploring.explore(here, (), 1, ENDLESS, found)
    assert found.tried - found.succeeded == {"infusion.thaw"}


# Gates taken out


@pytest.mark.parametrize(
    ("gate", "left_out", "act", "invariant"),
    [
        (
            "infusion.bedside_is_confirmed", "infusion.confirm_bedside", "infusion.start",
            "nothing_is_given_unless_two_saw_it_at_the_bed",
        ),
        (
            "manufacturing.material_is_accepted", "quality.accept_material", "manufacturing.start_batch",
            "a_batch_takes_accepted_material_of_its_own_chain",
        ),
    ],
)  # fmt: skip
def test_a_gate_that_is_taken_out_lets_happen_what_it_held_back(
    history: History, told: Knocking, gate: str, left_out: str, act: str, invariant: str
) -> None:
    index = act_of(history, left_out)
    told.follow(Deviation(index, (), index + 1))
    shown = told.knock(gate)
    assert shown is not None and (shown.without, shown.invariant) == ({gate}, invariant)
    assert told.ground.moves[shown.acts[-1]].action.name == act


def test_of_a_gate_that_its_own_act_cannot_do_without_this_is_said(history: History, told: Knocking) -> None:
    left_out = act_of(history, "collection.check_identity")
    told.follow(Deviation(left_out, (), left_out + 1))
    verdict = verdicts.judged(told, catalogue.GATES["collection.first_check_is_open"])
    assert verdict.verdict == verdicts.NOT_SHOWN
    assert verdict.reason == "without it the act itself fails, and nothing is entered"


def test_a_story_in_which_somebody_signs_without_a_key_shows_nothing(history: History, told: Knocking) -> None:
    """Without the maker's house nobody enrols a key, and nothing can be signed through the door."""
    registered = (n for n, t in enumerate(history.acts) if t.move.action.name == "people.register_organisation")
    maker = next(n for n in registered if history.acts[n].move.command.organisation == people.MAKER)
    told.follow(Deviation(maker, (), maker + 1))
    assert told.candidates["clinical.programme_in_force"], "its gate alone refuses"
    assert told.knock("clinical.programme_in_force") is None


def test_verdicts_count_what_guards_patients_and_products(history: History) -> None:
    gates = list(catalogue.GATES.values())
    guarding = [g for g in gates if g.risk is not Risk.DATA]
    shown = [verdicts.Verdict(g, verdicts.NECESSARY) for g in guarding[:3]]
    said = [*shown, *(verdicts.Verdict(g, verdicts.NOT_SHOWN) for g in guarding[3:4])]
    said += [verdicts.Verdict(g, verdicts.NOT_SAFETY) for g in gates if g.risk is Risk.DATA]
    assert verdicts.share_shown(said) == 0.75


def test_people_of_one_role_stand_for_one_another_and_things_of_the_other_therapy_are_mixed_up(
    history: History,
) -> None:
    move = history.acts[act_of(history, "infusion.confirm_bedside")].move
    twists = list(Twists(history.acts).of(move))
    others = {t.command.wristband for t in twists} - {move.command.wristband}
    theirs = history.acts[act_of(history, "infusion.confirm_bedside", "1")].move.command.wristband
    assert theirs in others and all(other.kind == theirs.kind for other in others)
    assert {t.actor for t in twists} - {move.actor}
    assert all(t.twist for t in twists)


# How late, how deep, and how much goes wrong at a time


def test_somebody_is_late_by_the_limits_that_the_act_itself_is_held_to(history: History, told: Knocking) -> None:
    (programme,) = history.programmes.all()[-1:]
    just_over = {name: int(programme.minutes(name)) + 1 for name in ("bedside_check_window", "thaw_to_infusion_max")}
    start = told.waits[act_of(history, "infusion.start")]
    assert set(just_over.values()) <= set(start) and list(start) == sorted(set(start))
    confirm = told.waits[act_of(history, "infusion.confirm_bedside")]
    assert just_over["bedside_check_window"] in confirm and just_over["thaw_to_infusion_max"] not in confirm


def test_what_has_few_things_wrong_is_a_part_of_everything(history: History, told: Knocking) -> None:
    """Two ways around one milestone: each layer adds worlds, and all layers together are all worlds."""
    waits = exploring.waits_around(history, milestone(history, "frozen"), told.waits)

    def search() -> Search:
        return Search(exploring.around(history, told.ground, told.worlds, milestone(history, "frozen")), waits, 2, seen)

    seen = Explored()
    all_of_it, in_layers = search(), search()
    assert all_of_it.breadth(ENDLESS) == (2, 2, 2), "before each of two acts time may pass"
    assert in_layers.few_wrong(ENDLESS) == 4, "two wrong acts, both late"
    assert in_layers.states == all_of_it.states > 50
    assert search().few_wrong(0) == -1, "no time, and nothing is claimed"
    assert search().breadth(0) == (1, 0, 0), "the first act alone"


def test_one_move_stands_for_all_that_are_alike(history: History, told: Knocking) -> None:
    """Whoever is left out has somebody who fails or succeeds as they do; what the invariants can tell apart stays."""
    here = exploring.around(history, told.ground, told.worlds, milestone(history, "certified"))
    kept = stand_ins(here)
    assert len(kept) < len(here.moves) and [n for n in kept if not here.moves[n].twist]

    def said(number: int) -> tuple[int, tuple[str, ...], bool]:
        outcome = here.outcome(here.start, number)
        return here.moves[number].position, outcome.unmet, bool(outcome.denied)

    acts = {here.moves[number].position for number in kept}
    alike = {said(number) for number, move in enumerate(here.moves) if move.position in acts}
    assert {said(number) for number in kept} == alike
    counts = {here.moves[n].twist for n in kept if here.moves[n].action.name == "facility.record_monitoring"}
    assert "particles_5: 1005 instead of 5" in counts, "more than is allowed opens a deviation"
    assert "particles_5: 6 instead of 5" not in counts, "one more that is allowed does not"


def test_what_stand_ins_lead_to_is_a_part_of_everything(history: History, told: Knocking) -> None:
    def search() -> Search:
        return Search(exploring.around(history, told.ground, told.worlds, milestone(history, "frozen")), (), 2, seen)

    seen = Explored()
    alike, all_of_it, both = search(), search(), search()
    assert alike.alike(ENDLESS)[0] == 2 and all_of_it.breadth(ENDLESS)[0] == 2
    both.alike(ENDLESS)
    both.breadth(ENDLESS)
    assert 1 < alike.states < all_of_it.states == both.states
    assert search().alike(0) == (1, 0, 0), "the first act alone"


def test_what_an_act_would_make_is_made_unless_it_is_there_already(history: History, told: Knocking) -> None:
    here = exploring.around(history, told.ground, told.worlds, milestone(history, "made"))
    packed = [move for move in here.moves if move.action.name == "manufacturing.start_batch" and not move.twist]
    assert packed and not any(here.knows(here.start, move.command.batch) for move in packed)
    later = exploring.around(history, told.ground, told.worlds, milestone(history, "certified"))
    assert not any(move.action.name == "manufacturing.start_batch" for move in later.moves)


def test_walks_at_random_are_the_same_for_the_same_seed(history: History, told: Knocking) -> None:
    def walked(seed: str) -> int:
        here = exploring.around(history, told.ground, told.worlds, milestone(history, "made"))
        search = Search(here, [], 4, Explored())
        assert search.at_random(3, ENDLESS, seed) == 3
        return search.states

    assert walked("a") == walked("a") > 8


def test_two_things_go_wrong_where_one_is_not_enough(history: History, told: Knocking) -> None:
    left_out, start = act_of(history, "infusion.confirm_bedside"), act_of(history, "infusion.start")
    first = Deviation(left_out, (), left_out + 1)
    told.happened.append(first)
    colleague = next(t for t in Twists(history.acts).of(history.acts[start].move) if t.twist.startswith("by "))
    told.twisted[start].append(told.ground.add(colleague))
    assert pairs.look_twice(told, {"infusion.bedside_is_confirmed"}) == 1
    both = told.candidates["infusion.bedside_is_confirmed"][-1]
    assert both == first._replace(later=((start, told.twisted[start][0]),))
    told.forget({"infusion.bedside_is_confirmed"})
    told.note(frozenset({"infusion.bedside_is_confirmed"}), both)
    shown = told.knock("infusion.bedside_is_confirmed")
    assert shown is not None and shown.acts[-1] == told.twisted[start][0]


def test_a_pair_of_gates_of_which_one_does_all_the_work_is_none(history: History, told: Knocking) -> None:
    """Both refuse, at two acts; what must not happen happens already with one of them taken out."""
    left_out = act_of(history, "infusion.confirm_bedside")
    deviation = Deviation(left_out, (), left_out + 1)
    together = frozenset({"infusion.bedside_is_confirmed", "infusion.issue_is_fresh"})
    assert told.one_is_enough(sorted(together), deviation)
    assert not told.one_is_enough(["infusion.issue_is_fresh"], deviation)


def test_departures_are_held_back_at_their_last_step_or_later(history: History, told: Knocking) -> None:
    assert history.departures
    for each in history.departures:
        moves = tuple(told.ground.add(move) for move in each.moves)
        outcomes = [o for _, o in told.run(Deviation(each.at, moves, each.goes_on), frozenset(), moves)]
        assert all(o.changes for o in outcomes[:-1]), [m.action.name for m in each.moves]
        assert not any(o.broken or o.stuck for o in outcomes)
