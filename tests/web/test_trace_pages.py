"""Where something went, on a page and for machines, and the way from a bag to the report about it."""

import re
from html import unescape
from typing import Any

import pytest
from tests.web.site import Site

from coign.kernel.values import Instant

LOT = "lot:TRACED-1"


@pytest.fixture(scope="module")
def traced(site: Site) -> Site:
    """A lot of the maker that came from its supplier."""
    site.supplier("medium")
    expires = Instant.of_us(site.service.clock.now_us()).plus(days=400)
    done = site.do(
        "supply.receive_lot", "maker-warehouse", lot=LOT, material="medium", supplier="supplier:acme",
        expires=expires, certificate="ab" * 32,
    )  # fmt: skip
    assert site.service.projector is not None
    assert site.service.projector.wait_for(done.position)
    return site


def hits(answer: Any) -> list[str]:
    return [hit["subject"] for hit in answer.json()["hits"]]


@pytest.mark.requirement("TRC-01", "CSV-04")
def test_machines_trace_both_ways_and_are_told_what_their_organisation_takes_part_in(traced: Site) -> None:
    maker, hospital = traced.api("maker-warehouse", "read"), traced.api("hospital-qa", "read")
    down = maker.get("/api/trace/supplier:acme")
    assert LOT in hits(down)
    told = down.json()
    assert told["ok"] and told["start"] == "supplier:acme" and told["as_of"]["root"] and told["proof"]["entries"]
    hit = next(h for h in told["hits"] if h["subject"] == LOT)
    assert hit == {
        "subject": LOT, "kind": "lot", "state": "in quarantine", "holder": "", "place": "",
        "path": ["supplier:acme", LOT],
    }  # fmt: skip
    assert hits(maker.get(f"/api/trace/{LOT}?back=1")) == ["supplier:acme"]
    assert hits(maker.get("/api/trace/supplier:acme?since=2100-01-01T00:00:00Z")) == []
    assert hospital.get(f"/api/trace/{LOT}").status_code == 404
    assert maker.get("/api/trace/supplier:nobody").status_code == 404
    assert maker.get("/api/trace/nonsense").status_code == 422
    assert maker.get(f"/api/trace/{LOT}?since=yesterday").status_code == 422


def test_the_page_says_where_it_came_from_and_a_bag_leads_to_the_report_about_it(traced: Site, unit: str) -> None:
    browser = traced.browser("hospital-celllab")
    browser.post("/session/elsewhere/", {"choice": "here"})
    page = browser.get(f"/subjects/{unit}/trace/?back=1").content.decode()
    assert "Where it came from" in page and "Nothing that you may know of" in page
    bag = browser.get(f"/subjects/{unit}/").content.decode()
    named = re.escape(f"/actions/incident.report_act/?unit={unit.replace(':', '%3A')}")
    found = re.search(rf'"({named}[^"]*)"', bag)  # with the place, where the house has only one
    assert found is not None
    form = browser.get(unescape(found[1]))
    assert form.status_code == 200 and unit in form.content.decode()
