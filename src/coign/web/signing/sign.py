"""How a signature over an intent is made; the door verifies every one of them against the record."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from coign.kernel.errors import Forbidden, Invalid
from coign.kernel.frozen import dataclass
from coign.people.views import AUTHORITY
from coign.perform import Signature
from coign.web import running
from coign.web.accounts import lockout, misuse, stations
from coign.web.accounts.models import Account
from coign.web.acting import account_of, needs_scope, token_of
from coign.web.reading import reader
from coign.web.signing import keys, standing, webauthn
from coign.web.signing.sitting import ALL, is_enough, signed


@dataclass(frozen=True, slots=True)
class Proof:
    """What a signer gives: the method, and what that method asks for."""

    method: str
    credential: str = ""
    value: str = ""
    password: str = ""
    code: str = ""


FIELDS = tuple(Proof.__dataclass_fields__)


def make(request: HttpRequest, intent_hash: bytes, proof: Proof) -> Signature:
    """The signature; `Forbidden` when the proof is not right, `Invalid` when it cannot be understood."""
    account = account_of(request)
    needs_scope(request, "sign")
    _one_station(request, account)
    standing.must_be_enrolled(account, proof.method, proof.credential)
    match proof.method:
        case keys.DEMONSTRATION:
            return _demonstration(account, intent_hash)
        case keys.ATTESTED:
            return _attested(request, account, intent_hash, proof)
        case "ed25519" | "webauthn":
            return Signature(proof.method, proof.credential, _bytes(proof.value))
        case _:
            raise Invalid.at("signature.method", "expected demonstration, password+otp, webauthn or ed25519")


def ways(request: HttpRequest, intent_hash: bytes) -> dict[str, Any]:
    """How this person can sign this intent at a page: by passkey, if one is enrolled for this host, and otherwise."""
    account = account_of(request)
    enrolled = {c.method for c in reader().state(AUTHORITY, account.subject).credentials}
    by_server = account.demonstration and running.service().demonstration and enrolled != {keys.ATTESTED}
    return {
        "passkey": webauthn.options_for(request, account, intent_hash),
        "otherwise": keys.DEMONSTRATION if by_server else keys.ATTESTED,
    }


def proof_of(request: HttpRequest) -> Proof:
    """What a page sent."""
    return Proof(**{name: request.POST.get(name, "") for name in FIELDS})


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Invalid.at("signature.value", "expected hexadecimal digits") from None


def _one_station(request: HttpRequest, account: Account) -> None:
    """One credential at two stations: nobody knows who would sign (CSV-S4)."""
    if token_of(request) is not None or not stations.is_contested(account):
        return
    misuse.alert_once("signing.contested", account.person, station=stations.station_of(request))
    if not account.demonstration:
        lockout.block(account, "signing while signed in at two stations")
    raise Forbidden("your account is signed in at two stations: signing is stopped at both until you have chosen one")


def _demonstration(account: Account, intent_hash: bytes) -> Signature:
    if not running.service().demonstration or not account.demonstration:
        raise Forbidden("only accounts of a demonstration sign this way, and only in a demonstration's record")
    person = account.subject
    value = keys.demonstration_key(person).sign(intent_hash)
    return Signature(keys.DEMONSTRATION, keys.credential_of(person, keys.DEMONSTRATION), value)


def _attested(request: HttpRequest, account: Account, intent_hash: bytes, proof: Proof) -> Signature:
    """The weaker kind, and named so: password and code prove the person to the server, and the server signs."""
    if token_of(request) is not None:
        raise Forbidden("password and code are asked from a person at a page, never taken with a token")
    given = frozenset(part for part in ALL if getattr(proof, part))
    sitting = stations.sitting_of(request)
    if not is_enough(sitting, given):
        wanted = "your password or a code" if sitting.proved else "your password and a code"
        raise Invalid.at("signature", f"{wanted} is needed to sign now")
    if "password" in given:
        check_password(account, proof.password)
    if "code" in given:
        check_code(request, account, proof.code)
    lockout.succeeded(account)
    stations.keep(request, signed(sitting, given))
    person = account.subject
    value = keys.attestation_key().sign(intent_hash)
    return Signature(keys.ATTESTED, keys.credential_of(person, keys.ATTESTED), value)


def check_password(account: Account, password: str) -> None:
    """`Forbidden` unless it is right; every failure counts."""
    try:
        right = get_adapter().reauthenticate(account.user, password)
    except ValidationError as error:
        raise Forbidden(" ".join(error.messages)) from error
    if not right:
        raise Forbidden("that password is not right")


def check_code(request: HttpRequest, account: Account, code: str) -> None:
    """`Forbidden` unless the account's authenticator shows this code now and it was not used before."""
    found = Authenticator.objects.filter(user=account.user, type=Authenticator.Type.TOTP).first()
    if found is None:
        raise Forbidden("signing needs a second factor: set one up first")
    if lockout.is_blocked(account.user.username):
        raise Forbidden("this account is locked")
    if not TOTP(found).validate_code(code):
        lockout.failed(account.user.username, "code", get_adapter().get_client_ip(request))
        raise Forbidden("that code is not right, or was used before")
