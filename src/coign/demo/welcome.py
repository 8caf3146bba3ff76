"""What `make run` says when a demonstration is ready: whom one can be."""

from coign.demo import accounts
from coign.service import Service

_HEADING = (
    "A demonstration: everything in it is invented. Sign in as any of these; the sign-in page shows password and code."
)


def text(service: Service) -> str:
    """One line for each account."""
    listed = accounts.listed(service)
    width = max(len(each.account) for each in listed)
    lines = []
    for each in listed:
        place = each.organisation.partition(":")[2]
        lines.append(f"  {each.account:{width}}  {each.name}, {', '.join(each.roles)} at {place}")
    return "\n".join([_HEADING, *lines])
