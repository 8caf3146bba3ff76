"""Which version of a therapy's definition is in force, and on which legal basis a product is given."""

from coign.regulatory.actions import approve_programme, propose_programme, record_basis
from coign.regulatory.views import PRODUCT, PROGRAMME

ACTIONS = (propose_programme.ACTION, approve_programme.ACTION, record_basis.ACTION)
VIEWS = (PROGRAMME, PRODUCT)
