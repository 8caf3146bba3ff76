"""The identity providers of an installation: `openid-connect.json` in its folder. Without the file there are none.

Read whenever it is needed, so that a provider can be added or taken away while the server runs.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from coign.database import home
from coign.kernel.errors import Invalid
from coign.kernel.frozen import dataclass
from coign.web import running

NAME = "openid-connect.json"
WELL_KNOWN = "/.well-known/openid-configuration"
_FIELDS = ("id", "name", "client_id", "secret", "server_url")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")
_OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """Where people are sent to sign in, and how Coign shows itself there."""

    id: str
    name: str
    client_id: str
    secret: str
    server_url: str  # the issuer


def providers() -> tuple[IdentityProvider, ...]:
    """Every identity provider of this installation; `Invalid` names what is wrong with the file."""
    if not running.is_set():
        return ()
    file = (running.service().settings.home or home()) / NAME
    return read(file) if file.is_file() else ()


def read(file: Path) -> tuple[IdentityProvider, ...]:
    """The providers of a file."""
    try:
        body = orjson.loads(file.read_bytes())
    except (orjson.JSONDecodeError, OSError) as error:
        raise Invalid.at(NAME, f"cannot be read: {error}") from error
    rows = body.get("providers") if isinstance(body, dict) and set(body) == {"providers"} else None
    if not isinstance(rows, list):
        raise Invalid.at(NAME, 'expected {"providers": […]} and nothing else')
    found = tuple(_provider(f"{NAME}: providers {n}", row) for n, row in enumerate(rows, 1))
    ids = [provider.id for provider in found]
    if doubled := {id for id in ids if ids.count(id) > 1}:
        raise Invalid.at(f"{NAME}: id", f"{sorted(doubled)[0]} stands twice")
    return found


def _provider(where: str, row: Any) -> IdentityProvider:
    if not isinstance(row, dict):
        raise Invalid.at(where, f"expected an object with {', '.join(_FIELDS)}")
    for field in (*_FIELDS, *row):
        if field not in _FIELDS:
            raise Invalid.at(f"{where}, {field}", f"is not a field here; expected {', '.join(_FIELDS)}")
        if not isinstance(row.get(field), str) or not row[field].strip():
            raise Invalid.at(f"{where}, {field}", "is missing, or no text")
    return _checked(where, row)


def _checked(where: str, row: Mapping[str, str]) -> IdentityProvider:
    if not _ID.match(row["id"]):
        raise Invalid.at(f"{where}, id", "expected small letters, digits and hyphens, at most 40")
    url = urlsplit(row["server_url"])
    own_machine = url.scheme == "http" and url.hostname in _OWN_MACHINE
    if not (url.scheme == "https" or own_machine) or not url.hostname or url.query or url.fragment:
        raise Invalid.at(f"{where}, server_url", "expected the address of the issuer, beginning with https://")
    server_url = row["server_url"].removesuffix(WELL_KNOWN).rstrip("/")
    return IdentityProvider(row["id"], row["name"], row["client_id"], row["secret"], server_url)
