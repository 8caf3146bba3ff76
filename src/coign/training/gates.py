"""The gates of qualifications: somebody else saw it, for a task that exists, until a date."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Person
from coign.kernel.values import Instant
from coign.people.views import AUTHORITY
from coign.training.courses.model import courses_of
from coign.training.events import HOUSE
from coign.training.state import EXTENSION
from coign.training.views import CURRICULUM, QUALIFICATIONS, Qualification, end_of, missing_qualification


class OfPerson(Protocol):
    """A command that concerns one person."""

    @property
    def person(self) -> Person: ...


class OfTaskAlone(Protocol):
    """A command that names a task."""

    @property
    def task(self) -> str: ...


class OfTask(OfPerson, OfTaskAlone, Protocol):
    """A command that concerns one person's task."""


class WithEnd(Protocol):
    """A command that says until when."""

    @property
    def until(self) -> Instant: ...


class OfCertificate(WithEnd, Protocol):
    """A command that accepts a certificate, which may bear a date of its own."""

    @property
    def certified_on(self) -> Instant | None: ...


class OfExtension(OfTask, WithEnd, Protocol):
    """A command that asks for more time for a person's task."""


@gate(
    "training.trainee_is_active",
    requirement=("TRN-01", "CSV-24"),
    protects="Tasks are given to people who are here and known.",
    remedy="Choose the right person, or let an administrator register them.",
    resolvers=("trainer", "admin"),
    risk=Risk.DATA,
)
def trainee_is_active(asked: OfPerson, known: Circumstances) -> str | None:
    return None if known.state(AUTHORITY, asked.person).active else f"{asked.person.identifier} is not active here"


@gate(
    "training.assessor_is_another",
    requirement="TRN-06",
    protects="Nobody certifies their own skill.",
    remedy="Let another qualified person watch you and record it.",
    resolvers=("trainer",),
    risk=Risk.PATIENT,
)
def assessor_is_another(asked: OfPerson, known: Circumstances) -> str | None:
    return "this is yourself: you cannot assess your own work" if asked.person == known.actor.person else None


@gate(
    "training.assessor_is_qualified",
    requirement=("TRN-04", "TRN-06"),
    protects="Only who masters a task sees what is done wrongly in it.",
    remedy="Let somebody watch whose own qualification for this task is current.",
    resolvers=("trainer",),
    risk=Risk.PATIENT,
)
def assessor_is_qualified(asked: OfTaskAlone, known: Circumstances) -> str | None:
    return missing_qualification(asked.task, known)


