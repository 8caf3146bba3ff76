"""The one door: keys, refusals, sight, authority, bulk, several doors at once."""

import threading
from collections.abc import Iterator

import orjson
import psycopg
import pytest
from tests.support.installation import HOSPITAL, MAKER, TestInstallation

from coign.database import Database
from coign.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from coign.perform import Request


@pytest.fixture
def place(database: Database) -> Iterator[TestInstallation]:
    with TestInstallation(database) as installation:
        yield installation.set_up()


def entries(place: TestInstallation, where: str = "") -> list[dict[str, object]]:
    with psycopg.connect(place.database.reader_dsn) as connection:
        rows = connection.execute(
            f"select body from entry where ledger_id = %s {where} order by position", (place.ledger_id,)
        ).fetchall()
    return [orjson.loads(r[0]) for r in rows]


def offer(place: TestInstallation, unit: str = "unit:B1", **more: str) -> object:
    celllab = place.people["hospital-celllab"]
    return place.do("custody.offer", celllab, unit=unit, to=MAKER, **more)


def take_in(place: TestInstallation, unit: str = "unit:B1") -> None:
    place.do("custody.take_in", place.people["hospital-celllab"], unit=unit, site="site:lab")


def test_a_retry_under_the_same_key_gets_the_same_answer_and_enters_nothing(place: TestInstallation) -> None:
    celllab = place.people["hospital-celllab"]
    first = place.do("custody.take_in", celllab, nonce="K1", unit="unit:B1", site="site:lab")
    size = len(entries(place))
    again = place.do("custody.take_in", celllab, nonce="K1", unit="unit:B1", site="site:lab")
    assert again.replayed and again.entries == first.entries
    assert len(entries(place)) == size


def test_a_retried_refusal_gets_the_same_sentences(place: TestInstallation) -> None:
    take_in(place)
    warehouse = place.people["hospital-celllab"]
    answers = []
    for _ in range(2):
        with pytest.raises(Refused) as no:
            place.do("custody.accept", warehouse, nonce="K2", unit="unit:B1")
        answers.append((no.value.position, no.value.gates))
    assert answers[0] == answers[1]


def test_another_request_under_the_same_key_is_a_conflict(place: TestInstallation) -> None:
    celllab = place.people["hospital-celllab"]
    place.do("custody.take_in", celllab, nonce="K3", unit="unit:B1", site="site:lab")
    with pytest.raises(Conflict):
        place.do("custody.take_in", celllab, nonce="K3", unit="unit:B2", site="site:lab")


def test_the_same_key_of_another_person_is_another_request(place: TestInstallation) -> None:
    place.do("custody.take_in", place.people["hospital-celllab"], nonce="K4", unit="unit:B1", site="site:lab")
    done = place.do("custody.take_in", place.people["maker-warehouse"], nonce="K4", unit="unit:B2", site="site:store")
    assert not done.replayed


def test_a_refusal_names_every_unmet_gate_and_is_recorded_without_the_command(place: TestInstallation) -> None:
    take_in(place)
    offer(place, seal="S1")
    place.do("custody.accept", place.people["maker-warehouse"], unit="unit:B1", seal="S2")  # a mismatch: blocked
    with pytest.raises(Refused) as no:
        place.do("custody.accept", place.people["maker-warehouse"], unit="unit:B1", seal="SECRET-SEAL")
    assert [g.gate for g in no.value.gates] == ["custody.offer_is_open", "custody.no_mismatch"]
    assert all(g.message and g.remedy and g.protects and g.resolvers for g in no.value.gates)
    last = entries(place)[-1]
    assert last["position"] == no.value.position
    assert (last["outcome"], last["about"]) == ("refused", [])
    assert "unit:B1" in last["refs"]  # type: ignore[operator]
    assert "SECRET-SEAL" not in orjson.dumps(last).decode()


def test_repeats_of_a_refusal_within_a_minute_are_counted_not_entered(place: TestInstallation) -> None:
    take_in(place)
    size, positions = len(entries(place)), set()
    for i in range(4):
        with pytest.raises(Refused) as no:
            place.do("custody.accept", place.people["hospital-celllab"], nonce=f"again-{i}", unit="unit:B1")
        positions.add(no.value.position)
    assert len(entries(place)) == size + 1
    assert len(positions) == 1


