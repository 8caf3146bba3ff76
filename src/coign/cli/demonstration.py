"""`coign demo …`: tell the story, look at its accounts, move its clock, play a therapy, begin anew."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from coign.cli.output import answer, say, say_some

if TYPE_CHECKING:
    from coign.service import Service, Settings


def add_commands(commands: Any) -> None:
    """Add `demo` and what it can do."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
    common.add_argument("--debug", action="store_true", help="show where a defect comes from")
    story = argparse.ArgumentParser(add_help=False)
    story.add_argument("--journeys", type=count, metavar="N", help="how many therapies the story holds (40)")
    story.add_argument("--seed", type=int, metavar="S", help="which story: the same seed tells the same one (1)")
    demo = commands.add_parser("demo", parents=[common, story], help="the demonstration", description=__doc__)
    demo.set_defaults(run=_tell)
    kinds = demo.add_subparsers(title="commands", metavar="WHAT")
    kinds.add_parser("accounts", parents=[common], help="who can be signed in as").set_defaults(run=_accounts)
    token = kinds.add_parser("token", parents=[common], help="a bearer token for 8 h that may also sign")
    token.add_argument("account", metavar="ACCOUNT")
    token.set_defaults(run=_token)
    advance = kinds.add_parser("advance", parents=[common], help="move the simulated clock forward")
    advance.add_argument("--hours", type=float, required=True, metavar="N")
    advance.set_defaults(run=_advance)
    play = kinds.add_parser("play", parents=[common], help="do the next acts of a therapy")
    play.add_argument("chain", metavar="CHAIN", help="chain or patient, as pages and `GET /api/journeys` name it")
    play.add_argument("--to", required=True, metavar="STAGE", help="until this stage or step is done; `end`: all of it")
    play.set_defaults(run=_play)
    reset = kinds.add_parser("reset", parents=[common, story], help="empty the demonstration and begin anew")
    reset.set_defaults(run=_reset)


def count(text: str) -> int:
    """A number of 1 or more, as it stands on the command line."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number of 1 or more, not {text!r}")
    return int(text)


@contextmanager
def _open(settings: "Settings | None" = None) -> "Iterator[Service]":
    """The demonstration of this installation; beside a running server, or alone."""
    from coign.kernel.errors import Forbidden
    from coign.service import Service

    with Service.open(settings=settings, background=False, progress=say) as service:
        if not service.demonstration:
            raise Forbidden("the record here is no demonstration")
        service.catch_up()  # what another command entered just now
        yield service


def _tell(given: argparse.Namespace) -> int:
    with _open() as service:
        result = _told(service, given.seed, given.journeys)
    answer(result, _words(result), as_json=given.as_json)
    return 0


def _told(service: "Service", seed: int | None, journeys: int | None) -> dict[str, Any]:
    from coign.demo import scene, story
    from coign.demo.seed import SEED
    from coign.kernel.errors import Invalid

    told = scene.seed_of(service)
    if seed is not None and told not in (0, seed):
        raise Invalid.at(
            "seed", f"this demonstration tells story {told}: `coign demo reset --seed {seed}` begins another"
        )
    seed = told or (SEED if seed is None else seed)
    journeys = journeys or story.how_many(service, seed)
    acts = story.tell(service, seed, journeys, progress=say_some)
    return {"ok": True, "seed": seed, "journeys": journeys, "acts": acts}


def _words(result: dict[str, Any]) -> str:
    new = f"{result['acts']} acts were entered" if result["acts"] else "nothing was missing"
    return f"Story {result['seed']} with {result['journeys']} therapies: {new}."


def _accounts(given: argparse.Namespace) -> int:
    from dataclasses import asdict

    with _open() as service, accounts_of_the_web(service):
        from coign.web import demonstration

        listed = demonstration.accounts_shown()
    lines = [
        f"{a.account:14} {a.name:24} {', '.join(a.roles):12} {a.organisation.partition(':')[2]:14} "
        f"{a.can_do_now:3} to do  password {a.password}  code {a.code}"
        for a in listed
    ]
    answer({"ok": True, "accounts": [asdict(a) for a in listed]}, "\n".join(lines), as_json=given.as_json)
    return 0


@contextmanager
def accounts_of_the_web(service: "Service") -> Iterator[None]:
    """The web application's accounts, without serving anything; made if nobody has served yet."""
    from django.db import connections

    from coign.web import running, tables

    running.start(service)
    try:
        tables.prepare(service.database)
        from coign.web.accounts import demonstration

        demonstration.open_accounts(service)
        yield
    finally:
        connections.close_all()
        running.stop()


def _token(given: argparse.Namespace) -> int:
    with _open() as service, accounts_of_the_web(service):
        from coign.web.accounts.opening import demonstration_token

        token = demonstration_token(given.account)
    answer({"ok": True, "account": given.account, "token": token}, token, as_json=given.as_json)
    return 0


def _advance(given: argparse.Namespace) -> int:
    with _open() as service:
        moved = service.advance(given.hours)
    result = {"ok": True, "now": moved.now, "hours_left": round(moved.hours_left, 2)}
    text = f"It is {moved.now} now; {moved.hours_left:.1f} hours are left until the demonstration reaches today."
    answer(result, text, as_json=given.as_json)
    return 0


def _play(given: argparse.Namespace) -> int:
    from coign.demo import player, scene
    from coign.kernel.errors import Refused

    acts: list[str] = []
    with _open() as service:
        refused: Refused | None = None
        try:
            for line in player.play(service, given.chain, given.to):
                say(line)
                acts.append(line.strip())
        except Refused as no:
            refused = no
        therapy = scene.find(service, given.chain)
    result: dict[str, Any] = {
        "ok": refused is None,
        "chain": therapy.journey.root,
        "stage": therapy.journey.stage,
        "acts": len(acts),
    }
    text = f"{therapy.journey.root} stands at {therapy.journey.stage}; {len(acts)} acts were done."
    if refused is not None:
        gates = [{"gate": g.gate, "message": g.message, "remedy": g.remedy} for g in refused.gates]
        result |= {"code": refused.code, "error": refused.message, "gates": gates}
        text += "\nIt goes no further: " + "\n".join(f"{g['message']}. {g['remedy']}" for g in gates)
    answer(result, text, as_json=given.as_json)
    return 0 if refused is None else 1


def _reset(given: argparse.Namespace) -> int:
    from coign.database import running
    from coign.demo import resetting
    from coign.service import Service, Settings, prepare

    settings = Settings.read()
    with running(settings.home) as database:
        resetting.empty(database, settings)
        prepare(database)
        with Service.on(database, settings, background=False, progress=say) as service, accounts_of_the_web(service):
            result = _told(service, given.seed, given.journeys)
    answer(result, f"The demonstration began anew. {_words(result)}", as_json=given.as_json)
    return 0
