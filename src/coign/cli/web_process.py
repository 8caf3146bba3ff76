"""The process that serves: it prepares what is missing, says so to whoever started it, and gives the application.

Only what has to be there before the first line is imported at the top: the parent knows this module, too.
"""

import multiprocessing.util
import signal
import sys
from contextlib import ExitStack
from multiprocessing.connection import Connection
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from coign.cli.output import say, say_some
from coign.settings import Settings

if TYPE_CHECKING:
    from coign.service import Service

SET_UP_FIRST = (
    "Nothing is set up yet. Open this link; whoever has it can name the administrators, until set-up is finished:"
)


def address_of(settings: Settings) -> str:
    """Where a browser on this machine finds it."""
    shown = "127.0.0.1" if settings.bind in ("0.0.0.0", "::") else settings.bind  # noqa: S104 - compared only
    host = f"[{shown}]" if ":" in shown else shown
    return f"http://{host}:{settings.port}/"


def load(tells: Connection, journeys: int | None, *, debug: bool) -> Any:
    """Tables, first entry, start check, story; then the application. A mistake is one sentence, and the end of it."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _leave)
    try:
        application, welcome = _prepared(journeys)
    except Exception as error:
        from coign.cli.program import explained

        tells.send(explained(error, debug=debug))
        sys.exit(1)
    tells.send(welcome)
    return application


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """Told to stop before anything is served: what is half done is undone or gone on with at the next start."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(0)


def _prepared(journeys: int | None) -> tuple[Any, str]:
    """The application, and what to print when it answers."""
    from coign import logs, memory
    from coign.cli.own_witnesses import OwnWitnesses
    from coign.service import Service
    from coign.web import running, tables

    logs.to_stderr()
    memory.settle()
    settings = Settings.read()
    own_witnesses = OwnWitnesses()
    with ExitStack() as stack:
        stack.callback(own_witnesses.stop)
        service = stack.enter_context(
            Service.open(
                settings=settings,
                in_transaction=running.in_transaction,
                progress=say,
                own_witnesses=own_witnesses.start,
            )
        )
        stack.callback(_write_counts)
        running.start(service)
        tables.prepare(service.database)
        if service.demonstration and not service.problems:
            _demonstrate(service, journeys)
        for problem in service.problems:
            say(f"The record does not verify, so it can only be read: {problem}")
        _remind(service)
        from coign.web.wsgi import application

        memory.settle()
        multiprocessing.util.Finalize(None, stack.pop_all().close, exitpriority=100)
        welcome = [_welcome(service, address_of(settings)), own_witnesses.said]
        return application, "\n".join(filter(None, welcome))


def _remind(service: "Service") -> None:
    """What is overdue is said at every start, and on the administrators' pages (CSV-30)."""
    from coign.service import upkeep

    with service.vault.pool.connection() as connection:
        for each in upkeep.due(connection, service.ledger_id, demonstration=service.demonstration):
            if each.overdue:
                say(f"Overdue: {each.sentence}.")


def _demonstrate(service: "Service", journeys: int | None) -> None:
    """The demonstration's story and accounts. An interrupted start goes on where it stopped; later ones add nothing."""
    from coign.demo import scene, story
    from coign.demo.seed import SEED
    from coign.installation.events import THIS
    from coign.installation.views import INSTALLATION
    from coign.web.accounts import demonstration

    told = scene.seed_of(service)
    # A demonstration that somebody set up by hand keeps its own people.
    if told or service.states.of(INSTALLATION, THIS).being_set_up:
        seed = told or SEED
        story.tell(service, seed, journeys or story.how_many(service, seed), progress=say_some)
        demonstration.open_accounts(service)


def _welcome(service: "Service", address: str) -> str:
    """What is told to whoever starts it: a demonstration's accounts, or how to set up."""
    from coign.demo import scene, welcome
    from coign.web.setting_up import link

    if link.is_open(service):
        return f"{SET_UP_FIRST}\n  {address}{link.path(service)}"
    return welcome.text(service) if service.demonstration and scene.seed_of(service) else ""


def _write_counts() -> None:
    """What was counted since the last full minute goes into the security log, too."""
    from coign.web.accounts import tally

    tally.write_all()
