"""A course file to values, with every problem and its line; nothing half-read is ever given to a rule."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import cast, get_args

from coign.kernel.errors import FieldError, Invalid
from coign.kernel.subjects import Course
from coign.kernel.values import Digest
from coign.programmes.nodes import Findings, Item, Problem, compose, text_of
from coign.training.courses.model import Courses, CourseVersion, Practice, Question, Section

#: Names of roles that may stand in a file; None: nothing is known about roles, they are not checked.
Roles = Collection[str] | None

PRACTICES: tuple[str, ...] = get_args(Practice)
#: Fewer questions in the bank than this many times the number drawn, and the second attempt is the first again.
BANK_TO_DRAWN = (3, 2)
OPTIONS_MIN = 2
_ID = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")
_OPTION = re.compile(r"[a-z]\Z")
_ROOT = (
    "course", "version", "title", "reading_minutes", "qualifies_for", "for_roles", "valid_days", "draw", "pass",
    "attempts", "practice", "sections", "questions",
)  # fmt: skip


class CourseRefused(Invalid):
    """A course file is not usable; every problem is named with its line."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__(*(FieldError(f"{name}, line {p.line}, {p.rule}", p.message) for p in self.problems))


def read(content: bytes, roles: Roles = None, *, name: str = "course") -> CourseVersion:
    """One version of a course from the bytes of its file; its name for ever is their SHA-256."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CourseRefused(name, [Problem(line, "encoding", "is not UTF-8 text")]) from None
    findings = Findings()
    version = _read(text, Digest(hashlib.sha256(content).hexdigest()), roles, findings)
    if version is None:
        raise CourseRefused(name, findings.problems)
    return version


def load_all(folders: Iterable[Path], roles: Roles = None) -> Courses:
    """Every course file of these folders; a file that is not usable stops the start, with its problems."""
    files = [file for folder in folders for file in sorted(folder.glob("*.yaml"))]
    return Courses(read(file.read_bytes(), roles, name=file.name) for file in files)


def _read(text: str, digest: Digest, roles: Roles, findings: Findings) -> CourseVersion | None:
    node = compose(text, findings)
    if node is None:
        return None
    fields = Item(node, "", findings).fields(_ROOT)
    if len(fields) < len(_ROOT):
        return None  # what is missing has been said; the rest can only be judged as a whole
    version = CourseVersion(
        course=Course(f"course:{_id(fields['course'])}"),
        version=fields["version"].text(),
        digest=digest,
        title=fields["title"].text(),
        reading_minutes=_whole(fields["reading_minutes"]),
        tasks=_tasks(fields["qualifies_for"]),
        roles=_roles(fields["for_roles"], roles),
        valid_days=_whole(fields["valid_days"]),
        draw=_whole(fields["draw"]),
        pass_mark=_whole(fields["pass"]),
        attempts_max=_whole(fields["attempts"]),
        practice=_practice(fields["practice"]),
        sections=_sections(fields["sections"]),
        questions=_questions(fields["questions"]),
    )
    _check_sums(fields, version)
    return None if findings.problems else version


def _check_sums(fields: Mapping[str, Item], version: CourseVersion) -> None:
    """Numbers that must fit one another."""
    if version.pass_mark > version.draw:
        fields["pass"].refuse("numbers", f"{version.pass_mark} of {version.draw} questions cannot be right")
    many, few = BANK_TO_DRAWN
    if len(version.questions) * few < version.draw * many:
        fields["questions"].refuse(
            "numbers", f"{len(version.questions)} questions are too few to draw {version.draw}: have half as many again"
        )


def _id(item: Item) -> str:
    text = item.text()
    if text and not _ID.match(text):
        item.refuse("id", "expected small letters, digits, - and _, beginning with a letter")
        return ""
    return text


def _whole(item: Item) -> int:
    """A whole number of at least one; 0 and a problem otherwise."""
    number = item.number()
    if number is None:
        return 0
    if number < 1 or number != int(number):
        item.refuse("numbers", "expected a whole number, 1 or more")
        return 0
    return int(number)


def _tasks(item: Item) -> dict[str, str]:
    found = {}
    for name, title in item.entries():
        if not _ID.match(name):
            title.refuse("id", "a task's name is of small letters, digits, - and _, beginning with a letter")
        found[name] = title.text()
    if not found:
        item.refuse("empty", "a course qualifies for at least one task")
    return found


def _roles(item: Item, known: Roles) -> tuple[str, ...]:
    found = item.texts()
    if not found:
        item.refuse("empty", "somebody must need the course")
    for role in found:
        if role and known is not None and role not in known:
            item.refuse("unknown_role", f"{role} is not a role; known are {', '.join(sorted(known))}")
    return found


def _practice(item: Item) -> Practice:
    text = item.text()
    if text and text not in PRACTICES:
        item.refuse("unknown_word", f"{text} is not one of {', '.join(PRACTICES)}")
    return cast(Practice, text)


def _sections(item: Item) -> tuple[Section, ...]:
    found: dict[str, Section] = {}
    for each in item.items():
        fields = each.fields(("id", "title", "text"))
        identifier = _own_id(each, fields, found)
        paragraphs = (" ".join(part.split()) for part in text_of(fields, "text").split("\n\n"))
        found[identifier] = Section(identifier, text_of(fields, "title"), tuple(p for p in paragraphs if p))
    if not found:
        item.refuse("empty", "a course has at least one section to read")
    return tuple(found.values())


def _own_id(each: Item, fields: Mapping[str, Item], known: Collection[str]) -> str:
    identifier = _id(fields["id"]) if "id" in fields else ""
    if identifier in known:
        each.refuse("double_id", f"{identifier} stands here twice")
    return identifier


def _questions(item: Item) -> tuple[Question, ...]:
    found: dict[str, Question] = {}
    for each in item.items():
        fields = each.fields(("id", "ask", "options", "right", "because"), ("several",))
        identifier = _own_id(each, fields, found)
        options = {name: option.text() for name, option in fields["options"].entries()} if "options" in fields else {}
        right = fields["right"].texts() if "right" in fields else ()
        several = fields["several"].truth() if "several" in fields else False
        _check_options(each, options, right, several=several)
        found[identifier] = Question(
            identifier, text_of(fields, "ask"), several, options, right, text_of(fields, "because")
        )
    return tuple(found.values())


def _check_options(each: Item, options: Mapping[str, str], right: tuple[str, ...], *, several: bool) -> None:
    if len(options) < OPTIONS_MIN:
        each.refuse("options", f"a question has at least {OPTIONS_MIN} options")
    for name in options:
        if not _OPTION.match(name):
            each.refuse("options", f"{name}: an option is named by one small letter")
    for name in right:
        if name and name not in options:
            each.refuse("options", f"{name} is right but not among the options")
    if len(set(right)) != len(right) or not right:
        each.refuse("options", "name what is right, each once")
    elif not several and len(right) > 1:
        each.refuse("options", "more than one is right: say so with several: true")
