"""People and access: who is here, who joins, moves and leaves, and whose access is reviewed."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.client import Client
from tests.web.site import HOSPITAL, MAKER, PASSWORD, Site

from coign.kernel.subjects import Person
from coign.people.views import AUTHORITY, Authority

OWN_PASSWORD = "saffron glacier tunnel hammock"  # made up


@pytest.fixture
def name(fresh: Callable[[str], str]) -> str:
    """A sign-in name that no other test uses."""
    return fresh("p").replace(":", "-").lower()


@pytest.fixture
def nurse(site: Site, name: str) -> str:
    """A nurse of the hospital."""
    site.add_person(name, HOSPITAL, "nurse")
    return name


@pytest.fixture
def admin(site: Site) -> Client:
    """An administrator of the hospital at their browser."""
    return here(site, "hospital-admin")


@pytest.fixture
def second(site: Site) -> Client:
    """Another one."""
    return here(site, "hospital-admin-2")


def here(site: Site, name: str) -> Client:
    client = site.browser(name)
    client.post("/session/elsewhere/", {"choice": "here"})
    return client


def words(response: Any) -> str:
    return unescape(response.content.decode())


def press(client: Client, name: str, what: str, **fields: str) -> Any:
    """Press a button of a person's page."""
    return client.post(f"/people/of/{name}/{what}/", fields)


def state_of(site: Site, name: str) -> Authority:
    return site.service.states.of(AUTHORITY, Person.of(name))


def register(client: Client, sign_in: str, /, **more: str) -> Any:
    return client.post("/people/new/", {"sign_in": sign_in, "name": "Nora Example", "role": "nurse", **more})


def start_password_in(response: Any) -> str:
    found = re.search(r'c-secret">([^<]+)<', response.content.decode())
    assert found, words(response)[-2000:]
    return found[1]


def replace_start_password(name: str, password: str, own: str = OWN_PASSWORD) -> Client:
    """Sign in with a start password, choose another, sign in again."""
    client = Client()
    assert client.post("/sign-in/", {"login": name, "password": password}).status_code == 302
    assert client.get("/")["Location"] == "/account/password/"
    changed = client.post("/account/password/", {"oldpassword": password, "password1": own, "password2": own})
    assert changed.status_code == 302, words(changed)[-2000:]
    again = Client()
    assert again.post("/sign-in/", {"login": name, "password": own}).status_code == 302
    return again


# Joiners


@pytest.mark.requirement("CSV-24", "CSV-19")
def test_who_joins_is_registered_with_a_role_and_an_account_in_one_go(site: Site, admin: Client, name: str) -> None:
    done = register(admin, name, until="2099-12-31")
    start = start_password_in(done)
    assert [(g.role, g.organisation, str(g.until)[:10]) for g in state_of(site, name).grants] == [
        ("nurse", HOSPITAL, "2099-12-31")
    ]
    page = words(admin.get(f"/people/of/{name}/"))
    assert start not in page and "start password, not yet replaced" in page
    client = replace_start_password(name, start)
    assert client.get("/").status_code == 200
    assert "start password" not in words(admin.get(f"/people/of/{name}/")).partition("What happened")[0]


@pytest.mark.requirement("CSV-15")
def test_a_sign_in_name_is_never_given_again_also_after_its_owner_left(site: Site, admin: Client, nurse: str) -> None:
    assert press(admin, nurse, "leave").status_code == 302
    again = register(admin, nurse)
    assert again.status_code == 422 and "was given before" in words(again)
    from coign.kernel.errors import Refused

    with pytest.raises(Refused) as no:
        site.do(
            "people.register_person", "hospital-admin", person=Person.of(nurse), organisation=HOSPITAL, name="Other"
        )
    assert [g.gate for g in no.value.gates] == ["people.identifier_is_new"]


def test_a_person_the_record_refuses_leaves_no_account_behind(site: Site, admin: Client, name: str) -> None:
    from coign.web.accounts.models import Account

    site.do("people.register_person", "setup", person=Person.of(name), organisation=HOSPITAL, name="Known before")
    refused = register(admin, name)
    assert refused.status_code == 422 and f"{name} was given before" in words(refused)
    assert not Account.objects.filter(user__username=name).exists()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("sign_in", "Nora", "lower-case letters"),
        ("sign_in", "setup", "taken by set-up itself"),
        ("name", "", "Write the name as it is to be printed"),
        ("role", "wizard", "not one of the available choices"),
        ("until", "2001-01-01", "Give a day that lies ahead"),
        ("until", "soon", "Give a day that lies ahead"),
    ],
)
def test_every_defect_of_the_form_is_named(admin: Client, name: str, field: str, value: str, says: str) -> None:
    response = register(admin, name, **{field: value})
    assert response.status_code == 422 and says in words(response)


