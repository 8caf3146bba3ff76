"""Pages of training: from assignment to the open gate, the matrix, transcripts, and who could have done a step."""

import re
from itertools import count
from typing import TYPE_CHECKING

import pytest
from tests.web.site import HOSPITAL, MAKER, Site

from coign.kernel.subjects import Attempt
from coign.kernel.values import Instant
from coign.training.courses.model import CourseVersion, Library
from coign.training.state import ATTEMPT
from coign.web.learning import past
from coign.web.reading import reader

if TYPE_CHECKING:
    from tests.web.client import Client
else:
    Client = object

COURSE, ANOTHER = "aseptic-processing", "opening-a-dry-shipper"
TASK = "aseptic_processing"


class School:
    """The site with people who learn; everybody has one browser."""

    def __init__(self, site: Site) -> None:
        self.site, self._browsers = site, dict[str, Client]()
        for name, organisation, role in (
            ("school-trainer", MAKER, "trainer"), ("school-qa", MAKER, "qa"), ("school-operator-1", MAKER, "operator"),
            ("school-leaver", MAKER, "operator"), ("school-nurse", HOSPITAL, "nurse"),
            ("maker-school-admin", MAKER, "admin"),
        ):  # fmt: skip
            site.add_person(name, organisation, role)
            if role != "admin":
                site.enrol_key(name)
        library = site.service.programmes
        assert isinstance(library, Library)
        files = {c.course.identifier: c for c in library.courses.all()}
        self.course: CourseVersion = files[COURSE]
        self.another: CourseVersion = files[ANOTHER]
        for version in (self.course, self.another):
            named = {"course": str(version.course), "version": str(version.digest)}
            site.signed("training.propose_course", "school-trainer", **named)
            site.signed("training.approve_course", "school-qa", **named)
        for name in ("school-operator-1", "school-leaver"):
            self.certified(name)

    @property
    def now(self) -> Instant:
        return Instant.of_us(self.site.service.clock.now_us())

    def certified(self, name: str, task: str = TASK, days: float = 300) -> None:
        given = {"task": task, "until": self.now.plus(days=days), "evidence": "ab" * 32}
        self.site.signed("training.qualify", "school-trainer", person=f"person:{name}", **given)

    def newcomer(self, name: str, role: str = "operator") -> str:
        """Somebody of whom nothing is known yet."""
        self.site.add_person(name, MAKER, role)
        return name

    def assigned(self, name: str, course: str = COURSE) -> None:
        named = {"person": f"person:{name}", "course": f"course:{course}"}
        self.site.do("training.assign_course", "school-trainer", **named)

    def browser(self, name: str) -> Client:
        if name not in self._browsers:
            self._browsers[name] = self.site.browser(name)
            self._browsers[name].post("/session/elsewhere/", {"choice": "here"})
        return self._browsers[name]

    def get(self, name: str, path: str, status: int = 200) -> str:
        response = self.browser(name).get(path)
        assert response.status_code == status, response.content.decode()[-1500:]
        return response.content.decode()  # type: ignore[no-any-return]

    def begun(self, name: str, course: str = COURSE) -> str:
        """An attempt of this person, by the button on the course's page; gives the address."""
        response = self.browser(name).post(f"/training/courses/{course}/")
        assert response.status_code == 302, response.content.decode()[-1500:]
        return str(response["Location"])

    def answers(self, address: str, wrong: int = 0) -> dict[str, list[str]]:
        """What is chosen on the page."""
        attempt = Attempt.of(address.rstrip("/").rpartition("/")[2])
        state = self.site.service.states.of(ATTEMPT, attempt)
        version = self.course if state.version == self.course.digest else self.another
        chosen = {}
        for number, question in enumerate(state.drawn):
            asked = version.question(question)
            bad = [o for o in asked.options if o not in asked.right][:1]
            chosen[f"answer-{question}"] = bad if number < wrong else list(asked.right)
        return chosen


@pytest.fixture(scope="module")
def school(site: Site) -> School:
    return School(site)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.requirement("TRN-04", "TRN-14")
