"""Pages made from the catalogue: forms, refusals in the API's words, receipts, reference, why not."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_origin

import pytest
from tests.web.client import Client
from tests.web.site import Site

from coign import catalogue
from coign.kernel.fields import asks
from coign.kernel.subjects import Organisation, Subject, Unit
from coign.kernel.values import Digest, FreeText, Instant, Quantity, Secret
from coign.people.authority import INSIDE
from coign.web.reference.tracing import shipped


@pytest.fixture(scope="module")
def celllab(site: Site) -> Client:
    """The cell laboratory's browser, signed in once for the whole file."""
    return here(site.browser("hospital-celllab"))


def here(client: Client) -> Client:
    """Choose this station, whatever other tests left open."""
    client.post("/session/elsewhere/", {"choice": "here"})
    return client


def words(response: Any) -> str:
    """What a page says, without its markup."""
    from html import unescape

    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_the_form_of_an_action_asks_for_its_fields_and_records_it(
    site: Site, celllab: Client, fresh: Callable[[str], str]
) -> None:
    form = celllab.get("/actions/custody.take_in/")
    assert "Take a unit into custody" in words(form) and 'name="unit"' in form.content.decode()
    unit = fresh("unit")
    response = celllab.post("/actions/custody.take_in/", {"unit": unit.removeprefix("unit:"), "site": "site:clinic"})
    assert response.status_code == 302 and response["Location"].startswith("/entries/")
    receipt = words(celllab.get(response["Location"]))
    assert "Recorded" in receipt and unit in receipt and "custody.began.v1" in receipt


def test_the_same_form_sent_twice_is_recorded_once(site: Site, celllab: Client, fresh: Callable[[str], str]) -> None:
    sent = {"unit": fresh("unit"), "site": "site:clinic", "key": "twice-" + fresh("k")}
    first, second = (celllab.post("/actions/custody.take_in/", sent) for _ in range(2))
    assert first["Location"] == second["Location"]


def test_a_refusal_says_the_same_sentences_on_the_page_as_in_the_api(site: Site, celllab: Client, offered: str) -> None:
    page = celllab.post("/actions/custody.offer/", {"unit": offered, "to": "organisation:maker", "condition": "intact"})
    problem = site.api("hospital-celllab").act("custody.offer", unit=offered, to="organisation:maker").json()
    assert page.status_code == 409
    for gate in problem["gates"]:
        for part in ("message", "protects", "remedy"):
            assert gate[part] in words(page)
    assert f'value="{offered}"' in page.content.decode(), "what was filled in stays"


def test_what_is_missing_is_said_at_its_field(celllab: Client) -> None:
    response = celllab.post("/actions/custody.offer/", {"unit": "", "to": "", "condition": "intact"})
    assert response.status_code == 422 and "Nothing was recorded" in words(response)
    assert 'href="#id_unit"' in response.content.decode()


def test_what_only_the_rules_can_judge_comes_back_to_its_field(celllab: Client) -> None:
    response = celllab.post("/actions/custody.take_in/", {"unit": "not a unit", "site": "site:clinic"})
    assert response.status_code == 422 and 'href="#id_unit"' in response.content.decode()


def a_house(site: Site, name: str, *places: str) -> Client:
    """Somebody of a new house with these places, signed in."""
    house = Organisation.of(name)
    site.do(
        "people.register_organisation", "setup", organisation=house, name=name.title(), category="maker", country="DE"
    )
    for place in places:
        site.do("people.register_site", "setup", site=f"site:{place}", organisation=house, name=place.title(),
                zone="Europe/Berlin", country="DE")  # fmt: skip
    site.add_person(f"{name}-warehouse", house, "warehouse")
    return here(site.browser(f"{name}-warehouse"))


def test_who_has_several_places_chooses_among_them_and_who_has_one_is_not_asked(
    site: Site, fresh: Callable[[str], str]
) -> None:
    several, one = a_house(site, "several-places", "upper-hall", "lower-hall"), a_house(site, "one-place", "one-hall")
    form = several.get("/actions/custody.take_in/").content.decode()
    assert "Upper-Hall" in form and "Lower-Hall" in form and "Clinic" not in form and "One-Hall" not in form
    sent = {"unit": fresh("unit"), "site": "site:lower-hall"}
    assert several.post("/actions/custody.take_in/", sent).status_code == 302
    assert several.post("/actions/custody.take_in/", {"unit": fresh("unit")}).status_code == 422
    assert "One-Hall" not in one.get("/actions/custody.take_in/").content.decode().partition('name="unit"')[2]


def test_a_page_that_must_know_more_says_what(site: Site) -> None:
    response = a_house(site, "no-place").get("/actions/custody.take_in/")
    assert "Missing" in words(response) and "Place" in words(response) and 'name="key"' not in response.content.decode()


