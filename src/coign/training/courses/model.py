"""A course as values: what is read, what is asked, and what passing it is worth."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from coign.kernel.actions import Circumstances
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Course
from coign.kernel.values import Digest
from coign.programmes.model import Programmes, ProgrammeVersion

#: When somebody qualified must have watched: never, before the first qualification, or before each one.
Practice = Literal["never", "first", "always"]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the text."""

    id: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the bank, with what is right and why."""

    id: str
    ask: str
    several: bool
    options: Mapping[str, str]
    right: tuple[str, ...]
    because: str

    def is_right(self, chosen: Iterable[str]) -> bool:
        """Whether exactly the right options were chosen."""
        return set(chosen) == set(self.right)


@dataclass(frozen=True)
class CourseVersion:
    """One version of one course, known by the hash of its file."""

    course: Course
    version: str
    digest: Digest
    title: str
    reading_minutes: int
    tasks: Mapping[str, str]
    roles: tuple[str, ...]
    valid_days: int
    draw: int
    pass_mark: int
    attempts_max: int
    practice: Practice
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]

    def question(self, id: str) -> Question:
        """A question of the bank by its id."""
        return next(q for q in self.questions if q.id == id)

    def drawn(self, seed: str) -> tuple[str, ...]:
        """The questions that a seed draws: those whose hash with version and seed is smallest, in that order.

        Anybody who has the course's file and the seed can draw again (21 CFR 11.10(e); TRN-14).
        """
        ranked = sorted(self.questions, key=lambda q: self._rank(f"{seed}/{q.id}"))
        return tuple(q.id for q in ranked[: self.draw])

    def options_shown(self, seed: str, id: str) -> tuple[tuple[str, str], ...]:
        """The options of a question in the order that a seed draws: neighbours do not see the same page."""
        return tuple(sorted(self.question(id).options.items(), key=lambda o: self._rank(f"{seed}/{id}/{o[0]}")))

    def _rank(self, drawn: str) -> bytes:
        return hashlib.sha256(f"{self.digest}/{drawn}".encode()).digest()

    def count_right(self, answers: Mapping[str, Sequence[str]]) -> int:
        """How many of these answers are right."""
        return sum(self.question(id).is_right(chosen) for id, chosen in answers.items())


class Courses:
    """All course versions that this installation has files for; which one is in force is told by the record."""

    def __init__(self, versions: Iterable[CourseVersion] = ()) -> None:
        self._by_digest = {v.digest: v for v in versions}

    def version(self, digest: Digest) -> CourseVersion:
        """The version with this hash. KeyError: its file is not here."""
        return self._by_digest[digest]

    def known(self, digest: Digest | None) -> bool:
        """Whether the file of this version is here."""
        return digest in self._by_digest

    def all(self) -> tuple[CourseVersion, ...]:
        """Every version."""
        return tuple(self._by_digest.values())


class Library(Programmes):
    """The programmes of an installation together with its courses: what the rules see as data."""

    def __init__(self, versions: Iterable[ProgrammeVersion], courses: Courses) -> None:
        super().__init__(versions)
        self.courses = courses

    @property
    def digest(self) -> str:
        """One hash over all files, of programmes and of courses."""
        names = sorted((*(v.digest for v in self.all()), *(c.digest for c in self.courses.all())))
        return hashlib.sha256("".join(names).encode()).hexdigest()


def courses_of(known: Circumstances) -> Courses:
    """The courses that are here; none where only programmes were given."""
    return known.programmes.courses if isinstance(known.programmes, Library) else Courses()
