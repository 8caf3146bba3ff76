"""The product reaches its patient: thawed, checked at the bed by two, given."""

import coign.correction  # noqa: F401  our views listen to its events: it must be there before they are
from coign.infusion.actions import assess_patient
from coign.infusion.actions.bedside import CHECK_BEDSIDE, CONFIRM_BEDSIDE, RESOLVE_MISMATCH
from coign.infusion.actions.emergency import DECIDE, REQUEST
from coign.infusion.actions.emergency import START as START_EMERGENCY
from coign.infusion.actions.infuse import FINISH, START
from coign.infusion.actions.thaw import ISSUE, THAW
from coign.infusion.state import BAG, READINESS
from coign.infusion.views import INFUSION

ACTIONS = (
    assess_patient.ACTION,
    ISSUE,
    THAW,
    CHECK_BEDSIDE,
    CONFIRM_BEDSIDE,
    RESOLVE_MISMATCH,
    START,
    FINISH,
    REQUEST,
    DECIDE,
    START_EMERGENCY,
)
VIEWS = (INFUSION, BAG, READINESS)
