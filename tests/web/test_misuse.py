"""Signs of misuse: bursts, two sites, two stations; one alert each, and the steps that may not be the owner's."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.web.client import Client
from tests.web.signer import Signer, words
from tests.web.site import HOSPITAL, MAKER, PASSWORD, Site

from coign import rulesets
from coign.kernel.subjects import Person
from coign.kernel.values import Instant
from coign.rulesets import Rule, RuleSets

WALL = "2026-03-12T09:42:00.000000Z"
_addresses = iter(range(1, 250))


@pytest.fixture
def nurse(site: Site, fresh: Callable[[str], str]) -> str:
    name = fresh("p").replace(":", "-").lower()
    site.add_person(name, HOSPITAL, "nurse")
    return name


@pytest.fixture
def address() -> str:
    """One that no other test fails from."""
    return f"198.51.100.{next(_addresses)}"


@pytest.fixture
def admin(site: Site) -> Client:
    client = site.browser("hospital-admin")
    client.post("/session/elsewhere/", {"choice": "here"})
    return client


# Failures


@pytest.mark.requirement("CSV-21")
def test_a_burst_of_failures_raises_one_alert_whoever_is_meant(site: Site, nurse: str, address: str) -> None:
    from coign.web.accounts import lockout

    for n in range(75):
        lockout.failed(nurse if n % 20 == 0 else f"nobody-{n}", "password", address)
    alerts = [e for e in site.security_events("sign_in.burst") if e["network"] == address]
    assert len(alerts) == 1 and "30 failed sign-ins within 10 minutes" in alerts[0]["why"]


@pytest.mark.requirement("CSV-21")
def test_a_further_burst_after_it_was_quiet_is_told_again_and_a_trickle_is_none(site: Site, address: str) -> None:
    from coign.web.accounts import lockout
    from coign.web.accounts.models import Burst

    def fail(times: int) -> None:
        for _ in range(times):
            lockout.failed("nobody", "password", address)

    def later(minutes: int) -> None:
        row = Burst.objects.get(network=address)
        row.since, row.last = row.since - timedelta(minutes=minutes), row.last - timedelta(minutes=minutes)
        row.save()

    def alerts() -> int:
        return len([e for e in site.security_events("sign_in.burst") if e["network"] == address])

    for _ in range(4):
        fail(29)
        later(11)
    assert alerts() == 0
    fail(30)
    later(9)
    fail(40)
    assert alerts() == 1, "the same burst goes on"
    later(11)
    fail(30)
    assert alerts() == 2


@pytest.mark.parametrize(
    ("given", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("not an address", "not an address"),
    ],
)
def test_what_one_customer_has_is_counted_together(site: Site, given: str, network: str) -> None:
    from coign.web.accounts.misuse import network_of

    assert network_of(given) == network


@pytest.mark.requirement("CSV-21")
@pytest.mark.parametrize(("house", "allowed"), [("5", 5), ("100", 100), ("101", 100), ("5000", 100)])
def test_no_house_allows_more_than_a_hundred_failures_in_a_row(site: Site, house: str, allowed: int) -> None:
    from coign.web.accounts.lockout import failures_allowed

    later = Rule("account.failures_max", house, "", "2026-01-01", "", "house")
    rules = RuleSets([*rulesets.load().all(), later], "")
    assert failures_allowed(rules, Instant(WALL)) == allowed


@pytest.mark.requirement("CSV-21")
def test_wrong_codes_count_like_wrong_passwords(site: Site, nurse: str) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(site.account(nurse).user, generate_totp_secret())
    client = Client()
    client.post("/sign-in/", {"login": nurse, "password": PASSWORD})
    for _ in range(3):
        client.post("/sign-in/second-factor/", {"code": "000000"})
    assert site.account(nurse).failures == 3


# Places


@pytest.fixture
def sites(site: Site, fresh: Callable[[str], str]) -> tuple[str, str]:
    """Two sites of the hospital, in its zone: with several zones its pages would show UTC to every test after this."""
    made = []
    for _ in range(2):
        name = fresh("site")
        site.do("people.register_site", "setup", site=name, organisation=HOSPITAL, name="Ward",
                zone="Europe/Berlin", country="DE")  # fmt: skip
        made.append(name)
    return made[0], made[1]


def bind(site: Site, client: Client, where: str) -> None:
    """An administrator sits at this browser and says where it stands."""
    client.post("/sign-in/", {"login": "hospital-admin", "password": PASSWORD})
    client.post("/session/elsewhere/", {"choice": "here"})
    page = words(client.get("/people/stations/"))
    found = re.search(r'<p class="mono">(station-[0-9a-f]+)</p>', page)
    assert found, page[-2000:]
    bound = client.post("/people/stations/", {"station": found[1], "label": f"desk {where}", "site": where})
    assert bound.status_code == 302
    client.post("/sign-out/")


def travels(site: Site, name: str) -> list[dict[str, Any]]:
    return [e for e in site.security_events("account.impossible_travel") if e["person"] == f"person:{name}"]


@pytest.mark.requirement("CSV-21")
@pytest.mark.parametrize(("minutes", "alerts"), [(29, 1), (31, 0)])
def test_who_signs_in_at_two_sites_within_the_travel_time_raises_an_alert_and_is_not_locked(
    site: Site, nurse: str, sites: tuple[str, str], minutes: int, alerts: int
) -> None:
    one, other = Client(), Client()
    bind(site, one, sites[0])
    bind(site, other, sites[1])
    one.post("/sign-in/", {"login": nurse, "password": PASSWORD})
    one.post("/sign-out/")
    account = site.account(nurse)
    account.last_active -= timedelta(minutes=minutes)
    account.save()
    other.post("/sign-in/", {"login": nurse, "password": PASSWORD})
    found = travels(site, nurse)
    assert len(found) == alerts and all(e["alert"] for e in found)
    if found:
        assert sites[0].partition(":")[2] in found[0]["why"] and "29 minutes later" in found[0]["why"]
    assert other.get("/").status_code == 200


@pytest.mark.requirement("CSV-21")
def test_stations_that_nobody_bound_or_that_stand_at_one_site_raise_nothing(
    site: Site, nurse: str, sites: tuple[str, str]
) -> None:
    one, other, nowhere = Client(), Client(), Client()
    bind(site, one, sites[0])
    bind(site, other, sites[0])
    for client in (one, other, nowhere, one):
        client.post("/sign-in/", {"login": nurse, "password": PASSWORD})
        client.post("/sign-out/")
    assert travels(site, nurse) == []


def test_only_stations_of_ones_own_people_are_bound_and_only_to_ones_own_sites(
    site: Site, admin: Client, sites: tuple[str, str]
) -> None:
    from coign.web.accounts.models import Presence

    site.browser("maker-qp")
    strange = Presence.objects.filter(account__organisation=str(MAKER)).latest("pk").station
    wanted = {"station": strange, "label": "desk", "site": sites[0]}
    assert admin.post("/people/stations/", wanted).status_code == 422
    own = re.search(r"station-[0-9a-f]+", words(admin.get("/people/stations/")))
    assert own
    assert admin.post("/people/stations/", wanted | {"station": own[0], "site": "site:elsewhere"}).status_code == 422
    assert admin.post("/people/stations/", wanted | {"station": own[0], "label": ""}).status_code == 422
    admin.post("/people/stations/", wanted | {"station": own[0]})
    assert "desk" in words(admin.get("/people/stations/"))
    admin.post("/people/stations/", {"station": own[0]})
    assert "None yet." in words(admin.get("/people/stations/")) or own[0] not in bound_names()


def bound_names() -> set[str]:
    from coign.web.accounts.models import Station

    return set(Station.objects.values_list("name", flat=True))


# One credential at two stations, in full


@pytest.mark.requirement("CSV-S4", "CSV-21", "CSV-23")
def test_a_shared_account_is_locked_at_both_stations_and_its_steps_are_listed_for_review(
    site: Site, fresh: Callable[[str], str]
) -> None:
    signer = Signer(site, fresh)
    signer.enrol(site.administrator(1, MAKER), site.administrator(2, MAKER))
    # given: one credential used at two stations within a minute
    first = site.browser(signer.name)
    signer.set_up_code()
    shown = signer.shown(first)
    second = Client()
    second.post("/sign-in/", {"login": signer.name, "password": PASSWORD})
    second.post("/sign-in/second-factor/", {"code": signer.code()})
    # when either signs
    signed = signer.sign(first, shown)
    # then it is refused at both
    assert signed.status_code == 403 and "signed in at two stations" in words(signed)
    assert first.get("/").status_code == second.get("/").status_code == 302
    assert signer.sign(first, shown).status_code == signer.sign(second, shown).status_code == 302
    # and the account is locked, the security unit told
    assert site.account(signer.name).blocked
    about = [e for k in ("account.second_station", "signing.contested", "account.locked")
             for e in site.security_events(k) if e["person"] == str(signer.person)]  # fmt: skip
    assert len(about) == 3 and all(e["alert"] for e in about)
    # and the steps since the last good proof are listed for whoever looks at it
    admin_name = fresh("adm").replace(":", "-").lower()
    site.add_person(admin_name, MAKER, "admin")
    admin = site.browser(admin_name)
    security = words(admin.get("/security/"))
    assert "Account locked" in security and "Signed in at a second station" in security
    person = words(admin.get(f"/people/of/{signer.name}/"))
    assert "Steps since the last good proof" in person
    assert "Nothing was recorded in this name since then" in person, "nothing of it came into the record"


def take_in(client: Client, unit: str, key: str) -> Any:
    return client.post("/actions/custody.take_in/?site=site:clinic", {"unit": unit, "site": "site:clinic", "key": key})


@pytest.mark.requirement("CSV-S4")
def test_what_was_recorded_at_either_station_since_the_last_good_proof_is_listed(
    site: Site, admin: Client, fresh: Callable[[str], str]
) -> None:
    from coign.web.accounts import lockout

    name = fresh("cell").replace(":", "-").lower()
    site.add_person(name, HOSPITAL, "celllab")
    before, after = fresh("unit"), fresh("unit")
    site.do("custody.take_in", name, unit=before, site="site:clinic")
    first = site.browser(name)  # the last good proof
    assert take_in(first, after, fresh("k")).status_code == 302
    site.browser(name)  # a second station: who is it?
    lockout.block(site.account(name), "signing while signed in at two stations")
    page = words(admin.get(f"/people/of/{name}/"))
    listed = page.partition("Steps since the last good proof")[2].partition("Ask the owner which")[0]
    assert listed.count("/entries/") == 1 and "Take" in listed
    station = re.search(r"station-[0-9a-f]+", listed)
    assert station, "each with the station it came from"


@pytest.mark.requirement("CSV-S8", "CSV-08")
def test_a_role_taken_away_while_the_page_was_open_is_refused_and_both_stand_in_order(
    site: Site, admin: Client, fresh: Callable[[str], str]
) -> None:
    from coign.web.accounts import tally

    name, unit = fresh("cell").replace(":", "-").lower(), fresh("unit")
    site.add_person(name, HOSPITAL, "celllab")
    client = site.browser(name)
    assert client.get("/actions/custody.take_in/?site=site:clinic").status_code == 200  # the page is open
    site.do("people.revoke_role", "hospital-admin", person=Person.of(name), role="celllab", organisation=HOSPITAL)
    refused = take_in(client, unit, fresh("k"))
    assert refused.status_code == 403 and "you do not hold the role celllab" in words(refused)
    tally.write_all()
    noted = [e for e in site.security_events("request.forbidden") if e["person"] == f"person:{name}"]
    assert noted and noted[0]["what"] == "custody.take_in"
    page = words(admin.get(f"/security/?person=person:{name}"))
    assert "Request without the right to it" in page
    history = words(admin.get(f"/people/of/{name}/"))
    assert "Take a role away" in history
