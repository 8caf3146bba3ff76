"""How the demonstration's accounts sign in.

Passwords and second factors are derived from the installation's secret: every installation has its own, none stands in
the source code, and each can be shown to whoever tries the demonstration.
"""

import base64
import time
from collections.abc import Sequence

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from coign.demo import people, scene
from coign.demo.people import LISTED, Account
from coign.kernel.errors import Forbidden
from coign.kernel.frozen import dataclass
from coign.people.views import AUTHORITY
from coign.service import Service, keys

_CODE_DIGITS, _CODE_SECONDS = 6, 30
_PASSWORD_BYTES, _SECRET_BYTES = 10, 20


@dataclass(frozen=True, slots=True)
class SignIn:
    """One account as its owner would use it."""

    account: str
    name: str
    roles: list[str]
    organisation: str
    password: str
    code: str


def password(service: Service, account: Account) -> str:
    """The account's password: sixteen letters and digits in groups of four."""
    text = base64.b32encode(_derived(service, account, "password")[:_PASSWORD_BYTES]).decode().lower()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def factor_secret(service: Service, account: Account) -> str:
    """The secret of the account's authenticator, in base 32 as authenticators take it."""
    return base64.b32encode(_derived(service, account, "totp")[:_SECRET_BYTES]).decode()


def code(service: Service, account: Account) -> str:
    """What the account's authenticator shows now; the wall clock's now, as on any telephone."""
    secret = _derived(service, account, "totp")[:_SECRET_BYTES]
    # SHA-1 is what authenticator applications do (RFC 6238).
    totp = TOTP(secret, _CODE_DIGITS, SHA1(), _CODE_SECONDS, enforce_key_length=False)  # noqa: S303
    return totp.generate(int(time.time())).decode()


def listed(service: Service, jobs: Sequence[Account] = LISTED) -> list[SignIn]:
    """These accounts, with their secrets: a demonstration hides none of them."""
    if not service.demonstration:
        raise Forbidden("this record is not a demonstration: its accounts are shown to nobody")
    names, moment = people.printed_names(scene.seed_of(service)), scene.now(service)
    found = []
    for account in jobs:
        grants = service.states.of(AUTHORITY, account.person).grants
        if not grants:
            continue  # a story of an older version does not have everybody
        roles = sorted({g.role for g in grants if g.until is None or moment < g.until})
        found.append(
            SignIn(
                account.account,
                names[account.account],
                roles,
                str(account.organisation),
                password(service, account),
                code(service, account),
            )
        )
    return found


def _derived(service: Service, account: Account, what: str) -> bytes:
    if not service.demonstration:
        raise Forbidden("this record is not a demonstration: nobody can derive its passwords")
    return keys.derived(service, f"demonstration/{what}/{service.origin}/{account.account}")
