"""What an identity provider says about who signed in (OpenID Connect Core 1.0, section 3.1.3.7). Pure.

The signature is checked although the token came straight from the provider: whoever stands between cannot be somebody
else then, and a provider that was set up wrongly is found out on the first day.
"""

import base64
import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import jwt
from jwt import PyJWK, PyJWKSet

#: Only kinds with a public key: with a shared secret whoever can check a token could make one.
ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
#: Clocks of two houses differ a little.
LEEWAY_S = 60
SUBJECT_LENGTH_MAX = 191


class TokenRefused(Exception):
    """The token does not prove who signed in; the message says why, for the security log."""


def nonce_of(code_verifier: str) -> str:
    """Binds the answer to the question: made out of the secret that this browser's sign-in began with."""
    digest = sha256(b"coign/openid-nonce/v1\x00" + code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def subject(token: str, keys: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str) -> str:
    """Who signed in there; `TokenRefused` unless everything fits that the token says."""
    try:
        key = _key(token, keys)
        claims = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=issuer,
            audience=client_id,
            leeway=LEEWAY_S,
            options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise TokenRefused(f"{type(error).__name__}: {error}") from error
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise TokenRefused("the nonce is not the one that was sent")
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if ("azp" in claims or len(audience) > 1) and claims.get("azp") != client_id:
        raise TokenRefused("the token was made for somebody else as well")
    found = claims["sub"]
    if not isinstance(found, str) or not 0 < len(found) <= SUBJECT_LENGTH_MAX:
        raise TokenRefused("the subject is no text of a fitting length")
    return found


def _key(token: str, keys: Mapping[str, Any]) -> PyJWK:
    """The provider's key that the token names; without a name, its only one."""
    header = jwt.get_unverified_header(token)
    usable = [
        key
        for key in PyJWKSet.from_dict(dict(keys)).keys
        if key.public_key_use in (None, "sig") and key.algorithm_name in ALGORITHMS
    ]
    if (wanted := header.get("kid")) is not None:
        usable = [key for key in usable if key.key_id == wanted]
    if len(usable) != 1:
        raise TokenRefused("the provider has no such key")
    return usable[0]
