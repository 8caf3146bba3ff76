"""Who answers for a unit now."""

from coign.custody.actions import accept, offer, resolve_mismatch, take_in, withdraw_offer
from coign.custody.state import OFFER
from coign.custody.views import HOLDING

ACTIONS = (take_in.ACTION, offer.ACTION, accept.ACTION, withdraw_offer.ACTION, resolve_mismatch.ACTION)
VIEWS = (HOLDING, OFFER)
