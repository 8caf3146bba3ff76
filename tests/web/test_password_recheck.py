"""Passwords are compared anew with what attackers know instead of being changed on a calendar (CSV-19)."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from tests.web.client import Client
from tests.web.site import HOSPITAL, PASSWORD, Site

OTHER = "saffron glacier tunnel hammock"  # made up
KNOWN = "passwordpassword"  # long enough, and the first thing tried


@pytest.fixture
def nurse(site: Site, fresh: Callable[[str], str]) -> str:
    name = fresh("p").replace(":", "-").lower()
    site.add_person(name, HOSPITAL, "nurse")
    return name


def words(response: Any) -> str:
    return unescape(response.content.decode())


def has_password(site: Site, name: str, password: str, *, checked_days_ago: int) -> None:
    """As it came into the world before anybody knew better."""
    account = site.account(name)
    account.user.password = make_password(password)
    account.user.save()
    account.password_checked -= timedelta(days=checked_days_ago)
    account.save()


def sign_in(name: str, password: str) -> Client:
    client = Client()
    assert client.post("/sign-in/", {"login": name, "password": password}).status_code == 302
    return client


def change(client: Client, old: str, new: str) -> Any:
    return client.post("/account/password/", {"oldpassword": old, "password1": new, "password2": new})


@pytest.mark.requirement("CSV-19")
@pytest.mark.parametrize(
    ("password", "days", "wanting"), [(KNOWN, 31, True), (KNOWN, 29, False), (OTHER, 31, False), (OTHER, 4000, False)]
)
def test_a_password_is_looked_at_when_it_is_typed_and_the_last_look_is_old(
    site: Site, nurse: str, password: str, days: int, wanting: bool
) -> None:
    has_password(site, nurse, password, checked_days_ago=days)
    client = sign_in(nurse, password)
    for page in ("/", "/journeys/", "/account/factors/"):
        assert (client.get(page).headers.get("Location") == "/account/password/") is wanting, page
    assert (client.get("/api/actions").status_code == 403) is wanting
    if wanting:
        asked = words(client.get("/account/password/"))
        assert "no longer holds what is asked of one" in asked and "Too easy to guess" in asked
        assert change(client, password, OTHER).status_code == 302
        assert sign_in(nurse, OTHER).get("/").status_code == 200
    elif days > 30:
        assert site.account(nurse).password_checked > site.account(nurse).password_set - timedelta(days=1)


@pytest.mark.requirement("CSV-19")
def test_nobody_has_to_change_a_password_because_of_its_age(site: Site, nurse: str) -> None:
    account = site.account(nurse)
    account.password_set -= timedelta(days=4000)
    account.save()
    assert sign_in(nurse, PASSWORD).get("/").status_code == 200


@pytest.mark.requirement("CSV-19")
def test_the_password_one_has_and_the_one_before_are_not_taken_again(site: Site, nurse: str) -> None:
    client = sign_in(nurse, PASSWORD)
    same = change(client, PASSWORD, PASSWORD)
    assert same.status_code == 200 and "This is the password you have now" in words(same)
    assert change(client, PASSWORD, OTHER).status_code == 302
    again = sign_in(nurse, OTHER)
    back = change(again, OTHER, PASSWORD)
    assert back.status_code == 200 and "You had this password before" in words(back)


@pytest.mark.requirement("CSV-19")
def test_accounts_whose_password_nobody_compared_for_long_are_listed(site: Site, nurse: str) -> None:
    has_password(site, nurse, PASSWORD, checked_days_ago=31)
    admin = site.browser("hospital-admin-2")
    admin.post("/session/elsewhere/", {"choice": "here"})
    report = words(admin.get(f"/people/?show=attention&q={nurse}"))
    assert "password not compared with known ones since" in report
    sign_in(nurse, PASSWORD)
    after = words(admin.get(f"/people/?show=everybody&q={nurse}"))
    assert f"/people/of/{nurse}/" in after and "not compared" not in after
