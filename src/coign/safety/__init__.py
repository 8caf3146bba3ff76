"""What the therapy does to the patient: reactions, graded."""

from coign.safety.actions import record_reaction
from coign.safety.state import REACTIONS

ACTIONS = (record_reaction.ACTION,)
VIEWS = (REACTIONS,)
