"""What a carrier's pages show of a shipment: where it goes, how long it keeps cold, and nothing of whom it is for."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.served import enrolled, served, signed_in
from tests.web.site import Site

from coign.database import Database
from coign.demo import people, player, scene
from coign.identity.views import UNIT
from coign.kernel.errors import NotFound
from coign.kernel.values import Instant
from coign.logistics.views import RECEIPT, SHIPMENT, ShipmentState
from coign.manufacturing.views import BATCH
from coign.perform import Request
from coign.service import Service
from coign.storage.views import PLACE

if TYPE_CHECKING:
    from tests.web.client import Client
else:
    Client = object

COURIER, CELLLAB = "courier-1", "celllab-1"
_numbers = count(620_001)


@dataclass(frozen=True, slots=True)
class Transport:
    """A bag that is packed, and browsers of those who hand it over."""

    service: Service
    browsers: dict[str, Client]
    root: str
    number: str

    def shows(self, who: str, path: str) -> str:
        """The page as this person sees it."""
        response = self.browsers[who].get(path)
        assert response.status_code == 200, response.content.decode()[-2000:]
        return response.content.decode()

    @property
    def shipment(self) -> ShipmentState:
        """The shipment of this therapy."""
        states = self.service.states
        return next(s for _, s in states.all(SHIPMENT) if s.unit and states.of(UNIT, s.unit).chain == self.root)

    def played(self, to: str) -> None:
        """Go on with the story."""
        list(player.play(self.service, self.root, to))


def waiting(page: str) -> int:
    """How many things a first page says are waiting; shipments of other tests may be among them."""
    found = re.search(r"(\d+) things? waits? for you", page)
    return int(found[1]) if found else 0


def reads_of_the_unit_its_way_and_nothing_else(transport: Transport) -> None:
    """The unit's page, interface and entries as its carrier finds them, after it was carried."""
    unit, courier, celllab = transport.shipment.unit, transport.browsers[COURIER], transport.browsers[CELLLAB]
    assert unit is not None
    told, all_of_it = (b.get(f"/api/subjects/{unit}").json() for b in (courier, celllab))
    kinds = {fact["type"].partition(".")[0] for line in told["history"] for fact in line["facts"]}
    assert {"custody", "logistics"} <= kinds <= {"custody", "logistics", "coldchain"}
    assert "identity.unit" in all_of_it["states"] and "identity.unit" not in told["states"]
    page = transport.shows(COURIER, f"/subjects/{unit}/").partition("<main")[2].partition("</main>")[0]
    assert f"/subjects/{transport.root}/" not in page and "/subjects/unit:" not in page.replace(str(unit), "")
    whole = {line["position"] for line in all_of_it["history"]}
    shown = {p for p in whole if courier.get(f"/api/entries/{p}").status_code == 200}
    assert shown and shown < whole
    for position in shown:
        entry = base64.b64decode(courier.get(f"/api/entries/{position}").json()["body"])
        assert transport.root.encode() not in entry and b"patient:" not in entry


@pytest.fixture(scope="module")
def here(site: Site, database: Database, home: Path) -> Iterator[tuple[Service, dict[str, Client]]]:
    """The demonstration, and a browser of each who hands over."""
    with served(database, home) as service:
        yield service, {name: signed_in(name) for name in (COURIER, CELLLAB)}


@pytest.fixture
def transport(here: tuple[Service, dict[str, Client]]) -> Transport:
    """Packed and sealed, named for the demonstration's courier, and not yet handed over."""
    return brought(here, "seal-collection")


def brought(here: tuple[Service, dict[str, Client]], to: str) -> Transport:
    """A therapy of its own, as far as this step."""
    service, browsers = here
    number = f"NH-{next(_numbers)}"
    patient = enrolled(service, number)
    list(player.play(service, patient, to))
    return Transport(service, browsers, scene.find(service, patient).journey.root, number)


@pytest.mark.requirement("TRC-26", "CSV-04")
def test_a_named_carrier_sees_where_a_parcel_goes_and_until_when_and_nothing_of_whom_it_is_for(
    transport: Transport,
) -> None:
    shipment, journey = transport.shipment, f"/journeys/{transport.root}/"
    assert shipment.carrier == people.COURIER
    assert shipment.shipper is not None
    before = waiting(transport.shows(COURIER, "/"))
    transport.played("offer-collection")
    assert waiting(transport.shows(COURIER, "/")) == before + 1, "named before, and now it is their turn"
    for path in ("/", "/journeys/"):
        page = transport.shows(COURIER, path)
        assert "Transport to Beispiel Biotherapies, Plant 1" in page
        assert shipment.shipper.identifier in page and "arrive before" in page
    page = transport.shows(COURIER, journey)
    for words in ("On its way", "Nordhaven University Hospital", "Plant 1", "Coldway Couriers", "Arrive before"):
        assert words in page
    shown = page.partition("<main")[2].partition("</main>")[0]  # beside it lies the demonstration's tray
    assert shown and shipment.seal not in shown, "whoever takes a shipper over reads its seal for themselves"
    chain = scene.find(transport.service, transport.root).journey
    for path in ("/", "/journeys/", journey):
        page = transport.shows(COURIER, path)
        told = (transport.number, "Vogt", "Tilda", "1969", chain.patient.partition(":")[2])
        assert [word for word in told if word in page] == []
    transport.played("confirm-receipt-in")
    page = transport.shows(COURIER, "/journeys/").partition("<main")[2]
    assert "Over" in page and "Certified" not in page
    assert "On its way" not in transport.shows(COURIER, journey)
    reads_of_the_unit_its_way_and_nothing_else(transport)


