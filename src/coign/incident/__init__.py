"""What happened outside the rules, reported and resolved."""

from coign.incident.actions import report_act, resolve_act
from coign.incident.views import INCIDENT

ACTIONS = (report_act.ACTION, resolve_act.ACTION)
VIEWS = (INCIDENT,)
