"""The pages of a therapy: who sees whom, what waits, what a scan opens, and that nothing typed is lost."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.web.site import HOSPITAL, Site

from coign.gateways.labels import Symbol, SymbolKind, symbol_text
from coign.kernel.subjects import Organisation

if TYPE_CHECKING:
    from tests.web.client import Client
else:
    Client = object

MARIA = {"family_name": "Silva", "given_name": "Maria", "birth_date": "1971-02-14"}


class Clinic:
    """The site with a coordinator at the hospital, and one browser for each person: nobody sits at two stations."""

    def __init__(self, site: Site) -> None:
        self.site, self.people = site, site.people
        self._browsers: dict[str, Client] = {}

    def browser(self, name: str) -> Client:
        """This person's browser."""
        if name not in self._browsers:
            self._browsers[name] = self.site.browser(name)
            # Tests of other files may have left this person signed in at another station.
            self._browsers[name].post("/session/elsewhere/", {"choice": "here"})
        return self._browsers[name]


@pytest.fixture(scope="module")
def clinic(site: Site) -> Clinic:
    """The hospital at work."""
    if "hospital-coordinator" not in site.people:
        site.add_person("hospital-coordinator", HOSPITAL, "coordinator")
    return Clinic(site)


@pytest.fixture
def coordinator(clinic: Clinic, fresh: Callable[[str], str]) -> str:
    """Who coordinates a house in which nothing waits yet: a first page shows the oldest dozen, and others enrol too."""
    house = Organisation(fresh("organisation"))
    clinic.site.do("people.register_organisation", "setup", organisation=house, name="Quiet House",
                   category="treatment_centre", country="DE")  # fmt: skip
    clinic.site.add_person(f"{house.identifier}-coordinator", house, "coordinator")
    return f"{house.identifier}-coordinator"


def enrolled(clinic: Clinic, number: str, by: str = "hospital-coordinator", **different: str) -> str:
    """A patient of this coordinator's house; gives the subject."""
    done = clinic.site.do("clinical.enrol", by, hospital_number=number, **(MARIA | different))
    assert clinic.site.service.projector is not None
    assert clinic.site.service.projector.wait_for(done.position)
    return next(s for s in done.entries[0].subjects if s.startswith("patient:"))


def wristband(patient: str) -> str:
    """What a scanner reads off it."""
    return symbol_text(Symbol(SymbolKind.WRISTBAND, patient.partition(":")[2], 1))


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def test_what_waits_stands_on_the_first_page_with_two_identifiers(clinic: Clinic, coordinator: str) -> None:
    enrolled(clinic, "NH-100001", coordinator)
    page = text_of(clinic.browser(coordinator).get("/"))
    assert "Record consent" in page
    for part in ("M.S.", "NH-100001", "14 FEB 1971"):
        assert part in page


@pytest.mark.requirement("TRC-24")
def test_two_patients_who_could_be_mixed_up_are_named_on_the_list_of_work(clinic: Clinic, coordinator: str) -> None:
    enrolled(clinic, "NH-100002", coordinator)
    enrolled(clinic, "NH-100003", coordinator, birth_date="1977-02-14")
    page = text_of(clinic.browser(coordinator).get("/"))
    assert "Could be mixed up with" in page
    assert "Read both numbers aloud" in page


@pytest.mark.requirement("TRC-26")
def test_another_organisation_sees_neither_the_patient_nor_that_there_is_one(clinic: Clinic) -> None:
    patient = enrolled(clinic, "NH-100004")
    maker = clinic.browser("maker-qp")
    listed, opened = maker.get("/journeys/"), maker.get(f"/journeys/{patient}/")
    assert patient not in text_of(listed)
    assert "NH-100004" not in text_of(listed)
    assert opened.status_code == 404
    assert patient not in text_of(opened).replace(f"/journeys/{patient}/", "")


@pytest.mark.requirement("TRC-26")
def test_somebody_of_the_centre_who_does_not_meet_patients_sees_no_identity(clinic: Clinic) -> None:
    patient = enrolled(clinic, "NH-100005")
    page = text_of(clinic.browser("hospital-qa").get(f"/journeys/{patient}/"))
    assert "NH-100005" not in page
    assert "M.S." not in page


def test_a_scanned_wristband_opens_its_therapy(clinic: Clinic) -> None:
    patient = enrolled(clinic, "NH-100006")
    answer = clinic.browser("hospital-nurse").post("/scan/", {"scan": wristband(patient)})
    assert answer.status_code == 302
    assert answer["Location"] == f"/journeys/{patient}/?thing={patient}"


