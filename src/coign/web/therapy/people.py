"""Names of those who acted, for their own organisation; others are shown by what the record holds of them."""

from collections.abc import Iterable

from coign.web import kept
from coign.web.accounts.models import Account


def names_of(persons: Iterable[str], organisation: str) -> dict[str, str]:
    """What to call each of these people: by name within one's own organisation, else by the record's identifier."""
    asked = set(persons)
    names: dict[str, str] = kept.once(("names", organisation), dict)
    if unknown := asked - names.keys():
        accounts = Account.objects.filter(person__in=unknown, organisation=organisation)
        told = accounts.values_list("person", "user__first_name", "user__last_name", "user__username")
        known = {person: f"{first} {last}".strip() or account for person, first, last, account in told}
        names |= {p: known.get(p, p.partition(":")[2]) for p in unknown}
    return {p: names[p] for p in asked}
