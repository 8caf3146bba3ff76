"""Signing in through an identity provider: a real exchange of the protocol, and providers that are dishonest."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.support.identity_provider import CLIENT, SECRET, IdentityProvider
from tests.web.client import Client
from tests.web.identity_house import ONE, TWO, browser, come_back, configure, link, set_out, sign_in
from tests.web.site import HOSPITAL, PASSWORD, Site

from coign.kernel.subjects import Person


@pytest.fixture
def person(site: Site, fresh: Callable[[str], str]) -> str:
    """Somebody with an account and no password of ours."""
    name = fresh("p").replace(":", "-").lower()
    site.add_person(name, HOSPITAL, "nurse", password=False)
    return name


# What works


def test_a_linked_identity_signs_in_and_the_provider_learns_nothing_but_that(
    site: Site, provider: IdentityProvider, person: str
) -> None:
    provider.subject = f"sub-{person}"
    link(site, person, provider.subject)
    client = browser()
    assert sign_in(client)["Location"] == "/"
    assert person in client.get("/", secure=True).content.decode()
    asked = provider.asked[-1]
    assert (asked["scope"], asked["response_type"], asked["code_challenge_method"]) == ("openid", "code", "S256")
    assert asked["nonce"] and asked["state"]
    assert site.security_events("sign_in")[0]["account"] == person


def test_nothing_about_the_person_is_kept_of_what_the_provider_says(
    site: Site, provider: IdentityProvider, person: str
) -> None:
    from allauth.socialaccount.models import SocialAccount, SocialToken

    provider.subject = f"sub-{person}"
    provider.claims = lambda honest: honest | {"email": "maria@example.org", "name": "Maria Silva"}
    link(site, person, provider.subject)
    sign_in(browser())
    user = site.account(person).user
    assert (user.email, SocialAccount.objects.count(), SocialToken.objects.count()) == ("", 0, 0)


def test_after_signing_in_one_goes_on_to_where_one_wanted(site: Site, provider: IdentityProvider, person: str) -> None:
    provider.subject = f"sub-{person}"
    link(site, person, provider.subject)
    for wanted, reached in (("/actions/", "/actions/"), ("https://evil.example/", "/")):
        client = browser()
        start = client.post("/sign-in/external/house/", {"next": wanted}, secure=True)
        assert come_back(client, start["Location"])["Location"] == reached


def test_a_second_factor_of_ours_is_asked_all_the_same(site: Site, provider: IdentityProvider, person: str) -> None:
    from allauth.mfa.totp.internal import auth

    provider.subject = f"sub-{person}"
    link(site, person, provider.subject)
    auth.TOTP.activate(site.account(person).user, auth.generate_totp_secret())
    client = browser()
    assert sign_in(client)["Location"].startswith("/sign-in/second-factor/")
    assert client.get("/", secure=True).status_code == 302


# Whom it opens nothing for


def opens_nothing(client: Client, answer: Any, words: str) -> None:
    assert answer.status_code in (302, 403)
    if answer.status_code == 403:
        assert words in answer.content.decode()
    assert client.get("/", secure=True).status_code == 302, "nobody is signed in"


def test_an_identity_that_is_linked_with_no_account_opens_nothing_and_is_told_what_to_do(
    site: Site, provider: IdentityProvider
) -> None:
    from django.contrib.auth.models import User

    provider.subject, before = "nobody-knows", User.objects.count()
    client = browser()
    answer = sign_in(client)
    opens_nothing(client, answer, "nobody-knows")
    assert answer.status_code == 403 and User.objects.count() == before
    assert site.security_events("sign_in.failed", what="external", subject="nobody-knows")


def test_the_mail_address_or_name_of_an_account_opens_nothing(
    site: Site, provider: IdentityProvider, person: str
) -> None:
    user = site.account(person).user
    user.email = "maria@example.org"
    user.save()
    provider.subject = "somebody-else"
    said = {"email": "maria@example.org", "email_verified": True, "preferred_username": person}
    provider.claims = lambda honest: honest | said
    client = browser()
    opens_nothing(client, sign_in(client), "somebody-else")


def test_a_link_that_only_one_administrator_made_opens_nothing(
    site: Site, provider: IdentityProvider, person: str
) -> None:
    from coign.web.external import links

    provider.subject = f"sub-{person}"
    links.propose(site.account(person), "house", provider.subject, ONE)
    client = browser()
    opens_nothing(client, sign_in(client), provider.subject)


def test_an_ended_link_opens_nothing_and_what_it_opened_is_over(
    site: Site, provider: IdentityProvider, person: str
) -> None:
    from coign.web.external import links

    provider.subject = f"sub-{person}"
    made, before = link(site, person, provider.subject), browser()
    assert sign_in(before)["Location"] == "/"
    links.remove(type(made).objects.get(pk=made.pk), ONE)
    assert before.get("/", secure=True).status_code == 302
    client = browser()
    opens_nothing(client, sign_in(client), provider.subject)


@pytest.mark.requirement("CSV-21")
def test_a_locked_account_opens_for_no_provider(site: Site, provider: IdentityProvider, person: str) -> None:
    from coign.web.accounts import lockout

    provider.subject = f"sub-{person}"
    link(site, person, provider.subject)
    lockout.block(site.account(person), "test")
    client = browser()
    assert sign_in(client)["Location"] == "/sign-in/"
    opens_nothing(client, sign_in(client), "")


def test_whoever_presses_cancel_there_is_not_signed_in(site: Site, provider: IdentityProvider) -> None:
    provider.subject = None
    client = browser()
    answer = sign_in(client)
    assert answer["Location"] == "/sign-in/external/cancelled/"
    assert client.get(answer["Location"], secure=True).status_code == 200
    assert client.get("/", secure=True).status_code == 302


# Dishonest answers

OTHER_KEY = rsa.generate_private_key(65537, 2048)


def claim(**changed: Any) -> Callable[[IdentityProvider], None]:
    def make(provider: IdentityProvider) -> None:
        provider.claims = lambda honest: honest | changed

    return make


def set_to(**changed: Any) -> Callable[[IdentityProvider], None]:
    def make(provider: IdentityProvider) -> None:
        for name, value in changed.items():
            setattr(provider, name, value)

    return make


def unsigned(provider: IdentityProvider) -> None:
    """The header says that no signature is needed."""
    provider.signs_with, provider.header = "", {"alg": "none"}


def by_shared_secret(provider: IdentityProvider) -> None:
    """Signed with what everybody can read, called a shared secret: the oldest trick against such checks."""
    public = provider.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    provider.signs_with, provider.header = public, {"alg": "HS256"}


def by_client_secret(provider: IdentityProvider) -> None:
    provider.signs_with, provider.header = SECRET, {"alg": "HS256"}


def twisted(provider: IdentityProvider) -> None:
    """A claim changed after signing."""

    def change(answer: dict[str, Any]) -> dict[str, Any]:
        head, _, signature = answer["id_token"].split(".")
        said = jwt.decode(answer["id_token"], options={"verify_signature": False}) | {"sub": "victim"}
        import base64

        body = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
        return answer | {"id_token": f"{head}.{body}.{signature}"}

    provider.answer = change


FAULTS = {
    "another nonce": claim(nonce="another"),
    "no nonce": claim(nonce=None),
    "another audience": claim(aud="somebody-else"),
    "two audiences": claim(aud=[CLIENT, "somebody-else"]),
    "another authorised party": claim(azp="somebody-else"),
    "another issuer": claim(iss="https://evil.example"),
    "expired": claim(exp=int(time.time()) - 3600),
    "never expires": claim(exp=None),
    "made in the future": claim(iat=int(time.time()) + 3600),
    "no subject": claim(sub=None),
    "an empty subject": claim(sub=""),
    "a subject that is a number": claim(sub=7),
    "another key": set_to(signs_with=OTHER_KEY, header={"alg": "RS256"}),
    "an unknown key": set_to(header={"kid": "k2"}),
    "no signature": unsigned,
    "signed with the public key": by_shared_secret,
    "signed with the client's secret": by_client_secret,
    "changed after signing": twisted,
    "no token": set_to(answer=lambda honest: {n: v for n, v in honest.items() if n != "id_token"}),
    "no text for a token": set_to(answer=lambda honest: honest | {"id_token": 7}),
    "rubbish for a token": set_to(answer=lambda honest: honest | {"id_token": "a.b.c"}),
}


@pytest.mark.parametrize("provider", ["RS256"], indirect=True)
@pytest.mark.parametrize("fault", list(FAULTS))
def test_an_answer_that_does_not_prove_who_signed_in_opens_nothing(
    site: Site, provider: IdentityProvider, linked_victim: str, fault: str
) -> None:
    provider.subject = "victim"
    FAULTS[fault](provider)
    before, client = len(site.security_events("sign_in.failed", what="external")), browser()
    answer = sign_in(client)
    assert answer.status_code == 403, fault
    opens_nothing(client, answer, "does not prove who you are")
    assert len(site.security_events("sign_in.failed", what="external")) == before + 1, fault


@pytest.fixture(scope="module")
def linked_victim(site: Site) -> Iterator[str]:
    """Whom dishonest answers pretend to be."""
    from coign.web.external.models import Link

    account = site.add_person("external-victim", HOSPITAL, "nurse", password=False)
    made = Link.objects.create(
        account=account, provider="house", subject="victim", proposed_by=str(ONE), agreed_by=str(TWO), agreed_at=10**9
    )
    yield "external-victim"
    made.delete()


def test_the_same_answers_would_sign_in_if_they_were_honest(
    site: Site, provider: IdentityProvider, linked_victim: str
) -> None:
    provider.subject = "victim"
    provider.claims = lambda honest: honest | {"aud": [CLIENT], "azp": CLIENT}
    assert sign_in(browser())["Location"] == "/"


def test_an_answer_to_another_browsers_question_opens_nothing(
    site: Site, provider: IdentityProvider, linked_victim: str
) -> None:
    provider.subject = "victim"
    victim, thief = browser(), browser()
    there = set_out(victim)
    answer = come_back(thief, there)  # the state is not the thief's
    opens_nothing(thief, answer, "does not prove")
    reply = requests.get(set_out(victim), allow_redirects=False, timeout=10)
    code = parse_qs(urlsplit(reply.headers["Location"]).query)["code"][0]
    own = parse_qs(urlsplit(set_out(thief)).query)["state"][0]
    answer = thief.get(f"/sign-in/external/house/back/?code={code}&state={own}", secure=True)
    opens_nothing(thief, answer, "does not prove")  # the code is bound to the victim's verifier


def test_an_answer_is_good_once(site: Site, provider: IdentityProvider, linked_victim: str) -> None:
    provider.subject = "victim"
    client = browser()
    reply = requests.get(set_out(client), allow_redirects=False, timeout=10)
    at = urlsplit(reply.headers["Location"])
    assert client.get(f"{at.path}?{at.query}", secure=True)["Location"] == "/"
    client.post("/sign-out/", secure=True)
    opens_nothing(client, client.get(f"{at.path}?{at.query}", secure=True), "does not prove")


@pytest.mark.parametrize("provider", ["RS256"], indirect=True)
@pytest.mark.parametrize(
    "discovery",
    [{"issuer": "https://evil.example"}, {"jwks_uri": None}, {"token_endpoint": 7}, {"authorization_endpoint": None}],
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(
    site: Site, provider: IdentityProvider, discovery: dict[str, Any]
) -> None:
    provider.discovery = discovery
    answer = browser().post("/sign-in/external/house/", secure=True)
    assert answer.status_code == 503 and "House does not answer as it should" in answer.content.decode()


def test_a_provider_that_is_away_is_said_to_be_away(site: Site, home: Path) -> None:
    file = configure(home, "http://127.0.0.1:9")
    assert browser().post("/sign-in/external/house/", secure=True).status_code == 503
    file.unlink()
    assert browser().post("/sign-in/external/house/", secure=True).status_code == 404


def test_signing_in_begins_with_a_press_not_with_a_link(site: Site, provider: IdentityProvider) -> None:
    answer = browser().get("/sign-in/external/house/", secure=True)
    assert answer.status_code == 200 and provider.asked == []


def test_nobody_links_an_identity_with_their_own_account(site: Site, provider: IdentityProvider, person: str) -> None:
    from coign.web.external.models import Link

    site.account(person).user.set_password(PASSWORD)
    user = site.account(person).user
    user.set_password(PASSWORD)
    user.save()
    client = browser()
    client.post("/sign-in/", {"login": person, "password": PASSWORD}, secure=True)
    provider.subject = "self-linked"
    start = client.post("/sign-in/external/house/?process=connect", {"process": "connect"}, secure=True)
    assert come_back(client, start["Location"]).status_code == 403
    assert not Link.objects.filter(subject="self-linked").exists()


# What such a sign-in is good for


@pytest.mark.requirement("CSV-17", "CSV-18")
@pytest.mark.parametrize("provider", ["ES256"], indirect=True)
def test_who_is_known_only_through_a_provider_never_counts_as_recently_proved(
    site: Site, provider: IdentityProvider, person: str
) -> None:
    provider.subject = f"sub-{person}"
    link(site, person, provider.subject)
    client = browser()
    sign_in(client)
    for address in ("factors/code/", "factors/recovery/new/", "passkeys/new/", "password/"):
        assert client.get(f"/account/{address}", secure=True).status_code == 403, address
    ask = client.post("/account/passkeys/sign/", {"credential": "password+otp"}, secure=True)
    assert ask.status_code == 403
    assert "You have no password here" in client.get("/", secure=True).content.decode()
    unlock = client.post(
        "/session/unlock/", {"password": PASSWORD}, headers={"Accept": "application/json"}, secure=True
    )
    assert unlock.status_code == 403


@pytest.mark.requirement("CSV-17")
@pytest.mark.parametrize("provider", ["ES256"], indirect=True)
def test_who_is_known_only_through_a_provider_cannot_sign_with_password_and_code(
    site: Site, provider: IdentityProvider, fresh: Callable[[str], str]
) -> None:
    from allauth.mfa.totp.internal import auth

    from coign.web.signing import keys

    name = fresh("p").replace(":", "-").lower()
    account = site.add_person(name, HOSPITAL, "qa", demonstration=False, password=False)
    secret = auth.generate_totp_secret()
    auth.TOTP.activate(account.user, secret)
    provider.subject = f"sub-{name}"
    link(site, name, provider.subject)
    client = browser()
    sign_in(client)
    steps = list(auth.yield_hotp_counters_from_time())
    code = auth.format_hotp_value(auth.hotp_value(secret, steps[len(steps) // 2]))  # of this half minute
    client.post("/sign-in/second-factor/", {"code": code}, secure=True)
    assert client.get("/", secure=True).status_code == 200
    person, intent = Person.of(name), '{"expires":"2031-01-01T00:00:00.000000Z"}'
    credential = keys.credential_of(person, keys.ATTESTED)
    site.do(
        "people.propose_authenticator", "hospital-admin", person=person, credential=credential, method=keys.ATTESTED,
        public_key=keys.public_key_for(person, keys.ATTESTED), evidence="cd" * 32,
    )  # fmt: skip
    site.do("people.confirm_authenticator", "hospital-admin-2", person=person, credential=credential)
    for password, status, words in ((PASSWORD, 403, "that password is not right"), ("", 422, "password and a code")):
        sent = {"intent": intent, "method": keys.ATTESTED, "password": password, "code": "123456"}
        answer = client.post("/actions/supply.reject_lot/sign/", sent, secure=True)
        assert answer.status_code == status and words in answer.content.decode()
