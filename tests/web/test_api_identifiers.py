"""`POST /api/identifiers/check` gives the same answer as the command."""

from tests.web.site import Site

from coign.gateways import identifying

PATH = "/api/identifiers/check"


def test_the_answer_is_that_of_the_command(site: Site) -> None:
    api = site.api("hospital-celllab", "read")
    for value in ("G123498654321H", "G123498654321A", "4006381333931", "hello", "]d20109520123456788\u001d10A"):
        response = api.post(PATH, {"value": value})
        assert response.status_code == 200
        assert response.json() == identifying.check(value).as_json()
    named = api.post(PATH, {"value": "4006381333931", "scheme": "gln"}).json()
    assert (named["ok"], named["scheme"]) == (True, "gln")


def test_what_cannot_be_used_names_the_field(site: Site) -> None:
    api = site.api("hospital-celllab", "read")
    for body, field in (
        ({}, "value"),
        ({"value": 7}, "value"),
        ({"value": "x", "scheme": "morse"}, "scheme"),
        ({"value": "x", "more": "y"}, "more"),
        ({"value": "x" * 5000}, "value"),
    ):
        response = api.post(PATH, body)
        assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field)


def test_it_needs_somebody_with_the_right_to_read(site: Site) -> None:
    from tests.web.client import Client

    assert Client().post(PATH, {"value": "x"}, content_type="application/json").status_code == 401
    assert site.api("hospital-celllab", "log").post(PATH, {"value": "x"}).status_code == 403
