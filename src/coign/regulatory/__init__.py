"""Which version of a therapy's definition is in force, on which basis its product is given, what authorities allow."""

from coign.regulatory.actions import (
    add_document,
    answer_question,
    approve_programme,
    ask_question,
    decide_administration,
    decide_application,
    grant,
    impose_condition,
    judge_fulfilment,
    lift_suspension,
    name_recipient,
    propose_programme,
    record_basis,
    renew,
    report_fulfilment,
    revoke,
    submit_application,
    suspend,
    vary,
)
from coign.regulatory.state import APPLICATION, CONDITIONS
from coign.regulatory.views import ADMINISTRATION, AUTHORISATION, AUTHORISATIONS, PRODUCT, PROGRAMME, RECIPIENT

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
    name_recipient.ACTION,
    submit_application.ACTION,
    add_document.ACTION,
    ask_question.ACTION,
    answer_question.ACTION,
    decide_application.ACTION,
    impose_condition.ACTION,
    report_fulfilment.ACTION,
    judge_fulfilment.ACTION,
)
VIEWS = (PROGRAMME, PRODUCT, AUTHORISATION, AUTHORISATIONS, ADMINISTRATION, APPLICATION, CONDITIONS, RECIPIENT)
