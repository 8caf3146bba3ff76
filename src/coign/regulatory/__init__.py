"""Which version of a therapy's definition is in force."""

from coign.regulatory.actions import approve_programme, propose_programme
from coign.regulatory.views import PROGRAMME

ACTIONS = (propose_programme.ACTION, approve_programme.ACTION)
VIEWS = (PROGRAMME,)
