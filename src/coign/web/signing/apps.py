"""Tells Django where the tables of signing are."""

from django.apps import AppConfig


class SigningConfig(AppConfig):
    """Requests about keys that sign."""

    name = "coign.web.signing"
    label = "coign_signing"
