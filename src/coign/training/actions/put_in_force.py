"""Put a version of a course in force: one person proposes, another one approves, and may ask everybody to renew."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Course
from coign.kernel.values import Actor, Digest, Instant
from coign.training import course_gates as gates
from coign.training.courses.model import courses_of
from coign.training.events import HOUSE, CourseApproved, CourseProposed, RenewalAsked
from coign.training.state import COURSE
from coign.training.views import CURRICULUM


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeCourse:
    """Which course, and the hash of the file that was read."""

    course: Course = field(metadata=asks("Course", "choose", options="courses"))
    version: Digest = field(metadata=asks("Version", "choose", options="course_versions"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveCourse:
    """Which course, the hash of the file that this person read, and by when older qualifications are renewed, if so."""

    course: Course = field(metadata=asks("Course", "choose", options="courses"))
    version: Digest = field(metadata=asks("Version", "choose", options="course_versions"))
    renew_by: Instant | None = field(
        default=None,
        metadata=asks("Everybody takes it anew by", hint="leave empty if older qualifications keep their own date"),
    )


def _reads(asked: ProposeCourse, actor: Actor) -> Sequence[Read]:
    return (Read(asked.course, COURSE),)


def _propose(asked: ProposeCourse, known: Circumstances) -> Sequence[CourseProposed]:
    actor = known.actor
    return (
        CourseProposed(
            course=asked.course, version=asked.version, organisation=actor.organisation, by=actor.person
        ),
    )  # fmt: skip


PROPOSE = Action(
    name="training.propose_course",
    title="Propose a version of a course",
    command=ProposeCourse,
    roles=frozenset({"trainer"}),
    reads=_reads,
    gates=(gates.course_file_is_here, gates.course_is_ours, gates.course_version_is_news),
    decide=_propose,
    emits=(CourseProposed,),
    requirements=("TRN-03", "TRN-14"),
    risk=Risk.PATIENT,
    rationale="What a course leaves out, nobody who took it will know.",
    meaning="proposed",
)


def _reads_to_approve(asked: ApproveCourse, actor: Actor) -> Sequence[Read]:
    return (Read(asked.course, COURSE), Read(HOUSE, CURRICULUM))


def _approve(asked: ApproveCourse, known: Circumstances) -> Sequence[Fact]:
    proposed_by = known.state(COURSE, asked.course).proposed_by
    assert proposed_by is not None
    approved = CourseApproved(
        course=asked.course, version=asked.version, proposed_by=proposed_by, by=known.actor.person
    )  # fmt: skip
    if asked.renew_by is None:
        return (approved,)
    tasks = tuple(courses_of(known).version(asked.version).tasks)
    renewal = RenewalAsked(
        curriculum=HOUSE, tasks=tasks, course=asked.course, version=asked.version, until=asked.renew_by
    )
    return (approved, renewal)


APPROVE = Action(
    name="training.approve_course",
    title="Approve a version of a course",
    command=ApproveCourse,
    roles=frozenset({"qa"}),
    reads=_reads_to_approve,
    gates=(
        gates.course_version_is_proposed,
        gates.course_file_is_here,
        gates.course_is_ours,
        gates.course_approved_by_another,
        gates.grace_fits,
    ),
    decide=_approve,
    emits=(CourseApproved, RenewalAsked),
    requirements=("TRN-03", "TRN-06", "TRN-14"),
    risk=Risk.PATIENT,
    rationale="A course in force decides who may touch cells: one person alone must not set it.",
    meaning="approved",
    second_of="training.propose_course",
)
