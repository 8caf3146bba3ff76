"""The patient's way to a therapy: enrolled, agreed, fit, ordered, conditioned."""

import coign.correction  # noqa: F401  our views listen to its events: it must be there before they are
from coign.clinical.actions import (
    answer_turn,
    confirm_eligibility,
    confirm_product,
    draft_order,
    order,
    settle_identity,
    start_conditioning,
)
from coign.clinical.actions.consent import RECORD_CONSENT, WITHDRAW_CONSENT
from coign.clinical.actions.enrol import CORRECT_IDENTITY, ENROL
from coign.clinical.actions.give_conditioning import BEGIN, RECORD
from coign.clinical.views import COURSE, NUMBER, PATIENT

ACTIONS = (
    ENROL,
    CORRECT_IDENTITY,
    settle_identity.ACTION,
    RECORD_CONSENT,
    WITHDRAW_CONSENT,
    confirm_eligibility.ACTION,
    draft_order.ACTION,
    order.ACTION,
    confirm_product.ACTION,
    start_conditioning.ACTION,
    BEGIN,
    RECORD,
    answer_turn.ACTION,
)
VIEWS = (PATIENT, NUMBER, COURSE)
