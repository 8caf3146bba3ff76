"""Cells are taken: who sits in the chair, what came out, and what its label says."""

import coign.correction  # noqa: F401  our views listen to its events: it must be there before they are
from coign.collection.actions.collect import FINISH, START
from coign.collection.actions.freeze import FILL, FINISH_FREEZING
from coign.collection.actions.identity import CHECK_IDENTITY, CONFIRM_IDENTITY, RESOLVE_MISMATCH
from coign.collection.actions.label import RESOLVE_LABEL, VERIFY_LABEL
from coign.collection.actions.leave import CHECK_LEAVING
from coign.collection.state import FREEZING, IDENTITY_CHECK, LABEL
from coign.collection.views import COLLECTION

ACTIONS = (
    CHECK_IDENTITY,
    CONFIRM_IDENTITY,
    RESOLVE_MISMATCH,
    START,
    FINISH,
    VERIFY_LABEL,
    RESOLVE_LABEL,
    CHECK_LEAVING,
    FILL,
    FINISH_FREEZING,
)
VIEWS = (COLLECTION, IDENTITY_CHECK, LABEL, FREEZING)
