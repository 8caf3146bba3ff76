"""Therapies and courses of an installation: those that come with Coign, and those whose files lie in its home."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from coign import catalogue
from coign.programmes import reading
from coign.programmes.model import Programmes
from coign.training.courses import reading as course_reading
from coign.training.courses.model import Courses, Library
from coign.training.roles import LEARNERS

#: Where an installation keeps its own.
FOLDERS = PROGRAMMES, COURSES = "programmes", "courses"


def load(home: Path) -> Library:
    """Every programme and course version whose file is here: of this release, and in the home's folders for them."""
    programmes, courses = released()
    own = reading.load_all([home / PROGRAMMES], _roles())
    own_courses = course_reading.load_all([home / COURSES], LEARNERS)
    return Library((*programmes.all(), *own.all()), Courses((*courses.all(), *own_courses.all())))


@cache
def released() -> tuple[Programmes, Courses]:
    """What comes with this release: read once, however many installations a process opens."""
    with as_file(files("coign.programmes")) as programmes, as_file(files("coign.training.courses")) as courses:
        return reading.load_all([programmes], _roles()), course_reading.load_all([courses], LEARNERS)


def _roles() -> Mapping[str, frozenset[str]]:
    return {action.name: action.roles for action in catalogue.ACTIONS.values()}
