"""Who may perform which task: courses, attempts, observed practice, lessons."""

from coign.training.actions import (
    assign_course,
    decide_attempt,
    extension,
    hand_in,
    lessons,
    observe_practice,
    put_in_force,
    qualify,
    revoke_qualification,
    start_attempt,
)
from coign.training.alike import COHORT, QUESTIONED
from coign.training.state import ATTEMPT, CASE, COURSE, EXTENSION, LEARNING, LESSON, PASSED, PRACTICE
from coign.training.views import CURRICULUM, QUALIFICATIONS

ACTIONS = (
    put_in_force.PROPOSE,
    put_in_force.APPROVE,
    assign_course.ACTION,
    start_attempt.ACTION,
    hand_in.ACTION,
    decide_attempt.ACTION,
    observe_practice.ACTION,
    qualify.ACTION,
    revoke_qualification.ACTION,
    extension.ASK,
    extension.APPROVE,
    lessons.ATTACH,
    lessons.ACKNOWLEDGE,
    lessons.RETIRE,
)
VIEWS = (
    QUALIFICATIONS,
    CURRICULUM,
    COURSE,
    ATTEMPT,
    LEARNING,
    PASSED,
    PRACTICE,
    EXTENSION,
    COHORT,
    QUESTIONED,
    LESSON,
    CASE,
)
