"""How fast one actor may ask: what passes, what waits, how long, and whom it never touches."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalogue.stage import actor
from tests.support.installation import MAKER, TestInstallation

from coign import rulesets
from coign.database import Database
from coign.kernel.errors import Unavailable
from coign.kernel.values import Instant
from coign.perform import Request, Source
from coign.perform.rates import Meter, Rate, Rates


class Steady:
    """A steady clock that moves when told."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def meter(per_minute: float = 60, at_once: float = 3, actors_max: int = 100) -> tuple[Meter, Steady]:
    steady = Steady()
    return Meter(Rate(per_minute, at_once), actors_max=actors_max, steady_s=steady), steady


def test_as_many_pass_at_once_as_the_rule_says_and_then_one_each_time_it_allows() -> None:
    counted, steady = meter()
    assert [counted.take(Counter(ann=1)) for _ in range(4)] == [0, 0, 0, 1]
    steady.now_s += 1
    assert [counted.take(Counter(ann=1)) for _ in range(2)] == [0, 1]


def test_one_who_is_too_fast_slows_nobody_else() -> None:
    counted, _ = meter()
    counted.take(Counter(ann=3))
    assert counted.take(Counter(ann=1)) > 0
    assert counted.take(Counter(ben=1)) == 0


def test_of_several_actors_nothing_is_taken_when_one_of_them_must_wait() -> None:
    counted, _ = meter()
    counted.take(Counter(ann=3))
    assert counted.take(Counter(ann=1, ben=3)) > 0
    assert counted.take(Counter(ben=3)) == 0


def test_a_bulk_counts_its_commands_and_a_larger_one_is_owed() -> None:
    counted, steady = meter()
    assert counted.take(Counter(ann=10)) == 0
    assert counted.take(Counter(ann=1)) == 8
    steady.now_s += 8
    assert counted.take(Counter(ann=10)) == 2, "another large one waits until everything is paid back"


def test_whoever_asked_longest_ago_is_forgotten_first_and_memory_stays_bounded() -> None:
    counted, _ = meter(actors_max=2)
    for name in ("ann", "ben", "cem"):
        counted.take(Counter({name: 3}))
    assert len(counted) == 2
    assert counted.take(Counter(cem=1)) > 0
    assert counted.take(Counter(ann=1)) == 0


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 9)), min_size=1, max_size=40))
def test_never_more_than_the_rate_and_one_bucket_and_waiting_as_told_is_enough(asked: list[tuple[float, int]]) -> None:
    counted, steady = meter()
    start_s, passed = steady.now_s, 0
    for pause_s, count in asked:
        steady.now_s += pause_s
        wait_s = counted.take(Counter(ann=count))
        if wait_s:
            steady.now_s += wait_s + 1e-6
            assert counted.take(Counter(ann=count)) == 0
        passed += count
        # A bulk larger than the bucket is owed: at most what exceeds the bucket, until it is paid back.
        assert passed - max(0, count - 3) <= 3 + (steady.now_s - start_s) * 60 / 60 + 1e-3


# At the door


@pytest.fixture
def place(database: Database) -> Iterator[TestInstallation]:
    """A door through which one actor may act three times and ask twice; its steady clock stands still."""
    rates = Rates(
        acts=meter()[0], questions=meter(at_once=2)[0], inside=Meter(Rate(6_000_000, 6_000_000), steady_s=Steady())
    )
    with TestInstallation(database, rates=rates) as installation:
        yield installation.set_up()


def outside(place: TestInstallation, unit: str, nonce: str = "") -> Request:
    command = {"unit": f"unit:{unit}", "site": "site:lab"}
    asked = place.request("custody.take_in", place.people["hospital-celllab"], nonce, command)
    return replace(asked, source=Source.OUTSIDE)


def test_a_caller_who_is_too_fast_is_told_when_to_repeat_and_nothing_is_recorded(place: TestInstallation) -> None:
    for n in range(3):
        place.door.perform(outside(place, f"B{n}"))
    size = place.size()
    with pytest.raises(Unavailable, match="wait 1 s, then repeat with the same key") as no:
        place.door.perform(outside(place, "B9"))
    assert (no.value.status, no.value.code, no.value.retry_after_s) == (503, "unavailable", 1)
    assert place.size() == size


def test_a_bulk_is_counted_by_its_commands_and_a_signature_by_both_of_its_halves(place: TestInstallation) -> None:
    place.door.perform_all([outside(place, "B1"), outside(place, "B2")])
    place.door.perform(outside(place, "B3"))
    with pytest.raises(Unavailable):
        place.door.perform_all([outside(place, "B4")])
    with pytest.raises(Unavailable):
        place.door.prepare(outside(place, "B4"))


def test_questions_are_counted_apart_and_never_keep_anybody_from_acting(place: TestInstallation) -> None:
    for _ in range(2):
        place.door.check(outside(place, "B1"))
    with pytest.raises(Unavailable):
        place.door.check(outside(place, "B1"))
    place.door.perform(outside(place, "B1"))


def test_what_the_installation_does_itself_has_a_rate_of_its_own(place: TestInstallation) -> None:
    for n in range(3):
        place.door.perform(outside(place, f"B{n}"))
    celllab = place.people["hospital-celllab"]
    place.do("custody.offer", celllab, unit="unit:B0", to=MAKER)  # the same person, inside
    place.fill(50)


def test_nothing_that_speaks_for_somebody_outside_calls_itself_inside(request: pytest.FixtureRequest) -> None:
    root = request.config.rootpath / "src" / "coign"
    files = [f for folder in ("web", "gateways") for f in (root / folder).rglob("*.py")]
    assert files and [str(f) for f in files if "Source.INSIDE" in f.read_text(encoding="utf-8")] == []


def test_without_others_a_door_has_the_rates_of_the_rule_sets() -> None:
    now = Instant("2026-03-12T09:42:00.000000Z")
    rates, at_once = Rates.of(rulesets.load(), now), int(rulesets.load().number("door.acts_at_once_max", now))
    asked = Request("custody.take_in", actor("ann", "celllab", "hospital"), "K1")
    rates.act([asked] * at_once)
    with pytest.raises(Unavailable):
        rates.act([asked])
    rates.act([replace(asked, source=Source.INSIDE)] * at_once)
