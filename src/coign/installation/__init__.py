"""The record's own life: opened, set up, resumed."""

from coign.installation.actions import AGREE_TO_RESUME, FINISH_SETUP, OPEN, PROPOSE_RESUME
from coign.installation.views import DAMAGE, INSTALLATION

ACTIONS = (OPEN, FINISH_SETUP, PROPOSE_RESUME, AGREE_TO_RESUME)
VIEWS = (INSTALLATION, DAMAGE)
