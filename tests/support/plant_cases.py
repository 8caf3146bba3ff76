"""Examples for the catalogue out of stories of the plant: who asks what after which story, and which gate refuses."""

from collections.abc import Callable
from typing import Any

from tests.catalogue.stage import NOW, Given, accepted, lone_refusal
from tests.support.plant import PROGRAMMES, Plant, as_sent

from coign import catalogue
from coign.kernel.values import Actor
from coign.programmes.model import Programmes

Story = Callable[[Plant], Any]
Asked = dict[str, Any] | Callable[[Plant], dict[str, Any]]


def _example(action: str, story: Story, asked: Asked, programmes: Programmes = PROGRAMMES) -> dict[str, Any]:
    plant = Plant(NOW)
    story(plant)
    given = asked(plant) if callable(asked) else asked
    command, inside = as_sent(catalogue.ACTIONS[action].command, given)
    facts = [Given(fact, by, at) for at, by, fact in plant.history]
    return {"given": facts, "command": command, "inside": inside, "programmes": programmes, "now": plant.now}


def allow(action: str, actor: Actor, story: Story, asked: Asked) -> None:
    """After this story every gate lets this pass."""
    accepted(action, actor=actor, **_example(action, story, asked))


def refuse(
    action: str, gate: str, actor: Actor, story: Story, asked: Asked, programmes: Programmes = PROGRAMMES
) -> None:
    """After this story this gate of the action's own domain alone refuses, under these programmes."""
    full = f"{action.partition('.')[0]}.{gate}"
    lone_refusal(action, full, actor=actor, **_example(action, story, asked, programmes))


def then(*acts: Any) -> Story:
    """One act after another: the name of a stage, a function of the plant, or several in a row."""

    def story(plant: Plant) -> None:
        for act in acts:
            if isinstance(act, str):
                plant.until(act)
            else:
                act(plant)

    return story


def nothing(plant: Plant) -> None:
    """No story."""
