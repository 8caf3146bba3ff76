"""What protects the browser, and that nothing is reachable by oversight."""

from pathlib import Path

import pytest
from tests.web.client import Client
from tests.web.site import PASSWORD, Site


def every_address() -> list[tuple[str, str]]:
    """(name, address with harmless values) of every route."""
    from coign.web.urls import urlpatterns

    values = {"name": "custody.offer", "position": "0", "path": "0/000.p/1", "line": "0", "pk": "0"}
    found = []
    for pattern in urlpatterns:
        address = str(pattern.pattern)
        for name, converter in pattern.pattern.converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            address = address.replace(f"<{kind}:{name}>", values.get(name, "none"))
        assert "<" not in address, address
        found.append((str(pattern.name), "/" + address))
    return found


@pytest.mark.requirement("CSV-04")
def test_everything_needs_somebody_who_is_signed_in_except_an_explicit_list(site: Site) -> None:
    from coign.web.urls import PUBLIC

    for name, address in every_address():
        for method in ("get", "post"):
            response = getattr(Client(), method)(address)
            if name in PUBLIC:
                assert not response.get("Location", "").startswith("/sign-in/?next="), address
            elif address.startswith(("/api/", "/log/", "/fhir")):
                assert response.status_code == 401, (address, method)
                said = response.json()
                assert (said["issue"][0] if "issue" in said else said)["code"] in ("unauthenticated", "login")
            else:
                assert response["Location"].startswith("/sign-in/?next="), (address, method)


def test_the_list_of_public_addresses_names_only_addresses_that_exist(site: Site) -> None:
    from coign.web.urls import PUBLIC

    assert {name for name, _ in every_address()} >= PUBLIC


def test_every_answer_forbids_foreign_and_inline_code(site: Site) -> None:
    client = site.browser("hospital-qa")
    for address in ("/", "/sign-in/", "/health", "/api/actions", "/nowhere"):
        response = client.get(address)
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert response["X-Content-Type-Options"] == "nosniff" and response["X-Frame-Options"] == "DENY"
        assert response["Cache-Control"] == "no-store" or address == "/sign-in/"


def test_pages_hold_no_inline_script_or_style(site: Site) -> None:
    import re

    client = site.browser("hospital-nurse")
    client.post("/session/elsewhere/", {"choice": "here"})
    for address in (
        "/",
        "/actions/",
        "/actions/custody.offer/",
        "/reference/actions/",
        "/account/factors/",
        "/session/role/",
    ):
        page = client.get(address).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|<style", page), address


def test_over_https_browsers_are_told_to_stay_there(site: Site) -> None:
    assert "max-age=63072000" in Client().get("/sign-in/", secure=True)["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in Client().get("/sign-in/")


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    client = Client()
    client.get("/sign-in/")
    client.post("/sign-in/", {"login": "hospital-physician", "password": PASSWORD})
    for name, same_site in (("coign_session", "Lax"), ("coign_csrf", "Strict"), ("coign_station", "Lax")):
        cookie = client.cookies[name]
        assert cookie["httponly"] and cookie["samesite"] == same_site, name


def test_over_https_cookies_never_leave_it(site: Site) -> None:
    client = Client()
    client.get("/sign-in/", secure=True)
    assert all(cookie["secure"] for cookie in client.cookies.values()) and client.cookies
    plain = Client()
    plain.get("/sign-in/")
    assert not any(cookie["secure"] for cookie in plain.cookies.values())


@pytest.mark.requirement("CSV-04")
def test_a_token_opens_no_page_so_that_no_form_goes_round_its_scopes(site: Site, unit: str) -> None:
    token = Client(headers={"Authorization": f"Bearer {site.token('hospital-celllab', 'read')}"})
    for address in ("/", "/actions/custody.offer/", "/session/elsewhere/", "/account/factors/"):
        assert token.get(address).status_code == token.post(address).status_code == 403, address


def test_a_session_alone_does_not_open_the_api_to_foreign_pages(site: Site, unit: str) -> None:
    client = site.browser("hospital-nurse", enforce_csrf=False)
    client.post("/session/elsewhere/", {"choice": "here"})
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    body = {"command": {"unit": unit}}
    address = "/api/actions/custody.withdraw_offer/check"
    forged = strict.post(address, body, content_type="application/json")
    assert forged.status_code == 403 and forged.json()["code"] == "forged_request"
    page = strict.get("/actions/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    allowed = strict.post(address, body, content_type="application/json", headers={"X-CSRFToken": token})
    assert allowed.status_code == 200, allowed.content


def test_a_forged_form_is_refused_with_a_page(site: Site) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/sign-in/", {"login": "hospital-nurse", "password": PASSWORD})
    assert response.status_code == 403 and "Not from this page" in response.content.decode()


def test_a_mistake_of_ours_shows_no_traceback(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    from django.test import RequestFactory

    from coign.web.middleware import failed

    for path, kind in (("/", "text/html"), ("/api/x", "application/problem+json")):
        try:
            raise AssertionError("the secret detail")
        except AssertionError:
            response = failed(RequestFactory().get(path))
        assert response.status_code == 500 and response["Content-Type"].startswith(kind)
        assert b"secret detail" not in response.content and b"Traceback" not in response.content


def test_a_database_that_does_not_answer_is_unavailable_not_broken(site: Site) -> None:
    import psycopg
    from django.test import RequestFactory

    from coign.web.middleware import failed

    try:
        raise psycopg.OperationalError("connection refused")
    except psycopg.OperationalError:
        response = failed(RequestFactory().get("/api/x"))
    assert response.status_code == 503 and response["Retry-After"] == "5"


def test_static_files_are_served_without_being_collected_first_and_kept_for_ever(site: Site) -> None:
    from django.templatetags.static import static

    response = Client().get(static("coign/tokens.css"))
    assert response.status_code == 200 and b"".join(response.streaming_content)
    assert "immutable" in response["Cache-Control"]


def test_files_of_another_content_have_another_address(tmp_path: Path) -> None:
    from coign.web import statics

    (tmp_path / "one.css").write_text("a")
    first = statics.address(tmp_path)
    (tmp_path / "one.css").write_text("b")
    assert statics.address(tmp_path) != first
