"""Signing in, locking, stations, passwords, second factors, tokens."""

import re
import time
from collections.abc import Callable

import pytest
from tests.web.client import Client
from tests.web.site import HOSPITAL, PASSWORD, Site

from coign.kernel.subjects import Organisation


@pytest.fixture
def person(site: Site, fresh: Callable[[str], str]) -> str:
    """An account that no other test uses, of a nurse."""
    name = fresh("p").replace(":", "-").lower()
    site.add_person(name, HOSPITAL, "nurse")
    return name


def unlock(client: Client, password: str) -> int:
    return client.post("/session/unlock/", {"password": password}, headers={"Accept": "application/json"}).status_code


def sit_idle(client: Client, seconds: int) -> None:
    """As if nobody had worked there for so long."""
    session = client.session
    session["coign_sitting"] = session["coign_sitting"] | {"seen_s": int(time.time()) - seconds}
    session.save()


def test_name_and_password_sign_in_and_the_page_says_who_is_there(site: Site, person: str) -> None:
    client = site.browser(person)
    page = client.get("/").content.decode()
    assert person in page and "nurse" in page.lower() and "DEMONSTRATION" in page


def test_a_wrong_password_does_not_sign_in(site: Site, person: str) -> None:
    client = Client()
    response = client.post("/sign-in/", {"login": person, "password": "not this one at all"})
    assert response.status_code == 200 and client.get("/").status_code == 302


def test_there_is_no_way_to_make_an_account_oneself(site: Site) -> None:
    from django.urls import NoReverseMatch, reverse

    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert "sign up" not in Client().get("/sign-in/").content.decode().lower()


@pytest.mark.requirement("CSV-21")
def test_ten_failures_in_a_row_lock_the_account_and_raise_one_alert(site: Site, person: str) -> None:
    from coign.web.accounts import lockout

    for _ in range(12):
        lockout.failed(person, "password", "127.0.0.1")
    account = site.account(person)
    assert account.blocked and account.failures == 12
    alerts = [e for e in site.security_events("account.locked") if e["account"] == person]
    assert len(alerts) == 1 and alerts[0]["alert"] is True
    response = Client().post("/sign-in/", {"login": person, "password": PASSWORD})
    assert response.status_code == 200 and "locked" in response.content.decode()


@pytest.mark.requirement("CSV-21")
def test_failures_at_the_page_count_and_a_right_password_ends_the_row(site: Site, person: str) -> None:
    for _ in range(3):
        Client().post("/sign-in/", {"login": person, "password": "not this one at all"})
    assert site.account(person).failures == 3
    site.browser(person)
    assert site.account(person).failures == 0


@pytest.mark.requirement("CSV-21")
def test_locking_an_account_ends_its_sessions_and_tokens(site: Site, person: str) -> None:
    from coign.web.accounts import lockout

    client, api = site.browser(person), site.api(person)
    assert client.get("/").status_code == 200 and api.get("/api/actions").status_code == 200
    lockout.block(site.account(person), "test")
    assert client.get("/").status_code == 302 and api.get("/api/actions").status_code == 401
    lockout.open_again(site.account(person), "person:hospital-admin")
    assert api.get("/api/actions").status_code == 200


@pytest.mark.requirement("CSV-23")
@pytest.mark.parametrize(("seconds", "locked"), [(0, False), (890, False), (900, True), (5000, True)])
def test_a_station_nobody_works_at_locks(site: Site, person: str, seconds: int, locked: bool) -> None:
    client = site.browser(person)
    sit_idle(client, seconds)
    page = client.get("/actions/").content.decode()
    assert ("Nobody worked here for a while" in page) is locked
    api = client.get("/api/actions")
    assert (api.status_code == 403) is locked


@pytest.mark.requirement("CSV-23")
def test_a_locked_station_opens_with_the_password_of_whoever_is_signed_in(site: Site, person: str) -> None:
    client = site.browser(person)
    sit_idle(client, 1000)
    client.get("/")
    assert unlock(client, "not this one at all") == 403 and site.account(person).failures == 1
    assert unlock(client, PASSWORD) == 200
    assert "Nobody worked here" not in client.get("/").content.decode()


def test_unlocking_takes_json_as_well(site: Site, person: str) -> None:
    client = site.browser(person)
    accept = {"Accept": "application/json"}
    wrong = client.post("/session/unlock/", {"password": "x" * 20}, content_type="application/json", headers=accept)
    right = client.post("/session/unlock/", {"password": PASSWORD}, content_type="application/json", headers=accept)
    assert wrong.status_code == 403 and wrong.json()["message"]
    assert right.json() == {"ok": True}


