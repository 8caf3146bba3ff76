"""Addresses of pages by name: worked out once, since a page has dozens and they never change while a process runs."""

from collections.abc import Sequence
from functools import lru_cache

from django.urls import reverse as _reverse

#: More than the therapies, things and people that the pages of a day name.
LINKS_MAX = 8192


def reverse(name: str, args: Sequence[str | int] = ()) -> str:
    """The address of the page with this name, as `django.urls.reverse` has it."""
    return _known(name, *args)


@lru_cache(LINKS_MAX)
def _known(name: str, *args: str | int) -> str:
    return _reverse(name, args=args)
