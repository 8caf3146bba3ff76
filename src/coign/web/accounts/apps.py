"""Tells Django where the accounts' tables are."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The tables of accounts."""

    name = "coign.web.accounts"
    label = "coign_accounts"

    def ready(self) -> None:
        """Listen to sign-ins and changed factors."""
        from coign.web.accounts import listeners  # noqa: F401
