"""Facts and states in words: every value is there, quantities with their unit, instants in the zone of the reader."""

from typing import Any

import pytest
from tests.web.site import Site

AT = "12 MAR 2026 08:42:05 UTC (+00:00)"


@pytest.fixture
def rows(site: Site) -> Any:
    """The function, once the pages are set up."""
    from coign.web.told import rows

    return rows


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"value": "2.13", "unit": "10*9"}, ["2.13 10⁹"]),
        ("2026-03-12T08:42:05.000000Z", [AT]),
        (True, ["yes"]),
        (False, ["no"]),
        (None, ["—"]),
        ("", ["—"]),
        ([], ["—"]),
        (("a", "b"), ["a", "b"]),
        ({"commitment": "ab" * 32}, ["kept in the vault; the record holds its commitment"]),
        (
            [{"kind": "sample", "at": "2026-03-12T08:42:05.000000Z"}],
            ["at 12 MAR 2026 08:42:05 UTC (+00:00), kind sample"],
        ),
        ({"step": {"value": "1", "unit": "h"}}, ["step 1 h"]),
        (42, ["42"]),
    ],
)
def test_a_value_is_shown_as_people_read_it(rows: Any, value: Any, shown: list[str]) -> None:
    from django.utils import timezone

    with timezone.override("UTC"):
        found = rows({"some_name": value})
    assert [row["value"].replace("\u00a0", " ") for row in found] == shown
    assert [row["label"] for row in found] == ["Some name"] + [""] * (len(shown) - 1)


def test_what_the_record_speaks_of_leads_to_its_page(rows: Any) -> None:
    (row,) = rows({"unit": "unit:P-1"})
    assert (row["value"], row["url"], row["mono"]) == ("unit:P-1", "/subjects/unit:P-1/", True)
    (other,) = rows({"seal": "not:a subject at all"})
    assert "url" not in other
