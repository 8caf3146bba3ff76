"""Dependencies break on purpose; what stands in the ledger afterwards is compared with what callers were told."""

import pytest

from coign.drill import clock, crash, database, disk, restore


def test_nothing_acknowledged_is_lost_or_doubled_when_process_or_database_is_killed():
    result = crash.drill(3, seed=2002)  # a seed by which each kind comes once

    said = result.to_json()
    assert said["ok"], said
    assert said["kills"] == {"process": 1, "database": 1, "both": 1}
    assert (said["rounds"], said["lost"], said["doubled"], said["verified"]) == (3, [], [], True)
    assert said["found"] == said["acknowledged"] > 0
    assert said["repeated"] > 0, "some requests must have been open when the process died, or the drill shows little"


def test_a_database_that_stops_costs_callers_patience_and_nothing_else():
    result = database.drill(1)

    said = result.to_json()
    assert said["ok"], said
    assert said["found"] == said["acknowledged"] > 0
    assert said["unavailable"] > 0, "the long stop must have been noticed"
    assert (said["stops"], said["cuts"]) == (1, 2)


@pytest.mark.requirement("CSV-38")
def test_a_clock_that_jumps_stops_writing_and_never_backdates():
    result = clock.drill()

    shown = {case.case: case for case in result.cases}
    assert result.ok, result
    assert all(case.in_order and not case.backdated for case in result.cases)
    for jump in ("one hour back", "one hour ahead"):
        assert shown[jump].stopped
        assert shown[jump].stays_shut, "a restart does not resolve it: two people do"
        assert "the clock" in shown[jump].read_only
        told = shown[jump].told
        assert told is not None, "the entry with which two people resume tells what had been wrong"
        assert told.kind == ("clock_behind" if jump.endswith("back") else "clock_ahead")
        assert told.difference_ms and told.expected and told.shown
        assert shown[jump].goes_on
    for wobble in ("one second back", "one second ahead"):
        assert not shown[wobble].stopped


def test_a_full_disk_costs_callers_patience_and_nothing_else():
    result = disk.drill()

    if not result.possible:
        pytest.skip(result.why)
    said = result.to_json()
    assert said["ok"], said
    assert said["found"] == said["acknowledged"] > said["acknowledged_before"] > 0
    assert said["unavailable"] > 0


@pytest.mark.requirement("CSV-30", "CSV-S7")
def test_what_is_lost_comes_back_from_a_backup_and_an_older_one_is_noticed():
    result = restore.drill(callers=4, answers=60)

    said = result.to_json()
    assert said["ok"], said
    assert (said["lost"], said["doubled"], said["verified"], said["states_equal"]) == ([], [], True, True)
    assert said["found"] == said["acknowledged"] > 0
    assert said["older"]["missing"] > 0, "acts after the older backup must be missing, or the drill shows little"
    assert said["older"]["read_only"] is True
    assert len(said["damages"]) == 6 and all(damage["found"] for damage in said["damages"])
    assert said["went_on"] > 0
