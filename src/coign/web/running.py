"""The running service, for pages: set once by whoever starts the process, read everywhere else."""

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from coign.service import Service

_current: "Service | None" = None


def start(service: "Service") -> None:
    """From now on pages use this service. Before Django is set up, since the database comes from here."""
    global _current
    _current = service


def stop() -> None:
    """Pages have no service any more."""
    global _current
    _current = None


def is_set() -> bool:
    """Whether a service runs in this process."""
    return _current is not None


def service() -> "Service":
    """The service of this process."""
    assert _current is not None, "coign.web.running.start was not called"
    return _current


def derived_key(label: str) -> bytes:
    """32 bytes for one purpose, derived from the installation's secret: the same in every process, in no backup."""
    secret: bytes = service().vault.digest_key
    return HKDF(SHA256(), 32, None, b"coign/web/v1/" + label.encode()).derive(secret)


def in_transaction() -> bool:
    """Whether this thread holds a transaction of Django's; the door refuses callers who do."""
    from django.db import connection

    return bool(connection.in_atomic_block)
