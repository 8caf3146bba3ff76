"""The matrix of duties that nobody may have together, as small as it can be: roles with the same rules share a row."""

from collections.abc import Sequence
from typing import get_args

from coign.kernel.frozen import dataclass
from coign.people.events import Role
from coign.people.separation import must_be_apart
from coign.web.roles import role_words


@dataclass(frozen=True, slots=True)
class Duties:
    """Groups of roles, and for each pair of groups whether one person may have a role of both."""

    groups: Sequence[str]
    rows: Sequence[tuple[str, Sequence[bool]]]  # a group, and for every group: must they be apart


def matrix() -> Duties:
    """Worked out from the rule itself, so that the page cannot say anything else than the gate."""
    roles: tuple[str, ...] = get_args(Role)
    alike: dict[tuple[bool, ...], list[str]] = {}
    for role in roles:
        alike.setdefault(tuple(must_be_apart(role, other) for other in roles), []).append(role)
    groups = sorted(alike.values(), key=len)
    names = [", ".join(sorted(role_words(r) for r in group)) for group in groups]
    rows = [
        (name, [must_be_apart(group[0], other[0]) for other in groups])
        for name, group in zip(names, groups, strict=True)
    ]  # fmt: skip
    return Duties(names, rows)
