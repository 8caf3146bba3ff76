"""An empty installation becomes usable by one page behind a one-time link."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.client import Client
from tests.web.site import Site, known_to_pages

from coign.database import Database
from coign.installation.events import THIS
from coign.installation.views import INSTALLATION
from coign.kernel.subjects import Organisation, Person
from coign.people.views import AUTHORITY
from coign.service import Service, Settings
from coign.web import reading, running
from coign.web.setting_up import link

ONE_PASSWORD, OTHER_PASSWORD = "walnut harbour pencil violet", "saffron glacier tunnel hammock"  # made up
_ledger_ids, _names = count(980_001), count()


@pytest.fixture
def empty(site: Site, database: Database, home: Path) -> Iterator[Service]:
    """A service on a ledger that is no demonstration and has nothing but its first entry."""
    settings = Settings(home=home, demonstration=False)
    given: dict[str, Any] = {"in_transaction": running.in_transaction, "background": False}
    with Service.on(database, settings, ledger_id=next(_ledger_ids), **given) as service, known_to_pages(service):
        yield service


@pytest.fixture
def filled() -> dict[str, str]:
    """A form without a defect; sign-in names are new, since accounts are shared by the ledgers of a test run."""
    n = next(_names)
    return {
        "organisation": "clinic", "organisation_name": "Example Clinic", "category": "treatment_centre",
        "country": "DE",
        "site": "ward", "site_name": "Ward 1", "zone": "Europe/Berlin", "site_country": "DE",
        "sign_in_1": f"first-{n}", "name_1": "Ada Example", "password_1": ONE_PASSWORD,
        "sign_in_2": f"second-{n}", "name_2": "Ben Example", "password_2": OTHER_PASSWORD,
    }  # fmt: skip


def address(service: Service) -> str:
    return "/" + link.path(service)


def send(service: Service, filled: dict[str, str], people: str | bytes = "") -> Any:
    """The form as a browser sends it, with a file if there is one."""
    content = people.encode() if isinstance(people, str) else people
    more = {"people": SimpleUploadedFile("people.csv", content)} if content else {}
    return Client().post(address(service), {**filled, **more})


def nothing_is_entered(service: Service, filled: dict[str, str]) -> bool:
    from coign.web.accounts.models import Account

    names = [filled["sign_in_1"], filled["sign_in_2"]]
    still = service.states.of(INSTALLATION, THIS).being_set_up
    return still and reading.reader().head().size == 1 and not Account.objects.filter(user__username__in=names).exists()


def words(response: Any) -> str:
    import html

    return html.unescape(response.content.decode())


@pytest.mark.requirement("CSV-06")
def test_the_link_names_two_administrators_once_and_then_opens_nothing(empty: Service, filled: dict[str, str]) -> None:
    opened = Client().get(address(empty))
    assert opened.status_code == 200 and "Set up this installation" in words(opened)

    done = send(empty, filled)

    assert done.status_code == 200 and "Set-up is finished" in words(done)
    assert not empty.states.of(INSTALLATION, THIS).being_set_up
    for method in ("get", "post"):
        assert getattr(Client(), method)(address(empty)).status_code == 404
    for number, password in (("1", ONE_PASSWORD), ("2", OTHER_PASSWORD)):
        name = filled[f"sign_in_{number}"]
        grants = empty.states.of(AUTHORITY, Person.of(name)).grants
        assert [(g.role, g.organisation) for g in grants] == [("admin", Organisation("organisation:clinic"))]
        client = Client()
        assert client.post("/sign-in/", {"login": name, "password": password})["Location"] == "/"
        assert client.get("/actions/people.register_person/").status_code == 200


def test_another_token_opens_nothing(empty: Service, filled: dict[str, str]) -> None:
    for wrong in (link.token(empty)[:-1], link.token(empty) + "A", "none", "ä"):
        assert Client().get(f"/setup/{wrong}/").status_code == 404
        assert Client().post(f"/setup/{wrong}/", filled).status_code == 404
    assert nothing_is_entered(empty, filled)


def test_a_demonstration_has_no_such_link_and_every_record_has_its_own(site: Site, empty: Service) -> None:
    assert link.is_open(empty) and not link.is_open(site.service)
    assert link.token(empty) == link.token(empty) != link.token(site.service)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("organisation", "two words", "Write letters, digits"),
        ("organisation", "setup", "taken by set-up itself"),
        ("country", "Germany", "two capital letters"),
        ("category", "shop", "not one of the available choices"),
        ("site", "", "This field is required"),
        ("zone", "Europe/Nowhere", "not one of the available choices"),
        ("sign_in_1", "Ada", "lower-case letters"),
        ("sign_in_2", "setup", "taken by set-up itself"),
        ("name_2", "ada example", "two different people"),
        ("password_1", "short", "characters, please"),
        ("password_2", ONE_PASSWORD, "Both have the same password"),
    ],
)
def test_every_defect_of_the_form_is_named_and_nothing_is_entered(
    empty: Service, filled: dict[str, str], field: str, value: str, says: str
) -> None:
    response = send(empty, {**filled, field: value})

    assert response.status_code == 422 and says in words(response)
    assert f'href="#id_{field}"' in response.content.decode()
    assert ONE_PASSWORD not in words(response)
    assert nothing_is_entered(empty, filled)


def test_two_administrators_are_two_people(empty: Service, filled: dict[str, str]) -> None:
    response = send(empty, {**filled, "sign_in_2": filled["sign_in_1"]})

    assert response.status_code == 422 and "Name two different people" in words(response)
    assert nothing_is_entered(empty, filled)


def test_every_defect_of_the_file_is_named_by_line_and_column_and_nothing_is_entered(
    empty: Service, filled: dict[str, str]
) -> None:
    file = (
        "sign_in,name,role,organisation,until\n"
        "nora,Nora Example,nurse,clinic,2099-12-31\n"
        "Olaf,Olaf Example,nurse,,\n"
        "pia,Pia Example,wizard,,\n"
        "\n"
        "nora,Nora Other,physician,,\n"
        "quin,Quin Example,nurse,elsewhere,2001-01-01\n"
        "rosa,Rosa Example\n"
        "nora,Nora Example,nurse,,soon\n"
        "theo,Theo Example,operator,,\n"
        "theo,Theo Example,qp,,\n"
        f"{filled['sign_in_1']},Ada Example,nurse,,\n"
    )

    response = send(empty, filled, file)

    said = words(response)
    for defect in (
        "line 3, column sign_in: expected lower-case letters",
        "line 4, column role: “wizard” is none of",
        "line 6, column name: nora is “Nora Example” in line 2",
        "line 7, column organisation: only clinic is set up here",
        "line 7, column until: is over already",
        "line 8: 2 values, but the header names 5 columns",
        "line 9, column role: nora has this role in line 2",
        "line 9, column until: expected the last day",
        "line 11, column role: theo is operator in line 10 and cannot be qp",
        f"line 12, column sign_in: {filled['sign_in_1']} is an administrator",
    ):
        assert defect in said, defect
    assert "line 2," not in said and "line 10," not in said
    assert response.status_code == 422 and nothing_is_entered(empty, filled)


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("sign_in,name\nnora,Nora Example\n", "line 1: the column role is missing"),
        ("sign_in,name,role,shoe\n", "line 1, column 4: “shoe” is unknown"),
        ("sign_in,name,role,role\n", "line 1: the column role is there twice"),
        ("nora,Nora Example,nurse\n", "line 1: the column sign_in is missing"),
        ('sign_in,name,role\nnora,"Nora" Example,nurse\n', "line 2: the quotation marks do not fit"),
        (b"sign_in,name,role\nnora,N\xf6ra,nurse\n", "line 2: not UTF-8"),
        ("\n\n", "the file is empty"),
        (b"x" * 300_000, "larger than 256 KiB"),
    ],
)
def test_a_file_that_is_no_table_of_people_is_refused_whole(
    empty: Service, filled: dict[str, str], file: str | bytes, says: str
) -> None:
    response = send(empty, filled, file)

    assert response.status_code == 422 and says in words(response)
    assert nothing_is_entered(empty, filled)


@pytest.mark.requirement("CSV-19")
def test_people_of_the_file_begin_with_a_start_password_and_replace_it_before_anything_else(
    empty: Service, filled: dict[str, str]
) -> None:
    name = f"nora-{next(_names)}"
    file = (
        f"\ufeffsign_in;name;role;until\r\n{name};Nora Example;nurse;2099-12-31\r\n{name};Nora Example;physician;\r\n"
    )

    done = send(empty, filled, file)

    assert done.status_code == 200, words(done)
    grants = empty.states.of(AUTHORITY, Person.of(name)).grants
    assert [(g.role, g.until) for g in grants] == [("nurse", "2099-12-31T23:00:00.000000Z"), ("physician", None)]
    start = words(done).split(f'<td class="mono">{name}</td><td class="mono">')[1].split("<")[0]
    client = Client()
    assert client.post("/sign-in/", {"login": name, "password": start}).status_code == 302
    for page in ("/", "/journeys/", "/account/factors/"):
        assert client.get(page)["Location"] == "/account/password/"
    assert client.get("/api/actions").status_code == 403
    same = client.post("/account/password/", {"oldpassword": start, "password1": start, "password2": start})
    assert same.status_code == 200 and "Others have seen this password" in words(same)
    own = {"oldpassword": start, "password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    assert client.post("/account/password/", own).status_code == 302
    again = Client()  # a new password ends every session
    assert again.post("/sign-in/", {"login": name, "password": OTHER_PASSWORD}).status_code == 302
    assert again.get("/").status_code == 200


def test_what_the_record_refuses_leaves_no_account_behind(empty: Service, filled: dict[str, str]) -> None:
    from coign.perform import Request
    from coign.service import SETUP

    command = {"organisation": "organisation:clinic", "name": "Before", "category": "maker", "country": "DE"}
    empty.door.perform(Request("people.register_organisation", SETUP, "by-hand", command))

    response = send(empty, filled)

    assert response.status_code == 409 and "clinic is registered. Use the organisation" in words(response)
    assert empty.states.of(INSTALLATION, THIS).being_set_up
    from coign.web.accounts.models import Account

    assert not Account.objects.filter(user__username=filled["sign_in_1"]).exists()
    assert send(empty, {**filled, "organisation": "clinic-2"}).status_code == 200


def test_after_an_interruption_between_accounts_and_record_the_form_is_sent_again_even_with_other_passwords(
    empty: Service, filled: dict[str, str]
) -> None:
    from coign.web.accounts.opening import open_account

    name = filled["sign_in_1"]  # given: the accounts of an attempt that ended before its commit
    open_account(
        name,
        person=Person.of(name),
        role="admin",
        organisation=Organisation.of("typo"),
        password="other words of before",
    )

    assert send(empty, filled).status_code == 200

    assert Client().post("/sign-in/", {"login": name, "password": "other words of before"}).status_code == 200
    client = Client()
    assert client.post("/sign-in/", {"login": name, "password": ONE_PASSWORD}).status_code == 302
    assert client.get("/actions/people.register_person/").status_code == 200
