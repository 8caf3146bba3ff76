"""Pages of the store: lots and suppliers, a pack in somebody's hands, and a case of suspect product with its clock."""

import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.site import HOSPITAL, MAKER, Site

from coign.kernel.errors import Invalid
from coign.kernel.values import Instant
from coign.web.storing.scanning import parts_of

if TYPE_CHECKING:
    from tests.web.client import Client
else:
    Client = object

GTIN, LOT = "09524000000019", "STORE-1"
HELD, NEW, DOUBTED = "STORE-2", "STORE-3", "STORE-4"


class Store:
    """The maker's store with one approved lot of vials; everybody has one browser."""

    def __init__(self, site: Site) -> None:
        self.site, self._browsers = site, dict[str, Client]()
        site.supplier("vector")
        for name, organisation, role in (
            ("store-analyst", MAKER, "analyst"), ("store-qa", MAKER, "qa"), ("store-keeper", MAKER, "warehouse"),
            ("store-regulatory", MAKER, "regulatory"), ("store-pharmacist", HOSPITAL, "pharmacist"),
        ):  # fmt: skip
            site.add_person(name, organisation, role)
        site.enrol_key("store-qa")
        self.expires = Instant(f"{self.now.plus(days=400)[:10]}T12:00:00.000000Z")
        given = {"material": "vector", "supplier": "supplier:acme", "expires": self.expires, "certificate": "ab" * 32}
        for lot in (LOT, HELD, NEW, DOUBTED):
            site.do("supply.receive_lot", "store-keeper", lot=f"lot:{lot}", **given)
        self.tested(LOT)
        site.signed("supply.approve_lot", "store-qa", lot=f"lot:{LOT}")
        site.do("supply.hold_lot", "store-keeper", lot=f"lot:{HELD}", why="the box is wet")

    def tested(self, lot: str) -> None:
        raw = {"test": "identity", "method": "spectrum", "passed": True, "raw": "cd" * 32}
        self.site.do("supply.record_lot_test", "store-analyst", lot=f"lot:{lot}", **raw)

    @property
    def now(self) -> Instant:
        return Instant.of_us(self.site.service.clock.now_us())

    def code(self, number: str, **changed: str) -> str:
        """What a reader gives of a pack."""
        given = {"expires": self.expires[2:10].replace("-", ""), "lot": LOT, **changed}
        return f"(01){GTIN}(17){given['expires']}(10){given['lot']}(21){number}"

    def browser(self, name: str) -> Client:
        if name not in self._browsers:
            self._browsers[name] = self.site.browser(name)
            self._browsers[name].post("/session/elsewhere/", {"choice": "here"})
        return self._browsers[name]

    def get(self, name: str, path: str, status: int = 200) -> str:
        response = self.browser(name).get(path)
        assert response.status_code == status, response.content.decode()[-1500:]
        return response.content.decode()  # type: ignore[no-any-return]

    def scanned(self, name: str, scan: str, do: str, **more: str) -> Any:
        """Scan, look at what was read, press a button; gives the last answer."""
        read = self.browser(name).post("/store/packs/", {"scan": scan})
        page = read.content.decode()
        assert read.status_code == 200, page[-1500:]
        values = dict(re.findall(r'name="(gtin|number|lot_number|expires_on|scanned)" value="([^"]*)"', page))
        assert set(values) == {"gtin", "number", "lot_number", "expires_on", "scanned"} and values["gtin"] == GTIN
        return self.browser(name).post("/store/packs/", {**values, "do": f"supply.{do}_pack", **more}, follow=True)


@pytest.fixture(scope="module")
def store(site: Site) -> Store:
    return Store(site)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def said(response: Any) -> str:
    return words(response.content.decode())


def test_a_lot_goes_from_quarantine_to_use_by_what_each_role_finds_on_the_page(store: Store) -> None:
    link = f"?lot=lot%3A{NEW}"
    assert f"/actions/supply.record_lot_test/{link}" in store.get("store-analyst", "/store/")
    assert f"supply.approve_lot/{link}" not in store.get("store-qa", "/store/")
    store.tested(NEW)
    assert f"/actions/supply.approve_lot/{link}" in store.get("store-qa", "/store/")
    store.site.signed("supply.approve_lot", "store-qa", lot=f"lot:{NEW}", retest_by=store.now.plus(days=30))
    approved = store.get("store-qa", "/store/")
    assert "Ends soon" in words(approved) and f"/actions/supply.retest_lot/{link}" in approved
    assert "On hold" in words(approved) and f"supply.lift_hold/?lot=lot%3A{HELD}" in approved
    assert "No lot was received here" in store.get("store-pharmacist", "/store/")
    assert "None is qualified yet" in store.get("store-pharmacist", "/store/")