def test_a_course_is_read_answered_and_explained_and_the_gate_opens_by_itself(school: School) -> None:
    name, address = school.newcomer("school-learner"), f"/training/courses/{COURSE}/"
    assert "Not assigned to you" in school.get(name, address)
    refused = school.browser(name).post(address)
    assert refused.status_code == 409 and "was not assigned to you" in refused.content.decode()
    school.assigned(name)
    assert "I have read it: begin" in school.get(name, address)

    attempt = school.begun(name)
    page = school.get(name, attempt)
    assert page.count("<fieldset") == school.course.draw and "checked" not in page
    assert not any(q.because in page for q in school.course.questions), "explanations come afterwards"
    incomplete = dict(list(school.answers(attempt).items())[1:])
    again = school.browser(name).post(attempt, incomplete)
    assert again.status_code == 422 and "Still open" in again.content.decode()
    assert again.content.decode().count("checked") >= school.course.draw - 1, "nothing chosen is lost"

    school.browser(name).post(attempt, school.answers(attempt, wrong=4))
    failed = school.get(name, attempt)
    assert "Not passed" in failed and "2 attempts are left" in failed
    assert sum(q.because in failed.replace("&#x27;", "'") for q in school.course.questions) == school.course.draw

    second = school.begun(name)
    school.browser(name).post(second, school.answers(second))
    assert "somebody qualified watches you" in school.get(name, second)
    assert "1 of 2" in words(school.get("school-trainer", f"/training/?task={TASK}"))
    cell = f"/training/?person=person:{name}&of={TASK}"
    assert "Record what you watched" in school.get("school-operator-1", cell), "who may do it can watch"
    assert "Record what you watched" not in school.get("school-trainer", cell)
    seen = {"person": f"person:{name}", "course": str(school.course.course), "task": TASK, "mastered": True}
    school.site.signed("training.observe_practice", "school-operator-1", **seen, notes="One batch beside me.")
    assert "I may do it" in school.get(name, "/training/mine/")
    assert "Qualified by it: Aseptic processing" in school.get(name, second)
    assert school.browser(name).post(address).status_code == 409, "it is passed"


def test_answers_are_seen_by_whoever_gave_them_and_by_those_who_judge(school: School) -> None:
    name = school.newcomer("school-shy")
    school.assigned(name)
    attempt = school.begun(name)
    school.get("school-operator-1", attempt, 403)
    school.get("school-trainer", attempt, 403)  # questions that are open are nobody else's
    school.get("school-nurse", attempt, 404)
    school.get(name, "/training/attempts/NONE/", 404)
    school.get(name, "/training/attempts/bad!name/", 404)
    school.browser(name).post(attempt, school.answers(attempt, wrong=8))
    assert "Chosen" in school.get("school-trainer", attempt)
    school.get("school-operator-1", attempt, 403)
    again = school.browser(name).post(attempt, school.answers(attempt))
    assert again.status_code == 200 and "Not passed" in again.content.decode(), "handed in once"


def begun_by(school: School, name: str) -> tuple[str, dict[str, list[str]]]:
    """Somebody new takes the other course; gives the address of the attempt and the right answers."""
    school.site.add_person(name, MAKER, "operator")
    school.assigned(name, ANOTHER)
    attempt = school.begun(name, ANOTHER)
    return attempt, school.answers(attempt)


@pytest.mark.requirement("TRN-S3")
def test_what_looks_shared_waits_on_the_trainers_page(school: School) -> None:
    first, (attempt, answers) = "school-pair-1", begun_by(school, "school-pair-1")
    school.browser(first).post(attempt, answers)
    # Chance draws the questions; below four in common nothing is said.
    for other in (f"school-pair-{n}" for n in count(2)):
        attempt, drawn = begun_by(school, other)
        if len(answers.keys() & drawn.keys()) >= 4:
            break
    school.browser(other).post(attempt, drawn)
    assert "a trainer speaks with both of you" in school.get(other, attempt)
    listed = school.get("school-trainer", "/training/courses/")
    assert "Answers that look shared" in listed and attempt in listed
    assert "Answers that look shared" not in school.get(first, "/training/courses/")
    page = school.get("school-trainer", attempt)
    assert "/actions/training.decide_attempt/?attempt=" in page and "The other attempt" in page
    assert "in question" in words(school.get("school-trainer", "/training/?task=shipper_opening"))
    assert "A trainer looks into it" in school.get(other, "/training/mine/")


# The matrix


