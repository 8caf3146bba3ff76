"""`coign token`: lets a hospital's system send patients and orders."""

import argparse
from typing import Any

from coign.cli.output import answer, say


def add_commands(commands: Any) -> None:
    """Add `token`."""
    token = commands.add_parser("token", help="a bearer token for a hospital's system", description=__doc__)
    token.add_argument("person", metavar="PERSON", help="the machine, as the record knows it")
    token.add_argument("--label", default="", metavar="TEXT", help="what the token is for, as administrators see it")
    token.add_argument("--days", type=int, metavar="N", help="how long it opens anything (as long as the rules allow)")
    token.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
    token.add_argument("--debug", action="store_true", help="show where a defect comes from")
    token.set_defaults(run=_token)


def _token(given: argparse.Namespace) -> int:
    from coign.cli.demonstration import accounts_of_the_web
    from coign.cli.importing import person_named
    from coign.service import Service
    from coign.service.importing import actor_named

    person = person_named(given.person, "person")
    with Service.open(background=False, records=False, progress=say) as service, accounts_of_the_web(service):
        from coign.web.accounts.machines import SCOPES, machine_token

        actor = actor_named(service, person, ("coordinator",), field="person")
        token = machine_token(actor, label=given.label or "coign token", days=given.days)
    expires = token.expires.isoformat(timespec="seconds")
    result = {"ok": True, "person": person, "scopes": list(SCOPES), "expires": expires, "token": token.text}
    answer(result, token.text, as_json=given.as_json)
    return 0
