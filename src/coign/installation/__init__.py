"""The record's own life: opened, set up, resumed, and how far every past in it reaches."""

from coign.installation.actions import AGREE_TO_RESUME, ENTER_HEADS, FINISH_SETUP, OPEN, PROPOSE_RESUME
from coign.installation.actions.log_key import AGREE_TO_LOG_KEY, PROPOSE_LOG_KEY
from coign.installation.gates import subject_is_whole
from coign.installation.log_key import LOG_KEY_VIEW
from coign.installation.views import DAMAGE, HEADS, INSTALLATION

ACTIONS = (OPEN, FINISH_SETUP, PROPOSE_RESUME, AGREE_TO_RESUME, ENTER_HEADS, PROPOSE_LOG_KEY, AGREE_TO_LOG_KEY)
VIEWS = (INSTALLATION, DAMAGE, HEADS, LOG_KEY_VIEW)
#: Gates that stand before every action, each with the view it reads of every subject of the command.
SUBJECT_GATES = ((DAMAGE, subject_is_whole),)
