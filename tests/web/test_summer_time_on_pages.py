"""Pages in the night when an hour comes twice: time left, length of a warming, which of two equal hours is meant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.web.site import Site

from coign.web.drawing.hold import hold
from coign.web.drawing.temperature import Limits, Reading, temperature
from coign.web.templatetags.coign_words import exact, moment

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 02:00 in Berlin, for the first time


def here(minutes: int) -> datetime:
    return (MIDNIGHT + timedelta(minutes=minutes)).astimezone(BERLIN)


@pytest.mark.requirement("CSV-S3")
def test_what_is_left_of_a_hold_is_not_halved_by_the_hands_of_the_clock() -> None:
    shown = hold(here(30), here(120), here(80), look_percent=50)  # 02:30 to 03:00, at 02:20: says the wall
    assert (shown.text, shown.status, shown.left_percent) == ("40:00", "look", 44.44)
    assert hold(here(30), here(120), here(120), look_percent=50).status == "stop"


@pytest.mark.requirement("CSV-S3")
def test_a_warming_through_the_repeated_hour_keeps_its_length_and_its_place(site: Site) -> None:
    values = [-180.0, *[-140.0] * 18, -180.0]
    readings = [Reading(here(10 * n), value) for n, value in enumerate(values)]
    drawn = temperature(readings, Limits(high=-150, alarm_high=-130), unread_after=timedelta(minutes=30))
    assert "−140 °C for 3 h 0 min from 25 OCT 02:10 CEST" in drawn.sentence
    assert "25 OCT 02:00 CEST – 25 OCT 04:10 CET" in drawn.sentence
    (warm,) = [row for row in drawn.rows if row["status"] == "look"]
    assert (warm["start"], warm["end"]) == ("25 OCT 02:10 CEST", "25 OCT 04:10 CET")
    places = [float(point.split()[0]) for point in drawn.curves[0].strip("M").split("L")]
    assert places == sorted(places), "time runs to the right"


def test_a_history_without_such_a_night_names_its_zone_once() -> None:
    readings = [Reading(here(10 * n - 600), -180.0) for n in range(3)]
    drawn = temperature(readings, Limits(high=-150), unread_after=timedelta(minutes=30))
    assert drawn.sentence.startswith("3 readings, 24 OCT 16:00 – 24 OCT 16:20 CEST.")


@pytest.mark.requirement("CSV-S3")
def test_a_receipt_names_the_zone_and_the_offset() -> None:
    assert exact(here(30)) == "25\u00a0OCT\u00a02026 02:30:00\u00a0CEST (+02:00)"
    assert exact(here(90)) == "25\u00a0OCT\u00a02026 02:30:00\u00a0CET (+01:00)"
    assert moment(here(30)) != moment(here(90))


@pytest.mark.requirement("CSV-S3")
def test_a_typed_time_with_two_meanings_is_asked_for_with_its_offset_and_never_guessed(site: Site) -> None:
    from django import forms
    from django.utils import timezone

    from coign.web.forms.times import LocalTime

    class Asked(forms.Form):
        at = LocalTime(label="Filled at")

    with timezone.override(BERLIN):
        twice, never = Asked({"at": "2026-10-25T02:30:00"}), Asked({"at": "2026-03-29T02:30:00"})
        assert not twice.is_valid() and not never.is_valid()
        assert "2026-10-25T02:30:00+02:00 for the first time" in str(twice.errors)
        assert "datetime-local" not in str(twice["at"]), "that input of browsers takes no offset"
        assert "No clock showed this" in str(never.errors)
        for text, minutes in (("2026-10-25T02:30:00+02:00", 30), ("2026-10-25T02:30:00+01:00", 90)):
            stated = Asked({"at": text})
            assert stated.is_valid() and stated.cleaned_data["at"].astimezone(UTC) == here(minutes).astimezone(UTC)
        plain = Asked({"at": "2026-07-01T08:00:00"})
        assert plain.is_valid() and plain.cleaned_data["at"] == datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
        assert not Asked({"at": "yesterday"}).is_valid() and not Asked({"at": "2026-13-01T08:00:00"}).is_valid()
