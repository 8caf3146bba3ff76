"""The chain of identity: shared events and questions; no actions of its own."""

from typing import Any

from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action

ACTIONS: tuple[Action[Any], ...] = ()
VIEWS = (CHAIN, UNIT)
