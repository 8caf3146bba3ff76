"""Lists to choose from in the forms of training and supply."""

from coign.kernel.subjects import Case, Supplier
from coign.kernel.values import Actor
from coign.supply.state import SUPPLIER, SUSPECT
from coign.training.state import CASE
from coign.web.forms.choices import Choices, choices
from coign.web.learning.knowing import courses as course_files
from coign.web.learning.knowing import known_courses
from coign.web.therapy.looking import every, visible


@choices("courses")
def courses(actor: Actor) -> Choices:
    """Every course of which a file is here."""
    return [(str(c.course), c.shown.title) for c in known_courses().values()]


@choices("course_versions")
def course_versions(actor: Actor) -> Choices:
    """Their versions, by the hash of their file."""
    found = [(str(v.digest), f"{v.title}, version {v.version}") for v in course_files().all()]
    return sorted(found, key=lambda pair: pair[1])


@choices("closed_deviations")
def closed_deviations(actor: Actor) -> Choices:
    """Closed deviations of the actor's organisation, by where they happened."""
    found = {c: s for c, s in every(CASE, Case).items() if s.closed}
    seen = visible(found, actor.organisation)
    return [(str(c), f"{c.identifier}, {s.step or 'batch'}") for c, s in found.items() if c in seen]


@choices("suppliers")
def suppliers(actor: Actor) -> Choices:
    """Suppliers that the actor's organisation keeps."""
    found = every(SUPPLIER, Supplier)
    return [(str(s), f"{state.name} ({s.identifier})") for s, state in found.items()
            if state.organisation == actor.organisation]  # fmt: skip


@choices("suspect_cases")
def suspect_cases(actor: Actor) -> Choices:
    """Cases of suspect product that are not at their end."""
    found = {c: s for c, s in every(SUSPECT, Case).items() if s.cleared_at is None and s.terminated_at is None}
    seen = visible(found, actor.organisation)
    return [(str(c), f"{c.identifier}, {(s.serial or s.lot or c).identifier}") for c, s in found.items() if c in seen]
