"""Names of those who acted, for their own organisation; others are shown by what the record holds of them."""

from collections.abc import Iterable

from coign.web.accounts.models import Account


def names_of(persons: Iterable[str], organisation: str) -> dict[str, str]:
    """What to call each of these people: by name within one's own organisation, else by the record's identifier."""
    asked = set(persons)
    known = {
        a.person: a.user.get_full_name() or a.user.username
        for a in Account.objects.select_related("user").filter(person__in=asked, organisation=organisation)
    }
    return {p: known.get(p, p.partition(":")[2]) for p in asked}