def test_suppliers_stand_with_their_dates_and_what_can_be_done(store: Store) -> None:
    page = store.get("store-qa", "/store/")
    assert "Acme" in words(page) and "supply.suspend_supplier/?supplier=supplier%3Aacme&amp;material=vector" in page
    assert "supply.suspend_supplier" not in store.get("store-keeper", "/store/")
    assert "Acme (acme)" in store.get("store-keeper", "/actions/supply.receive_lot/")


# Packs


@pytest.mark.requirement("SCS-15")
def test_a_pack_is_registered_checked_and_opened_by_scanning_it(store: Store) -> None:
    register = store.scanned("store-keeper", store.code("P1"), "register")
    assert "It is registered with its lot" in said(register)
    check = store.scanned("store-keeper", store.code("P1"), "check")
    assert "It is the pack that was registered" in said(check)
    use = store.scanned("store-keeper", store.code("P1"), "use")
    assert "Its serial is used up" in said(use) and "Genuine" in said(use)


def test_a_pack_that_is_scanned_anywhere_opens_here_with_what_was_read(store: Store) -> None:
    opened = store.browser("store-keeper").post("/scan/", {"scan": store.code("P9")}, follow=True)
    assert opened.status_code == 200 and 'value="P9"' in opened.content.decode()
    assert "Open it for use" in said(opened)
    other = store.browser("store-keeper").post("/scan/", {"scan": f"(01){GTIN}"}, follow=True)
    assert "A pack in your hands" not in other.content.decode()
    assert store.browser("store-keeper").get("/store/packs/?scan=nonsense").status_code == 422
    assert store.browser("store-keeper").get("/actions/supply.use_pack/").headers["Location"] == "/store/packs/"


@pytest.mark.requirement("SCS-S6")
def test_a_pack_that_lies_is_stopped_and_its_case_opened(store: Store) -> None:
    store.scanned("store-keeper", store.code("P2"), "register")
    answer = store.scanned("store-keeper", store.code("P2", lot="STORE-9", expires="310131"), "use")
    text = said(answer)
    assert "STOP" in text and "Do not use this pack" in text
    assert "the lot on the pack is another one" in text and "the expiry on the pack is another one" in text
    address = re.search(r'href="(/store/suspect/[^"]+)"', answer.content.decode())
    assert address is not None
    case = store.get("store-keeper", address[1])
    assert "Nothing that your role does" in case and "Suspect: look into it" in words(case)
    store.get("store-pharmacist", address[1], 404)
    looks = store.scanned("store-keeper", store.code("P2"), "check", looks_wrong="yes")
    assert "something about the pack looks wrong" in said(looks) and address[1] in looks.content.decode()


def test_a_no_of_the_rules_stands_on_the_page_and_what_was_read_stays(store: Store) -> None:
    code = store.code("P3", lot=HELD)
    store.scanned("store-keeper", code, "register")
    refused = store.scanned("store-keeper", code, "use")
    assert refused.status_code == 409 and f"its lot {HELD} is on hold" in said(refused)
    assert 'value="P3"' in refused.content.decode()


def test_what_cannot_be_read_is_said_with_what_to_do(store: Store) -> None:
    keeper = store.browser("store-keeper")
    for scan, part in (
        ("hello", "this is no code of a pack"),
        (f"(01){GTIN}(21)X", "the code holds no lot (10), no expiry (17)"),
        (store.code("P1").replace(GTIN, "09524000000018"), "this is no code of a pack"),
    ):
        answer = keeper.post("/store/packs/", {"scan": scan})
        assert answer.status_code == 422 and part in said(answer)
    typed = {"gtin": "1", "number": "X", "lot_number": LOT, "expires_on": "2027-01-01", "scanned": ""}
    assert keeper.post("/store/packs/", {**typed, "do": "supply.check_pack"}).status_code == 409
    assert keeper.post("/store/packs/", {**typed, "do": "supply.register_pack", "lot": "NONE"}).status_code == 422
    assert keeper.post("/store/packs/", {**typed, "do": "supply.reject_lot"}).status_code == 422
    assert "not part of your role" in store.get("store-regulatory", "/store/packs/")
    store.get("store-keeper", "/store/packs/?done=999999", 404)
    for nothing in ("0", "x"):  # an entry about no pack, and no entry at all
        assert "c-verdict" not in store.get("store-keeper", f"/store/packs/?done={nothing}")
    store.get("store-keeper", "/store/suspect/NONE/", 404)
    store.get("store-keeper", "/store/suspect/bad!name/", 404)


