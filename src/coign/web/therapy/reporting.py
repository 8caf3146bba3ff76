"""The way from a daily page to the report of what happened outside the rules."""

from urllib.parse import urlencode

from django.urls import reverse

from coign import catalogue
from coign.kernel.values import Actor
from coign.web.forms.choices import own_site

REPORT = "incident.report_act"


def report_address(actor: Actor, unit: str = "") -> str:
    """The report's form, with the container that was scanned; empty for those who report nothing."""
    if actor.role not in catalogue.ACTIONS[REPORT].roles:
        return ""
    known = {"unit": unit, "site": own_site(actor.organisation) or ""}
    return f"{reverse('form', args=[REPORT])}?{urlencode({name: value for name, value in known.items() if value})}"
