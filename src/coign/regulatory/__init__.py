"""Which version of a therapy's definition is in force, on which basis its product is given, what authorities allow."""

from coign.regulatory.actions import (
    approve_programme,
    decide_administration,
    grant,
    lift_suspension,
    propose_programme,
    record_basis,
    renew,
    revoke,
    suspend,
    vary,
)
from coign.regulatory.views import ADMINISTRATION, AUTHORISATION, AUTHORISATIONS, PRODUCT, PROGRAMME

ACTIONS = (
    propose_programme.ACTION,
    approve_programme.ACTION,
    record_basis.ACTION,
    grant.ACTION,
    vary.ACTION,
    renew.ACTION,
    suspend.ACTION,
    lift_suspension.ACTION,
    revoke.ACTION,
    decide_administration.ACTION,
)
VIEWS = (PROGRAMME, PRODUCT, AUTHORISATION, AUTHORISATIONS, ADMINISTRATION)
