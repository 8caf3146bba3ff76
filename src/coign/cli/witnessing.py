"""`coign witness`: a witness of its own, for this record's log or any other of its kind."""

import argparse
import signal
from pathlib import Path
from types import FrameType
from typing import Any

PORT = 8010


def add_commands(commands: Any) -> None:
    """Add `witness`."""
    witness = commands.add_parser("witness", help="run a witness with a state of its own", description=__doc__)
    witness.add_argument("--state", required=True, type=Path, metavar="DIR", help="its folder: keys, logs, what it saw")
    witness.add_argument("--name", required=True, help="its name, as it stands in its signatures; one name for ever")
    witness.add_argument("--log", action="append", default=[], metavar="KEY", help="a log to know from now on")
    witness.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS")
    witness.add_argument("--port", type=int, default=PORT, help=f"{PORT}; 0: any that is free")
    witness.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
    witness.add_argument("--debug", action="store_true", help="show where a defect comes from")
    witness.set_defaults(run=_witness)


def _witness(given: argparse.Namespace) -> int:
    from coign.cli.output import answer
    from coign.kernel.errors import Invalid
    from coign.witness.keeping import Witness
    from coign.witness.serving import Server
    from coign_verify.keys import KeyTextError, VerifierKey, check_key_name

    try:
        check_key_name(given.name)
    except KeyTextError as error:
        raise Invalid.at("--name", str(error)) from error
    try:
        logs = [VerifierKey.from_text(text) for text in given.log]
    except KeyTextError as error:
        raise Invalid.at("--log", str(error)) from error
    witness = Witness(given.state.absolute(), given.name)
    for log in logs:
        witness.trust(log)
    with Server((given.bind, given.port), witness) as server:
        address = f"http://{given.bind}:{server.server_port}/"
        keys = [key.text for key in witness.keys]
        answer(
            {
                "ok": True,
                "address": address,
                "name": given.name,
                "keys": keys,
                "logs": [k.text for k in witness.logs()],
            },
            "\n".join([f"COIGN WITNESS {address}", *keys]),
            as_json=given.as_json,
        )
        signal.signal(signal.SIGTERM, _leave)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


def _leave(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
