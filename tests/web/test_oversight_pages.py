"""What authorities allow, on pages: an assessor's desk, what is stopped, who is called, what stays hidden."""

import re
from collections.abc import Iterator
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.served import enrolled, served, signed_in
from tests.web.site import Site

from coign.database import Database
from coign.demo import oversight, people, player, scene
from coign.demo.seed import Seeding
from coign.kernel.errors import Refused
from coign.kernel.subjects import Chain
from coign.manufacturing.views import BATCH, SLOT
from coign.perform import Request
from coign.perform.request import Source
from coign.programmes.reading import read
from coign.regulatory.state import APPLICATION
from coign.regulatory.views import AUTHORISATION
from coign.service import Service, therapies
from coign.training.courses.model import Library

if TYPE_CHECKING:
    from tests.web.client import Client
else:
    Client = object

pytestmark = pytest.mark.story  # the last test stops what the others look at

#: As the released programme, with a limit that more cells keep.
WIDER = read(
    files("coign.programmes").joinpath("autologous-car-t.yaml").read_text()
    .replace('unit: "%", low: 70, source: "chosen', 'unit: "%", low: 60, source: "chosen', 1).encode()
)  # fmt: skip
EU, US = (row[1] for row in oversight.AUTHORISATIONS)


class Oversight:
    """A demonstration at its end, and one therapy whose patient is conditioned."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._browsers: dict[str, Client] = {}
        root = enrolled(service, "NH-770001")
        list(player.play(service, root, "conditioning"))
        self.root = scene.find(service, root).journey.root
        oversight.furnish(Seeding(service, 7))

    def page(self, who: str, address: str = "/") -> Any:
        if who not in self._browsers:
            self._browsers[who] = signed_in(who)
        return self._browsers[who].get(address)

    def words(self, who: str, address: str = "/") -> str:
        page = self.page(who, address)
        assert page.status_code == 200, page.content.decode()[-2000:]
        body = page.content.decode().partition("<body")[2]
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).replace("\u00a0", " ")

    def authorisation(self, number: str) -> str:
        every = self.service.states.all(AUTHORISATION)
        return next(s.identifier for s, state in every if state.says and state.says.number == number)

    def application(self, title: str) -> str:
        every = self.service.states.all(APPLICATION)
        return next(s.identifier for s, state in every if state.title == title)

    def act(self, who: str, action: str, *, nonce: str = "", **command: Any) -> None:
        account = people.account(who)
        assert account is not None
        player.settled(
            self.service, player.perform_as(self.service, account.actor, action, command, f"{who}/{action}/{nonce}")
        )


@pytest.fixture(scope="module")
def told(site: Site, database: Database, home: Path) -> Iterator[Oversight]:
    """One world for all tests of this file."""
    programmes, courses = therapies.released()
    library = Library((WIDER, *programmes.all()), courses)  # the released one is put in force last
    with served(database, home, library) as service:
        yield Oversight(service)


@pytest.mark.requirement("REG-02", "REG-14")
def test_the_assessor_finds_what_to_decide_and_what_to_judge(told: Oversight) -> None:
    desk = told.words("authority-1")
    assert "2 things wait for you" in desk
    assert "Decide on the application" in desk and oversight.SECOND_SUITE in desk
    assert "Training of the second treatment centre" in desk and "Judge it" in desk
    assert "Exemplucel: suspended" in desk and "new orders, collection, administration" in desk
    assert "With the other side" in desk, "what the holder owes is watched"


@pytest.mark.requirement("REG-02")
def test_regulatory_affairs_finds_what_to_answer_and_what_to_fulfil(told: Oversight) -> None:
    desk = told.words("regulatory-1")
    assert "Why does the copy number of lot V-2207" in desk and "Answer" in desk
    assert "Stability of the frozen product" in desk and "Report it" in desk
    assert US in desk and EU in desk


@pytest.mark.requirement("CSV-04")
def test_an_authority_sees_its_own_jurisdiction_and_no_patient(told: Oversight) -> None:
    desk = told.words("authority-1", "/oversight/")
    assert EU in desk and US not in desk
    assert told.page("authority-1", f"/authorisations/{told.authorisation(US)}/").status_code == 404
    assert told.page("authority-1", f"/journeys/{told.root}/").status_code == 404
    assert told.page("physician-1", f"/applications/{told.application(oversight.FIRST_USE)}/").status_code == 404


def test_one_authorisation_says_whom_it_names_and_what_is_owed(told: Oversight) -> None:
    page = told.words("qp-1", f"/authorisations/{told.authorisation(EU)}/")
    assert "qp-1" in page and "Nordhaven University Hospital" in page and "phase 2, trial" in page
    assert "Yearly safety report of the trial" in page
    assert "Decisions about it are entered by Example Medicines Authority" in page
    assert "Suspend it" in told.words("authority-1", f"/authorisations/{told.authorisation(EU)}/")


def test_one_application_shows_questions_answers_and_hashes(told: Oversight) -> None:
    page = told.words("authority-1", f"/applications/{told.application(oversight.SECOND_SUITE)}/")
    assert "How do runs in the second suite compare" in page and "Three runs at the second suite agree" in page
    assert "A decision is due by" in page and "Decide on it" in page
    waiting = told.words("regulatory-1", f"/applications/{told.application(oversight.FIRST_USE)}/")
    assert "the applicant's clock runs" in waiting and "Answer" in waiting


def test_a_form_says_what_is_asked_and_owed_and_not_only_its_number(told: Oversight) -> None:
    authorisation = f"authorisation=authorisation:{told.authorisation(EU)}"
    condition = told.words("authority-1", f"/actions/regulatory.judge_fulfilment/?{authorisation}&condition=2")
    assert "2 · Training of the second treatment centre" in condition
    application = f"application=application:{told.application(oversight.FIRST_USE)}"
    question = told.words("regulatory-1", f"/actions/regulatory.answer_question/?{application}&number=1")
    assert "1 · Why does the copy number of lot V-2207" in question
    strange = told.words("physician-1", f"/actions/regulatory.answer_question/?{application}&number=1")
    assert "V-2207" not in strange
    stopped = f"authorisation=authorisation:{told.authorisation(oversight.SECOND_NUMBER)}"
    suspension = told.words("authority-1", f"/actions/regulatory.lift_suspension/?{stopped}&suspension=1")
    assert "1 · new orders, collection, administration" in suspension


@pytest.mark.requirement("REG-02")
def test_the_assessor_is_refused_a_decision_over_an_open_question(told: Oversight) -> None:
    assessor = people.account("authority-1")
    assert assessor is not None
    command = {
        "application": f"application:{told.application(oversight.FIRST_USE)}", "verdict": "approved", "why": "enough",
        "evidence": "ab" * 32,
    }  # fmt: skip
    asked = Request("regulatory.decide_application", assessor.actor, "why-not", command, source=Source.INSIDE)
    unmet = [a.message for a in told.service.door.check(asked) if not a.holds]
    assert unmet == ["question 1 is not answered"]


@pytest.mark.requirement("REG-S5", "REG-02", "PAT-28")
def test_when_administration_is_stopped_conditioned_patients_are_listed_to_be_called(told: Oversight) -> None:
    chain = told.root.partition(":")[2]
    assert chain not in told.words("physician-1").partition("Stopped now")[2]
    told.act(
        "authority-1", "regulatory.suspend", authorisation=f"authorisation:{told.authorisation(EU)}",
        scope=["manufacture", "administration"], decider="quality_unit", why="Two late infections.", evidence="ab" * 32,
    )  # fmt: skip

    for who in ("physician-1", "qa-1", "coordinator-1"):
        page = told.words(who)
        assert "1 patient was conditioned and waits" in page and chain in page and "Record what was decided" in page
    assert "1 patient was conditioned and waits" in told.words("authority-1")
    assert chain not in told.page("authority-1").content.decode()

    told.act(
        "qa-1", "regulatory.decide_administration", chain=told.root, decider="quality_unit", may_be_given=True,
        evidence="ab" * 32,
    )  # fmt: skip


@pytest.mark.requirement("REG-S5")
def test_a_batch_that_was_caught_is_found_and_taken_off_the_hold_by_quality(told: Oversight) -> None:
    root = enrolled(told.service, "NH-770002")
    authorisation = f"authorisation:{told.authorisation(EU)}"
    told.act("authority-1", "regulatory.lift_suspension", authorisation=authorisation, suspension=1, evidence="ab" * 32)
    list(player.play(told.service, root, "start-batch"))
    root = scene.find(told.service, root).journey.root
    batch = told.service.states.of(SLOT, Chain(root)).batch
    assert batch is not None
    stop = {"scope": ["manufacture"], "decider": "nobody", "why": "A room.", "evidence": "ab" * 32}
    told.act("authority-1", "regulatory.suspend", authorisation=authorisation, nonce="second", **stop)

    assert batch.identifier in told.words("operator-1").partition("Batches that wait for the quality unit")[2]
    assert "Take it off the hold" not in told.words("qa-1")
    told.act(
        "authority-1", "regulatory.lift_suspension", authorisation=authorisation, suspension=2, evidence="ab" * 32,
        nonce="second",
    )  # fmt: skip
    assert "Take it off the hold" in told.words("qa-1")
    told.act("qa-1", "manufacturing.resume_batch", batch=batch, why="The room was clean when this batch was in it.")
    assert "Batches that wait for the quality unit" not in told.words("qa-1")


@pytest.mark.requirement("GMP-S6", "GMP-06", "GMP-27")
def test_the_record_of_changes_shows_who_tried_to_widen_a_limit_and_which_batches_stay_as_they_began(
    told: Oversight,
) -> None:
    address = "/programmes/autologous-car-t/changes/"
    batch = next(b for b, s in told.service.states.all(BATCH) if not s.containers)
    assert address in told.page("inspector-1").content.decode()
    (released,) = therapies.released()[0].all()
    this = {"programme": str(released.programme)}
    told.act("regulatory-1", "regulatory.propose_programme", **this, version=WIDER.digest, nonce="wider")
    attempt = told.words("inspector-1", address)
    assert "≥ 70 % → ≥ 60 %" in attempt and "Stays on its version" not in attempt

    qa, approve = people.account("qa-1"), {**this, "version": WIDER.digest}
    assert qa is not None
    too_late = Request("regulatory.approve_programme", qa.actor, "too-late", approve, source=Source.INSIDE)
    signed = player.signed(told.service, too_late)
    told.act("qp-1", "regulatory.approve_programme", **approve, nonce="wider")
    with pytest.raises(Refused):
        told.service.door.perform(signed)
    for who in ("inspector-1", "qa-1"):
        page = told.words(who, address)
        assert "regulatory.version_is_proposed" in page and "Refused" in page
        assert "Stays on its version" in page and (batch.identifier in page) == (who == "qa-1")
    assert told.page("qa-1", "/programmes/nothing/changes/").status_code == 404
