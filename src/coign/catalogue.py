"""The one list of domains, hence of actions, gates, facts and views."""

from typing import Any

from coign import (
    clinical,
    closing,
    coldchain,
    collection,
    correction,
    custody,
    donor,
    equipment,
    facility,
    identity,
    incident,
    infusion,
    installation,
    logistics,
    manufacturing,
    people,
    quality,
    regulatory,
    safety,
    storage,
    supply,
    training,
)
from coign.kernel.actions import Action, Gate
from coign.kernel.sight import parties_view
from coign.kernel.views import View
from coign.people import authority

DOMAINS = (
    installation,
    people,
    training,
    regulatory,
    identity,
    custody,
    clinical,
    collection,
    donor,
    equipment,
    storage,
    logistics,
    coldchain,
    supply,
    manufacturing,
    facility,
    quality,
    infusion,
    closing,
    safety,
    incident,
    correction,
)

ACTIONS: dict[str, Action[Any]] = {action.name: action for domain in DOMAINS for action in domain.ACTIONS}
#: Gates that stand before every action: they are asked about the subjects that its decision rests on.
SUBJECT_GATES: tuple[tuple[View[Any], Gate[Any]], ...] = installation.SUBJECT_GATES
GATES: dict[str, Gate[Any]] = {
    gate.id: gate
    for gate in (*(gate for _, gate in SUBJECT_GATES), *(g for action in ACTIONS.values() for g in action.gates))
}
PARTIES = parties_view()
VIEWS: tuple[View[Any], ...] = (PARTIES, *(view for domain in DOMAINS for view in domain.VIEWS))

__all__ = ["ACTIONS", "DOMAINS", "GATES", "PARTIES", "SUBJECT_GATES", "VIEWS", "authority"]
