"""The one-time link: who has it sets the installation up, until set-up is finished (CSV-06)."""

import base64
import hmac
from typing import TYPE_CHECKING

from coign.installation.events import THIS
from coign.installation.views import INSTALLATION
from coign.service import keys

if TYPE_CHECKING:
    from coign.service import Service


def is_open(service: "Service") -> bool:
    """Whether there is anything to set up: not in a demonstration, not once it is finished, not in a damaged record."""
    if service.demonstration or service.problems:
        return False
    return service.states.of(INSTALLATION, THIS).being_set_up


def token(service: "Service") -> str:
    """The secret part of the link; derived, so that every start of the server prints the same and nothing is stored."""
    secret = keys.derived(service, f"set-up/{service.origin}")
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")


def path(service: "Service") -> str:
    """The address behind host and port."""
    return f"setup/{token(service)}/"


def opens(service: "Service", given: str) -> bool:
    """Whether this token opens the page now; compared in constant time, so that no answer helps to guess it."""
    right = hmac.compare_digest(token(service).encode(), given.encode("utf-8", "replace"))
    return right and is_open(service)
