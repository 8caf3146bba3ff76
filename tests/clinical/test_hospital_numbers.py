"""One hospital number, one patient: when two enrol in the same moment, when it is corrected, when it is free again."""

import hashlib
import threading
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import psycopg
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.support.clinic import COORDINATOR, Clinic, text
from tests.support.installation import fresh_ledger_id
from tests.support.paper import Refusal

from coign import catalogue
from coign.clinical.actions.enrol import CORRECT_IDENTITY, CorrectIdentity
from coign.clinical.views import NUMBER, PATIENT
from coign.database import Database
from coign.kernel.errors import CoignError, Refused
from coign.kernel.subjects import HospitalNumber, Organisation, Patient, Person, parse_subject
from coign.kernel.values import Actor, Identifying
from coign.ledger.entries import Entry
from coign.perform import Done, Door, Request
from coign.perform.assemble import Place, door
from coign.service import SETUP, Service, Settings, prepare
from coign.vault import Vault

HOSPITAL, ELSEWHERE = Organisation.of("hospital"), Organisation.of("elsewhere")
ANN, BEN = (Actor(Person.of(name), "coordinator", HOSPITAL) for name in ("ann", "ben"))
_keys = count()
EVE = Actor(Person.of("eve"), "coordinator", ELSEWHERE)


# Through the real door