@pytest.mark.requirement("CSV-04")
def test_what_an_organisation_is_no_party_to_does_not_exist_for_it(place: TestInstallation) -> None:
    take_in(place)
    size = len(entries(place))
    warehouse = place.people["maker-warehouse"]
    with pytest.raises(NotFound) as hidden:
        place.do("custody.offer", warehouse, unit="unit:B1", to=HOSPITAL)
    with pytest.raises(NotFound) as absent:
        place.do("custody.offer", warehouse, unit="unit:B9", to=HOSPITAL)
    assert hidden.value.message.replace("B1", "B9") == absent.value.message
    assert len(entries(place)) == size


@pytest.mark.requirement("CSV-08")
def test_a_role_taken_away_between_looking_and_acting_counts_at_commit(place: TestInstallation) -> None:
    take_in(place)
    celllab = place.people["hospital-celllab"]
    request = place.request("custody.offer", celllab, command={"unit": "unit:B1", "to": MAKER})
    assert all(g.holds for g in place.door.check(request))
    place.do(
        "people.revoke_role", place.people["admin-1"], person=celllab.person, role="celllab", organisation=HOSPITAL
    )
    with pytest.raises(Forbidden):
        place.door.perform(request)


def test_a_role_that_is_not_held_is_forbidden(place: TestInstallation) -> None:
    with pytest.raises(Forbidden):
        place.do("custody.take_in", place.people["admin-1"], unit="unit:B1", site="site:lab")


def test_bad_input_names_every_field_and_enters_nothing(place: TestInstallation) -> None:
    size = len(entries(place))
    with pytest.raises(Invalid) as no:
        place.do("custody.offer", place.people["hospital-celllab"], unit="unit:B1", to=MAKER, sael="S1", colour="red")
    assert [e.field for e in no.value.errors] == ["sael", "colour"]
    with pytest.raises(Invalid) as no:
        place.do("custody.offer", place.people["hospital-celllab"], unit="B1", to=MAKER)
    assert [e.field for e in no.value.errors] == ["unit"]
    assert len(entries(place)) == size


def bulk(place: TestInstallation, units: range) -> list[Request]:
    celllab = place.people["hospital-celllab"]
    return [
        place.request("custody.take_in", celllab, command={"unit": f"unit:U{i}", "site": "site:lab"}) for i in units
    ]


def test_a_bulk_is_entered_whole_in_one_commit(place: TestInstallation) -> None:
    done = place.door.perform_all(bulk(place, range(1000)))
    positions = [d.position for d in done]
    assert positions == list(range(positions[0], positions[0] + 1000))


def test_one_refused_command_stores_nothing_of_its_bulk_but_the_refusal(place: TestInstallation) -> None:
    take_in(place, "unit:U7")
    size = len(entries(place))
    with pytest.raises(Refused):
        place.door.perform_all(bulk(place, range(20)))
    left = entries(place)[size:]
    assert [e["outcome"] for e in left] == ["refused"]
    take_in(place, "unit:U3")  # nothing of the bulk is there


def test_a_command_refused_for_what_its_own_bulk_did_before_it_is_refused_and_entered(place: TestInstallation) -> None:
    size, twice = len(entries(place)), [*bulk(place, range(1)), *bulk(place, range(1))]
    with pytest.raises(Refused) as no:
        place.door.perform_all(twice)
    assert [g.gate for g in no.value.gates] == ["custody.unit_is_new"]
    assert [e["outcome"] for e in entries(place)[size:]] == ["refused"]
    take_in(place, "unit:U0")  # nothing of the bulk is there


def test_a_bulk_asked_for_each_by_itself_keeps_what_was_accepted(place: TestInstallation) -> None:
    take_in(place, "unit:U7")
    done = place.door.perform_all(bulk(place, range(20)), all_or_nothing=False)
    assert len(done) == 19


def test_two_doors_on_one_ledger_keep_one_order(place: TestInstallation) -> None:
    other = place.open_door()
    errors: list[Exception] = []

    def work(door: object, prefix: str) -> None:
        try:
            for i in range(30):
                request = place.request(
                    "custody.take_in",
                    place.people["hospital-celllab"],
                    f"{prefix}{i}",
                    {"unit": f"unit:{prefix}{i}", "site": "site:lab"},
                )
                door.perform(request)  # type: ignore[attr-defined]
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(d, p)) for d, p in ((place.door, "a"), (other, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert not errors
    all_entries = entries(place)
    assert [e["position"] for e in all_entries] == list(range(len(all_entries)))
    assert [e["time"] for e in all_entries] == sorted(str(e["time"]) for e in all_entries)
