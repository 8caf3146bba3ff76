"""An installation with one identity provider, and a browser that goes there and comes back."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from tests.support.identity_provider import CLIENT, SECRET
from tests.web.client import Client
from tests.web.site import Site

from coign.kernel.subjects import Person

HOST = "coign.clinic.example"
ONE, TWO = Person.of("hospital-admin"), Person.of("hospital-admin-2")


def configure(home: Path, server_url: str, **more: str) -> Path:
    file = home / "openid-connect.json"
    row = {"id": "house", "name": "House", "client_id": CLIENT, "secret": SECRET, "server_url": server_url} | more
    file.write_text(json.dumps({"providers": [row]}), "utf-8")
    return file


def link(site: Site, name: str, subject: str) -> Any:
    """Two administrators link an identity with an account."""
    from coign.web.external import links

    made = links.propose(site.account(name), "house", subject, ONE)
    links.agree(made, TWO)
    return made


def set_out(client: Client) -> str:
    """Press the button; where the browser is sent."""
    answer = client.post("/sign-in/external/house/", secure=True)
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    return str(answer["Location"])


def come_back(client: Client, there: str) -> Any:
    """The browser goes there, and comes back with what the provider gave."""
    reply = requests.get(there, allow_redirects=False, timeout=10)
    assert reply.status_code == 302, reply.text
    at = urlsplit(reply.headers["Location"])
    assert at.netloc == HOST
    return client.get(f"{at.path}?{at.query}", secure=True)


def sign_in(client: Client) -> Any:
    return come_back(client, set_out(client))


def browser() -> Client:
    return Client(HTTP_HOST=HOST)
