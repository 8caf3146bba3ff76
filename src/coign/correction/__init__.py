"""A value that was recorded wrongly: corrected by a further entry, never silently."""

from coign.correction.actions import assess, propose, read_source
from coign.correction.state import CORRECTION
from coign.correction.views import CORRECTIONS

ACTIONS = (propose.ACTION, read_source.ACTION, assess.ACTION)
VIEWS = (CORRECTION, CORRECTIONS)