@pytest.mark.requirement("CSV-18", "CSV-06")
def test_an_administrator_is_registered_and_proposed_and_begins_once_a_second_one_agreed(
    site: Site, admin: Client, second: Client, name: str
) -> None:
    ends = register(admin, name, role="admin", until="2099-12-31")
    assert ends.status_code == 422 and "it does not run out" in words(ends)
    assert register(admin, name, role="admin")["Location"] == f"/people/of/{name}/"
    assert not state_of(site, name).grants and "no account" in words(admin.get("/people/?q=" + name))
    assert press(admin, name, "agree-to-administrator").status_code == 409
    assert press(second, name, "agree-to-administrator").status_code == 302
    assert press(admin, name, "open-account").status_code == 302
    halves = [start_password_in(press(client, name, "half")) for client in (admin, second)]
    client = replace_start_password(name, "".join(halves))
    assert client.get("/")["Location"] == "/account/notice/"
    assert register(admin, name, role="admin").status_code == 422


def test_somebody_whom_the_record_knows_gets_an_account(site: Site, admin: Client, name: str) -> None:
    site.do("people.register_person", "setup", person=Person.of(name), organisation=HOSPITAL, name="Nora Example")
    assert "Open an account" not in words(admin.get(f"/people/of/{name}/")), "a sign-in begins with a role"
    assert press(admin, name, "open-account").status_code == 409
    press(admin, name, "grant", role="nurse")
    replace_start_password(name, start_password_in(press(admin, name, "open-account")))
    assert press(admin, name, "open-account").status_code == 409


def test_a_start_password_that_was_lost_is_replaced_until_its_owner_chose_their_own(
    site: Site, admin: Client, name: str
) -> None:
    first = start_password_in(register(admin, name))
    other = start_password_in(press(admin, name, "start-again"))
    assert Client().post("/sign-in/", {"login": name, "password": first}).status_code == 200
    replace_start_password(name, other)
    assert press(admin, name, "start-again").status_code == 409


@pytest.mark.requirement("CSV-20")
def test_a_start_password_that_nobody_used_in_time_opens_nothing(site: Site, admin: Client, name: str) -> None:
    from datetime import timedelta

    start = start_password_in(register(admin, name))
    account = site.account(name)
    account.password_set -= timedelta(days=7, minutes=1)
    account.save()
    answer = Client().post("/sign-in/", {"login": name, "password": start})
    assert answer.status_code == 200 and "was not used in time" in words(answer)
    assert "the start password was not used in time" in words(admin.get("/people/?show=attention"))


# Movers and leavers


@pytest.mark.requirement("CSV-24", "CSV-08")
def test_roles_are_given_and_taken_away_and_count_at_once(site: Site, admin: Client, nurse: str) -> None:
    assert press(admin, nurse, "grant", role="physician", until="2099-01-31").status_code == 302
    assert {g.role for g in state_of(site, nurse).grants} == {"nurse", "physician"}
    client = site.browser(nurse)
    assert client.get("/journeys/").status_code == 200
    for role in ("nurse", "physician"):
        press(admin, nurse, "revoke", role=role)
    assert client.get("/journeys/").status_code == 403
    assert press(admin, nurse, "grant", role="nurse", until="2001-01-31").status_code == 422
    assert press(admin, nurse, "grant").status_code == 422


@pytest.mark.requirement("CSV-24", "CSV-20")
def test_who_leaves_is_out_at_the_next_request_with_every_sign_in_and_token(
    site: Site, admin: Client, nurse: str
) -> None:
    client, api = site.browser(nurse), site.api(nurse)
    assert client.get("/").status_code == 200 and api.get("/api/actions").status_code == 200
    assert press(admin, nurse, "leave").status_code == 302
    assert client.get("/").status_code == 302 and api.get("/api/actions").status_code == 401
    assert Client().post("/sign-in/", {"login": nurse, "password": PASSWORD}).status_code == 200
    page = words(admin.get(f"/people/of/{nurse}/"))
    assert "Left" in page and "The person leaves" not in page


@pytest.mark.requirement("CSV-20")
def test_what_the_record_ended_elsewhere_is_over_for_the_account_as_well(site: Site, nurse: str) -> None:
    client, api = site.browser(nurse), site.api(nurse)
    site.do("people.record_leaving", "hospital-admin", person=Person.of(nurse))  # beside the pages
    assert api.get("/api/actions").status_code == 401 and client.get("/api/actions").status_code == 401
    assert not site.account(nurse).user.is_active


