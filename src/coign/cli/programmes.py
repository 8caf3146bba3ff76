"""`coign programme`: programme files, checked against the actions of this version."""

from typing import Any

from coign.programmes import cli
from coign.programmes.reading import Actions


def add_commands(commands: Any) -> None:
    """Add the commands of programme files."""
    cli.add_commands(commands, _actions)


def _actions() -> Actions:
    from coign import catalogue

    return {action.name: action.roles for action in catalogue.ACTIONS.values()}
