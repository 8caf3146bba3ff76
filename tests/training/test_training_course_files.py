"""Course files: what ships is complete, and every defect is named with its line."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from tests.support.plant import PROGRAMMES
from tests.support.school import COURSES, LIBRARY, SHIPPED

from coign.programmes.model import Programmes
from coign.training.courses.model import Courses, Library
from coign.training.courses.reading import CourseRefused, load_all, read
from coign.training.roles import LEARNERS

GOOD = b"""\
course: washing
version: "1"
title: Washing
reading_minutes: 3
qualifies_for: {washing: Washing}
for_roles: [operator]
valid_days: 365
draw: 2
pass: 2
attempts: 3
practice: never
sections:
  - id: why
    title: Why
    text: |
      One
      paragraph.

      And another.
questions:
  - {id: q1, ask: A?, options: {a: x, b: y}, right: [a], because: so}
  - {id: q2, ask: B?, options: {a: x, b: y, c: z}, several: true, right: [a, b], because: so}
  - {id: q3, ask: C?, options: {a: x, b: y}, right: [b], because: so}
"""


def test_a_good_file_is_read_as_it_stands() -> None:
    course = read(GOOD, LEARNERS)
    assert course.course == "course:washing" and course.roles == ("operator",) and course.practice == "never"
    assert course.sections[0].paragraphs == ("One paragraph.", "And another.")
    assert [q.several for q in course.questions] == [False, True, False]
    assert course.count_right({"q1": ("a",), "q2": ("b", "a"), "q3": ("a",)}) == 2
    assert read(GOOD + b"# a word\n").digest != course.digest, "another file is another version"


@pytest.mark.parametrize(
    ("change", "line", "rule", "words"),
    [
        (lambda t: t.replace("title: Washing\n", ""), 1, "missing_key", "title is missing"),
        (lambda t: t.replace("course: washing", "course: Washing!"), 1, "id", "small letters"),
        (lambda t: t.replace("reading_minutes: 3", "reading_minutes: 0"), 4, "numbers", "1 or more"),
        (lambda t: t.replace("reading_minutes: 3", 'reading_minutes: "3"'), 4, "type", "decimal number"),
        (lambda t: t.replace("valid_days: 365", "valid_days: 1.5"), 7, "numbers", "whole number"),
        (lambda t: t.replace("{washing: Washing}", "{}"), 5, "empty", "at least one task"),
        (lambda t: t.replace("{washing: Washing}", "{Wash: Washing}"), 5, "id", "a task's name"),
        (lambda t: t.replace("[operator]", "[]"), 6, "empty", "somebody must need"),
        (lambda t: t.replace("[operator]", "[wizard]"), 6, "unknown_role", "wizard is not a role"),
        (lambda t: t.replace("practice: never", "practice: often"), 11, "unknown_word", "never, first, always"),
        (lambda t: t.replace("pass: 2", "pass: 3"), 9, "numbers", "3 of 2 questions"),
        (lambda t: t.replace("draw: 2", "draw: 3"), 20, "numbers", "too few to draw 3"),
        (lambda t: t.replace("id: q2", "id: q1"), 22, "double_id", "stands here twice"),
        (lambda t: t.replace("{a: x, b: y}, right: [a]", "{a: x}, right: [a]"), 21, "options", "at least 2"),
        (
            lambda t: t.replace("{a: x, b: y}, right: [a]", "{a: x, bb: y}, right: [a]"),
            21,
            "options",
            "one small letter",
        ),
        (lambda t: t.replace("right: [a],", "right: [z],"), 21, "options", "not among the options"),
        (lambda t: t.replace("right: [a],", "right: [],"), 21, "options", "name what is right"),
        (lambda t: t.replace("right: [a],", "right: [a, a],"), 21, "options", "each once"),
        (lambda t: t.replace("several: true, ", ""), 22, "options", "more than one is right"),
        (lambda t: t.replace("several: true", "several: perhaps"), 22, "type", "true or false"),
        (lambda t: t.replace(", right: [a], because: so", ", because: so"), 21, "missing_key", "right is missing"),
        (lambda t: t.replace(", options: {a: x, b: y}, right: [b]", ", right: [b]"), 23, "missing_key", "options"),
        (lambda t: t.replace("{id: q3, ", "{"), 23, "missing_key", "id is missing"),
        (lambda t: t[: t.index("sections:")] + "sections: []\n" + t[t.index("questions:") :], 12, "empty", "section"),
        (lambda t: "[", 1, "yaml", ""),
    ],
)
def test_every_defect_is_named_with_its_line(change: Callable[[str], str], line: int, rule: str, words: str) -> None:
    with pytest.raises(CourseRefused) as no:
        read(change(GOOD.decode()).encode(), LEARNERS, name="mine.yaml")
    found = [p for p in no.value.problems if p.rule == rule and words in p.message]
    assert found and found[0].line >= line, no.value.problems
    assert no.value.errors[0].field.startswith("mine.yaml, line ")


def test_bytes_that_are_no_text_are_a_problem_with_its_line() -> None:
    with pytest.raises(CourseRefused) as no:
        read(b"course: x\n\xff")
    assert (no.value.problems[0].line, no.value.problems[0].rule) == (2, "encoding")


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_is_real_and_complete(name: str) -> None:
    course = read(SHIPPED[name], LEARNERS, name=name)
    assert course.course.identifier == name
    assert len(course.questions) >= 12 and course.pass_mark >= 0.8 * course.draw
    words = sum(len(p.split()) for s in course.sections for p in s.paragraphs)
    assert 300 <= words <= 700, "a few hundred words"
    for question in course.questions:
        assert len(question.because) > 30 and len(question.options) >= 3
        assert question.several == (len(question.right) > 1)


def test_the_folder_of_the_release_is_the_list_of_what_ships(tmp_path: Path) -> None:
    with_own = tmp_path / "washing.yaml"
    with_own.write_bytes(GOOD)
    found = load_all([Path(str(files("coign.training.courses"))), tmp_path], LEARNERS)
    assert {c.course.identifier for c in found.all()} == {*SHIPPED, "washing"}


def test_the_hash_of_a_library_names_its_courses_too() -> None:
    assert Library(PROGRAMMES.all(), Courses()).digest == PROGRAMMES.digest
    assert LIBRARY.digest != PROGRAMMES.digest
    assert isinstance(LIBRARY, Programmes) and not COURSES.known(None)
