"""The running service, for pages: set once by whoever starts the process, read everywhere else."""

from typing import TYPE_CHECKING

from coign.kernel.values import Instant

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


def now() -> Instant:
    """The record's time: in a demonstration the simulated one."""
    return Instant.of_us(service().clock.now_us())


def derived_key(label: str) -> bytes:
    """32 bytes for one purpose, derived from the installation's secret: the same in every process, in no backup."""
    from coign.service import keys

    return keys.derived(service(), label)


def in_transaction() -> bool:
    """Whether this thread holds a transaction of Django's; the door refuses callers who do."""
    from django.conf import settings
    from django.db import connection

    return bool(settings.configured and connection.in_atomic_block)  # the first entry comes before Django
