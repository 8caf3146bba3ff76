"""Our rules where allauth asks for them: an identity provider opens linked accounts, and makes none."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from django.http import HttpRequest
from django.shortcuts import render

from coign.web.accounts import security_log
from coign.web.external import links
from coign.web.external.configuration import providers
from coign.web.external.openid import app_of


class ExternalAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """An identity provider signs people in; it never makes accounts."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The providers of the installation's file, and of nowhere else."""
        return [
            app_of(p)
            for p in providers()
            if provider in (None, "openid_connect", p.id) and client_id in (None, p.client_id)
        ]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Only accounts that administrators have opened and linked."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Whose account this identity opens; a page that says so when it opens none."""
        provider, subject = sociallogin.account.provider, sociallogin.account.uid
        account = links.account_of(provider, subject)
        if account is None:
            security_log.note("sign_in.failed", "", what="external", provider=provider, subject=subject)
            context = {"name": str(sociallogin.provider), "subject": subject}
            raise ImmediateHttpResponse(render(request, "account/external_unknown.html", context, status=403))
        sociallogin.user = account.user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """An answer that proves nothing opens nothing; why is told to the security log alone."""
        if error == AuthError.CANCELLED:
            return
        why = str(exception or error or "")[:300]
        security_log.note("sign_in.failed", "", what="external", provider=provider.sub_id, why=why)
        context = {"name": str(provider)}
        raise ImmediateHttpResponse(render(request, "account/external_failed.html", context, status=403))