@pytest.mark.requirement("TRN-01")
def test_the_matrix_says_who_may_do_what_and_what_opens_a_shut_gate(school: School) -> None:
    school.certified("school-operator-1", "filling", days=20)
    page = school.get("school-trainer", "/training/")
    said = words(page)
    assert "Aseptic processing" in said and "May do it today" in said and "Nothing ends" not in said
    assert "is-look" in page and "Filling and labelling" in said
    narrowed = school.get("school-trainer", "/training/?task=filling")
    assert "Aseptic processing</span>" not in narrowed

    name = school.newcomer("school-beginner")
    chosen = f"/training/?person=person:{name}&of={TASK}"
    assert "needed" in words(school.get("school-trainer", chosen))
    assert "Assign the course" in school.get("school-trainer", chosen)
    school.assigned(name)
    opened = words(school.get("school-trainer", chosen))
    assert "What opens it" in opened and "Course “Aseptic processing, behaviour at the bench”" in opened
    assert "watched by a qualified colleague" in opened and "Nobody can open it by hand" in opened
    own = words(school.get(name, chosen))
    assert "Take the course" in own
    may = words(school.get("school-trainer", f"/training/?person=person:school-operator-1&of={TASK}"))
    assert "Gate is open" in may and "May do it until" in may


def test_another_place_is_seen_without_what_its_people_tried(school: School) -> None:
    name = school.newcomer("school-private")
    school.assigned(name)
    attempt = school.begun(name)
    school.browser(name).post(attempt, school.answers(attempt, wrong=8))
    school.certified(name)
    address = f"/training/people/person:{name}/"
    own = words(school.get("school-trainer", address))
    assert "handed in: 0 of 8 right, not passed" in own and "by a certificate" in own
    elsewhere = words(school.get("school-nurse", address))
    assert "by a certificate" in elsewhere and "handed in" not in elsewhere and "seen by the person" in elsewhere
    assert "Aseptic processing" in words(school.get("school-nurse", f"/training/?place={MAKER}"))
    assert "school-operator" in words(school.get("school-trainer", f"/training/?task={TASK}"))
    here = words(school.get("school-nurse", f"/training/?task={TASK}"))
    assert "school-" not in here.replace("school-nurse", ""), "the first page of training is about one's own place"


def test_a_shut_gate_offers_the_way_through_an_emergency(school: School) -> None:
    school.site.add_person("school-lapsed", MAKER, "operator")
    school.certified("school-lapsed", days=0.01)
    school.site.service.advance(0.5)
    chosen = f"/training/?person=person:school-lapsed&of={TASK}"
    said = school.get("school-operator-1", chosen)
    assert "Gate is shut" in words(said) and "training.ask_extension" in said
    assert "training.approve_extension" in school.get("school-qa", chosen)
    assert "Assign the course" in school.get("school-trainer", chosen)


# The past


@pytest.mark.requirement("TRN-17")
def test_a_transcript_of_a_past_day_holds_what_was_recorded_by_then(school: School) -> None:
    before = school.now
    school.site.add_person("school-late", MAKER, "operator")
    between = school.now
    school.certified("school-late")
    address = "/training/people/person:school-late/"
    assert school.browser("school-trainer").get(address, {"at": str(before)}).status_code == 404
    then = words(school.browser("school-trainer").get(address, {"at": str(between)}).content.decode())
    assert "None." in then and "registered" in then and "by a certificate" not in then
    now = words(school.get("school-trainer", address))
    assert "May do it" in now and "qualified for “Aseptic processing” by a certificate" in now
    school.get("school-trainer", f"{address}?at=tomorrow", 422)
    school.get("school-trainer", f"{address}?at=2026-13-40T10:00", 422)
    school.get("school-trainer", "/training/people/unit:B1/", 422)


@pytest.mark.requirement("TRN-S6", "TRN-17")
def test_who_could_have_performed_a_step_is_told_with_the_entries_that_show_it(school: School) -> None:
    """Leavers are among them; who was qualified only afterwards is not."""
    late = school.newcomer("school-afterwards")
    asked_for = school.now
    school.site.do("people.record_leaving", "maker-school-admin", person="person:school-leaver")
    school.certified(late)
    digest = school.site.service.programmes.all()[0].digest[:12]
    query = {"what": f"step/{digest}/expand", "place": str(MAKER), "at": str(asked_for)}
    page = school.browser("school-trainer").get("/training/who-could/", query).content.decode()
    could, _, could_not = words(page).partition("Who could not, and why")
    assert "school-leaver" in could and "school-operator-1" in could
    assert late in could_not and "not qualified" in could_not
    assert re.search(r'href="/entries/\d+/">qualification, entry', page)
    later = words(school.browser("school-trainer").get("/training/who-could/", query | {"at": ""}).content.decode())
    assert late in later.partition("Who could not, and why")[0]
    assert "Choose a step" in school.get("school-trainer", "/training/who-could/")


def test_the_length_of_the_record_at_an_instant_is_found_by_halving(school: School) -> None:
    assert past.length_at(school.now.plus(days=1)) == reader().head().size
    assert past.length_at(Instant("2020-01-01T00:00:00.000000Z")) == 0
