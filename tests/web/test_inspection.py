"""An inspector reads within a scope, on every page and for machines, and enters nothing (REG-10)."""

import json
import re
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import URLPattern
from tests.web.served import enrolled, served, signed_in
from tests.web.site import Site

from coign.database import Database
from coign.demo import people, player, scene
from coign.gateways.labels import Symbol, SymbolKind, symbol_text
from coign.kernel.errors import Refused
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor, Instant
from coign.ledger.checkpoints import publish
from coign.ledger.store import connect
from coign.records import reading as records
from coign.records import scope
from coign_verify.pack_check import verify_pack
from coign_verify.trust import Trust

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
        self.service, self.nonces = service, count()
        self.roots = []
        for number, until in (("NH-730001", "record-monitoring"), ("NH-730002", "place-in")):
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
        nonce = f"open-{next(self.nonces)}"
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

    def sign(self) -> None:
        """The record as it stands is signed, as a server would."""
        service = self.service
        with connect(service.database.application_dsn) as connection:
            publish(connection, service.ledger_id, service.keys_here(), service.clock.now_us())

    def access(self, fact: str) -> list[Any]:
        """The facts of this kind in the access ledger, in order."""
        with self.connection() as connection:
            rows = connection.execute(
                "select body from entry where ledger_id = %s order by position", (-self.service.ledger_id,)
            ).fetchall()
        told = [each for (body,) in rows for each in json.loads(bytes(body))["intent"]["facts"]]
        return [each["body"] for each in told if each["type"] == fact]


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
    while waiting and len(seen) < 40:
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
    assert len(seen) == 40


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
        for address in ("", "pack/", "audit-trail/"):
            assert house.get(f"/journeys/{house.inside}/{address}").status_code == 403
    finally:
        house.open(therapies=[house.inside])


