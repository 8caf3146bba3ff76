"""What a person would scan, measure and write for each action; one small function each."""

from collections.abc import Callable, Mapping
from typing import Any

from coign.demo.scene import Scene

Command = Mapping[str, Any]
Act = Callable[[Scene], Command]

ACTS: dict[str, Act] = {}


def plays(action: str) -> Callable[[Act], Act]:
    """Register how an action is played."""

    def register(act: Act) -> Act:
        assert action not in ACTS, action
        ACTS[action] = act
        return act

    return register


def of(action: str) -> Act | None:
    """How this action is played; None: nobody in the demonstration knows."""
    # Loaded here, since each of them registers with this module.
    from coign.demo.acts import centre, devices, making, moving, safety, storing, testing  # noqa: F401

    return ACTS.get(action)
