"""Start passwords: made by us, told once, replaced by their owner before anything else opens, and over after a while.

After two administrators replaced what somebody signs in with, each of the two is told one half: neither alone can
sign in as that person (CSV-18).
"""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.utils import timezone

from coign.kernel.subjects import Person
from coign.web import running
from coign.web.accounts import limits, passwords
from coign.web.accounts.models import Account

#: Without letters that are mistaken for one another when read off a sheet of paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LETTERS = 4, 4
#: A half of two groups holds 39 random bits: nobody guesses it in the few tries that an account allows.
_HALF = 2
#: Start passwords hold 79 random bits and are replaced at the first sign-in: a quick hash is enough for them.
_WORK_FACTOR = 2**10
_NONCE_BYTES = 12


def new_password() -> str:
    """Sixteen letters and digits in groups of four."""
    return "-".join(_groups())


def quick_hash(password: str) -> str:
    """The hash of a start password."""
    hasher = ScryptPasswordHasher()
    return str(hasher.encode(password, hasher.salt(), n=_WORK_FACTOR))


def give(account: Account, password: str) -> None:
    """From now on the account opens with this start password, for as long as the rule set says."""
    account.user.password = quick_hash(password)
    account.user.save(update_fields=["password"])
    account.stands_alone, account.start_password = passwords.stands_alone(password), True
    account.password_set, account.password_wanting, account.halves = timezone.now(), "", {}
    account.save(update_fields=["stands_alone", "start_password", "password_set", "password_wanting", "halves"])


def give_in_halves(account: Account, people: Sequence[Person]) -> None:
    """The same, told to two people, each of whom learns one half and only that."""
    groups = _groups()
    give(account, "-".join(groups))
    texts = ("-".join(groups[:_HALF]) + "-", "-".join(groups[_HALF:]))
    account.halves = {str(p): _sealed(account, t) for p, t in zip(people, texts, strict=True)}
    account.save(update_fields=["halves"])


def has_half_for(account: Account, person: Person) -> bool:
    """Whether this person was not yet told their half."""
    return account.start_password and str(person) in account.halves


def tell_half(account: Account, person: Person) -> tuple[int, str] | None:
    """Which half (1 or 2) and its letters, once; None: it was told, or is not theirs."""
    if not has_half_for(account, person):
        return None
    left = dict(account.halves)
    text = _opened(account, left.pop(str(person)))
    # Of two requests at once only one may be told.
    if not Account.objects.filter(pk=account.pk, halves=account.halves).update(halves=left):
        return None
    account.halves = left
    return (1 if text.endswith("-") else 2), text


def is_over(account: Account, now: datetime) -> bool:
    """Whether a start password was not used in time."""
    valid = timedelta(seconds=limits.seconds("account.start_password_valid"))
    return account.start_password and now - account.password_set > valid


def _groups() -> list[str]:
    return ["".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS)]


def _key() -> AESGCM:
    return AESGCM(running.derived_key("start-password"))


def _sealed(account: Account, text: str) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.b64encode(nonce + _key().encrypt(nonce, text.encode(), account.person.encode())).decode()


def _opened(account: Account, sealed: str) -> str:
    raw = base64.b64decode(sealed)
    return _key().decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], account.person.encode()).decode()
