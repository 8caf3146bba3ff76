"""Two administrators reset somebody's sign-in; neither one nor both can sign as that person (CSV-S5)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.web.client import Client
from tests.web.signer import Signer, words
from tests.web.site import MAKER, PASSWORD, Site

from coign.kernel.subjects import Person
from coign.people.views import AUTHORITY, Authority

OWN_PASSWORD = "saffron glacier tunnel hammock"  # made up


class Reset(Signer):
    """Somebody who signs, and two administrators of their organisation."""

    def __init__(self, site: Site, fresh: Callable[[str], str]) -> None:
        super().__init__(site, fresh)
        self.admins = [fresh("adm").replace(":", "-").lower() for _ in range(2)]
        for admin in self.admins:
            site.add_person(admin, MAKER, "admin")
        self.enrol(*self.admins)

    @property
    def state(self) -> Authority:
        return self.site.service.states.of(AUTHORITY, self.person)

    def desk(self, admin: str) -> Client:
        """An administrator's browser, the only one they are at."""
        client = self.site.browser(admin)
        client.post("/session/elsewhere/", {"choice": "here"})
        return client

    def press(self, admin: str, what: str, **fields: str) -> Any:
        return self.desk(admin).post(f"/people/of/{self.name}/{what}/", fields)

    def half(self, admin: str) -> str:
        found = re.search(r'c-secret">([^<]+)<', self.press(admin, "half").content.decode())
        assert found
        return found[1]

    def reset(self) -> str:
        """By both; gives the start password, put together from its halves."""
        one, other = self.admins
        assert self.press(one, "propose-reset", why="telephone and laptop stolen").status_code == 302
        assert self.press(other, "agree-to-reset").status_code == 302
        return self.half(one) + self.half(other)

    def sign_in(self, start: str) -> Client:
        """Sign in with a start password, replace it, sign in again, and set up a code."""
        client = Client()
        assert client.post("/sign-in/", {"login": self.name, "password": start}).status_code == 302
        own = {"oldpassword": start, "password1": OWN_PASSWORD, "password2": OWN_PASSWORD}
        assert client.post("/account/password/", own).status_code == 302
        again, self.password = Client(), OWN_PASSWORD
        assert again.post("/sign-in/", {"login": self.name, "password": OWN_PASSWORD}).status_code == 302
        self.set_up_code()
        return again


@pytest.fixture
def owner(site: Site, fresh: Callable[[str], str]) -> Reset:
    return Reset(site, fresh)


@pytest.mark.requirement("CSV-18", "CSV-20")
def test_a_reset_takes_two_ends_everything_tells_the_owner_and_suspends_signing_until_enrolled_anew(
    owner: Reset,
) -> None:
    before, api = owner.site.browser(owner.name), owner.site.api(owner.name)
    one, other = owner.admins
    owner.press(one, "propose-reset", why="telephone stolen")
    page = words(owner.desk(other).get(f"/people/of/{owner.name}/"))
    assert "telephone stolen" in page and "Agree to the reset" in page
    assert before.get("/").status_code == 200 and owner.state.credentials, "one alone changes nothing"
    assert "Agree to the reset" not in words(owner.desk(one).get(f"/people/of/{owner.name}/"))

    assert owner.press(other, "agree-to-reset").status_code == 302

    assert before.get("/").status_code == 302 and api.get("/api/actions").status_code == 401
    assert owner.state.credentials == () and owner.state.reset_by == (Person.of(one), Person.of(other))
    old = Client().post("/sign-in/", {"login": owner.name, "password": PASSWORD})
    assert old.status_code == 200, "the old password opens nothing"
    browser = owner.sign_in(owner.half(one) + owner.half(other))
    assert browser.get("/")["Location"] == "/account/notice/" and browser.get("/api/actions").status_code == 403
    notice = words(browser.get("/account/notice/"))
    assert one in notice and other in notice and "You sign nothing until two administrators" in notice
    assert browser.post("/account/notice/", {"mine": "yes"}).status_code == 302
    assert "Agree to reset somebody" in words(browser.get("/account/happened/"))
    assert "Sign-in reset by two administrators" in words(browser.get("/account/happened/"))

    refused = owner.sign(browser)
    assert refused.status_code == 403 and "until two administrators have enrolled" in words(refused)
    owner.enrol(*owner.admins)
    assert owner.sign(browser).status_code == 302


