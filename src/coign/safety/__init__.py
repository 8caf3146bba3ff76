"""What the therapy does to the patient: what is seen, graded and reported, and when that stops a programme."""

from coign.safety.actions import (
    assess_expectedness,
    publish_reference,
    record_icans,
    record_laboratory,
    record_missed_response,
    record_reaction,
    record_response,
    report_wrong_patient,
)
from coign.safety.actions.causality import ASSESS_CAUSALITY, STATE_CAUSALITY
from coign.safety.actions.enrolment import CONFIRM_RESUMPTION, HOLD_ENROLMENT, PROPOSE_RESUMPTION
from coign.safety.actions.follow_up import FIND_EARLIER_KNOWLEDGE, FOLLOW_UP
from coign.safety.actions.report_event import ADD_EVENT, REPORT_EVENT
from coign.safety.actions.submit import RECORD_ANSWER, RECORD_SUBMISSION
from coign.safety.case_state import CASE, SUBMISSIONS
from coign.safety.state import REACTIONS, REFERENCE, REFERENCES
from coign.safety.views import ENROLMENT

ACTIONS = (
    record_reaction.ACTION,
    record_icans.ACTION,
    record_laboratory.ACTION,
    record_response.ACTION,
    record_missed_response.ACTION,
    REPORT_EVENT,
    ADD_EVENT,
    report_wrong_patient.ACTION,
    FOLLOW_UP,
    FIND_EARLIER_KNOWLEDGE,
    STATE_CAUSALITY,
    ASSESS_CAUSALITY,
    assess_expectedness.ACTION,
    RECORD_SUBMISSION,
    RECORD_ANSWER,
    publish_reference.ACTION,
    HOLD_ENROLMENT,
    PROPOSE_RESUMPTION,
    CONFIRM_RESUMPTION,
)
VIEWS = (REACTIONS, CASE, SUBMISSIONS, REFERENCE, REFERENCES, ENROLMENT)
