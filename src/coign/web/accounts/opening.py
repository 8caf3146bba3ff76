"""Opening accounts and issuing tokens; for first start, commands and administrators."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from coign.kernel.errors import Invalid, NotFound
from coign.kernel.subjects import Organisation, Person
from coign.people.views import AUTHORITY
from coign.web import running
from coign.web.accounts import limits, passwords, security_log
from coign.web.accounts.models import Account, Token

SCOPES = frozenset({"read", "act", "sign", "log", "fhir"})
_PREFIX = "coign_"


def open_account(
    name: str,
    *,
    person: Person,
    role: str,
    organisation: Organisation,
    password: str | None = None,
    demonstration: bool = False,
    full_name: str = "",
) -> Account:
    """Open an account for a person of the record, or give the one that exists. Without a password nobody signs in."""
    found = Account.objects.filter(person=str(person)).first()
    if found is not None:
        return found
    user = User(username=name, last_name=full_name)
    if password is None:
        user.set_unusable_password()
    elif not demonstration:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise Invalid.at("password", " ".join(error.messages)) from error
    if password is not None:
        user.set_password(password)
    with transaction.atomic():
        user.save()
        account = Account.objects.create(
            user=user,
            person=str(person),
            role=role,
            organisation=str(organisation),
            demonstration=demonstration,
            stands_alone=password is not None and passwords.stands_alone(password),
        )
    security_log.note("account.opened", account.person, account=name)
    return account


def issue_token(
    account: Account,
    *,
    label: str,
    scopes: Iterable[str] = ("read", "act"),
    hours: float | None = None,
    role: str = "",
    organisation: Organisation | None = None,
) -> str:
    """A new bearer token. It is told once; only its hash is kept."""
    wanted = sorted(set(scopes))
    if unknown := set(wanted) - SCOPES:
        raise Invalid.at("scopes", f"{sorted(unknown)[0]} is none of {', '.join(sorted(SCOPES))}")
    text = _PREFIX + secrets.token_urlsafe(32)
    valid_s = limits.seconds("token.valid") if hours is None else hours * 3600
    Token.objects.create(
        account=account,
        digest=digest_of(text),
        label=label,
        scopes=" ".join(wanted),
        role=role or account.role,
        organisation=str(organisation or account.organisation),
        expires=timezone.now() + timedelta(seconds=valid_s),
    )
    security_log.note("token.issued", account.person, label=label, scopes=wanted)
    return text


def demonstration_token(name: str) -> str:
    """The token of `coign demo token`: of a demonstration's account, for a shift, and it may sign.

    That of an inspector is for the inspection that is open, if there is one.
    """
    account = Account.objects.filter(user__username=name, demonstration=True).first()
    if account is None:
        raise NotFound(f"there is no demonstration account {name}")
    opened = running.service().states.of(AUTHORITY, account.subject).inspection(running.now())
    label, scopes = "coign demo token", ("read", "act", "sign")
    if opened is None:
        return issue_token(account, label=label, scopes=scopes)
    return issue_token(account, label=label, scopes=scopes, role=opened.role, organisation=opened.organisation)


def revoke_tokens(account: Account) -> int:
    """Every token of an account ends now."""
    ended = Token.objects.filter(account=account, revoked=None).update(revoked=timezone.now())
    security_log.note("token.revoked", account.person, tokens=ended)
    return ended


def digest_of(token: str) -> str:
    """What is kept of a token; it holds 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()