@pytest.mark.requirement("CSV-18", "CSV-S5")
def test_an_administrator_who_resets_somebody_cannot_sign_as_them_and_every_attempt_is_noted(owner: Reset) -> None:
    """The hostile story in full: first alone, then with the whole start password in one hand."""
    villain, other = owner.admins
    owner.press(villain, "propose-reset", why="trust me")
    alone = owner.press(villain, "agree-to-reset")
    assert alone.status_code == 409 and "you proposed this reset yourself" in words(alone)
    assert "This refusal is entry" in words(alone)
    assert owner.press(villain, "start-again").status_code == 409, "nor is there a start password to take"
    puppet = owner.desk(villain).post(
        "/people/new/", {"sign_in": f"{owner.name}-puppet", "name": "No Body", "role": "nurse"}
    )
    assert puppet.status_code == 200
    made = owner.desk(villain).post(f"/people/of/{owner.name}-puppet/grant/", {"role": "admin"})
    assert made.status_code == 409, "nor a second administrator to agree with"

    owner.press(other, "agree-to-reset")
    assert owner.press(other, "agree-to-reset").status_code == 409
    stolen = owner.half(villain) + owner.half(other)  # both of one mind, or one who was careless
    thief = owner.sign_in(stolen)
    thief.post("/account/notice/", {"mine": "yes"})
    assert owner.sign(thief).status_code == 403, "owner re-enrolment is missing"
    owner.propose_key(villain)
    assert owner.sign(thief).status_code == 403, "the second administrator is missing"
    from coign.kernel.errors import Refused

    with pytest.raises(Refused) as no:
        owner.site.do(
            "people.confirm_authenticator", villain,
            person=owner.person, credential=owner.credential,
        )  # fmt: skip
    assert [g.gate for g in no.value.gates] == ["people.enrolled_by_another"] and no.value.position is not None

    person = str(owner.person)
    kinds = {k for k in ("account.reset", "account.half_told", "signing.without_authenticator")
             if any(e["person"] == person for e in owner.site.security_events(k))}  # fmt: skip
    assert kinds == {"account.reset", "account.half_told", "signing.without_authenticator"}
    tried = [e for e in owner.site.security_events("signing.without_authenticator") if e["person"] == person]
    assert len([e for e in tried if e.get("alert")]) == 1, "one alert, however often it is tried"
    page = words(owner.desk(other).get(f"/security/?person={person}"))
    assert "Signing without an enrolled authenticator" in page


@pytest.mark.requirement("CSV-18")
def test_of_a_start_password_each_of_the_two_learns_one_half_once(owner: Reset) -> None:
    one, other = owner.admins
    owner.press(one, "propose-reset", why="x")
    owner.press(other, "agree-to-reset")
    first = owner.half(one)
    assert len(first) == 10 and first.endswith("-")
    assert owner.press(one, "half").status_code == 409, "told once"
    stranger = owner.fresh("adm").replace(":", "-").lower()
    owner.site.add_person(stranger, MAKER, "admin")
    assert owner.press(stranger, "half").status_code == 409
    for guess in (first, first.rstrip("-")):
        assert Client().post("/sign-in/", {"login": owner.name, "password": guess}).status_code == 200
    assert owner.press(other, "start-again").status_code == 403, "a whole one is given to nobody"


@pytest.mark.requirement("CSV-18")
def test_an_owner_who_did_not_ask_for_the_reset_says_so_and_the_administrators_are_told(owner: Reset) -> None:
    browser = owner.sign_in(owner.reset())
    browser.post("/account/notice/", {"mine": "no"})
    assert browser.get("/").status_code == 200
    alert = next(e for e in owner.site.security_events("account.reset_disowned") if e["person"] == str(owner.person))
    assert alert["alert"] is True and alert["by"] == [f"person:{a}" for a in owner.admins]
    assert "Owner says: I did not ask for this reset" in words(owner.desk(owner.admins[0]).get("/security/"))