def test_the_forms_of_a_hand_over_know_who_carries_and_where_to(transport: Transport) -> None:
    form = transport.shows(CELLLAB, f"/journeys/{transport.root}/do/offer-collection/")
    assert "Coldway Couriers" in form and "Goes to" in form
    transport.played("collect-collection")
    form = transport.shows(COURIER, f"/journeys/{transport.root}/do/deliver-collection/")
    assert "Beispiel Biotherapies" in form and "Coldway Couriers" not in form.partition("<main")[2]


@pytest.mark.requirement("TRC-26", "SCS-06", "SCS-08")
def test_the_history_of_a_shipper_tells_its_carrier_when_it_was_set_aside_and_not_for_whom(
    transport: Transport,
) -> None:
    shipper, chain = transport.shipment.shipper, transport.root
    assert shipper is not None
    page = transport.shows(COURIER, f"/subjects/{shipper}/").partition("<main")[2]
    told = transport.browsers[COURIER].get(f"/api/subjects/{shipper}").json()
    kinds = [fact["type"] for line in told["history"] for fact in line["facts"]]
    for kind in ("shipper_reserved", "logger_started", "packed", "sealed"):
        assert f"logistics.{kind}.v1" in kinds
    for shown in (page, str(told)):
        assert chain not in shown and chain.partition(":")[2] not in shown and "patient:" not in shown
    chose = told["history"][kinds.index("logistics.shipper_reserved.v1")]["position"]
    assert transport.browsers[CELLLAB].get(f"/entries/{chose}/").status_code == 200
    assert transport.browsers[COURIER].get(f"/entries/{chose}/").status_code == 404, "the entry names the therapy"


def test_before_packing_the_forms_say_what_a_shipper_must_do_and_which_one_was_chosen(
    here: tuple[Service, dict[str, Client]],
) -> None:
    transport = brought(here, "place-cryobags")
    journey = f"/journeys/{transport.root}/"
    form = transport.shows(CELLLAB, f"{journey}do/choose-shipper-in/").partition("<main")[2]
    assert "at least 120 h" in form and "Longest way" in form
    transport.played("start-logger-in")
    page = transport.shows(CELLLAB, journey).partition("<main")[2]
    for words in ("Shipper for the next way", "NOR-DS-", "Choose another shipper", "Give the shipper up"):
        assert words in page
    form = transport.shows(CELLLAB, f"{journey}do/pack-collection/").partition("<main")[2]
    for words in ("Place of arrival", "Carried by", "Coldway Couriers", "Chosen shipper"):
        assert words in form
    transport.played("pack-collection")
    page = transport.shows(CELLLAB, journey).partition("<main")[2]
    assert "not put on yet" in page and "Take the units out again" in page and "Put another seal on" not in page
    transport.played("seal-collection")
    page = transport.shows(CELLLAB, journey).partition("<main")[2]
    assert "Put another seal on" in page and "not put on yet" not in page
    states, unit = transport.service.states, transport.shipment.unit
    assert unit is not None
    back = {"shipment": str(states.of(RECEIPT, unit).under_way)}
    by = people.in_role("celllab", people.CENTRE)[0].actor
    done = player.perform_as(transport.service, by, "logistics.unpack", back, f"back/{transport.root}")
    player.settled(transport.service, done)
    page = transport.shows(CELLLAB, journey).partition("<main")[2]
    assert "Put another seal on" not in page and "do/choose-shipper-in/" in page, "made ready once more"


