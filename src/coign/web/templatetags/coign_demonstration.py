"""What the sign-in page of a demonstration shows: everybody one can be."""

from itertools import groupby
from typing import Any

from django import template

from coign.demo import people
from coign.kernel.subjects import Organisation
from coign.web import demonstration

register = template.Library()


@register.simple_tag
def demonstration_accounts() -> list[dict[str, Any]]:
    """Houses with their accounts, passwords and codes; an empty list in any other record."""
    order = list(dict.fromkeys(str(job.organisation) for job in people.ON_THE_PAGE))
    shown = demonstration.accounts_shown(people.ON_THE_PAGE)
    by_house = groupby(sorted(shown, key=lambda one: order.index(one.organisation)), lambda one: one.organisation)
    return [
        {"name": people.place_of(Organisation(house)).name, "accounts": list(accounts)} for house, accounts in by_house
    ]
