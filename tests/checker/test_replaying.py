"""What the checker found in memory comes out the same through the real door, writer and database."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from coign import catalogue
from coign.checker import exploring
from coign.checker.ground import Beginning, Ground
from coign.checker.history import History
from coign.checker.knocking import FOLLOWED, Deviation, Knocking
from coign.checker.searching import Explored
from coign.checker.stories import Line, story_in, told_of
from coign.checker.verdicts import NECESSARY, PAIRED, Verdict, judged
from coign.cli.program import main
from coign.cli.replaying import stories_in
from coign.database import Database
from coign.demo import scratch_ledger
from coign.demo.replaying import Asked, Replayed, replay_all, replaying

GATE = "clinical.eligibility_confirmed"
FORGOTTEN = "collection.identity_is_confirmed"
ENDLESS = float("inf")


def act_of(history: History, action: str) -> int:
    return next(n for n, t in enumerate(history.acts) if (t.move.action.name, t.therapy) == (action, FOLLOWED))


def verdict_without(told: Knocking, action: str, gate: str) -> Verdict:
    """What is found out about a gate when one act is left out."""
    left_out = act_of(told.history, action)
    told.follow(Deviation(left_out, (), left_out + 1))
    return judged(told, catalogue.GATES[gate])


def violation_without(told: Knocking, action: str) -> tuple[str, list[Line]]:
    """What would be found around an act if the catalogue had forgotten all of its gates."""
    history, index = told.history, act_of(told.history, action)
    base = told.ground.states(told.ground.fit(told.worlds[index - 1]))  # the act before it is left out
    move = replace(history.acts[index].move, action=replace(catalogue.ACTIONS[action], gates=()))
    bare, found = Ground(told.ground.rules, told.ground.monitors, base, [move], move.time), Explored()
    exploring.explore(bare, (), 1, ENDLESS, found)
    violation = found.violations[0]
    return violation.invariant, told_of(history, Beginning(index - 1), violation.moves, violation.sentence)


def asked(lines: list[Line], invariant: str, *without: str) -> Asked:
    return Asked(story_in(json.loads(json.dumps(lines))), invariant, frozenset(without))


@pytest.fixture(scope="module")
def verdicts(told: Knocking) -> dict[str, Verdict]:
    return {
        "necessary": verdict_without(told, "clinical.confirm_eligibility", GATE),
        "paired": verdict_without(told, "clinical.record_consent", "clinical.order_has_consent"),
    }


@pytest.fixture(scope="module")
def replayed(
    told: Knocking, verdicts: dict[str, Verdict], database: Database, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Replayed]:
    """All of them on copies of one record, which is told once."""
    necessary, paired = verdicts["necessary"], verdicts["paired"]
    invariant, violation = violation_without(told, "collection.start")
    stories = {
        "necessary": asked(list(necessary.story), necessary.invariant, GATE),
        "paired": asked(list(paired.story), paired.invariant, paired.gate.id, paired.beside),
        "paired, one of them in place": asked(list(paired.story), paired.invariant, paired.gate.id),
        "another invariant": asked(list(necessary.story), "one_patient_in_a_shipper", GATE),
        "violation": asked(violation, invariant),
        "violation without the gate": asked(violation, invariant, FORGOTTEN),
        "of another release": asked(
            [{**violation[0], "history": "0" * 64}, *violation[1:]], invariant
        ),
    }  # fmt: skip
    with replaying(database, tmp_path_factory.mktemp("replaying"), told.history) as replays:
        found = replay_all(replays, list(stories.values()), lambda line: None)
    return dict(zip(stories, found, strict=True))


def test_a_gate_that_was_found_necessary_alone_refuses_through_the_door(
    verdicts: dict[str, Verdict], replayed: dict[str, Replayed]
) -> None:
    assert verdicts["necessary"].verdict == NECESSARY
    found = replayed["necessary"]
    assert found.differs == ""
    refused = [step["outcome"] for step in found.steps if "refused" in step["outcome"]]
    assert [f"refused by {GATE}; without it: done" in said for said in refused] == [True]
    assert verdicts["necessary"].invariant in found.steps[-1]["outcome"]


def test_both_gates_of_a_pair_refuse_and_one_of_them_is_enough(
    verdicts: dict[str, Verdict], replayed: dict[str, Replayed]
) -> None:
    assert verdicts["paired"].verdict == PAIRED
    assert replayed["paired"].differs == ""
    assert verdicts["paired"].beside in replayed["paired, one of them in place"].differs


def test_what_comes_out_otherwise_is_named(replayed: dict[str, Replayed]) -> None:
    assert replayed["another invariant"].differs == "one_patient_in_a_shipper is not broken"
    assert "another version" in replayed["of another release"].differs and not replayed["of another release"].steps


def test_a_violation_of_forgotten_gates_happens_only_without_them(replayed: dict[str, Replayed]) -> None:
    assert f"refused by {FORGOTTEN}" in replayed["violation"].differs
    assert replayed["violation without the gate"].differs == ""


def test_a_file_holds_one_story_or_many(verdicts: dict[str, Verdict], tmp_path: Path) -> None:
    each = verdicts["paired"]
    gate = {"gate": each.gate.id, "with": each.beside, "invariant": each.invariant, "story": list(each.story)}
    file = tmp_path / "stories.json"
    for body in (gate, {"gates": [gate, {**gate, "story": []}]}):
        file.write_text(json.dumps(body))
        (found,) = stories_in(file)
        assert found.without == {each.gate.id, each.beside} and found.invariant == each.invariant
    file.write_text(json.dumps({"violations": [{"invariant": each.invariant, "story": list(each.story)}]}))
    (found,) = stories_in(file)
    assert found.without == frozenset() and found.story.moves[-1].action.title == each.story[-1]["action"]


@pytest.mark.parametrize("body", ["{}", "[1]", "no JSON", '{"gates": [{"story": [{}]}]}', '{"violations": []}'])
def test_a_file_without_a_story_is_an_unusable_request(
    body: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "other.json"
    file.write_text(body)
    assert main(["check", "--replay", str(file)]) == 2
    assert "expected what `coign check --json`" in capsys.readouterr().err


def test_nothing_else_in_the_product_opens_a_door_with_other_gates() -> None:
    product = Path(scratch_ledger.__file__).parents[1]
    named = {str(file.relative_to(product)) for file in product.rglob("*.py") if "put_together" in file.read_text()}
    assert named == {"perform/assemble.py", "demo/scratch_ledger.py"}