ASKED = sorted(a.name for a in catalogue.ACTIONS.values() if a.roles - INSIDE)
#: Where something is named for the first time, by the short name that it will have everywhere.
NAMES_SOMETHING_NEW = {
    ("people.register_organisation", "organisation"), ("people.register_person", "person"),
    ("people.register_site", "site"), ("regulatory.submit_application", "product"),
    ("supply.qualify_supplier", "supplier"),
}  # fmt: skip


@pytest.mark.parametrize("action", ASKED)
def test_every_action_has_a_form_with_at_most_five_fields_a_screen(celllab: Client, action: str) -> None:
    from coign.web.forms import build

    asked = build.questions(catalogue.ACTIONS[action].command)
    known = {q.name: "x:y" for q in asked if q.asks.source == "known"}
    response = celllab.get(f"/actions/{action}/", known)
    assert response.status_code == 200
    shown = re.findall(r'<(?:input(?! type="hidden")|select|textarea)[^>]* name="([a-z_]+)"', response.content.decode())
    fields = set(shown) - {"scan", "password"}
    assert len(fields) <= 5
    assert not fields & set(known), "what the page knows is not asked"
    if not any(map(build.needs_own_page, asked)):
        for question in asked:
            assert question.name not in known or question.asks.label in words(response), "what the page knows is said"
    assert all(len(names) <= 5 for names in build.screens(asked))
    assert [name for names in build.screens(asked) for name in names] == [q.name for q in asked if q.name not in known]


@pytest.mark.parametrize("action", ASKED)
def test_no_field_takes_json_an_internal_name_or_what_something_else_already_knows(site: Site, action: str) -> None:
    from coign.web import urls  # noqa: F401  # pages register their lists
    from coign.web.forms import build, choices

    for question in build.questions(catalogue.ACTIONS[action].command):
        kind, source, field_ = question.type, question.asks.source, f"{action}.{question.name}"
        if source == "known" or get_origin(kind) is Literal or kind is bool or build.needs_own_page(question):
            continue
        assert isinstance(kind, type) and issubclass(kind, str | int | Quantity | Secret), f"{field_} would take JSON"
        if issubclass(kind, Subject) and (action, question.name) not in NAMES_SOMETHING_NEW:
            assert source in ("scan", "choose"), f"{field_} would be typed, and is a name of the record's own"
        if issubclass(kind, Digest):
            assert source in ("upload", "choose"), f"{field_} would be typed, and is a hash"
        if source == "choose":
            assert question.asks.options in choices.LISTS, f"{field_} has no list to choose from"
        if source == "device":
            assert issubclass(kind, Instant), f"{field_} would be typed, and a device knows it"


def test_an_act_of_a_therapy_asks_for_at_most_five_typed_values(site: Site) -> None:
    from coign.web.forms import build

    for programme in site.service.programmes.all():
        for step in programme.journey:
            typed = [
                q
                for q in build.questions(catalogue.ACTIONS[step.action].command)
                if q.asks.source in ("type", "measure", "device") and not q.asks.options and q.type is not bool
            ]
            assert len([q for q in typed if q.required]) <= 5, "of the others those beyond five are folded away"
        read = [programme.before_infusion.items, *(step.measurements for step in programme.steps)]
        assert max(len([r for r in ranges if not r.equals]) for ranges in read) <= 5


@pytest.mark.parametrize("action", sorted(catalogue.ACTIONS))
def test_every_action_has_a_page_that_says_why_not(celllab: Client, action: str) -> None:
    response = celllab.get(f"/why/{action}/")
    assert response.status_code in (200, 403, 404, 422)
    assert catalogue.ACTIONS[action].title in words(response)


def test_why_not_shows_what_every_gate_says_and_records_nothing(site: Site, celllab: Client, unit: str) -> None:
    before = celllab.get("/health").json()["ledger"]["size"]
    said = words(celllab.get("/why/custody.accept/", {"unit": unit, "condition": "intact"}))
    assert f"{unit.removeprefix('unit:')} is not being offered to anybody" in said
    assert "Ask the holder to offer the unit." in said
    assert celllab.get("/health").json()["ledger"]["size"] == before


@pytest.mark.requirement("CSV-04")
def test_pages_show_nothing_of_what_one_may_not_know(site: Site, unit: str) -> None:
    client = here(site.browser("maker-warehouse"))
    position = site.api("hospital-celllab").get(f"/api/subjects/{unit}").json()["history"][0]["position"]
    assert client.get(f"/subjects/{unit}/").status_code == 404
    assert client.get(f"/entries/{position}/").status_code == 404
    assert client.get("/why/custody.offer/", {"unit": unit, "to": "organisation:maker"}).status_code == 404


