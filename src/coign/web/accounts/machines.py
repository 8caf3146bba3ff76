"""Tokens of machines: of a hospital's system, which sends patients and orders and can do nothing else."""

from datetime import datetime
from typing import NamedTuple

from coign.kernel.errors import Forbidden, Invalid
from coign.kernel.values import Actor
from coign.web.accounts import following, limits
from coign.web.accounts.models import Token
from coign.web.accounts.opening import digest_of, issue_token, open_account

SCOPES = ("fhir",)


class MachineToken(NamedTuple):
    """A token and until when it opens anything; the text is told once."""

    text: str
    expires: datetime


def machine_token(actor: Actor, *, label: str, days: int | None = None) -> MachineToken:
    """A token for a machine that the record knows as a person of its own, in the role it acts in.

    Its account is opened with its first token. Nobody can sign in to it, so that what a machine sent never looks like
    the work of somebody.
    """
    days_max = limits.seconds("token.machine_valid") // 86_400
    if days is not None and not 0 < days <= days_max:
        raise Invalid.at("days", f"expected 1 to {days_max}")
    account = open_account(
        actor.person.identifier, person=actor.person, role=actor.role, organisation=actor.organisation
    )
    if account.user.has_usable_password():
        raise Forbidden(f"{account} is somebody who signs in: register the machine as a person of its own")
    following.authority(account)  # what the record ended before is over, and does not end the new token
    text = issue_token(
        account,
        label=label,
        scopes=SCOPES,
        hours=24 * (days or days_max),
        role=actor.role,
        organisation=actor.organisation,
    )
    return MachineToken(text, Token.objects.get(digest=digest_of(text)).expires)