@pytest.fixture(scope="module")
def service(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Two centres with coordinators, on a ledger and in a home of their own."""
    prepare(database)
    place = Settings(home=tmp_path_factory.mktemp("numbers"), demonstration=False)
    with Service.on(database, place, ledger_id=fresh_ledger_id(), background=False, records=False) as opened:
        for organisation in (HOSPITAL, ELSEWHERE):
            registered = {"organisation": organisation, "name": "X", "category": "treatment_centre", "country": "DE"}
            _do(opened.door, SETUP, "people.register_organisation", f"{organisation}", registered)
        for who in (ANN, BEN, EVE):
            named = {"person": who.person, "organisation": who.organisation}
            _do(opened.door, SETUP, "people.register_person", f"{who.person}", {**named, "name": "Ann Example"})
            _do(opened.door, SETUP, "people.grant_role", f"{who.person}-role", {**named, "role": "coordinator"})
        yield opened


def _do(at: Door, who: Actor, action: str, nonce: str, command: Mapping[str, Any]) -> Done:
    return at.perform(Request(action, who, nonce, command))


def enrolment(number: str, name: str = "Silva") -> dict[str, str]:
    return {"family_name": name, "given_name": "Maria", "birth_date": "1961-04-02", "hospital_number": number}


def enrol(service: Service, number: str, who: Actor = ANN) -> Patient:
    done = _do(service.door, who, "clinical.enrol", f"enrol-{next(_keys)}", enrolment(number))
    return Patient(next(s for s in done.entries[0].subjects if s.startswith("patient:")))


def correct(service: Service, patient: Patient, nonce: str, who: Actor = ANN, **fields: str) -> Done:
    return _do(service.door, who, "clinical.correct_identity", nonce, {"patient": patient, **fields})


class BothHaveLooked:
    """The real look-up; nobody goes on before everybody has looked, as when two press the button together."""

    def __init__(self, service: Service, people: int) -> None:
        self._look, self._barrier = service.identities, threading.Barrier(people, timeout=30)

    def __call__(self, command: Any, actor: Actor) -> Mapping[str, Any]:
        found = self._look(command, actor)
        self._barrier.wait()
        return found


def together(service: Service, *asked: Request) -> list[Done | CoignError]:
    """Each request by a thread and a door of its own, as two processes would."""
    answers: list[Done | CoignError] = []
    resolver = BothHaveLooked(service, len(asked))

    def ask(request: Request) -> None:
        place = Place(service.database.application_dsn, service.ledger_id, service.origin)
        own = door(
            place,
            clock=service.clock,
            sealer=service.vault.sealer,
            digest_key=service.vault.digest_key,
            demonstration=False,
            resolvers={"identity_lookup": resolver},
        )
        try:
            answers.append(own.perform(request))
        except CoignError as error:
            answers.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=ask, args=(request,)) for request in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def refused_by(answer: Done | CoignError) -> list[str]:
    assert isinstance(answer, Refused), answer
    return [g.gate for g in answer.gates]


@pytest.mark.requirement("TRC-10", "TRC-24")
def test_of_two_who_enrol_one_number_in_the_same_moment_one_is_refused_and_told_whose_it_is(service: Service) -> None:
    asked = [Request("clinical.enrol", who, "race", enrolment("R-1", name)) for who, name in ((ANN, "A"), (BEN, "B"))]
    done, refused = sorted(together(service, *asked), key=lambda a: isinstance(a, CoignError))
    assert isinstance(done, Done) and refused_by(refused) == ["clinical.not_enrolled_twice"]
    patient = next(s for s in done.entries[0].subjects if s.startswith("patient:"))
    assert patient.partition(":")[2] in str(refused)


def test_a_correction_and_an_enrolment_to_one_number_in_the_same_moment_do_not_both_pass(service: Service) -> None:
    wrong = enrol(service, "R-2-WRONG")
    asked = (
        Request("clinical.enrol", BEN, "race-2", enrolment("R-2")),
        Request("clinical.correct_identity", ANN, "race-2", {"patient": wrong, "hospital_number": "R-2"}),
    )
    _, refused = sorted(together(service, *asked), key=lambda a: isinstance(a, CoignError))
    assert refused_by(refused) == ["clinical.not_enrolled_twice"]


def test_one_bulk_does_not_enrol_one_number_twice(service: Service) -> None:
    asked = [Request("clinical.enrol", ANN, f"bulk-{n}", enrolment("R-3", name)) for n, name in enumerate("AB")]
    with pytest.raises(Refused):
        service.door.perform_all(asked)
    enrol(service, "R-3")  # nothing of the bulk is there


@pytest.mark.requirement("TRC-25")
def test_a_number_that_was_corrected_away_is_free_again_until_somebody_has_it(service: Service) -> None:
    first = enrol(service, "R-4")
    correct(service, first, "away", hospital_number="R-4-RIGHT")
    second = enrol(service, "R-4", BEN)
    with pytest.raises(Refused) as no:
        correct(service, first, "back", hospital_number="R-4")
    assert second.identifier in no.value.message
    correct(service, first, "again", hospital_number="R-4-RIGHT")  # their own number is no obstacle to them
    correct(service, second, "away-2", BEN, hospital_number="R-4-OTHER")
    correct(service, first, "back-2", hospital_number="R-4")


def test_two_centres_may_use_the_same_number_and_share_no_mark(service: Service) -> None:
    here, there = enrol(service, "R-5"), enrol(service, "R-5", EVE)
    marks = {service.states.of(PATIENT, patient).number for patient in (here, there)}
    assert len(marks) == 2 and None not in marks


def test_the_centre_may_see_the_entries_that_give_it_a_number_and_nobody_else_may(service: Service) -> None:
    patient = enrol(service, "R-6")
    correct(service, patient, "see", hospital_number="R-6-RIGHT")
    for entry in entries_about(service, patient):
        for subject in (parse_subject(told["subject"]) for told in entry.plain["about"]):
            assert service.states.of(catalogue.PARTIES, subject).organisations == (HOSPITAL,)


@pytest.mark.requirement("CSV-43")
def test_the_record_holds_neither_a_number_nor_a_hash_that_can_be_tried(service: Service) -> None:
    patient, number = enrol(service, "R-7-0042"), "R-7-0042"
    marked = service.states.of(PATIENT, patient).number
    assert marked is not None
    bodies = b"".join(entry.body for entry in entries_about(service, patient))
    assert number.encode() not in bodies and marked.encode() in bodies
    tried = [number, f"{service.ledger_id}{number}", f"number/{HOSPITAL}{number}"]
    assert not any(hashlib.sha256(t.encode()).hexdigest()[: len(marked.identifier)] == marked.identifier for t in tried)
    other_key = Vault(b"\x01" * 32, service.ledger_id)
    assert other_key.mark(f"number/{HOSPITAL}", number) != marked.identifier
    assert service.vault.vault.mark(f"number/{HOSPITAL}", number) == marked.identifier


def entries_about(service: Service, patient: Patient) -> list[Entry]:
    with psycopg.connect(service.database.reader_dsn) as connection:
        rows = connection.execute(
            "select e.position, e.body from entry_subject s join entry e using (ledger_id, position) "
            "where s.ledger_id = %s and s.subject = %s and s.seq is not null order by position",
            (service.ledger_id, str(patient)),
        ).fetchall()
    assert rows
    return [Entry(position, bytes(body)) for position, body in rows]


# Any order, on paper


NUMBERS = [HospitalNumber.of(f"n{n}") for n in range(3)]


class Numbers(RuleBasedStateMachine):
    """Patients get, correct and give back numbers; the look-up before the lock never notices anything."""

    @initialize()
    def nobody(self) -> None:
        self.clinic, self.bears = Clinic(qualified=False), dict[Patient, HospitalNumber]()

    @rule(number=st.sampled_from(NUMBERS))
    def enrol(self, number: HospitalNumber) -> None:
        taken = number in self.bears.values()
        try:
            patient = self.clinic.enrol(f"p{len(self.clinic.history)}", number)
        except Refusal:
            assert taken
        else:
            assert not taken
            self.bears[patient] = number

    @rule(data=st.data(), number=st.sampled_from([*NUMBERS, None]))
    def correct(self, data: st.DataObject, number: HospitalNumber | None) -> None:
        if not self.bears:
            return
        patient = data.draw(st.sampled_from(sorted(self.bears)))
        command = CorrectIdentity(patient=patient, family_name=text(Identifying), number=number)
        taken = any(n == number for p, n in self.bears.items() if p != patient)
        try:
            self.clinic.do(CORRECT_IDENTITY, command, COORDINATOR)
        except Refusal:
            assert taken
        else:
            assert not taken
            self.bears[patient] = number or self.bears[patient]

    @invariant()
    def a_number_knows_its_bearer_and_a_bearer_their_number(self) -> None:
        for number in NUMBERS:
            bearers = [p for p, n in self.bears.items() if n == number]
            assert [b for b in (self.clinic.state(NUMBER, number).bearer,) if b] == bearers
        for patient, number in self.bears.items():
            assert self.clinic.state(PATIENT, patient).number == number


TestNumbers = Numbers.TestCase
TestNumbers.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
