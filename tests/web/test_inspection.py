"""An inspector reads within a scope, on every page and for machines, and enters nothing (REG-10)."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import URLPattern
from tests.web.served import enrolled, served, signed_in
from tests.web.site import Site

from coign.database import Database
from coign.demo import people, player, scene
from coign.kernel.errors import Refused
from coign.kernel.values import Instant
from coign.records import reading as records

if TYPE_CHECKING:
    from tests.web.client import Client
else:
    Client = object

INSPECTOR, ADMIN = "inspector-1", "admin-1"
#: Pages an inspector's crawl does not follow: they are files, or lead out of the session.
_NOT_FOLLOWED = ("/sign-out", "/session", "/account", "/static", "/reference", "/people/of", "/verify.html", "/log/")


class House:
    """Two therapies of two patients in manufacture, and an inspector of the maker who looks into one of them."""

    def __init__(self, service: Any) -> None:
        self.service, self._nonces = service, count()
        self.roots = []
        for number, until in (("NH-730001", "record-monitoring"), ("NH-730002", "finish-collection")):
            patient = enrolled(service, number)
            list(player.play(service, patient, until))
            self.roots.append(self.journey_of(patient).root)
        self.inside, self.outside = (self.journey_of(root).chain for root in self.roots)
        self.open(therapies=[self.inside])
        self.browser = signed_in(INSPECTOR)
        self.browser.post("/session/role/", {"role": f"inspector@{people.MAKER}"})

    def journey_of(self, root: str) -> Any:
        return scene.find(self.service, root).journey

    def open(self, **scope: Any) -> Any:
        who, admin = people.account(INSPECTOR), people.account(ADMIN)
        assert who is not None and admin is not None
        command = {"person": who.person, "organisation": people.MAKER, "until": self.in_days(20), **scope}
        nonce = f"open-{next(self._nonces)}"
        done = player.perform_as(self.service, admin.actor, "people.open_inspection", command, nonce)
        return player.settled(self.service, done)

    def in_days(self, days: int) -> Instant:
        return Instant.of_us(self.service.clock.now_us()).plus(days=days)

    def get(self, path: str) -> Any:
        return self.browser.get(path)

    def of(self, chain: str) -> set[str]:
        """Every name of a thing of one therapy."""
        with self.connection() as connection:
            rows = connection.execute(
                "select subject from records.belongs where ledger_id = %s and root = %s "
                "union select patient from records.journey where ledger_id = %s and root = %s",
                (self.service.ledger_id, chain, self.service.ledger_id, chain),
            ).fetchall()
        return {chain, *(subject for (subject,) in rows)}

    def positions(self, chain: str) -> set[int]:
        with self.connection() as connection:
            return {act.position for act in records.acts(connection, self.service.ledger_id, chain)}

    def connection(self) -> Any:
        return scene.connection(self.service)


@pytest.fixture(scope="module")
def house(site: Site, database: Database, home: Path) -> Iterator[House]:
    """One demonstration for all tests of this file."""
    with served(database, home) as service:
        yield House(service)


def names_in(text: str, names: set[str]) -> set[str]:
    """Which of these subjects a page names, by their identifiers."""
    return {n for n in names if n.partition(":")[2] in text}


@pytest.mark.requirement("REG-10", "CSV-04")
def test_an_inspector_finds_the_therapy_in_scope_and_no_other(house: House) -> None:
    listed = house.get("/api/journeys").json()["journeys"]
    assert [each["journey"] for each in listed] == [house.inside]
    assert house.get(f"/journeys/{house.inside}/").status_code == 200
    for address in (
        f"/journeys/{house.outside}/", f"/api/subjects/{house.outside}", f"/api/trace/{house.outside}",
        f"/subjects/{house.outside}/", f"/journeys/{house.outside}/pack/",
    ):  # fmt: skip
        assert house.get(address).status_code == 404, address
    batches = sorted(s for s in house.of(house.inside) if s.startswith("batch:"))
    assert batches and house.get(f"/api/subjects/{batches[0]}").status_code == 200


@pytest.mark.requirement("REG-10", "CSV-04")
def test_no_address_tells_of_a_therapy_out_of_scope(house: House) -> None:
    from coign.web.urls import PUBLIC, urlpatterns

    others = house.of(house.outside) - house.of(house.inside)
    unit = next(s for s in sorted(others) if s.startswith("unit:"))
    entry = max(house.positions(house.outside) - house.positions(house.inside))
    asked = {house.outside, unit, unit.partition(":")[2]}
    tried = 0
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        if str(pattern.name) in PUBLIC or "<" not in route or "<path" in route:
            continue
        for subject in (house.outside, unit) if "<str" in route else (unit,):
            address = "/" + re.sub(r"<int:\w+>", str(entry), re.sub(r"<str:\w+>", subject, route))
            page = house.get(address)
            text = unescape(b"".join(page.streaming_content if page.streaming else [page.content]).decode())
            for named in asked:  # a page may say again what it was asked for
                text = text.replace(named, "")
            assert not names_in(text, others - asked), address
            assert page.status_code != 500
            tried += 1
    assert tried > 60


@pytest.mark.requirement("REG-10", "CSV-04")
def test_whatever_an_inspector_follows_no_page_names_another_patients_things(house: House) -> None:
    others = house.of(house.outside) - house.of(house.inside)
    seen, waiting = set[str](), ["/", f"/journeys/{house.inside}/", "/rooms/", "/equipment/", "/tanks/", "/done-by/"]
    for thing in sorted(house.of(house.inside)):
        waiting += [f"/subjects/{thing}/", f"/api/trace/{thing}?back=1"]
    while waiting and len(seen) < 60:
        address = waiting.pop(0)
        if address in seen or address.startswith(_NOT_FOLLOWED):
            continue
        seen.add(address)
        page = house.get(address)
        content = b"".join(page.streaming_content) if page.streaming else page.content
        text = unescape(content.decode(errors="replace"))
        assert not names_in(text, others), (address, names_in(text, others))
        if page.status_code == 200 and "html" in page["Content-Type"]:
            waiting += re.findall(r'href="(/[^"#]*)"', text)
    assert len(seen) == 60


@pytest.mark.requirement("REG-10", "CSV-04")
def test_an_inspector_has_no_route_that_writes(house: House) -> None:
    from coign.web.urls import PUBLIC, urlpatterns

    before, writes = size_of(house), []
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        if str(pattern.name) in PUBLIC or "<path" in route or route.startswith(("session/", "account/", "scan/")):
            continue
        address = "/" + re.sub(r"<int:\w+>", "1", re.sub(r"<str:\w+>", house.inside, route))
        answer = house.browser.post(address, {}, content_type="application/json")
        if answer.status_code not in (403, 405):
            writes.append((address, answer.status_code))
    assert writes == [("/api/identifiers/check", 422)]
    assert size_of(house) == before
    command = {"chain": house.inside}
    told = house.browser.post(
        "/api/actions/clinical.enrol/check", {"command": command}, content_type="application/json"
    )
    assert told.status_code == 403 and "an inspector enters nothing" in told.json()["detail"]
    assert house.get("/actions/clinical.enrol/").status_code == 403


def size_of(house: House) -> int:
    with house.connection() as connection:
        row = connection.execute("select size from head where ledger_id = %s", (house.service.ledger_id,)).fetchone()
    return int(row[0])


@pytest.mark.requirement("REG-10")
def test_a_scope_by_product_or_site_narrows_as_well_and_each_list_narrows_further(house: House) -> None:
    product = house.journey_of(house.inside).product
    try:
        house.open(products=[product])
        assert len(house.get("/api/journeys").json()["journeys"]) == 2
        house.open(products=[product], sites=[people.site_of(people.CENTRE)])
        assert len(house.get("/api/journeys").json()["journeys"]) == 2
        house.open(products=[product], sites=[people.site_of(people.CENTRE_US)])
        assert house.get("/api/journeys").json()["journeys"] == []
        assert house.get(f"/journeys/{house.inside}/").status_code == 404
        house.open(therapies=[house.inside], sites=[people.site_of(people.MAKER)])
        assert [j["journey"] for j in house.get("/api/journeys").json()["journeys"]] == [house.inside]
        with pytest.raises(Refused) as no:
            house.open(sites=["site:nowhere"])
        assert [g.gate for g in no.value.gates] == ["people.scope_is_known"]
    finally:
        house.open(therapies=[house.inside])


@pytest.mark.requirement("REG-10")
def test_without_a_scope_an_inspector_reads_what_the_house_may(house: House) -> None:
    admin, who = people.account(ADMIN), people.account(INSPECTOR)
    assert admin is not None and who is not None
    command = {"person": who.person, "role": "inspector", "organisation": people.MAKER, "until": house.in_days(20)}
    player.settled(house.service, player.perform_as(house.service, admin.actor, "people.grant_role", command, "whole"))
    assert len(house.get("/api/journeys").json()["journeys"]) == 2
    house.open(therapies=[house.inside])
    assert len(house.get("/api/journeys").json()["journeys"]) == 1


@pytest.mark.requirement("REG-10", "CSV-08")
def test_when_the_inspection_is_over_nothing_is_read(house: House) -> None:
    try:
        house.open(therapies=[house.inside], until=house.in_days(-1))
        assert house.get("/api/journeys").status_code == 403
        assert house.get(f"/journeys/{house.inside}/").status_code == 403
    finally:
        house.open(therapies=[house.inside])