def test_a_form_sent_while_locked_is_kept_and_not_recorded(site: Site, fresh: Callable[[str], str]) -> None:
    client, unit = site.browser("hospital-celllab"), fresh("unit")
    client.post("/session/elsewhere/", {"choice": "here"})
    sit_idle(client, 1000)
    sent = {"unit": unit, "seal": "S9", "key": "k1", "screen": "0"}
    page = client.post("/actions/custody.accept/", sent)
    assert page.status_code == 403 and 'value="S9"' in page.content.decode()
    kept = dict(re.findall(r'name="(again[^"]*)" value="([^"]*)"', page.content.decode()))
    opened = client.post("/session/unlock/", kept | {"password": PASSWORD})
    assert f'name="unit" value="{unit}"' in opened.content.decode() and "was not recorded" in opened.content.decode()


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_unlocking_never_leads_out_of_this_site(site: Site, person: str, path: str) -> None:
    client = site.browser(person)
    response = client.post("/session/unlock/", {"password": PASSWORD, "again-path": path, "again-method": "GET"})
    assert response["Location"] == "/"


@pytest.mark.requirement("CSV-23")
def test_sign_in_ends_after_twelve_hours_whatever_happens(site: Site, person: str) -> None:
    client = site.browser(person)
    session = client.session
    session["coign_started"] = int(time.time()) - 12 * 3600
    session.save()
    assert client.get("/").status_code == 302


@pytest.mark.requirement("CSV-23")
def test_a_second_station_forces_a_choice_and_raises_an_event(site: Site, person: str) -> None:
    first = site.browser(person)
    second = site.browser(person)
    assert second.get("/")["Location"] == "/session/elsewhere/"
    assert second.get("/api/actions").status_code == 403
    event = next(e for e in site.security_events("account.second_station") if e["person"] == f"person:{person}")
    assert event["alert"] is True and len(event["stations"]) == 2
    second.post("/session/elsewhere/", {"choice": "here"})
    assert second.get("/").status_code == 200
    assert first.get("/").status_code == 302, "the other sign-in was ended"


def test_choosing_the_first_station_signs_out_at_the_second(site: Site, person: str) -> None:
    first, second = site.browser(person), site.browser(person)
    second.post("/session/elsewhere/", {"choice": "there"})
    assert second.get("/").status_code == 302 and first.get("/").status_code == 200


def test_signing_in_again_at_the_same_station_asks_nothing(site: Site, person: str) -> None:
    client = site.browser(person)
    client.post("/sign-out/")
    client.post("/sign-in/", {"login": person, "password": PASSWORD})
    assert client.get("/").status_code == 200


def test_a_session_carried_to_another_station_is_locked(site: Site, person: str) -> None:
    client, thief = site.browser(person), Client()
    thief.cookies["coign_session"] = client.cookies["coign_session"].value
    assert "Nobody worked here" in thief.get("/").content.decode()


@pytest.mark.requirement("CSV-19")
@pytest.mark.parametrize(
    ("password", "factor", "fits"),
    [
        ("plover quartz", False, False),
        ("plover quartz la", False, True),
        ("plover quartz", True, True),
        ("plover7", True, False),
        ("password1", True, False),
        ("coign coign coign coign", False, False),
        ("aaaaaaaaaaaaaaaaa", False, True),
    ],
)
def test_passwords_are_long_and_not_known_to_attackers_and_that_is_all(
    site: Site, person: str, password: str, factor: bool, fits: bool
) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    user = site.account(person).user
    if factor:
        TOTP.activate(user, generate_totp_secret())
    if fits:
        validate_password(password, user)
    else:
        with pytest.raises(ValidationError):
            validate_password(password, user)


def test_an_account_whose_name_is_its_password_is_guessable(site: Site, person: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="Too easy"):
        validate_password(f"{person}{person}{person}", site.account(person).user)


def test_a_second_factor_is_asked_after_the_password_and_its_secret_is_sealed(site: Site, person: str) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal import auth

    secret = auth.generate_totp_secret()
    auth.TOTP.activate(site.account(person).user, secret)
    stored = Authenticator.objects.get(user=site.account(person).user).data["secret"]
    assert secret not in stored
    client = Client()
    response = client.post("/sign-in/", {"login": person, "password": PASSWORD})
    assert response["Location"].startswith("/sign-in/second-factor/") and client.get("/").status_code == 302
    code = auth.format_hotp_value(auth.hotp_value(secret, list(auth.yield_hotp_counters_from_time())[1]))
    assert client.post("/sign-in/second-factor/", {"code": code}).status_code == 302
    assert client.get("/").status_code == 200


