"""Pages of devices: what those who use and keep them find there, and that nobody else does."""

import re
from dataclasses import replace

import pytest
from tests.web.maker_house import MakerHouse
from tests.web.site import MAKER, Site

from coign.demo import player
from coign.equipment.views import DeviceState
from coign.kernel.subjects import Chain
from coign.kernel.values import Instant

COUNTER, SCALE, PROCESSOR, DOUBTED = "pages-counter", "pages-scale", "pages-processor", "pages-doubted"
CHAIN = Chain.of("pages")


class House(MakerHouse):
    """Devices of the maker."""

    def __init__(self, site: Site) -> None:
        super().__init__(site, "devices", ("qa", "analyst", "operator"), elsewhere="celllab")
        self._register(COUNTER, "cell_counter", self.instant(300))
        self._register(DOUBTED, "cell_counter", self.instant(300))
        self._register(SCALE, "scale", self.instant(20))
        self._register(PROCESSOR, "cell_processor", self.instant(300))

    def _register(self, name: str, kind: str, due: Instant) -> None:
        done = self.site.signed(
            "equipment.register", "devices-qa", equipment=f"equipment:{name}", device_kind=kind, model="Example 1",
            site="site:devices", qualified_on=self.instant(-1), due_on=due, evidence="ab" * 32,
        )  # fmt: skip
        player.settled(self.site.service, done)


@pytest.fixture(scope="module")
def house(site: Site) -> House:
    return House(site)


def row(page: str, device: str) -> str:
    """The line of one device in words."""
    found = re.search(rf'<li><a href="/equipment/{device}/">.*?</li>', page, re.DOTALL)
    assert found is not None, page[-1500:]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


@pytest.mark.requirement("GMP-09")
def test_the_register_says_of_each_device_whether_it_may_be_used(house: House) -> None:
    page = house.get("devices-operator", "/equipment/")
    assert "In use" in row(page, COUNTER) and "Cell counter" in row(page, COUNTER)
    assert "Due within 30 days" in row(page, SCALE)
    assert "Register a device" not in page and "Register a device" in house.get("devices-qa", "/equipment/")
    assert 'href="/equipment/"' in house.get("devices-operator", "/")


@pytest.mark.requirement("GMP-09")
def test_a_fault_is_entered_by_whoever_sees_it_and_another_returns_the_device(house: House) -> None:
    path = f"/equipment/{SCALE}/"
    form = f"/actions/equipment.take_out_of_service/?equipment=equipment%3A{SCALE}"
    assert form in house.get("devices-operator", path)
    house.site.do("equipment.take_out_of_service", "devices-operator", equipment=f"equipment:{SCALE}", why="it drifts")
    page = house.get("devices-operator", path)
    assert "Out of service" in page and form not in page and "equipment.return_to_service" not in page
    assert "equipment.return_to_service" in house.get("devices-qa", path)
    house.site.signed(
        "equipment.return_to_service", "devices-qa", equipment=f"equipment:{SCALE}", what_was_done="mended"
    )
    page = house.get("devices-qa", path)
    log = re.sub(r"<[^>]+>", " ", page.partition('id="log"')[2])
    assert log.index("Returned to service") < log.index("Taken out of service") < log.index("Registered")


@pytest.mark.requirement("GMP-09", "GMP-19")
def test_a_device_out_of_calibration_asks_the_quality_unit_to_judge_it(house: House) -> None:
    house.site.do(
        "equipment.calibrate", "devices-analyst", equipment=f"equipment:{DOUBTED}", finding="out_of_calibration",
        calibrated_on=house.instant(0), evidence="cd" * 32,
    )  # fmt: skip
    assert "Out of calibration" in row(house.get("devices-analyst", "/equipment/"), DOUBTED)
    page = house.get("devices-qa", f"/equipment/{DOUBTED}/")
    assert "Batches that stand still by it" in page and "It was used on no batch in that time" in page
    assert "Judge what its error touches" in page
    assert "Judge what its error touches" not in house.get("devices-analyst", f"/equipment/{DOUBTED}/")
    assert row(house.get("devices-qa", "/"), DOUBTED), "it stands among the devices that need somebody"
    trace = re.search(r'href="([^"]*/trace/)"', page)
    assert trace is not None and DOUBTED in house.get("devices-qa", trace[1])


def test_every_standing_has_a_shape_and_a_word_of_its_own(house: House) -> None:
    from coign.web.devices.register import standing

    due = Instant("2026-06-01T08:00:00.000000Z")
    good = DeviceState(MAKER, kind="scale", due=due)
    shown = [
        standing(good, due.plus(days=-90)), standing(good, due.plus(days=-9)), standing(good, due),
        standing(replace(good, out_since=due), due), standing(replace(good, failed_at=due), due.plus(days=-90)),
    ]  # fmt: skip
    assert shown == [
        ("in_order", "In use"), ("look", "Due within 30 days"), ("stop", "Overdue"), ("not_yet", "Out of service"),
        ("stop", "Out of calibration"),
    ]  # fmt: skip


def test_devices_of_another_house_are_not_known(house: House) -> None:
    assert COUNTER not in house.get("devices-elsewhere", "/equipment/")
    house.get("devices-elsewhere", f"/equipment/{COUNTER}/", status=404)
    house.get("devices-qa", "/equipment/no device/", status=404)


@pytest.mark.requirement("GMP-09")
def test_between_use_and_cleaning_the_device_says_what_is_to_be_done_by_when(house: House) -> None:
    from coign.web.devices.cleaning import cleaning

    at = Instant("2026-06-01T08:00:00.000000Z")
    used = DeviceState(MAKER, kind="cell_processor", due=at.plus(days=300), used_for=CHAIN, used_at=at)
    clean = replace(used, used_for=None, used_at=None, cleaned_at=at)
    late = replace(clean, cleaned_late_at=at)

    def found(state: DeviceState, hours: float) -> tuple[str, str, str] | None:
        line = cleaning(state, at.plus(hours=hours))
        return None if line is None else (line.status, line.word, line.act)

    assert found(used, 1) == ("look", "To be cleaned", "equipment.clean")
    assert found(used, 25) == ("stop", "Not cleaned in time", "equipment.clean")
    assert found(clean, 1) == ("in_order", "Clean", "")
    assert found(clean, 24 * 8) == ("not_yet", "Not clean any more", "")
    assert found(late, 1) == ("stop", "Cleaned too late", "equipment.judge_late_cleaning")
    assert found(replace(late, clean_again=True), 1) == ("look", "To be cleaned again", "equipment.clean")
    assert found(replace(used, kind="scale"), 1) is None
    assert found(replace(clean, cleaned_at=None), 1) is None


@pytest.mark.requirement("GMP-09")
def test_after_a_cleaning_the_page_of_the_device_counts_the_time_in_which_it_may_be_used(house: House) -> None:
    path, form = f"/equipment/{PROCESSOR}/", f"/actions/equipment.clean/?equipment=equipment%3A{PROCESSOR}"
    house.site.do("equipment.clean", "devices-operator", equipment=f"equipment:{PROCESSOR}", agent="a new set")
    page = house.get("devices-operator", path)
    assert "Use it by" in page and "data-hold" in page and form in page
    assert "Judge its late cleaning" not in house.get("devices-qa", path)
