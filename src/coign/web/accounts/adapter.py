"""Our rules where allauth asks for them: no self sign-up, lock-out, sealed second factors."""

import base64
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from coign.web import running
from coign.web.accounts import following, lockout, passwords, recheck, start
from coign.web.accounts.models import Account
from coign.web.signing.hosts import host_of

OVER = "This start password was not used in time. Ask your administrators for a new one."
LOCKED = "This account is locked after too many wrong attempts. An administrator can open it again."


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are opened by administrators; every failure counts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account for themselves."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """A locked account is not even tried."""
        super().pre_authenticate(request, **credentials)
        account = Account.objects.filter(user__username=str(credentials.get("username", ""))).first()
        if account is not None:
            following.authority(account)
        if lockout.is_blocked(str(credentials.get("username", ""))):
            raise ValidationError(LOCKED, code="locked")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """A password that is right is at hand now, and only now: whether it still may be one is asked here."""
        user = super().authenticate(request, **credentials)
        account = getattr(user, "account", None)
        if account is not None and credentials.get("password"):
            if start.is_over(account, timezone.now()):
                raise ValidationError(OVER, code="start_password_over")
            recheck.at_sign_in(account, str(credentials["password"]))
        return user

    def pre_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse | None:
        """The same where nobody asked for a password: by a passkey, or by an identity provider."""
        account = getattr(user, "account", None)
        if account is not None and following.authority(account)[1]:
            # What was right when it was checked is not any more: it is asked anew.
            return HttpResponseRedirect(reverse("account_login"))
        if lockout.is_blocked(user.username):
            self.add_message(request, messages.ERROR, message=LOCKED)
            return HttpResponseRedirect(reverse("account_login"))
        found: HttpResponse | None = super().pre_login(request, user, **more)
        return found

    def reauthenticate(self, user: Any, password: str) -> bool:
        """A right password may be hashed anew, and stronger, at this moment; the sign-in goes on all the same."""
        right: bool = super().reauthenticate(user, password)
        if right:
            user.refresh_from_db(fields=["password"])
            context.request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        return right

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count it; lock when there are too many."""
        lockout.failed(str(credentials.get("username", "")), "password", self.get_client_ip(request))

    def clean_password(self, password: str, user: Any = None) -> str:
        """A password is replaced by another one, not by itself or the one before."""
        account = Account.objects.filter(user_id=user.pk).first() if user is not None else None
        if account is not None:
            recheck.refuse_known(account, user, password)
        cleaned: str = super().clean_password(password, user)
        return cleaned

    def set_password(self, user: Any, password: str) -> None:
        """Remember whether the password may be the only factor, since its length cannot be seen later."""
        before, now = user.password, timezone.now()
        super().set_password(user, password)
        Account.objects.filter(user=user).update(
            stands_alone=passwords.stands_alone(password), start_password=False, halves={}, last_password=before,
            password_set=now, password_checked=now, password_wanting="",
        )  # fmt: skip

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Coign needs no mail: what changed is shown at the next sign-in and in the security log."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are sealed with a key that is not in the database."""

    def encrypt(self, text: str) -> str:
        """Seal."""
        nonce = secrets.token_bytes(12)
        sealed = AESGCM(running.derived_key("second-factor")).encrypt(nonce, text.encode(), None)
        return base64.b64encode(nonce + sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open."""
        raw = base64.b64decode(encrypted_text)
        return AESGCM(running.derived_key("second-factor")).decrypt(raw[:12], raw[12:], None).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the host this page is served under, whatever its port."""
        return {"id": host_of(context.request) or "localhost", "name": "Coign"}

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """The second factor stays while the password is too short to stand alone."""
        if authenticator.type != Authenticator.Type.TOTP:
            return True
        return Account.objects.filter(user_id=authenticator.user_id, stands_alone=True).exists()
