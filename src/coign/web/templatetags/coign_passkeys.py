"""What pages about passkeys need: where they are open, and options for the browser."""

from typing import Any

import orjson
from django import template
from django.template.context import Context

from coign.web.signing.hosts import host_of, under_localhost

register = template.Library()


@register.inclusion_tag("components/passkey_place.html", takes_context=True)
def passkey_place(context: Context) -> dict[str, Any]:
    """Says why there are no passkeys under an address, and where there are; nothing under a name."""
    return {"place": passkey_at(context)}


@register.simple_tag(takes_context=True)
def passkey_at(context: Context) -> dict[str, str]:
    """The host of this page, and the same page under localhost where this one is under an address."""
    request = context["request"]
    host = host_of(request)
    return {"host": host, "under_localhost": "" if host else under_localhost(request)}


@register.filter
def as_json(value: Any) -> str:
    """For an attribute that a script of ours reads."""
    return orjson.dumps(value).decode()
