"""Who may perform which task."""

from coign.training.actions import qualify, revoke_qualification
from coign.training.views import QUALIFICATIONS

ACTIONS = (qualify.ACTION, revoke_qualification.ACTION)
VIEWS = (QUALIFICATIONS,)