@pytest.mark.requirement("CSV-20")
def test_a_lost_factor_ends_every_sign_in_and_token_at_once(site: Site, admin: Client, nurse: str) -> None:
    client, api = site.browser(nurse), site.api(nurse)
    assert press(admin, nurse, "end-everything").status_code == 422, "why is missing"
    press(admin, nurse, "end-everything", why="telephone lost on the way home")
    assert client.get("/").status_code == 302 and api.get("/api/actions").status_code == 401
    ended = next(e for e in site.security_events("account.ended") if e["person"] == f"person:{nurse}")
    assert "telephone lost" in ended["why"] and ended["tokens"] == 1


@pytest.mark.requirement("CSV-20")
def test_a_revoked_authenticator_ends_every_sign_in_too(site: Site, admin: Client, nurse: str) -> None:
    person = Person.of(nurse)
    key = {"person": person, "credential": f"key-{nurse}", "method": "ed25519", "public_key": "00"}
    site.do("people.propose_authenticator", "hospital-admin", **key, evidence="ab" * 32)
    site.do("people.confirm_authenticator", "hospital-admin-2", person=person, credential=f"key-{nurse}")
    client = site.browser(nurse)
    press(admin, nurse, "revoke-key", credential=f"key-{nurse}")
    assert state_of(site, nurse).credentials == () and client.get("/").status_code == 302
    assert site.browser(nurse).get("/").status_code == 200, "the account itself goes on"


@pytest.mark.requirement("CSV-22")
def test_the_test_of_an_authenticator_is_recorded_from_the_page_and_a_failed_one_ends_it(
    site: Site, admin: Client, nurse: str
) -> None:
    person, credential = Person.of(nurse), f"key-{nurse}"
    key = {"person": person, "credential": credential, "method": "ed25519", "public_key": "00"}
    site.do("people.propose_authenticator", "hospital-admin", **key, evidence="ab" * 32)
    site.do("people.confirm_authenticator", "hospital-admin-2", person=person, credential=credential)
    enrolled = state_of(site, nurse).credentials[0].tested_at
    link = re.search(
        r'href="(/actions/people.test_authenticator/[^"]*)"', admin.get(f"/people/of/{nurse}/").content.decode()
    )
    assert link and admin.get(unescape(link[1])).status_code == 200

    def record(passed: str) -> Any:
        sheet = SimpleUploadedFile("test.pdf", b"tried together with its owner")
        fields = {"person": str(person), "credential": credential, "passed": passed, "evidence": sheet}
        return admin.post("/actions/people.test_authenticator/", fields)

    assert record("yes").status_code == 302
    assert state_of(site, nurse).credentials[0].tested_at > enrolled
    assert record("no").status_code == 302
    assert state_of(site, nurse).credentials == ()


@pytest.mark.requirement("CSV-21")
def test_a_locked_account_is_opened_by_an_administrator_who_says_why(site: Site, admin: Client, nurse: str) -> None:
    from coign.web.accounts import lockout

    for _ in range(10):
        lockout.failed(nurse, "password", "192.0.2.7")
    assert "locked" in words(admin.get("/people/?show=attention&q=" + nurse))
    assert press(admin, nurse, "unlock").status_code == 422
    press(admin, nurse, "unlock", why="mistyped after the holidays, called me herself")
    assert site.browser(nurse).get("/").status_code == 200
    assert press(admin, nurse, "unlock", why="again").status_code == 409
    opened = next(e for e in site.security_events("account.opened_again") if e["person"] == f"person:{nurse}")
    assert opened["by"] == "person:hospital-admin" and "mistyped" in opened["why"]


def test_a_sign_in_begins_in_a_role_that_is_still_held(site: Site, admin: Client, nurse: str) -> None:
    press(admin, nurse, "grant", role="physician")
    press(admin, nurse, "revoke", role="nurse")
    assert "You cannot act here now" not in words(site.browser(nurse).get("/"))


# Whose page it is


def test_the_pages_are_for_administrators_and_show_nobody_else_s_people(site: Site, admin: Client, nurse: str) -> None:
    client = site.browser(nurse)
    for page in ("/people/", "/people/new/", f"/people/of/{nurse}/", "/people/stations/", "/security/"):
        assert client.get(page).status_code == 403, page
        assert admin.get(page).status_code == 200, page
        assert Client().get(page).status_code == 302, page
    assert press(client, nurse, "leave").status_code == 403
    assert 'href="/people/"' not in client.get("/").content.decode()
    assert 'href="/people/"' in admin.get("/").content.decode()
    for stranger in ("maker-qp", "nobody-at-all", "not a name"):
        assert admin.get(f"/people/of/{stranger}/").status_code == 404
        assert press(admin, stranger, "leave").status_code == 404
    assert "maker-qp" not in words(admin.get("/people/"))
    assert press(admin, nurse, "promote").status_code == 404


