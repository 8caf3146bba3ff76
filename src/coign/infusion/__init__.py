"""The product reaches its patient: thawed, checked at the bed by two, given."""

from coign.infusion.actions import thaw
from coign.infusion.actions.bedside import CHECK_BEDSIDE, CONFIRM_BEDSIDE, RESOLVE_MISMATCH
from coign.infusion.actions.infuse import FINISH, START
from coign.infusion.state import BAG
from coign.infusion.views import INFUSION

ACTIONS = (thaw.ACTION, CHECK_BEDSIDE, CONFIRM_BEDSIDE, RESOLVE_MISMATCH, START, FINISH)
VIEWS = (INFUSION, BAG)
