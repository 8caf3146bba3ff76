"""Passkeys of an account: registering, renaming and removing them, and signing in with one.

What signs is another matter: a passkey signs once two administrators have enrolled its key in the record.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import reauthentication
from allauth.core import context
from allauth.mfa.adapter import get_adapter as factor_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth, flows
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from fido2.webauthn import AuthenticationResponse

from coign.kernel.errors import Invalid
from coign.web.accounts import misuse, security_log, tally
from coign.web.accounts.models import Account
from coign.web.signing.hosts import host_of
from coign.web.signing.webauthn import ALGORITHMS, Registered, key_in, registered
from coign_verify.webauthn import PasskeyError, PasskeyKey, fits_host

LABEL_LENGTH_MAX = 100


def prove_again(request: HttpRequest) -> None:
    """Whoever changes what they sign in with has shown just now who they are, or is asked to."""
    reauthentication.raise_if_reauthentication_required(request, app="allauth.mfa")


def creation_options(account: Account) -> dict[str, Any]:
    """What the browser is asked to make: a passkey that it can offer by itself, and that asks who uses it."""
    options: dict[str, Any] = auth.begin_registration(account.user, passwordless=True)
    offered = options["publicKey"]["pubKeyCredParams"]
    options["publicKey"]["pubKeyCredParams"] = [p for p in offered if p["alg"] in ALGORITHMS]
    return options


def register(request: HttpRequest, account: Account, host: str, name: str, answer: Any) -> tuple[Registered, bool]:
    """Keep what the browser made; also whether recovery codes were made with it."""
    label = name.strip()[:LABEL_LENGTH_MAX] or next_label(account)
    key = _checked(host, answer)
    _, codes = flows.add_authenticator(request, label, answer)
    made = registered(account)[-1]
    security_log.note("passkey.registered", account.person, credential=made.credential, host=key.host)
    return made, codes is not None


def _checked(host: str, answer: Any) -> PasskeyKey:
    """The key out of a browser's answer; `Invalid` when it does not answer what we asked here, just now."""
    try:
        auth.parse_registration_response(answer)
        auth.complete_registration(answer)
        key = key_in(answer)
    except PasskeyError as error:
        raise Invalid.at("credential", f"cannot be used here: {error}") from error
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Invalid.at("credential", "is no answer to what was asked here just now: register it again") from error
    if key.host != host:
        raise Invalid.at("credential", f"was made at {key.host}, not at {host}")
    return key


def rename(request: HttpRequest, passkey: Registered, name: str) -> None:
    """What its owner calls it from now on."""
    label = name.strip()
    if not label or len(label) > LABEL_LENGTH_MAX:
        raise Invalid.at("name", f"expected 1 to {LABEL_LENGTH_MAX} characters")
    flows.rename_authenticator(request, passkey.row, label)


def remove(request: HttpRequest, account: Account, passkey: Registered) -> None:
    """It signs in no more. Whether its key signs is for the record to say."""
    flows.remove_authenticator(request, passkey.row)
    security_log.note("passkey.removed", account.person, credential=passkey.credential)


def next_label(account: Account) -> str:
    """A name for a passkey that its owner gave none."""
    count = Authenticator.objects.filter(user_id=account.user_id, type=Authenticator.Type.WEBAUTHN).count()
    return "Passkey" if count == 0 else f"Passkey {count + 1}"


class _AtThisHost:
    """Takes an answer only from a page of this very host: the library would take one from a page below it as well."""

    cleaned_data: dict[str, Any]

    def clean_credential(self) -> Authenticator:
        """The passkey that answered."""
        try:
            origin = AuthenticationResponse.from_dict(self.cleaned_data["credential"]).response.client_data.origin
        except (ValueError, TypeError, KeyError, AttributeError):
            origin = ""
        if not fits_host(origin, host_of(context.request)):
            raise factor_adapter().validation_error("incorrect_code")
        found: Authenticator = super().clean_credential()  # type: ignore[misc]  # of the form beside it
        return found


class SecondFactor(_AtThisHost, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """The answer of a browser beside a password."""


class ProvedAgain(_AtThisHost, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """The answer of a browser of somebody who is signed in."""


class SignIn(_AtThisHost, LoginWebAuthnForm):  # type: ignore[misc]
    """The answer of a browser that signs somebody in. What fails is noted; it locks nobody, since anybody can fail."""

    def clean_credential(self) -> Authenticator:
        """The passkey that answered."""
        try:
            found: Authenticator = super().clean_credential()
        except ValidationError:
            address = get_adapter().get_client_ip(context.request)
            tally.hit("sign_in.failed", "", "passkey", address)
            misuse.failed_from(address)
            raise
        return found