def test_pages_of_the_own_account_open(site: Site, person: str) -> None:
    client = site.browser(person)
    asked = client.get("/account/factors/code/")
    assert asked["Location"].startswith("/account/confirm/"), "who changes a factor proves once more who they are"
    assert client.get(asked["Location"]).status_code == 200
    client.post("/account/confirm/", {"password": PASSWORD})
    for address in ("factors/", "factors/code/", "password/", "sessions/", "external/"):
        response = client.get(f"/account/{address}")
        assert response.status_code == 200, address
        assert "<main" in response.content.decode(), address


def test_the_list_of_sessions_ends_them(site: Site, person: str) -> None:
    client = site.browser(person)
    other = site.browser(person)
    other.post("/session/elsewhere/", {"choice": "here"})
    assert client.get("/").status_code == 302
    assert other.get("/account/sessions/").status_code == 200


@pytest.mark.requirement("CSV-20")
def test_a_revoked_or_expired_token_opens_nothing(site: Site, person: str) -> None:
    from coign.web.accounts.opening import issue_token, revoke_tokens

    api = site.api(person)
    assert api.get("/api/actions").status_code == 200
    revoke_tokens(site.account(person))
    assert api.get("/api/actions").status_code == 401
    over = Client(headers={"Authorization": f"Bearer {issue_token(site.account(person), label='x', hours=0)}"})
    response = over.get("/api/actions")
    assert response.status_code == 401 and response["WWW-Authenticate"].startswith("Bearer")


def test_a_token_is_looked_up_with_its_person_in_one_statement(site: Site, person: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from coign.web.accounts import following
    from coign.web.accounts.opening import digest_of

    digest = digest_of(site.token(person))
    with CaptureQueriesContext(connection) as asked:
        found = following.token(digest)
        assert found is not None and found[0].account.user.is_active and not found[1]
        assert found[0].is_valid(timezone.now()) and following.token("unknown") is None
    assert len(asked) == 2  # one for each token


def test_of_a_token_only_a_hash_is_kept(site: Site, person: str) -> None:
    from coign.web.accounts.models import Token

    text = site.token(person)
    kept = Token.objects.filter(account=site.account(person)).values()
    assert all(text not in str(row) for row in kept)


def test_the_demonstration_token_may_sign_and_is_for_demonstration_accounts_only(
    site: Site, person: str, fresh: Callable[[str], str]
) -> None:
    from coign.kernel.errors import NotFound
    from coign.web.accounts.models import Token
    from coign.web.accounts.opening import demonstration_token

    demonstration_token(person)
    assert Token.objects.filter(account=site.account(person)).latest("pk").allows("sign")
    real = fresh("p").replace(":", "-").lower()
    site.add_person(real, HOSPITAL, "nurse", demonstration=False)
    with pytest.raises(NotFound):
        demonstration_token(real)


def test_a_role_is_chosen_out_of_those_that_the_record_grants(site: Site, person: str) -> None:
    site.do(
        "people.grant_role", "setup", person=f"person:{person}", role="physician",
        organisation=Organisation("organisation:hospital"),
    )  # fmt: skip
    client = site.browser(person)
    assert "physician" in client.get("/session/role/").content.decode()
    client.post("/session/role/", {"role": "physician@organisation:hospital"})
    assert "physician" in client.get("/").content.decode().lower()
    assert client.post("/session/role/", {"role": "qp@organisation:maker"}).status_code == 422


@pytest.mark.requirement("CSV-17")
def test_an_account_known_only_through_an_identity_provider_never_counts_as_recently_proved(
    site: Site, fresh: Callable[[str], str]
) -> None:
    name = fresh("p").replace(":", "-").lower()
    account = site.add_person(name, HOSPITAL, "nurse")
    client = site.browser(name)
    account.user.set_unusable_password()
    account.user.save()
    session = client.session  # signed in by the provider: no password, no factor of ours
    session["_auth_user_hash"] = account.user.get_session_auth_hash()
    session.save()
    assert client.get("/").status_code == 200
    for address in ("/account/factors/code/", "/account/factors/recovery/new/"):
        assert client.get(address).status_code == 403
    assert unlock(client, PASSWORD) == 403
