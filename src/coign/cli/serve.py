"""`coign serve`: the database, the service and the web application, until told to stop. `make run` is this command."""

import argparse
import socket
from typing import Any

from coign.cli.demonstration import count


def add(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """The command; where it listens stands in the environment (COIGN_BIND, COIGN_PORT)."""
    serve = commands.add_parser("serve", parents=[common], help="start Coign and serve it", description=__doc__)
    serve.add_argument(
        "--journeys",
        type=count,
        metavar="N",
        help="how many therapies a new demonstration's story holds (40); one that is told keeps its own",
    )
    serve.set_defaults(run=_serve)


def _serve(given: argparse.Namespace) -> int:
    from coign.cli import serving
    from coign.settings import Settings

    settings = Settings.read()
    if settings.witnesses is not None:
        from coign.witness.policy import read_policy

        read_policy(settings.witnesses)  # a mistake in it is said before anything is started
    with hold_port(settings.bind, settings.port) as held:
        return serving.run(settings, held, debug=given.debug, journeys=given.journeys)


def hold_port(bind: str, port: int) -> socket.socket:
    """Before anything is started: somebody else's port is the usual reason why a server does not come up.

    It is held until our own server listens. The server shares ports with others that share: without this, two that
    prepared at the same time would each get half of the callers.
    """
    held = socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((bind, port))
        held.listen(1)
    except OSError as error:
        held.close()
        raise OSError(
            error.errno,
            f"Port {port} on {bind} cannot be used ({error.strerror}): end the program that has it, "
            "or set COIGN_PORT to another one",
        ) from error
    return held