@gate(
    "training.task_is_known",
    requirement="TRN-01",
    protects="A qualification for a task that no programme and no course knows opens nothing and hides a gap.",
    remedy="Choose a task that a programme or a course names.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def task_is_known(asked: OfTaskAlone, known: Circumstances) -> str | None:
    if any(asked.task in version.tasks for version in (*known.programmes.all(), *courses_of(known).all())):
        return None
    return f"no programme and no course names the task “{asked.task}”"


@gate(
    "training.end_lies_ahead",
    requirement="TRN-02",
    protects="A qualification counts from its record on; it never makes good what was done before.",
    remedy="Give a date that lies ahead.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def end_lies_ahead(asked: WithEnd, known: Circumstances) -> str | None:
    return f"{asked.until} has passed" if asked.until <= known.now else None


@gate(
    "training.certificate_is_of_the_past",
    requirement="TRN-S2",
    protects="A certificate tells of something that was seen; it cannot be of a day that has not come.",
    remedy="Look at the date on the certificate.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def certificate_is_of_the_past(asked: OfCertificate, known: Circumstances) -> str | None:
    if asked.certified_on is None or asked.certified_on <= known.now:
        return None
    return f"the certificate bears a date that has not come: {asked.certified_on}"


@gate(
    "training.end_is_in_reach",
    requirement=("TRN-08", "TRN-05"),
    protects="Skill fades: competency is shown anew in time.",
    remedy="Give an earlier date; the qualification is renewed when the skill was seen again.",
    resolvers=("trainer",),
    risk=Risk.PATIENT,
)
def end_is_in_reach(asked: OfCertificate, known: Circumstances) -> str | None:
    longest = known.rules.minutes("training.qualification_valid_max", known.now)
    seen = min(asked.certified_on or known.now, known.now)
    if asked.until.minutes_since(seen) <= longest:
        return None
    return f"a qualification lasts at most {longest / 1440:g} days from when the skill was seen; {asked.until} is later"


def _held(asked: OfTask, known: Circumstances) -> Qualification | None:
    return known.state(QUALIFICATIONS, asked.person).of(asked.task)


@gate(
    "training.qualification_is_held",
    requirement="TRN-02",
    protects="Only what is held can be taken away or extended.",
    remedy="Look at the person's qualifications.",
    resolvers=("trainer", "qa"),
    risk=Risk.DATA,
)
def qualification_is_held(asked: OfTask, known: Circumstances) -> str | None:
    if _held(asked, known) is not None:
        return None
    return f"{asked.person.identifier} holds no qualification for “{asked.task}”"


# Extensions


@gate(
    "training.extension_is_short",
    requirement=("TRN-03", "TRN-S1"),
    protects="An extension bridges an emergency; it is no second way to be qualified.",
    remedy="Ask for less, or let the person earn the qualification anew.",
    resolvers=("trainer", "qa"),
    risk=Risk.PATIENT,
)
def extension_is_short(asked: WithEnd, known: Circumstances) -> str | None:
    longest = known.rules.minutes("training.extension_max", known.now)
    if asked.until.minutes_since(known.now) <= longest:
        return None
    return f"an extension lasts at most {longest / 60:g} h from now; {asked.until} is later"


@gate(
    "training.extension_is_of_what_just_ran_out",
    requirement="TRN-S1",
    protects="Whoever did a task until yesterday can do it tonight; whoever has not for weeks cannot.",
    remedy="Let the person earn the qualification anew, or let somebody qualified do the task.",
    resolvers=("trainer",),
    risk=Risk.PATIENT,
)
def extension_is_of_what_just_ran_out(asked: OfExtension, known: Circumstances) -> str | None:
    held = _held(asked, known)
    if held is None:
        return None  # `training.qualification_is_held` says so
    end = end_of(held, known.state(CURRICULUM, HOUSE))
    longest = known.rules.minutes("training.extension_after_end_max", known.now)
    if end >= asked.until:
        return f"it lasts until {end} anyway"
    if known.now.minutes_since(end) > longest:
        return f"it ended {end}, more than {longest / 1440:g} days ago"
    return None


@gate(
    "training.extension_is_the_first",
    requirement=("TRN-03", "TRN-S1"),
    protects="Extensions do not follow one another until nobody remembers when the skill was last seen.",
    remedy="Let the person earn the qualification anew.",
    resolvers=("trainer",),
    risk=Risk.PATIENT,
)
def extension_is_the_first(asked: OfTask, known: Circumstances) -> str | None:
    held = _held(asked, known)
    if held is None or held.extended_until is None:
        return None
    return f"it was extended before, until {held.extended_until}"


@gate(
    "training.extension_is_asked",
    requirement=("TRN-03", "TRN-S1"),
    protects="Two people find an emergency to be one: one asks, the quality unit agrees.",
    remedy="Let somebody who needs the person ask for the extension first.",
    resolvers=("trainer",),
    risk=Risk.PATIENT,
)
def extension_is_asked(asked: OfTask, known: Circumstances) -> str | None:
    found = known.state(EXTENSION, asked.person).of(asked.task)
    if found is None:
        return f"nobody asked to extend “{asked.task}” of {asked.person.identifier}"
    return f"it was asked for until {found.until}, which has passed" if found.until <= known.now else None


@gate(
    "training.extension_approved_by_another",
    requirement=("TRN-06", "TRN-S1"),
    protects="Neither who asks nor who profits decides.",
    remedy="Let somebody else of the quality unit decide.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def extension_approved_by_another(asked: OfTask, known: Circumstances) -> str | None:
    if asked.person == known.actor.person:
        return "the extension is for yourself"
    found = known.state(EXTENSION, asked.person).of(asked.task)
    return "you asked for this extension yourself" if found and found.by == known.actor.person else None
