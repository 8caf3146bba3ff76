"""Therapies and courses of an installation: those that come with Coign, and those whose files lie in its home."""

from importlib.resources import as_file, files
from pathlib import Path

from coign import catalogue
from coign.programmes import reading
from coign.training.courses import reading as course_reading
from coign.training.courses.model import Library
from coign.training.roles import LEARNERS


def load(home: Path) -> Library:
    """Every programme and course version whose file is here: of this release, and in the home's folders for them."""
    roles = {action.name: action.roles for action in catalogue.ACTIONS.values()}
    with as_file(files("coign.programmes")) as released, as_file(files("coign.training.courses")) as taught:
        programmes = reading.load_all((released, home / "programmes"), roles)
        return Library(programmes.all(), course_reading.load_all((taught, home / "courses"), LEARNERS))
