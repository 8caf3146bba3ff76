"""What is known of a command by its type: which fields are set inside, are secret, or must be visible to the actor."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from coign.kernel.actions import Action
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Subject
from coign.kernel.values import Secret
from coign.ledger.encoding import field_types


@dataclass(frozen=True, slots=True)
class Shape:
    """Worked out once for each action."""

    closed: frozenset[str]  # set inside, never from outside
    allotted: Mapping[str, type[Subject]]
    resolved: Mapping[str, str]
    secrets: tuple[str, ...]
    seen: tuple[str, ...]  # fields whose subjects must be visible to the actor

    def seen_in(self, command: Any) -> list[Subject]:
        """The subjects of a command that must be visible to the actor."""
        return [s for name in self.seen for s in guarded_subjects(getattr(command, name))]


def shape_of(action: Action[Any]) -> Shape:
    """The shape of an action's command."""
    types = field_types(action.command)
    allotted: dict[str, type[Subject]] = {}
    resolved: dict[str, str] = {}
    for f in fields(action.command):
        if "allotted" in f.metadata:
            allotted[f.name] = next(t for t in types[f.name] if issubclass(t, Subject))
        if "resolved_by" in f.metadata:
            resolved[f.name] = f.metadata["resolved_by"]
    inside = frozenset(allotted) | frozenset(resolved)
    return Shape(
        inside,
        allotted,
        resolved,
        tuple(n for n, ts in types.items() if any(issubclass(t, Secret) for t in ts)),
        tuple(
            n
            for n, ts in types.items()
            if n not in inside
            and n not in action.beyond_sight
            and any(issubclass(t, Subject) and not t.public for t in ts)
        ),
    )


def guarded_subjects(value: Any) -> list[Subject]:
    """The subjects in a field that not everybody may know of."""
    found = value if isinstance(value, tuple) else (value,)
    return [s for s in found if isinstance(s, Subject) and not s.public]
