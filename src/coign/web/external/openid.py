"""OpenID Connect as allauth speaks it, with our rules: PKCE and nonce always, ID tokens checked in full, no data kept.

Nothing but the subject is taken from a provider: names and mail addresses of people have no business here.
"""

from typing import Any

import requests
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse

from coign.kernel.errors import NotFound, Unavailable
from coign.web.external import id_token
from coign.web.external.configuration import IdentityProvider, providers

_ENDPOINTS = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """Asks the provider, and believes nothing that is not proved."""

    _nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself; it must speak for itself and for nobody else."""
        found: dict[str, Any] = super().openid_config
        expected = self.get_provider().app.settings["server_url"]
        if not isinstance(found, dict) or any(not isinstance(found.get(name), str) for name in _ENDPOINTS):
            raise OAuth2Error(f"the provider's configuration lacks one of {', '.join(_ENDPOINTS)}")
        if found["issuer"].rstrip("/") != expected:
            raise OAuth2Error(f"the provider calls itself {found['issuer'][:200]}, not {expected}")
        return found

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: Any, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        """The tokens; remembers which nonce the sign-in began with."""
        assert pkce_code_verifier is not None
        self._nonce = id_token.nonce_of(pkce_code_verifier)
        found: dict[str, Any] = super().get_access_token_data(request, app, client, pkce_code_verifier)
        return found

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **more: Any) -> SocialLogin:
        """Who signed in, by the ID token alone."""
        given = more["response"].get("id_token")
        if not isinstance(given, str):
            raise OAuth2Error("the provider gave no ID token")
        try:
            subject = id_token.subject(
                given, self._keys(), issuer=self.openid_config["issuer"], client_id=app.client_id, nonce=self._nonce
            )
        except id_token.TokenRefused as refused:
            raise OAuth2Error(str(refused)) from refused
        return self.get_provider().sociallogin_from_response(request, {"sub": subject})

    def _keys(self) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            reply = session.get(self.openid_config["jwks_uri"])
            reply.raise_for_status()
            found = reply.json()
        if not isinstance(found, dict):
            raise OAuth2Error("the provider's keys cannot be read")
        return found


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """Signs in and does nothing else: administrators link accounts, and no data beyond the subject is asked for."""

    oauth2_adapter_class = Adapter
    supports_token_authentication = False

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """What a page may choose: where to go afterwards."""
        next_url = get_next_redirect_url(request)
        return {"process": AuthProcess.LOGIN} | ({"next_url": next_url} if next_url else {})

    def get_pkce_params(self) -> dict[str, Any]:
        """PKCE, and a nonce that belongs to it."""
        made: dict[str, Any] = generate_code_challenge()
        return made | {"nonce": id_token.nonce_of(made["code_verifier"])}

    def get_auth_params(self) -> dict[str, Any]:
        """None of our own."""
        return {}

    def get_scope(self) -> list[str]:
        """Who it is, nothing about them."""
        return ["openid"]

    def extract_uid(self, data: dict[str, Any]) -> str:
        """The subject."""
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing is kept."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing is taken over."""
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """Nobody is recognised by a mail address."""
        return []


def app_of(provider: IdentityProvider) -> SocialApp:
    """A provider as allauth takes it; never stored."""
    return SocialApp(
        provider="openid_connect",
        provider_id=provider.id,
        name=provider.name,
        client_id=provider.client_id,
        secret=provider.secret,
        settings={"server_url": provider.server_url},
    )


def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send somebody to their identity provider."""
    return _view(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """They come back with an answer."""
    return _view(OAuth2CallbackView, request, provider_id)


def _view(kind: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    found = next((p for p in providers() if p.id == provider_id), None)
    if found is None:
        raise NotFound(f"there is no identity provider {provider_id} here")
    try:
        answer: HttpResponse = kind.adapter_view(Adapter(request, provider_id))(request)
    except (requests.RequestException, OAuth2Error) as error:
        raise Unavailable(f"{found.name} does not answer as it should: try again, or sign in otherwise") from error
    return answer
