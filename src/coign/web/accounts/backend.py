"""Who a session belongs to: the user together with the account, in one question, at every request."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import User

from coign.web.accounts import following


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Proves people as allauth does."""

    def get_user(self, user_id: int) -> User | None:
        """The user of a session; None where there is none any more, or who may not sign in."""
        user = following.user(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
