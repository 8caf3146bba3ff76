"""Says why somebody signs nothing, before the door does; and notes who tries after a reset (CSV-18, CSV-S5)."""

from typing import get_args

from coign import rulesets
from coign.kernel.errors import Forbidden
from coign.people.events import Method
from coign.people.views import AUTHORITY
from coign.web import acting
from coign.web.accounts import misuse
from coign.web.accounts.models import Account
from coign.web.reading import reader
from coign.web.signing import keys


def must_be_enrolled(account: Account, method: str, credential: str) -> None:
    """`Forbidden`, with the reason, unless the record has this authenticator for this person and it was tested in time.

    The door asks the record again, and its answer counts.
    """
    if method not in get_args(Method):
        return  # whoever knows the methods says so
    state, now = reader().state(AUTHORITY, account.subject), acting.now()
    name = keys.credential_of(account.subject, method) if method in (keys.DEMONSTRATION, keys.ATTESTED) else credential
    found = next((c for c in state.credentials if c.id == name and c.method == method), None)
    if found is not None:
        if found.is_overdue(now, rulesets.load().minutes("authenticator.test_interval", now)):
            raise Forbidden(f"this authenticator was last tested on {found.tested_at[:10]}: an administrator tests it")
        return
    if state.reset_at and not state.credentials:
        misuse.alert_once("signing.without_authenticator", account.person, method=method, entry=state.reset_at)
        raise Forbidden(
            "your sign-in was reset: you sign nothing until two administrators have enrolled an authenticator anew"
        )
    raise Forbidden("this authenticator is not enrolled for you: ask for it, then two administrators enrol it")
