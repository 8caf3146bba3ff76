"""Tells Django where the tables of external sign-in are."""

from django.apps import AppConfig


class ExternalConfig(AppConfig):
    """Links that wait for a second administrator."""

    name = "coign.web.external"
    label = "coign_external"
