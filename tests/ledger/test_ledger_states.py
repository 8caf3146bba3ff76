"""States: bounded however long the history, equal to what the entries say, and disposable."""

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.installation import HOSPITAL, MAKER, TestInstallation

from coign.custody.events import CustodyBegan, HandedOver, HandOverMismatched, MismatchResolved, Offered, OfferWithdrawn
from coign.kernel.errors import Refused
from coign.kernel.facts import Fact, about
from coign.kernel.subjects import Organisation, Person, Site, Unit, parse_subject
from coign.kernel.values import Actor, FreeText, Instant
from coign.ledger.known import StaleStates
from coign.ledger.refolding import Damage, Within, check_subjects
from coign.ledger.sharing import Here, Record
from coign.ledger.shutting import snapshot
from coign.ledger.states import STATE_BYTES_MAX, Folding, StampFor, States
from coign.ledger.store import Store, history
from coign.perform.assemble import folding
from coign.service.rebuilding import rebuild

UNIT, SITE = Unit("unit:B1"), Site("site:clinic")
ORGANISATIONS = [Organisation(f"organisation:o{n}") for n in range(5)]
PEOPLE = [Person(f"person:p{n}") for n in range(5)]


def _facts() -> st.SearchStrategy[Fact]:
    to, person = st.sampled_from(ORGANISATIONS), st.sampled_from(PEOPLE)
    seal, condition = st.text("ABC", max_size=3), st.just("intact")
    return st.one_of(
        st.builds(CustodyBegan, unit=st.just(UNIT), holder=to, person=person, site=st.just(SITE)),
        st.builds(Offered, unit=st.just(UNIT), giver=person, to=to, seal=seal, condition=condition),
        st.builds(OfferWithdrawn, unit=st.just(UNIT)),
        st.builds(HandedOver, unit=st.just(UNIT), giver=person, taker=person, to=to, seal=seal, condition=condition),
        st.builds(
            HandOverMismatched, unit=st.just(UNIT), giver=person, taker=person, offered_seal=seal, found_seal=seal,
            offered_condition=condition, found_condition=condition,
        ),
        st.builds(MismatchResolved, unit=st.just(UNIT), finding=st.just(FreeText(commitment="00" * 32))),
    )  # fmt: skip


def _folded(facts: list[Fact]) -> States:
    known, states = folding(), States()
    actor = Actor(PEOPLE[0], "celllab", ORGANISATIONS[0])
    for position, fact in enumerate(facts):
        known.apply(states, fact, StampFor(Instant.of_us(position), position, actor))
    return states


@given(st.lists(_facts(), max_size=30))
def test_a_state_survives_being_stored(facts):
    known = folding()
    for (subject, view), state in _folded(facts).items():
        assert subject in (s for f in facts for s in about(f))
        assert known.load(view, known.dump(state)) == state


@settings(max_examples=5)
@given(st.lists(_facts(), min_size=20, max_size=20))
def test_states_stay_bounded_through_ten_thousand_entries(facts):
    """Histories repeat, states do not grow: the same after 200 facts as after 10,000."""
    few, many = _folded(facts * 10), _folded(facts * 500)
    assert few.keys() == many.keys()
    assert max(len(Folding.dump(state)) for state in many.values()) <= STATE_BYTES_MAX


@pytest.fixture
def travelled(installation: TestInstallation) -> TestInstallation:
    """A unit that went to and fro, was mistaken once, and several that did not move."""
    lab, store = installation.people["hospital-celllab"], installation.people["maker-warehouse"]
    installation.take_in("B1")
    for giver, taker, to in ((lab, store, MAKER), (store, lab, HOSPITAL), (lab, store, MAKER)):
        installation.do("custody.offer", giver, unit="unit:B1", to=to, seal="S1")
        installation.do("custody.accept", taker, unit="unit:B1", seal="S1")
    installation.do("custody.offer", store, unit="unit:B1", to=HOSPITAL, seal="S1")
    installation.do("custody.accept", lab, unit="unit:B1", seal="S2")
    installation.fill(20)
    return installation


def _states(installation: TestInstallation) -> dict[tuple[str, str], tuple[int, bytes]]:
    with installation.connection() as connection:
        rows = connection.execute(
            "select subject, view, fold, body from state where ledger_id = %s", (installation.ledger_id,)
        )
        return {(subject, view): (fold, body) for subject, view, fold, body in rows}


def test_stored_states_equal_a_refold_of_their_entries(travelled):
    known, stored = folding(), _states(travelled)
    with travelled.connection() as connection:
        for (name, view), (_, body) in stored.items():
            subject = parse_subject(name)
            past = history(connection, travelled.ledger_id, subject)
            assert known.dump(known.refold(known.views[view], subject, past)) == body
    assert len({view for _, view in stored}) > 3


@pytest.mark.requirement("CSV-01")
def test_states_are_disposable(travelled):
    before = _states(travelled)
    with travelled.tampering() as owner:
        owner.execute("delete from state where ledger_id = %s", (travelled.ledger_id,))
        owner.execute("delete from subject_head where ledger_id = %s", (travelled.ledger_id,))
    rebuild(travelled.database.owner_dsn, travelled.ledger_id)
    assert _states(travelled) == before
    with travelled.connection() as connection, snapshot(connection):
        here = Here(connection, Record(travelled.ledger_id, 0, travelled.origin, (), folding()), lambda more: None)
        assert check_subjects(here, Within(), Damage()).problems == []


def _make_stale(installation: TestInstallation) -> None:
    """As after an update of the software that folds a view in another way."""
    with installation.connection() as connection:
        connection.execute(
            "update state set fold = 77, body = '{}' where ledger_id = %s and subject = 'unit:B1'",
            (installation.ledger_id,),
        )


def test_states_of_another_version_are_folded_anew_when_they_are_needed(travelled):
    before = _states(travelled)
    _make_stale(travelled)
    # The rules see the true state: the unit is blocked by its mismatch.
    with pytest.raises(Refused) as no:
        travelled.do("custody.offer", travelled.people["maker-warehouse"], unit="unit:B1", to=HOSPITAL, seal="S1")
    assert "custody.no_mismatch" in [gate.gate for gate in no.value.gates]
    after = _states(travelled)
    needed = {("unit:B1", view) for view in ("custody.holding", "custody.offer", "sight.parties")}
    assert {key: after[key] for key in needed} == {key: before[key] for key in needed}


def test_folding_anew_needs_no_lock_on_the_ledger(travelled):
    _make_stale(travelled)
    before = travelled.size()
    known = folding()
    store = Store(travelled.database.application_dsn, travelled.ledger_id, known)
    subject = parse_subject("unit:B1")
    with pytest.raises(StaleStates) as stale:
        store.begin().open((), [(subject, "custody.holding")])
    store.rollback()
    with psycopg.connect(travelled.database.application_dsn) as other:
        other.execute("select size from head where ledger_id = %s for update", (travelled.ledger_id,))
        store.refold(stale.value.rows)  # would wait for the other's lock for ever, if it took it
    store.close()
    assert _states(travelled)["unit:B1", "custody.holding"][0] == known.views["custody.holding"].version
    assert travelled.size() == before