@pytest.mark.parametrize(
    "scan",
    [
        "]d20109524000000019172703311{0}",
        "0109524000000019172703311{0}",
        "(01)09524000000019(17)270331(10)L1(21)S1",
        "^0109524000000019172703311{1}",
    ],
)
def test_a_code_is_read_however_it_is_written(store: Store, scan: str) -> None:
    read = parts_of(scan.format("0L1\x1d21S1", "0L1^21S1"), 2026)
    assert (read["gtin"], read["number"], read["lot_number"]) == (GTIN, "S1", "L1")
    assert read["expires_on"] == "2027-03-31" and read["scanned"]


def test_an_open_day_is_the_end_of_its_month_and_plain_data_are_no_pack(store: Store) -> None:
    assert parts_of("(01)09524000000019(17)270200(10)L1(21)S1", 2026)["expires_on"] == "2027-02-28"
    with pytest.raises(Invalid):
        parts_of("]d1anything", 2026)


# A case


@pytest.mark.requirement("SCS-16")
def test_a_case_goes_from_doubt_to_determination_to_notice_to_end(store: Store) -> None:
    answer = store.scanned("store-keeper", store.code("UNKNOWN"), "check")
    address = re.search(r'href="(/store/suspect/([^"]+)/)"', answer.content.decode())
    assert address is not None
    page, case = address[1], f"case:{address[2]}"
    listed = store.get("store-qa", "/store/")
    assert "A suspect product waits for you" in listed and page in listed
    quality = store.get("store-qa", page)
    assert "supply.investigate_suspicion" in quality and "supply.determine_illegitimate" in quality
    assert "supply.clear_suspicion" not in quality and 'role="timer"' not in quality

    found = {"case": case, "packs_in_hand": 5, "packs_checked": 3, "packs_wrong": 2}
    store.site.do("supply.investigate_suspicion", "store-qa", **found, finding="two of three", evidence="ab" * 32)
    looked_into = words(store.get("store-qa", page))
    assert "3 of 5 packs checked, 2 wrong" in looked_into and "Clear it" in looked_into
    grounds = {"grounds": "illegitimate", "basis": "the supplier never made it", "evidence": "ab" * 32}
    store.site.signed("supply.determine_illegitimate", "store-qa", case=case, **grounds)
    running = words(store.get("store-qa", page))
    assert "Left to tell authority and partners" in running and "Tell them in time" in running
    assert "Record that the authority was told" in running

    for to in ("authority", "partners"):
        told = {"to": to, "sent_at": store.now, "reference": "IR-1", "evidence": "ab" * 32}
        store.site.do("supply.notify_illegitimate", "store-regulatory", case=case, **told)
    assert "Told" in words(store.get("store-regulatory", page))
    assert "later than the law asks" not in store.get("store-qa", page)
    store.site.do("supply.consult_authority", "store-regulatory", case=case, agrees=True, evidence="ab" * 32)
    assert "End the notification" in words(store.get("store-qa", page))
    store.site.signed("supply.terminate_notification", "store-qa", case=case, why="destroyed")
    ended = words(store.get("store-qa", page))
    assert "Ended" in ended and "Nothing that your role does" in ended
    assert page not in store.get("store-qa", "/store/")


def test_a_lot_that_somebody_doubts_stands_first(store: Store) -> None:
    done = store.site.do("supply.suspect_lot", "store-keeper", lot=f"lot:{DOUBTED}", what="the seal is new")
    case = next(s for s in done.entries[0].subjects if s.startswith("case:")).partition(":")[2]
    page = store.get("store-qa", "/store/")
    assert "Suspect" in words(page) and f"/store/suspect/{case}/" in page
    assert "Their words are kept in the vault" in words(store.get("store-qa", f"/store/suspect/{case}/"))
    assert f"supply.hold_lot/?lot=lot%3A{DOUBTED}" not in page, "it is stopped already"
