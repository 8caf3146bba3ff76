"""The record's own life: opened, set up, resumed."""

from coign.installation.actions import AGREE_TO_RESUME, FINISH_SETUP, OPEN, PROPOSE_RESUME
from coign.installation.gates import subject_is_whole
from coign.installation.views import DAMAGE, INSTALLATION

ACTIONS = (OPEN, FINISH_SETUP, PROPOSE_RESUME, AGREE_TO_RESUME)
VIEWS = (INSTALLATION, DAMAGE)
#: Gates that stand before every action, each with the view it reads of every subject of the command.
SUBJECT_GATES = ((DAMAGE, subject_is_whole),)
