"""The end of a therapy, and of every container that it leaves behind."""

from coign.closing.actions import end_therapy
from coign.closing.actions.dispose import CONFIRM, DISPOSE
from coign.closing.state import CLOSURE, DISPOSAL

ACTIONS = (end_therapy.ACTION, DISPOSE, CONFIRM)
VIEWS = (CLOSURE, DISPOSAL)