def test_a_subject_shows_what_holds_now_and_what_happened(celllab: Client, offered: str) -> None:
    said = words(celllab.get(f"/subjects/{offered}/"))
    assert "custody.holding" in said and "Hand over" in said and "Take a unit into custody" in said


@pytest.mark.parametrize("page", ["", "actions/", "access/", "errors/", "traceability/"])
def test_the_reference_pages_open(celllab: Client, page: str) -> None:
    response = celllab.get(f"/reference/{page}")
    assert response.status_code == 200 and "<h1" in response.content.decode()


def test_the_access_matrix_lists_every_action_and_role(celllab: Client) -> None:
    said = words(celllab.get("/reference/access/"))
    for action in catalogue.ACTIONS.values():
        assert action.name in said


def test_requirements_without_a_test_are_shown_as_open(celllab: Client) -> None:
    page = celllab.get("/reference/traceability/").content.decode()
    rows = shipped()
    assert page.count("<tr id=") == len(rows) and any(not r.tests for r in rows)
    still_open = next(r for r in rows if not r.tests)
    row = page.split(f'id="{still_open.requirement}"')[1].split("</tr>")[0]
    assert "open" in row and "tested" not in row


def test_every_list_that_a_field_offers_is_given_by_somebody(site: Site) -> None:
    from dataclasses import fields

    from coign.web.forms.choices import LISTS, choices_for

    #: Depend on what the page is about; the page of that step offers them.
    of_a_page = {"step", "containers", "before_infusion"}
    named = {
        f.metadata["asks"].options
        for a in catalogue.ACTIONS.values()
        for f in fields(a.command)
        if "asks" in f.metadata and f.metadata["asks"].options
    }
    assert named - of_a_page <= set(LISTS)
    for name in LISTS:
        offered = choices_for(name, site.people["hospital-celllab"])
        assert offered is not None and all(value and label for value, label in offered), name


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """A command with every kind of field there is."""

    unit: Unit = field(metadata=asks("Unit", "scan"))
    count: int = field(metadata=asks("Count"))
    volume: Quantity = field(metadata=asks("Volume", "measure", unit="mL"))
    kind: Literal["a", "b"] = field(metadata=asks("Kind", "choose"))
    cold: bool = field(metadata=asks("Cold", "choose"))
    at: Instant = field(metadata=asks("At"))
    note: FreeText = field(metadata=asks("Note"))
    others: tuple[Unit, ...] = field(default=(), metadata=asks("Others", "scan"))
    paper: Digest | None = field(default=None, metadata=asks("Paper", "upload"))
    batch: str = field(default="", metadata=asks("Batch", "known"))


def test_a_filled_in_form_leads_to_the_same_command_as_json(site: Site) -> None:
    from dataclasses import replace

    from django.core.files.uploadedfile import SimpleUploadedFile

    from coign.ledger.encoding import from_wire
    from coign.web.forms import build

    action = replace(catalogue.ACTIONS["custody.offer"], command=Everything)
    made = build.form_class(action, site.people["hospital-celllab"], {"batch": "B-1"})
    filled = made(
        {
            "unit": "U1", "count": "3", "volume": "68.0", "kind": "b", "cold": "yes", "at": "2026-03-12T09:42",
            "note": "as seen", "others": "U2\n\nunit:U3\n", "batch": "B-1",
        },
        {"paper": SimpleUploadedFile("form.pdf", b"abc")},
    )  # fmt: skip
    assert filled.is_valid(), filled.errors
    command = from_wire(Everything, filled.command)
    assert command == from_wire(
        Everything,
        {
            "unit": "unit:U1", "count": 3, "volume": {"value": "68.0", "unit": "mL"}, "kind": "b", "cold": True,
            "at": "2026-03-12T09:42:00Z", "note": "as seen", "others": ["unit:U2", "unit:U3"], "batch": "B-1",
            "paper": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        },
    )  # fmt: skip


def test_more_than_five_fields_are_asked_on_further_screens(site: Site) -> None:
    from dataclasses import replace

    from coign.web.forms import build

    action = replace(catalogue.ACTIONS["custody.offer"], command=Everything)
    assert [len(names) for names in build.screens(build.questions(action.command))] == [5, 4]


def test_a_number_that_is_none_is_refused_at_its_field(site: Site) -> None:
    from dataclasses import replace

    from coign.web.forms import build

    action = replace(catalogue.ACTIONS["custody.offer"], command=Everything)
    filled = build.form_class(action, site.people["hospital-celllab"], {})({"volume": "about 68"})
    assert "volume" in filled.errors