@pytest.mark.parametrize("scan", ["", "4006381333931", "COIGN1|P|NOBODY|1|X", "<script>", "COIGN1|U|NONE|1"])
def test_what_is_no_symbol_is_said_on_the_page_and_is_no_error(clinic: Clinic, scan: str) -> None:
    browser = clinic.browser("hospital-nurse")
    answer = browser.post("/scan/", {"scan": scan}, follow=True)
    assert answer.status_code == 200
    assert "is not understood" in text_of(answer)
    assert "<script>”" not in text_of(answer)


@pytest.mark.requirement("CSV-04")
def test_a_wristband_of_another_organisations_patient_tells_nothing(clinic: Clinic) -> None:
    patient = enrolled(clinic, "NH-100007")
    page = text_of(clinic.browser("maker-operator").post("/scan/", {"scan": wristband(patient)}, follow=True))
    unknown = symbol_text(Symbol(SymbolKind.WRISTBAND, "NEVER-SEEN", 1))
    other = text_of(clinic.browser("maker-operator").post("/scan/", {"scan": unknown}, follow=True))
    said = "Nothing here belongs to it that you may see"
    assert said in page
    assert said in other


def test_a_form_shows_what_is_known_and_never_asks_for_it(clinic: Clinic) -> None:
    patient = enrolled(clinic, "NH-100008")
    page = text_of(clinic.browser("hospital-coordinator").get(f"/journeys/{patient}/do/consent/"))
    assert 'name="patient"' not in page
    assert 'name="programme"' not in page
    assert 'name="form_version"' in page


def test_what_was_typed_and_chosen_is_still_there_after_a_mistake(clinic: Clinic) -> None:
    patient = enrolled(clinic, "NH-100009")
    browser = clinic.browser("hospital-coordinator")
    answer = browser.post(
        f"/journeys/{patient}/do/consent/", {"purpose": "treatment", "form_version": "7.4-draft", "go": "yes"}
    )
    assert answer.status_code == 422
    assert 'value="7.4-draft"' in text_of(answer)
    assert "Still missing: Signed form" in text_of(answer)


def test_an_act_of_somebody_else_says_whose_it_is(clinic: Clinic) -> None:
    patient = enrolled(clinic, "NH-100010")
    answer = clinic.browser("hospital-nurse").get(f"/journeys/{patient}/do/consent/")
    assert answer.status_code == 403
    assert "This is done by: coordinator or physician" in text_of(answer)


def test_an_act_that_is_not_in_the_therapy_is_not_found(clinic: Clinic) -> None:
    patient = enrolled(clinic, "NH-100011")
    assert clinic.browser("hospital-nurse").get(f"/journeys/{patient}/do/no-such-step/").status_code == 404


def test_nobody_but_an_account_of_the_demonstration_can_be_continued_as(clinic: Clinic) -> None:
    if "real-person" not in clinic.people:
        clinic.site.add_person("real-person", HOSPITAL, "nurse", demonstration=False)
    answer = clinic.browser("hospital-nurse").post("/demonstration/continue/", {"as": "real-person"})
    assert answer.status_code == 404


@pytest.mark.parametrize("hours", ["-1", "0", "nan", "later", "99999"])
def test_the_simulated_clock_moves_forward_by_a_sensible_number_of_hours_only(clinic: Clinic, hours: str) -> None:
    assert clinic.browser("hospital-nurse").post("/demonstration/advance/", {"hours": hours}).status_code == 422


def test_a_list_makes_as_many_queries_for_many_therapies_as_for_one(clinic: Clinic) -> None:
    from coign.web.pages.journey import list_context
    from coign.web.reading import reader

    pools = (reader()._pool, clinic.site.service.vault.pool)

    def looked() -> tuple[int, int]:
        # The fewest of three: others ask the same pools now and then.
        return min(once() for _ in range(3))

    def once() -> tuple[int, int]:
        before = sum(pool.get_stats().get("requests_num", 0) for pool in pools)
        rows = len(list_context(clinic.people["hospital-coordinator"])["rows"])
        return rows, sum(pool.get_stats().get("requests_num", 0) for pool in pools) - before

    enrolled(clinic, "NH-200000", family_name="Other")
    rows, queries = looked()
    assert queries > 0
    for n in range(3):
        enrolled(clinic, f"NH-20001{n}", family_name=f"Another{n}")
    assert looked() == (rows + 3, queries)