def opened_copy(answer: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.requirement("REG-10", "CSV-02")
def test_what_an_inspector_takes_away_bears_a_mark_and_is_entered_with_its_hash(house: House) -> None:
    house.sign()
    pack = house.get(f"/journeys/{house.inside}/pack/")
    files = opened_copy(pack)
    name = house.inside.replace(":", "-")
    assert list(files) == ["copy.html", "copy.pdf", f"{name}.zip", "copy.txt"]
    mark = f"Copy for inspection, taken by {INSPECTOR} (inspector) at "
    original = sha256(files[f"{name}.zip"]).hexdigest()
    assert mark in files["copy.html"].decode() and f"SHA-256 of the original: {original}" in files["copy.html"].decode()
    assert files["copy.txt"].decode().startswith(mark) and files["copy.pdf"].startswith(b"%PDF")
    found = verify_pack(files[f"{name}.zip"], Trust((house.service.log_key,)))
    assert (found.exit_code, found.problems) == (0, []), "the pack itself has its one form, and no mark"
    (entry,) = house.access("access.copy_taken.v1")[-1:]
    assert entry["sha256"] == sha256(pack.content).hexdigest() and entry["what"] == f"pack of {house.inside}"
    assert (entry["by"], entry["organisation"]) == (f"person:{INSPECTOR}", str(people.MAKER))
    export = opened_copy(house.get(f"/subjects/{house.inside}/export/"))
    inner = zipfile.ZipFile(BytesIO(export[f"export-{name}.zip"]))
    assert mark not in inner.read("export.html").decode() and mark in export["copy.html"].decode()
    table = house.get("/done-by/person:operator-1/acts.csv").content.decode()
    assert table.startswith(f'"{mark}')
    assert [e["what"] for e in house.access("access.copy_taken.v1")][-2:] == [
        f"export of {house.inside}",
        "what person:operator-1 did",
    ]
    unit = next(s for s in sorted(house.of(house.inside)) if s.startswith("unit:")).partition(":")[2]
    assert house.get(f"/labels/{unit}/label.pdf").status_code == 403, "a second label may end on another bag"
    assert house.get(f"/journeys/{house.outside}/pack/").status_code == 404
    assert house.get(f"/subjects/{house.outside}/export/").status_code == 404


@pytest.mark.requirement("REG-10")
def test_the_room_says_what_for_until_when_and_what_is_next(house: House) -> None:
    page = unescape(house.get("/").content.decode())
    main = re.sub(r"<[^>]+>", " ", page.partition("<main")[2])
    assert "Inspection room" in page and "open until" in page and "you read, and enter nothing" in page
    assert f"Look into therapy {house.inside.partition(':')[2]}" in main
    assert "Audit trail" in main and "Pack" in main and "Export" in main and "The record holds" in main
    for address in (f"/journeys/{house.inside}/audit-trail/", f"/subjects/{house.inside}/export/", "/verify.html"):
        assert f'href="{address}"' in page
    assert 'class="c-copy">Copy for inspection, printed by inspector-1' in page
    assert "simulated clock" not in page.lower().partition("</header>")[0] or "/demonstration/advance/" not in page
    try:
        house.open(sites=[people.site_of(people.CENTRE_US)])
        assert "No therapy is in your scope" in house.get("/").content.decode()
    finally:
        house.open(therapies=[house.inside])


@pytest.mark.requirement("REG-10")
def test_the_room_shows_what_is_out_of_order_first_and_all_others_on_demand(house: House) -> None:
    product = house.journey_of(house.inside).product
    refused_in(house, house.outside)
    try:
        house.open(products=[product])
        named = {root: root.partition(":")[2] for root in (house.inside, house.outside)}
        first, everything = listed(house, "/"), listed(house, "/?show=all")
        assert named[house.outside] in first and "refusal" in first
        assert all(name in everything for name in named.values())
        newest, oldest = sorted(named, key=lambda root: -house.journey_of(root).position)
        position = house.journey_of(newest).position
        older = listed(house, f"/?show=all&before={position}")
        assert named[oldest] in older and named[newest] not in older
        assert "None, as far as you may know" in listed(house, "/?show=out-of-order&before=1")
        for wrong in ("show=none", "before=x", "before=-1"):
            assert house.get(f"/?{wrong}").status_code == 422, wrong
    finally:
        house.open(therapies=[house.inside])


@pytest.mark.requirement("REG-10", "CSV-04")
def test_what_is_out_of_order_outside_the_scope_or_the_readers_sight_moves_nothing(house: House) -> None:
    refused_in(house, house.outside)
    with house.connection() as connection:
        found = records.journeys(connection, house.service.ledger_id, str(people.MAKER), odd=True)
    assert house.outside in {journey.root for journey in found}
    assert house.outside.partition(":")[2] not in listed(house, "/")
    assert house.outside.partition(":")[2] not in listed(house, "/?show=out-of-order")


@pytest.mark.requirement("REG-10", "CSV-04")
def test_an_entry_that_also_names_another_therapys_bag_is_listed_and_what_it_tells_is_withheld(house: House) -> None:
    inside, outside = (bag_at_the_maker(house, root) for root in house.roots)
    account = people.account("warehouse-2")
    assert account is not None
    with pytest.raises(Refused):
        command = {"unit": inside, "found": outside}
        player.perform_as(
            house.service, account.actor, "storage.confirm_removal", command, f"swap-{next(house.nonces)}"
        )
    assert house.service.projector is not None and house.service.projector.wait_for(size_of(house) - 1)
    entry = size_of(house) - 1
    page = unescape(house.get(f"/journeys/{house.inside}/").content.decode())
    told = page.partition('id="withheld-title"')[2].partition("</section>")[0]
    assert f"entry {entry}" in told and "refused" in told
    assert not names_in(page, house.of(house.outside) - house.of(house.inside))
    assert house.get(f"/entries/{entry}/").status_code == 404
    assert "refusal" in listed(house, "/")
    try:
        house.open(therapies=[house.inside, house.outside])
        both = unescape(house.get(f"/journeys/{house.inside}/").content.decode())
        assert 'id="withheld-title"' not in both and f'href="/entries/{entry}/"' in both
    finally:
        house.open(therapies=[house.inside])


@pytest.mark.requirement("REG-10")
def test_the_room_asks_as_many_questions_for_many_therapies_as_for_one(house: House) -> None:
    for root in house.roots:
        refused_in(house, root)
    from coign.web.inspection.room import room
    from coign.web.reading import reader

    actor = Actor(Person.of(INSPECTOR), "inspector", Organisation(people.MAKER))

    def questions() -> tuple[int, int]:
        before = reader()._pool.get_stats()["requests_num"]
        rows = len(room(actor, {"show": "all"})["therapies"])
        return rows, reader()._pool.get_stats()["requests_num"] - before

    with scope.only(scope.Within([house.inside])):
        one, asked = questions()
    both, asked_for_both = questions()
    assert (one, both) == (1, 2) and asked == asked_for_both


def test_a_page_of_the_room_ends_where_the_next_one_begins() -> None:
    from coign.web.inspection.room import cut

    def even(number: int) -> bool:
        return number % 2 == 0

    assert cut([], even, looked_into=4, shown=2) == ([], None)
    assert cut([1, 2, 3], even, looked_into=4, shown=2) == ([2], None)
    assert cut([1, 2, 3, 4], even, looked_into=4, shown=2) == ([2, 4], None)
    assert cut([2, 4, 5, 6], even, looked_into=4, shown=2) == ([2, 4], 4)
    assert cut([1, 3, 5, 7, 8], even, looked_into=4, shown=2) == ([], 7), "the eighth is looked into on the next page"


@pytest.mark.requirement("REG-10")
def test_whoever_opens_an_inspection_names_therapies_by_what_a_letter_or_a_label_says(house: House) -> None:
    from coign.web.forms.lines import TherapiesField

    field = TherapiesField(Organisation(people.MAKER), required=False)
    inside, outside = (root.partition(":")[2] for root in (house.inside, house.outside))
    batch = next(s for s in sorted(house.of(house.inside)) if s.startswith("batch:")).partition(":")[2]
    unit = next(s for s in sorted(house.of(house.outside)) if s.startswith("unit:"))
    symbol = symbol_text(Symbol(SymbolKind.UNIT, unit.partition(":")[2], 1))
    assert field.clean(f"{inside}\n\n {batch} \n{house.outside}\n{symbol}\n{unit}") == [house.inside, house.outside]
    assert field.clean("") == [] and field.prepare_value([inside, outside]) == f"{inside}\n{outside}"
    with pytest.raises(ValidationError) as no:
        field.clean(f"{inside}\n{outside[:-2].lower()}\nNEVER-SEEN\n%_\npatient:{outside}")
    alike, never, wild, other = no.value.messages
    assert alike.startswith(f"“{outside[:-2].lower()}” names no therapy of your house; there is") and outside in alike
    assert never == "“NEVER-SEEN” names no therapy of your house"
    assert "there is" not in wild and "there is" not in other
    elsewhere = TherapiesField(Organisation.of("nobodys-house"), required=False)
    with pytest.raises(ValidationError) as hidden:
        elsewhere.clean(inside)
    assert hidden.value.messages == [f"“{inside}” names no therapy of your house"]


@pytest.mark.requirement("REG-10")
def test_the_form_of_an_inspection_keeps_what_was_typed_until_it_can_be_understood(house: House) -> None:
    admin, inside = signed_in(ADMIN), house.inside.partition(":")[2]
    who = people.account(INSPECTOR)
    assert who is not None
    page = admin.get("/actions/people.open_inspection/").content.decode()
    assert '<textarea name="therapies"' in page and 'type="checkbox" name="therapies"' not in page
    typed = {
        "person": str(who.person),
        "organisation": str(people.MAKER),
        "until": str(house.in_days(20))[:16],
        "key": "i-1",
    }
    wrong = admin.post("/actions/people.open_inspection/", typed | {"screen": "0", "therapies": f"{inside}\nNOBODY"})
    assert wrong.status_code == 422 and f"{inside}\nNOBODY" in wrong.content.decode()
    second = admin.post("/actions/people.open_inspection/", typed | {"screen": "0", "therapies": inside})
    assert second.status_code == 200 and 'name="sites"' in second.content.decode()
    done = admin.post("/actions/people.open_inspection/", typed | {"screen": "1", "therapies": inside})
    assert done.status_code == 302, done.content.decode()
    (fact,) = [f for f in last_facts(house) if f["type"] == "people.inspection_scoped.v1"]
    assert fact["body"]["therapies"] == [house.inside]


def last_facts(house: House) -> list[Any]:
    """The facts of the newest entry."""
    with house.connection() as connection:
        row = connection.execute(
            "select body from entry where ledger_id = %s order by position desc limit 1", (house.service.ledger_id,)
        ).fetchone()
    return list(json.loads(bytes(row[0]))["intent"]["facts"])


def refused_in(house: House, root: str) -> None:
    """Somebody of the maker asks for what cannot be done in a therapy."""
    account, ready = people.account("operator-1"), house.in_days(-20)
    assert account is not None
    command = {"chain": root, "start_on": house.in_days(-10), "ready_on": ready, "reason": "Out of order."}
    with pytest.raises(Refused):
        player.perform_as(
            house.service, account.actor, "manufacturing.move_slot", command, f"moved-{next(house.nonces)}"
        )
    assert house.service.projector is not None
    assert house.service.projector.wait_for(size_of(house) - 1)


def bag_at_the_maker(house: House, root: str) -> str:
    """A bag of a therapy that lies there."""
    with house.connection() as connection:
        things = records.things(
            connection, house.service.ledger_id, organisation=str(people.MAKER), root=root, kind="unit"
        )
    return things[0].subject


def listed(house: House, address: str) -> str:
    """The list of therapies of the room."""
    page = unescape(house.get(address).content.decode())
    return page.partition('aria-labelledby="therapies"')[2].partition("</section>")[0]
