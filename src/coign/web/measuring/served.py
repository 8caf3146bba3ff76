"""A process that serves for the bench `http`: the interface of one ledger, or a bare insert by Django, both by granian.

`python -m coign.web.measuring.served WHAT PORT`, with what it needs on its input as one line of JSON.
"""

import json
import multiprocessing.util
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from coign.web.server import server

UNLIMITED_PER_MINUTE = 1e9


def interface(given: dict[str, Any]) -> Any:
    """The interface as `coign serve` gives it, without a rate for a single caller."""
    from coign import memory
    from coign.database import Database
    from coign.perform.rates import Meter, Rate, Rates
    from coign.service import Service, Settings
    from coign.web import running

    def meter() -> Meter:
        return Meter(Rate(UNLIMITED_PER_MINUTE, UNLIMITED_PER_MINUTE))

    stack = ExitStack()
    multiprocessing.util.Finalize(None, stack.close, exitpriority=100)
    service = stack.enter_context(
        Service.on(
            Database(**given["database"]),
            Settings(home=Path(given["home"]), demonstration=False),
            ledger_id=given["ledger_id"],
            in_transaction=running.in_transaction,
            rates=Rates(acts=meter(), questions=meter(), inside=meter()),
        )
    )
    running.start(service)
    from coign.web.wsgi import application

    memory.settle()
    return application


def bare(given: dict[str, Any]) -> Any:
    """What Django does at the least: one address that stores the body's document as a row, and nothing else."""
    from django.conf import settings

    from coign.web.address import database

    where = database(given["dsn"])
    del where["OPTIONS"]["options"]  # the schema of the pages
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": where},
        ROOT_URLCONF="coign.web.measuring.bare",
        MIDDLEWARE=[],
        USE_TZ=True,
    )
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


SERVED: dict[str, Callable[[dict[str, Any]], Any]] = {"interface": interface, "bare": bare}


def main() -> None:
    """Serve until told to stop."""
    what, port, given = sys.argv[1], int(sys.argv[2]), json.loads(sys.stdin.readline())
    server("127.0.0.1", port).serve(target_loader=partial(SERVED[what], given), wrap_loader=False)


if __name__ == "__main__":
    main()
