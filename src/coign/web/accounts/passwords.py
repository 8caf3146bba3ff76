"""Rules for passwords: long, not known to attackers, nothing about their composition (NIST SP 800-63B-4; CSV-19)."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError

from coign.web.accounts import limits

_HOUSE_WORDS = ("coign", "password", "passwort")


class LongEnough:
    """Length depends on whether a second factor stands beside the password."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password that is too short for this account."""
        least = limits.number("password.length_with_factor_min" if _has_factor(user) else "password.length_alone_min")
        if len(password) < least:
            raise ValidationError(
                f"At least {least} characters, please. Several words are easy to remember.", code="password_too_short"
            )

    def get_help_text(self) -> str:
        """What is expected."""
        alone, beside = limits.number("password.length_alone_min"), limits.number("password.length_with_factor_min")
        return f"At least {alone} characters, or {beside} with a second factor. Any characters, spaces as well."


class NotGuessable:
    """The account's own name and the product's are the first things tried."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password made of little else than such words."""
        rest = password.lower()
        words = (*_HOUSE_WORDS, *((user.username.lower(),) if user is not None and user.username else ()))
        for word in words:
            rest = rest.replace(word, "")
        if rest != password.lower() and len(set(rest)) < 6:
            raise ValidationError(
                "Too easy to guess: mostly your sign-in name or a common word.", code="password_guessable"
            )

    def get_help_text(self) -> str:
        """What is expected."""
        return "Not your sign-in name and not a common word."


def stands_alone(password: str) -> bool:
    """Whether a password is long enough without a second factor."""
    return len(password) >= limits.number("password.length_alone_min")


def _has_factor(user: Any) -> bool:
    return (
        user is not None
        and user.pk is not None
        and Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()
    )
