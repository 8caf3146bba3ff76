"""Which proofs a signing needs: 21 CFR 11.200(a)(1)(i)-(ii) as a table."""

import pytest

from coign.web.signing.sitting import ALL, Component, Sitting, came_back, is_enough, signed, unlocked

LIMIT_S = 900
PASSWORD: frozenset[Component] = frozenset({"password"})
CODE: frozenset[Component] = frozenset({"code"})
NOTHING: frozenset[Component] = frozenset()
SIGNED_IN = Sitting("desk-1", 1000)
SIGNED_ONCE = signed(SIGNED_IN, ALL)


@pytest.mark.requirement("CSV-17")
@pytest.mark.parametrize(
    ("sitting", "idle_s", "station", "given", "enough"),
    [
        pytest.param(SIGNED_IN, 0, "desk-1", PASSWORD, False, id="first: password alone"),
        pytest.param(SIGNED_IN, 0, "desk-1", CODE, False, id="first: code alone"),
        pytest.param(SIGNED_IN, 0, "desk-1", ALL, True, id="first: both"),
        pytest.param(SIGNED_ONCE, 0, "desk-1", PASSWORD, True, id="later: password"),
        pytest.param(SIGNED_ONCE, 0, "desk-1", CODE, True, id="later: code"),
        pytest.param(SIGNED_ONCE, 0, "desk-1", NOTHING, False, id="later: nothing is never enough"),
        pytest.param(SIGNED_ONCE, LIMIT_S - 1, "desk-1", CODE, True, id="one second before the limit"),
        pytest.param(SIGNED_ONCE, LIMIT_S, "desk-1", ALL, False, id="at the limit: locked"),
        pytest.param(SIGNED_ONCE, LIMIT_S + 1, "desk-1", ALL, False, id="one second after the limit: locked"),
        pytest.param(SIGNED_ONCE, 0, "desk-2", ALL, False, id="another station: locked"),
        pytest.param(SIGNED_ONCE, -1, "desk-1", ALL, False, id="a clock set back: locked"),
        pytest.param(Sitting("desk-1", 1000, locked=True, proved=True), 0, "desk-1", ALL, False, id="locked"),
    ],
)
def test_what_suffices_to_sign(
    sitting: Sitting, idle_s: int, station: str, given: frozenset[Component], enough: bool
) -> None:
    now = came_back(sitting, station=station, now_s=sitting.seen_s + idle_s, idle_limit_s=LIMIT_S)
    assert is_enough(now, given) is enough


@pytest.mark.requirement("CSV-17", "CSV-23")
@pytest.mark.parametrize(("idle_s", "station"), [(LIMIT_S, "desk-1"), (0, "desk-2")])
def test_after_a_lock_or_another_station_the_first_signing_takes_all_components_again(
    idle_s: int, station: str
) -> None:
    locked = came_back(SIGNED_ONCE, station=station, now_s=1000 + idle_s, idle_limit_s=LIMIT_S)
    open_again = unlocked(locked, station=station, now_s=1000 + idle_s)
    assert not is_enough(open_again, CODE) and is_enough(open_again, ALL)


def test_one_component_never_counts_as_all_of_them() -> None:
    assert not is_enough(signed(SIGNED_IN, PASSWORD), CODE)