@pytest.mark.requirement("CSV-18", "CSV-19")
def test_the_password_from_before_the_reset_is_not_taken_again(owner: Reset) -> None:
    start = owner.reset()
    client = Client()
    client.post("/sign-in/", {"login": owner.name, "password": start})
    same = client.post("/account/password/", {"oldpassword": start, "password1": PASSWORD, "password2": PASSWORD})
    assert same.status_code == 200 and "You had this password before" in words(same)


@pytest.mark.requirement("CSV-18")
def test_a_reset_through_the_interface_for_machines_does_the_same(owner: Reset) -> None:
    client = owner.site.browser(owner.name)
    one, other = (owner.site.api(a) for a in owner.admins)
    assert one.act("people.propose_reset", person=str(owner.person), why="x").status_code == 201
    assert other.act("people.agree_to_reset", person=str(owner.person)).status_code == 201
    assert client.get("/").status_code == 302
    assert Client().post("/sign-in/", {"login": owner.name, "password": PASSWORD}).status_code == 200
    assert owner.sign_in(owner.half(owner.admins[0]) + owner.half(owner.admins[1])).get("/").status_code


@pytest.mark.requirement("CSV-18", "CSV-06")
def test_an_administrator_is_made_by_two_and_begins_with_a_start_password_in_halves(site: Site, owner: Reset) -> None:
    name, (one, other) = owner.fresh("new").replace(":", "-").lower(), owner.admins
    site.add_person(name, MAKER, "trainer")
    for what in ("propose-administrator", "agree-to-administrator"):
        assert owner.desk(one).post(f"/people/of/{name}/{what}/").status_code == 409, "first the other role ends"
    owner.desk(one).post(f"/people/of/{name}/revoke/", {"role": "trainer"})
    assert owner.desk(one).post(f"/people/of/{name}/propose-administrator/").status_code == 302
    assert owner.desk(one).post(f"/people/of/{name}/agree-to-administrator/").status_code == 409
    assert owner.desk(other).post(f"/people/of/{name}/agree-to-administrator/").status_code == 302
    assert Client().post("/sign-in/", {"login": name, "password": PASSWORD}).status_code == 200
    owner.name = name
    client = owner.sign_in(owner.half(one) + owner.half(other))
    client.post("/account/notice/", {"mine": "yes"})
    assert client.get("/people/").status_code == 200
    assert [g.role for g in owner.state.grants] == ["admin"]


def test_somebody_without_an_account_who_was_made_an_administrator_gets_one_in_halves(site: Site, owner: Reset) -> None:
    name, (one, other) = owner.fresh("new").replace(":", "-").lower(), owner.admins
    site.do("people.register_person", "setup", person=Person.of(name), organisation=MAKER, name="Nora Example")
    owner.desk(one).post(f"/people/of/{name}/propose-administrator/")
    owner.desk(other).post(f"/people/of/{name}/agree-to-administrator/")
    assert owner.desk(one).post(f"/people/of/{name}/open-account/").status_code == 302
    owner.name = name
    assert owner.sign_in(owner.half(one) + owner.half(other)).get("/").status_code == 302


def test_an_administrator_s_start_password_is_given_by_nobody_alone(site: Site, owner: Reset) -> None:
    name = owner.fresh("new").replace(":", "-").lower()
    person = Person.of(name)
    site.do("people.register_person", "setup", person=person, organisation=MAKER, name="Nora Example")
    site.do("people.grant_role", "setup", person=person, role="admin", organisation=MAKER)
    refused = owner.desk(owner.admins[0]).post(f"/people/of/{name}/open-account/")
    assert refused.status_code == 403 and "this takes two administrators" in words(refused)


@pytest.mark.requirement("CSV-18")
def test_of_three_administrators_none_resets_themselves(site: Site, owner: Reset) -> None:
    one, other = owner.admins
    own = owner.desk(one).post(f"/people/of/{one}/propose-reset/", {"why": "x"})
    assert own.status_code == 409 and "this is your own account" in words(own)
    assert owner.desk(other).post(f"/people/of/{one}/propose-reset/", {"why": "x"}).status_code == 302
    assert owner.desk(one).post(f"/people/of/{one}/agree-to-reset/").status_code == 409
