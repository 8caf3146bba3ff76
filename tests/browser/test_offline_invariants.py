"""The invariants of the page and those of the command: the same ones, and the same verdicts on every history."""

from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.coign_verify.spoiled import SPOILED
from tests.coign_verify.spoiled_house import SPOILED_HOUSES
from tests.coign_verify.spoiled_ways import SPOILED_WAYS
from tests.coign_verify.spoiled_work import SPOILED_WORK
from tests.coign_verify.told import TERMS, entries
from tests.coign_verify.true_story import true_story
from tests.support.offline import Here, opened

from coign_verify.invariants import INVARIANTS, Terms, replay

TRUE = entries(true_story())
SPOILED_ALL = SPOILED | SPOILED_WORK | SPOILED_HOUSES | SPOILED_WAYS
EXCHANGED = 60

Entries = list[dict[str, Any]]
#: Entries, whether a programme's terms are given, and whether entries may be missing.
Asked = tuple[Entries, bool, bool]


@pytest.fixture(scope="module")
def here(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with opened(chromium, tmp_path_factory.mktemp("page")) as found:
        yield found


@pytest.fixture(scope="module")
def histories() -> list[Entries]:
    """By turns one that breaks an invariant and one that nearly does."""
    return [entries(change(true_story())) for pair in SPOILED_ALL.values() for change in pair]


def agrees(here: Here, asked: list[Asked]) -> list[list[str]]:
    """Both find the same broken at the same places, met as often, and not judged as often."""
    ours = []
    for told, is_given, partial in asked:
        found, walk = replay(told, INVARIANTS, TERMS if is_given else Terms(), partial=partial)
        broken = sorted(f"{each.position} {each.invariant}" for each in found)
        ours.append([broken, dict(walk.held), dict(walk.not_judged)])
    for (broken, held, not_judged), expected in zip(here.replayed(asked, TERMS), ours, strict=True):
        assert [sorted(broken), held, not_judged] == expected
    return [broken for broken, _, _ in ours]


def test_they_are_the_same_invariants(here: Here) -> None:
    script = "return v.INVARIANTS.map((i) => [i.name, i.requirement, i.sentence, i.hears.toSorted()])"
    assert here(script) == [[i.name, list(i.requirement), i.sentence, sorted(i.hears)] for i in INVARIANTS]


def test_every_history_that_breaks_one_or_nearly_does_is_judged_alike(here: Here, histories: list[Entries]) -> None:
    broken = agrees(here, [(told, True, False) for told in histories])
    assert all(broken[::2]) and not any(broken[1::2])


def test_whatever_is_missing_is_judged_alike(here: Here, histories: list[Entries]) -> None:
    random = Random(5)
    asked: list[Asked] = [(TRUE, False, False), (TRUE, True, True)]
    for told in random.sample(histories, 25):
        left_out = set(random.sample(range(len(told)), random.randint(1, 4)))
        asked.append(([e for e in told if e["position"] not in left_out], random.random() < 0.5, True))
    asked.append(([e for e in TRUE if e["position"] != 70], True, False))
    asked.append(([*TRUE[:90], {**TRUE[90], "time": TRUE[89]["time"]}, *TRUE[91:]], True, False))
    assert any(agrees(here, asked))


def test_values_and_people_exchanged_at_random_are_judged_alike(here: Here, histories: list[Entries]) -> None:
    random = Random(11)
    asked: list[Asked] = []
    for _ in range(EXCHANGED):
        told = list(random.choice(histories))
        for _ in range(random.randint(1, 6)):
            exchange(told, random)
        asked.append((told, random.random() < 0.7, random.random() < 0.4))
    assert sum(map(bool, agrees(here, asked))) > EXCHANGED / 2


def exchange(told: Entries, random: Random) -> None:
    """Somebody else acted, something else was said, or said twice, or left out."""
    place, other = random.randrange(len(told)), random.choice(told)
    one = told[place] = deepcopy(told[place])  # what histories have in common stays as it is
    facts = one["intent"]["facts"]
    match random.randrange(5):
        case 0:
            one["intent"]["actor"] = other["intent"]["actor"]
        case 1:
            one["outcome"] = random.choice(["done", "observed", "refused"])
        case 2:
            facts += deepcopy(other["intent"]["facts"])
        case 3 if facts:
            body = random.choice(facts)["body"]
            del body[random.choice(list(body))]
        case 4 if facts:
            body = random.choice(facts)["body"]
            name = random.choice(list(body))
            others = [f["body"][name] for e in told for f in e["intent"]["facts"] if name in f["body"]]
            body[name] = random.choice([each for each in others if type(each) is type(body[name])])


def test_a_fact_that_cannot_be_read_stops_no_walk(here: Here) -> None:
    asked: list[Asked] = []
    for kind in sorted({f["type"] for e in TRUE for f in e["intent"]["facts"]}):
        for body in ({}, {"unit": 7, "chain": None, "lots": 3, "expires": []}):
            strange = {**TRUE[0], "intent": {**TRUE[0]["intent"], "facts": [{"type": kind, "body": body}]}}
            asked.append(([strange, TRUE[1]], True, False))
    assert len(here.replayed(asked, TERMS)) == len(asked)
