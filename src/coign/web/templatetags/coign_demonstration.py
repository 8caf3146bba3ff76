"""What the sign-in page of a demonstration shows: everybody one can be."""

from typing import Any

from django import template

from coign.web import demonstration

register = template.Library()


@register.simple_tag
def demonstration_accounts() -> list[dict[str, Any]]:
    """Accounts with their passwords and codes; an empty list in any other record."""
    return [
        {
            "account": one.account,
            "name": one.name,
            "roles": one.roles,
            "place": one.organisation.partition(":")[2],
            "can_do_now": one.can_do_now,
            "password": one.password,
            "code": one.code,
        }
        for one in demonstration.accounts_shown()
    ]
