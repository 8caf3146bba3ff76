"""Who answers for a unit now."""

from coign.custody.actions import accept, offer, resolve_mismatch, sealed, take_in, withdraw_offer
from coign.custody.views import HOLDING, OFFER

ACTIONS = (
    take_in.ACTION,
    offer.ACTION,
    accept.ACTION,
    withdraw_offer.ACTION,
    sealed.OFFER_SHIPMENT,
    sealed.ACCEPT_SHIPMENT,
    sealed.WITHDRAW_SHIPMENT,
    resolve_mismatch.ACTION,
)
VIEWS = (HOLDING, OFFER)