def test_somebody_of_another_house_with_a_role_here_is_seen_and_their_account_is_not(
    site: Site, admin: Client, name: str
) -> None:
    site.add_person(name, MAKER, "warehouse")
    site.do("people.grant_role", "setup", person=Person.of(name), role="celllab", organisation=HOSPITAL)
    page = words(admin.get(f"/people/of/{name}/"))
    assert "cell laboratory" in page and "Last sign-in" not in page and "The person leaves" not in page
    assert press(admin, name, "end-everything", why="x").status_code == 404
    refused = press(admin, name, "propose-reset", why="x")
    assert refused.status_code == 409 and "is not of hospital" in words(refused)


@pytest.mark.requirement("CSV-23")
def test_an_administrator_without_a_second_factor_is_sent_to_set_one_up(site: Site, name: str) -> None:
    site.add_person(name, HOSPITAL, "admin", demonstration=False)
    client = site.browser(name)
    assert client.get("/people/")["Location"] == "/account/factors/"
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(site.account(name).user, generate_totp_secret())
    assert client.get("/people/").status_code == 200


def test_the_list_is_found_by_name_and_what_needs_attention_comes_first(site: Site, admin: Client, nurse: str) -> None:
    from coign.web.accounts import lockout

    lockout.block(site.account(nurse), "test")
    page = words(admin.get("/people/"))
    assert page.index(nurse) < page.index("hospital-physician")
    assert "review due" in page and "last sign-in" in page and "no second factor" in page
    assert nurse in words(admin.get(f"/people/?q={nurse[2:]}")) and nurse not in words(admin.get("/people/?q=zzz"))
    assert "Nobody. Choose another filter" in words(admin.get("/people/?q=zzz"))


# Duties


@pytest.mark.requirement("CSV-24", "GMP-02")
def test_the_matrix_of_duties_says_what_the_gate_says(site: Site, admin: Client) -> None:
    from typing import get_args

    from coign.people.events import Role
    from coign.people.separation import must_be_apart
    from coign.web.people.duties import matrix
    from coign.web.roles import role_words

    duties = matrix()
    group_of = {role_words(r): g for g in range(len(duties.groups)) for r in get_args(Role)
                if role_words(r) in duties.groups[g].split(", ")}  # fmt: skip
    assert len(group_of) == len(get_args(Role))
    for one in get_args(Role):
        for other in get_args(Role):
            apart = duties.rows[group_of[role_words(one)]][1][group_of[role_words(other)]]
            assert apart is must_be_apart(one, other), (one, other)
    assert "Duties that nobody may have together" in words(admin.get("/people/"))


@pytest.mark.requirement("CSV-24")
def test_a_role_that_clashes_is_refused_when_it_is_given(site: Site, admin: Client, name: str) -> None:
    site.add_person(name, HOSPITAL, "operator")
    refused = press(admin, name, "grant", role="qa")
    assert refused.status_code == 409 and f"{name} is operator and cannot be qa as well" in words(refused)


# Review


@pytest.mark.requirement("CSV-24")
def test_access_is_reviewed_by_somebody_else_and_ends_with_every_sign_in(site: Site, admin: Client, nurse: str) -> None:
    before = state_of(site, nurse).grants[0].reviewed_at
    assert press(admin, nurse, "confirm-access").status_code == 302
    assert state_of(site, nurse).grants[0].reviewed_at > before
    client = site.browser(nurse)
    assert press(admin, nurse, "end-access").status_code == 302
    assert state_of(site, nurse).grants == () and client.get("/").status_code == 302
    own = press(admin, "hospital-admin", "confirm-access")
    assert own.status_code == 409 and "this is your own account" in words(own)


@pytest.mark.requirement("CSV-24")
def test_overdue_access_is_shown_before_it_is_due_and_suspended_after(site: Site, nurse: str) -> None:
    from coign import rulesets
    from coign.web.people import roll

    person, state = Person.of(nurse), state_of(site, nurse)
    clock = roll.Clock.here()
    for days, status in ((300, None), (336, "look"), (366, "stop")):
        later = roll.Clock(state.grants[0].reviewed_at.plus(days=days), clock.wall, rulesets.load())
        found = [m for m in roll.matters(roll.Entry(person, state, site.account(nurse)), HOSPITAL, later)
                 if "review" in m.sentence]  # fmt: skip
        assert [m.status for m in found] == ([status] if status else []), days
