"""Pages of rooms: what quality, laboratory and production find there, and that nobody else does."""

import re

import pytest
from tests.web.maker_house import MakerHouse
from tests.web.site import Site

from coign.demo import player

SUITE, CABINET, NEW = "pages-suite", "pages-cabinet", "pages-new"


class Plant(MakerHouse):
    """Rooms of the maker."""

    def __init__(self, site: Site) -> None:
        super().__init__(site, "rooms", ("qa", "analyst", "qcreviewer"), elsewhere="qa")
        for name, grade in ((SUITE, "B"), (CABINET, "A"), (NEW, "A")):
            site.do("manufacturing.register_room", "rooms-qa", room=f"room:{name}", site="site:rooms", grade=grade)
        qualified = {"qualified_on": self.instant(-1), "evidence": "ab" * 32}
        site.signed("facility.put_in_use", "rooms-qa", room=f"room:{SUITE}", **qualified)
        done = site.signed(
            "facility.put_in_use", "rooms-qa", room=f"room:{CABINET}", within=f"room:{SUITE}", **qualified
        )
        player.settled(site.service, done)
        self.taken_at = self.instant(-1 / 1440)

    def read(self, room: str, **counts: int) -> None:
        given = {"room": f"room:{room}", "taken_at": self.taken_at, **counts}
        self.site.do("facility.record_monitoring", "rooms-analyst", **given)


@pytest.fixture(scope="module")
def plant(site: Site) -> Plant:
    return Plant(site)


def row(page: str, room: str) -> str:
    """The line of one room in words."""
    found = re.search(rf'<li><a href="/rooms/{room}/">.*?</li>', page, re.DOTALL)
    assert found is not None, page[-1500:]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


@pytest.mark.requirement("GMP-31", "GMP-32")
def test_the_reviewer_finds_from_the_first_page_which_room_grew_something(plant: Plant) -> None:
    plant.read(CABINET, settle_plate=0, glove_print=2, particles_0_5=400)
    home = plant.get("rooms-qcreviewer", "/")
    assert 'href="/rooms/"' in home
    line = row(plant.get("rooms-qcreviewer", "/rooms/"), CABINET)
    assert "Grade A" in line and f"in {SUITE}" in line and "Above a limit" in line and "Glove print: 2" in line
    page = plant.get("rooms-qcreviewer", f"/rooms/{CABINET}/")
    assert "no growth" in page and "at most 3,520" in page and "Above its limit" in page
    assert "Record what was read" in page and "Put it in use" not in page


@pytest.mark.requirement("GMP-32")
def test_a_room_that_was_never_qualified_stands_as_not_in_use_and_quality_can_put_it_in_use(plant: Plant) -> None:
    assert "Not in use" in row(plant.get("rooms-qa", "/rooms/"), NEW)
    page = plant.get("rooms-qa", f"/rooms/{NEW}/")
    assert "was never put in use" in page and f"/actions/facility.put_in_use/?room=room%3A{NEW}" in page
    assert "Take it out of use" not in page and "Nothing was read in this room yet" in page
    form = plant.get("rooms-qa", f"/actions/facility.put_in_use/?room=room%3A{NEW}")
    assert "Report of the qualification" in form


def test_a_room_shows_the_cabinets_that_stand_in_it_and_what_is_above_its_alert_level(plant: Plant) -> None:
    plant.read(SUITE, settle_plate=3)
    page = plant.get("rooms-analyst", f"/rooms/{SUITE}/")
    assert f'href="/rooms/{CABINET}/"' in page and "Alert level" in page and "at most 5 CFU" in page


@pytest.mark.requirement("TRC-01")
def test_what_came_out_of_a_room_is_one_click_away_and_names_its_cabinet(plant: Plant) -> None:
    link = re.search(r'href="([^"]*/trace/)"', plant.get("rooms-qa", f"/rooms/{SUITE}/"))
    assert link is not None and SUITE in link[1]
    trace = plant.get("rooms-qa", link[1])
    assert CABINET in trace and "grade A, " in trace.replace("Grade", "grade")


def test_results_batch_by_batch_open_for_a_house_that_has_none_yet(plant: Plant) -> None:
    assert "Results batch by batch" in plant.get("rooms-analyst", "/trends/")


def test_rooms_of_another_house_are_not_known(plant: Plant) -> None:
    assert CABINET not in plant.get("rooms-elsewhere", "/rooms/")
    plant.get("rooms-elsewhere", f"/rooms/{CABINET}/", status=404)
