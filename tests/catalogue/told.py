"""Examples whose history is lived rather than listed: a clinic on paper acts, and what it recorded is what is given."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from tests.catalogue import stage
from tests.support.clinic import Clinic

from coign.kernel.actions import Action
from coign.kernel.values import Actor, Secret
from coign.ledger.encoding import plain

#: What is asked at the end of a story.
Asked = tuple[Action[Any], Any, Actor]
Story = Callable[[Clinic], Asked]


def allows(story: Story) -> Story:
    """At the end of this story every gate holds."""
    _register("", story)
    return story


def refuses(gate: str) -> Callable[[Story], Story]:
    """At the end of this story this gate alone refuses."""

    def take(story: Story) -> Story:
        _register(gate, story)
        return story

    return take


def _register(gate: str, story: Story) -> None:
    clinic = Clinic(start=stage.NOW)
    action, command, actor = story(clinic)
    given = [stage.Given(fact, by, at) for at, by, fact in clinic.history]
    inside = {f.name for f in fields(command) if "allotted" in f.metadata or "resolved_by" in f.metadata}
    values = {f.name: getattr(command, f.name) for f in fields(command)}
    more = {
        "actor": actor,
        "given": given,
        "command": {n: _wire(v) for n, v in values.items() if n not in inside and v is not None},
        "inside": {n: v for n, v in values.items() if n in inside and v is not None},
        "programmes": clinic.programmes,
        "now": clinic.now,
    }
    if gate:
        stage.lone_refusal(action.name, gate, **more)
    else:
        stage.accepted(action.name, **more)


def _wire(value: Any) -> Any:
    """As it comes from outside."""
    return "something a person wrote" if isinstance(value, Secret) else plain(value)
