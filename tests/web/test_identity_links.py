"""Linking identities of a provider with accounts, and the file that names the providers."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.identity_provider import IdentityProvider
from tests.web.client import Client
from tests.web.identity_house import ONE, TWO, browser, link
from tests.web.site import HOSPITAL, Site

from coign.kernel.errors import Conflict, Forbidden, Invalid
from coign.kernel.subjects import Person


@pytest.fixture
def person(site: Site, fresh: Callable[[str], str]) -> str:
    """Somebody with an account and no password of ours."""
    name = fresh("p").replace(":", "-").lower()
    site.add_person(name, HOSPITAL, "nurse", password=False)
    return name


# Linking


@pytest.mark.requirement("CSV-18")
def test_a_link_takes_two_administrators_neither_of_them_its_owner(
    site: Site, provider: IdentityProvider, person: str
) -> None:
    from coign.web.external import links

    account, own = site.account(person), Person.of(person)
    with pytest.raises(Forbidden, match="own account"):
        links.propose(account, "house", "s-1", own)
    made = links.propose(account, "house", f"s-{person}", ONE)
    for who, why in ((ONE, "yourself"), (own, "own account")):
        with pytest.raises(Forbidden, match=why):
            links.agree(made, who)
    links.agree(made, TWO)
    with pytest.raises(Conflict):
        links.agree(made, TWO)
    with pytest.raises(Conflict):
        links.propose(account, "house", f"s-{person}", ONE)
    assert links.opens(type(made).objects.get(pk=made.pk))


@pytest.mark.parametrize(
    ("provider_id", "subject"), [("nowhere", "s"), ("house", ""), ("house", " s"), ("house", "s" * 192)]
)
def test_a_link_that_could_never_open_is_named(
    site: Site, provider: IdentityProvider, person: str, provider_id: str, subject: str
) -> None:
    from coign.web.external import links

    with pytest.raises(Invalid):
        links.propose(site.account(person), provider_id, subject, ONE)


@pytest.mark.requirement("CSV-18")
@pytest.mark.parametrize("provider", ["ES256"], indirect=True)
def test_a_reset_of_the_sign_in_ends_what_was_linked_before(
    site: Site, provider: IdentityProvider, person: str
) -> None:
    from coign.web.external import links

    made = link(site, person, f"s-{person}")
    owner = f"person:{person}"
    site.do("people.propose_reset", "hospital-admin", person=owner, why="lost everything")
    site.do("people.agree_to_reset", "hospital-admin-2", person=owner)
    assert not links.opens(type(made).objects.get(pk=made.pk))
    assert links.account_of("house", f"s-{person}") is None


@pytest.mark.parametrize("provider", ["ES256"], indirect=True)
def test_two_administrators_link_at_their_page_and_the_owner_sees_it(
    site: Site, provider: IdentityProvider, fresh: Callable[[str], str]
) -> None:
    name = fresh("p").replace(":", "-").lower()
    site.add_person(name, HOSPITAL, "nurse")
    site.add_person("links-admin-1", HOSPITAL, "admin")
    site.add_person("links-admin-2", HOSPITAL, "admin")
    one, two, owner = site.browser("links-admin-1"), site.browser("links-admin-2"), site.browser(name)
    sent = {"step": "propose", "account": name, "provider": "house", "subject": f"s-{name}"}
    assert "no sign-in name" in one.post("/people/external/", sent | {"account": "nobody"}).content.decode()
    assert one.post("/people/external/", sent).status_code == 302
    from coign.web.external.models import Link

    pk = str(Link.objects.get(subject=f"s-{name}").pk)
    assert "agree" not in steps_for(one, pk) and "agree" in steps_for(two, pk)
    assert one.post("/people/external/", {"step": "agree", "link": pk}).status_code == 403
    assert "Waits for the second administrator" in owner.get("/account/external/").content.decode()
    assert two.post("/people/external/", {"step": "agree", "link": pk}).status_code == 302
    page = owner.get("/account/external/").content.decode()
    assert "Signs you in" in page and "links-admin-1" in page and "links-admin-2" in page
    assert owner.get("/people/external/").status_code == 403
    assert two.post("/people/external/", {"step": "remove", "link": pk}).status_code == 302
    assert two.post("/people/external/", {"step": "remove", "link": pk}).status_code == 404
    assert two.post("/people/external/", {"step": "all"}).status_code == 422


def steps_for(administrator: Client, pk: str) -> list[str]:
    """The buttons in the row of a link."""
    page = administrator.get("/people/external/").content.decode()
    row = next(form for form in page.split("<form")[1:] if f'name="link" value="{pk}"' in form)
    return re.findall(r'name="step" value="(\w+)"', row)


# The file


ROW = {"id": "a", "name": "A", "client_id": "c", "secret": "s", "server_url": "https://a.example/"}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([], "openid-connect.json"),
        ({"providers": 7}, "openid-connect.json"),
        ({"providers": [], "more": 1}, "openid-connect.json"),
        ({"providers": [7]}, "providers 1"),
        ({"providers": [ROW, {"id": "b"}]}, "providers 2, name"),
        ({"providers": [ROW | {"secret": 7}]}, "providers 1, secret"),
        ({"providers": [ROW | {"more": "x"}]}, "providers 1, more"),
        ({"providers": [ROW | {"id": "A b"}]}, "providers 1, id"),
        ({"providers": [ROW | {"server_url": "http://a.example"}]}, "providers 1, server_url"),
        ({"providers": [ROW | {"server_url": "https://"}]}, "providers 1, server_url"),
        ({"providers": [ROW | {"server_url": "https://a.example/?x"}]}, "providers 1, server_url"),
    ],
)
def test_a_file_of_providers_that_cannot_be_understood_names_the_field(tmp_path: Path, body: Any, named: str) -> None:
    from coign.web.external import configuration

    file = tmp_path / "openid-connect.json"
    file.write_text(json.dumps(body), "utf-8")
    with pytest.raises(Invalid) as no:
        configuration.read(file)
    assert named in no.value.errors[0].field


def test_one_name_one_provider(tmp_path: Path) -> None:
    from coign.web.external import configuration

    file = tmp_path / "openid-connect.json"
    file.write_text(json.dumps({"providers": [ROW, ROW | {"id": "b"}]}), "utf-8")
    assert [(p.id, p.server_url) for p in configuration.read(file)] == [
        ("a", "https://a.example"), ("b", "https://a.example"),
    ]  # fmt: skip
    file.write_text(json.dumps({"providers": [ROW, ROW]}), "utf-8")
    with pytest.raises(Invalid, match="twice"):
        configuration.read(file)


def test_pages_go_on_while_the_file_cannot_be_understood(site: Site, home: Path) -> None:
    file = home / "openid-connect.json"
    file.write_text("{", "utf-8")
    assert Client().get("/sign-in/").status_code == 200
    assert browser().post("/sign-in/external/house/", secure=True).status_code == 422
    file.unlink()