@pytest.mark.requirement("SCS-04", "SCS-11", "TRC-26")
def test_a_tank_shows_who_lies_where_and_names_only_to_those_who_treat(
    here: tuple[Service, dict[str, Client]],
) -> None:
    transport = brought(here, "place-cryobags")
    service, browsers, number = transport.service, transport.browsers, transport.number

    assert "NOR-TANK-2" in transport.shows(CELLLAB, "/tanks/")
    page = transport.shows(CELLLAB, "/tanks/NOR-TANK-2/").partition("<main")[2]
    assert number in page and transport.root.partition(":")[2] in page
    assert "has no storage tank" in transport.shows(COURIER, "/tanks/")
    assert browsers[COURIER].get("/tanks/NOR-TANK-2/").status_code == 404
    assert browsers[CELLLAB].get("/tanks/no tank/").status_code == 404

    unit = next(u for u, place in service.states.all(PLACE) if place.box is not None)
    asked = {"unit": unit, "box": "box:NOWHERE", "position": 1}
    with pytest.raises(NotFound):
        service.door.check(Request("storage.place", people.in_role("celllab", people.CENTRE)[0].actor, "k", asked))

    transport.played("open-in")
    browsers["warehouse-1"] = signed_in("warehouse-1")
    page = transport.shows("warehouse-1", f"/journeys/{transport.root}/")
    assert "is out of the cold" in page and "Back into the cold by" in page
    transport.played("confirm-receipt-in")
    page = transport.shows("warehouse-1", f"/journeys/{transport.root}/do/place-in/")
    assert "Tank for" in page and "Quarantine. The donor&#x27;s tests are pending" in page
    transport.played("place-in")
    page = transport.shows("warehouse-1", "/tanks/BEI-TANK-2/").partition("<main")[2]
    assert transport.root.partition(":")[2] in page and "of 45 min" in page
    assert [word for word in (number, "Vogt", "T.V.") if word in page] == []
    elsewhere = transport.shows(CELLLAB, f"/journeys/{transport.root}/").partition("<main")[2]
    assert "BEI-TANK-2" not in elsewhere, "where it lies in another house's tank is that house's own matter"

    assert transport.shipment.unit is not None
    lies = service.states.of(PLACE, transport.shipment.unit)
    move = f"box={lies.box}&position={lies.position}&purpose=moving".replace(":", "%3A").replace("&", "&amp;")
    assert move not in transport.shows("warehouse-1", "/tanks/BEI-TANK-2/")
    transport.played("donor-report")
    assert move in transport.shows("warehouse-1", "/tanks/BEI-TANK-2/")
    assert "out of quarantine" in transport.shows("warehouse-1", "/")


@pytest.mark.requirement("SCS-S1", "GMP-S7", "TRC-26")
def test_a_lot_recalled_while_its_product_is_in_the_air_stops_it_wherever_somebody_looks(transport: Transport) -> None:
    service, journey = transport.service, f"/journeys/{transport.root}/"
    transport.played("depart-out")
    assert "recalled" not in transport.shows(COURIER, journey).lower()
    batch = next(state for _, state in service.states.all(BATCH) if str(state.chain) == transport.root)
    warehouse, qa = people.in_role("warehouse", people.MAKER)[0].actor, people.in_role("qa", people.MAKER)[0].actor
    lot, told = str(batch.lots[-1]), {"why": "the supplier calls it back"}
    done = player.perform_as(service, warehouse, "supply.hold_lot", {"lot": lot, **told}, f"hold/{transport.root}")
    player.settled(service, done)

    for path in ("/", journey):
        page = transport.shows(COURIER, path).partition("<main")[2]
        assert "hand it over into quarantine only" in page
        assert batch.lots[-1].identifier not in page, "a carrier learns where to, not why"
    page = transport.shows(CELLLAB, journey).partition("<main")[2]
    assert "STOP: recalled" in page and f"{batch.lots[-1].identifier} is on hold" in page

    transport.played("arrive-out")
    step = player.next_command(service, transport.root).step
    assert "hand it over into quarantine only" in transport.shows(COURIER, f"{journey}do/{step}/")
    transport.played("open-out")
    step = player.next_command(service, transport.root).step
    assert "STOP: recalled" in transport.shows(CELLLAB, f"{journey}do/{step}/"), "the receipt says it as well"
    transport.played("confirm-product")
    assert "clinical.product_lots_are_in_order" in unmet(transport), "nobody is conditioned for it"
    lifted = {"lot": lot, "finding": "the notice named another lot"}
    player.settled(service, player.perform_as(service, qa, "supply.lift_hold", lifted, f"lift/{transport.root}"))
    assert "clinical.product_lots_are_in_order" not in unmet(transport)
    assert "STOP: recalled" not in transport.shows(CELLLAB, journey)


def unmet(transport: Transport) -> set[str]:
    """The gates that keep the next act of this therapy from being done."""
    return {answer.gate for answer in player.next_command(transport.service, transport.root).unmet}


@pytest.mark.usefixtures("site")
def test_a_shipper_that_went_twice_for_one_therapy_has_two_charts_told_apart() -> None:
    from coign.web.therapy.warmth import charts

    def packed(number: int, shipper: str) -> SimpleNamespace:
        entry = SimpleNamespace(time=Instant(f"2026-03-{number:02}T08:00:00.000000Z"))
        return SimpleNamespace(body={"shipment": f"shipment:{number}", "shipper": shipper}, entry=entry)

    ways = [packed(1, "shipper:DS-1"), packed(2, "shipper:DS-2"), packed(9, "shipper:DS-1")]
    told: dict[str, list[SimpleNamespace]] = {"logistics.packed.v1": ways}
    story: Any = SimpleNamespace(programme=None, told=lambda kind: told.get(kind, []))
    first, other, again = (chart["title"] for chart in charts(story))
    assert other == "Temperature, shipper DS-2"
    assert first.startswith("Temperature, shipper DS-1, packed ") and first != again
