"""One batch against the ledger: what is told of each command, and that a batch is entered whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import psycopg
import pytest
from tests.support.installation import MAKER, TestInstallation

from coign.custody.events import CustodyBegan
from coign.custody.views import HOLDING
from coign.database import Database
from coign.installation.events import THIS, LedgerResumed
from coign.kernel.actions import Action, Circumstances, Read
from coign.kernel.errors import Conflict, NotFound, Refused
from coign.kernel.subjects import Organisation, Unit
from coign.kernel.values import Instant
from coign.ledger.refolding import Damage, Within, check_subjects
from coign.ledger.sharing import Here, Record
from coign.ledger.shutting import snapshot
from coign.perform import Request
from coign.perform.assemble import folding
from coign_verify.intent import read_commitment


class Hands:
    """A clock whose hands a test moves; between two moves it stands still."""

    def __init__(self) -> None:
        self.us = Instant("2026-03-12T09:42:00.000000Z").us

    def now_us(self) -> int:
        return self.us

    def check_against(self, last_us: int) -> None:
        """Entries follow one another by a microsecond while the hands stand."""


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def place(database: Database, hands: Hands) -> Iterator[TestInstallation]:
    with TestInstallation(database, clock=hands) as installation:
        yield installation.set_up()


def entries(place: TestInstallation, start: int) -> list[dict[str, Any]]:
    with psycopg.connect(place.database.reader_dsn) as connection:
        rows = connection.execute(
            "select body from entry where ledger_id = %s and position >= %s order by position",
            (place.ledger_id, start),
        )
        return [orjson.loads(row[0]) for row in rows]


def asked(place: TestInstallation, action: str, **command: str) -> Request:
    return place.request(action, place.people["hospital-celllab"], command=command)


def taken_in(place: TestInstallation, unit: str) -> Request:
    return asked(place, "custody.take_in", unit=f"unit:{unit}", site="site:lab")


def offered(place: TestInstallation, unit: str) -> Request:
    return asked(place, "custody.offer", unit=f"unit:{unit}", to=MAKER, seal="S1")


def change(place: TestInstallation, action: str, **changes: Any) -> None:
    """Let the door have another version of an action."""
    door = place.door
    door.actions = {**door.actions, action: replace(door.actions[action], **changes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered(CustodyBegan, type="test.numbered.v1", about=("unit",), parties=("holder",)):
    """A unit whose number is given once, for ever."""

    number: str

    def claims(self) -> tuple[tuple[str, str], ...]:
        return (("test-number", self.number),)


def numbered(number: Callable[[Any], str]) -> Callable[[Any, Circumstances], Sequence[Numbered]]:
    def decide(asked: Any, known: Circumstances) -> Sequence[Numbered]:
        actor = known.actor
        return (
            Numbered(
                unit=asked.unit, holder=actor.organisation, person=actor.person, site=asked.site, number=number(asked)
            ),
        )

    return decide


def test_a_long_bulk_is_decided_on_what_its_own_beginning_did(place: TestInstallation) -> None:
    start = place.size()
    units = [f"L{n}" for n in range(300)]
    story = [taken_in(place, unit) for unit in units] + [offered(place, unit) for unit in units]
    done = place.door.perform_all(story)
    assert [d.position for d in done] == list(range(start, start + 600))
    written = entries(place, start)
    assert [e["about"] for e in written[300:303]] == [
        [{"subject": f"unit:L{n}", "seq": 2, "prev": start + n}] for n in range(3)
    ]
    assert sorted({e["time"] for e in written}) == [e["time"] for e in written]
    with place.connection() as connection, snapshot(connection):
        here = Here(connection, Record(place.ledger_id, 0, place.origin, (), folding()), lambda more: None)
        assert check_subjects(here, Within(), Damage()).problems == []


def test_a_refusal_at_the_end_of_a_long_bulk_leaves_nothing_of_its_beginning(place: TestInstallation) -> None:
    start = place.size()
    story = [taken_in(place, f"E{n}") for n in range(600)] + [taken_in(place, "E0")]
    with pytest.raises(Refused):
        place.door.perform_all(story)
    assert [e["outcome"] for e in entries(place, start)] == ["refused"]
    with pytest.raises(NotFound):
        place.door.perform(offered(place, "E0"))


def test_what_is_given_once_for_ever_is_given_to_the_first_of_a_batch(place: TestInstallation) -> None:
    start = place.size()
    change(place, "custody.take_in", decide=numbered(lambda asked: "N1"), emits=(Numbered,))
    done = place.door.perform_all([taken_in(place, "C1"), taken_in(place, "C2")], all_or_nothing=False)
    assert [d.entries[0].subjects for d in done] == [("unit:C1",)]
    assert [e["about"][0]["subject"] for e in entries(place, start)] == ["unit:C1"]
    with pytest.raises(Conflict, match="given once already"):
        place.door.perform(taken_in(place, "C3"))


def test_a_long_bulk_that_gives_something_twice_is_not_entered(place: TestInstallation) -> None:
    start = place.size()
    # The double one is met by the database while later commands of the same bulk are still on their way.
    change(
        place,
        "custody.take_in",
        decide=numbered(lambda asked: "N1" if asked.unit.identifier in ("D0", "D9") else asked.unit.identifier),
        emits=(Numbered,),
    )
    with pytest.raises(Conflict, match="given once already"):
        place.door.perform_all([taken_in(place, f"D{n}") for n in range(1000)])
    assert place.size() == start
    place.door.perform(taken_in(place, "D1"))  # and work goes on
    assert place.size() == start + 1


def test_repeats_of_a_refusal_are_entered_with_their_count_once_the_minute_is_over(
    place: TestInstallation, hands: Hands
) -> None:
    place.take_in("B1")
    start = place.size()

    def refused() -> int:
        with pytest.raises(Refused) as no:
            place.door.perform(asked(place, "custody.accept", unit="unit:B1"))
        assert no.value.position is not None
        return no.value.position

    assert [refused() for _ in range(3)] == [start] * 3
    hands.us += 61_000_000
    place.take_in("B2")
    first, counted, _ = entries(place, start)
    assert counted["outcome"] == "refused" and counted["unmet"] == first["unmet"]
    assert counted["intent"]["command"] == {"repeated": start, "repeats": 2}


def test_a_refusal_said_again_after_its_minute_does_not_lose_the_count_before_it(
    place: TestInstallation, hands: Hands
) -> None:
    place.take_in("B1")
    start = place.size()
    request = asked(place, "custody.accept", unit="unit:B1")
    for again in ("one", "two"):
        with pytest.raises(Refused):
            place.door.perform(replace(request, nonce=again))
    hands.us += 59_500_000
    place.take_in("B2")  # asks for repeats that have waited: none has yet
    hands.us += 600_000
    with pytest.raises(Refused):
        place.door.perform(replace(request, nonce="three"))
    first, _, counted, last = entries(place, start)
    assert counted["intent"]["command"] == {"repeated": start, "repeats": 1}
    assert last["unmet"] == first["unmet"] and "repeated" not in last["intent"]["command"]
    assert first["time"] < counted["time"] < last["time"]


@pytest.mark.requirement("CSV-01")
def test_damage_of_what_a_rule_looks_up_further_on_refuses_without_naming_it(place: TestInstallation) -> None:
    for unit in ("B1", "SECRET"):
        place.take_in(unit)
    record_damage(place, Unit("unit:SECRET"))
    change(place, "custody.offer", then_reads=(lambda asked, known: (Read(Unit("unit:SECRET"), HOLDING),),))
    request = offered(place, "B1")
    with pytest.raises(Refused) as no:
        place.door.perform(request)
    assert [gate.gate for gate in no.value.gates] == ["ledger.subject_is_whole"]
    assert "unit" in str(no.value) and "SECRET" not in str(no.value)
    assert [gate.gate for gate in place.door.check(request) if not gate.holds] == ["ledger.subject_is_whole"]


@pytest.mark.requirement("CSV-04")
def test_an_entry_tells_what_its_decision_read_and_names_none_that_its_readers_may_not_know(
    place: TestInstallation,
) -> None:
    for unit in ("R1", "SECRET"):
        place.take_in(unit)
    secret, maker = Unit("unit:SECRET"), Organisation(MAKER)
    change(
        place,
        "custody.offer",
        then_reads=(lambda asked, known: (Read(secret, HOLDING),), lambda asked, known: (Read(maker),)),
    )
    done = place.door.perform(offered(place, "R1"))
    with pytest.raises(Refused) as no:
        place.door.perform(offered(place, "R1"))
    assert no.value.position is not None
    for position, seq in ((done.position, 1), (no.value.position, 2)):
        (entry, *_) = entries(place, position)
        counts = {r.get("subject"): r["seq"] for r in entry["read"]}
        assert counts["unit:R1"] == seq and counts["person:hospital-celllab"] == 2 and counts[str(maker)] == 1
        (hidden,) = [r for r in entry["read"] if "subject" not in r]
        salt = bytes.fromhex(entry["salt"])
        assert hidden == {"seq": 1, "commitment": read_commitment(salt, secret).hex()}
        assert "SECRET" not in str(entry)


def record_damage(place: TestInstallation, unit: Unit) -> None:
    """As if two people had gone on from damage that was found about this unit."""
    change(
        place,
        "custody.take_in",
        decide=lambda asked, known: (LedgerResumed(ledger=THIS, damaged=(unit,)),),
        reads=lambda asked, actor: (Read(THIS), Read(unit)),
        gates=(),
        emits=(LedgerResumed,),
    )
    place.door.perform(taken_in(place, "MARK"))


def test_an_observed_act_is_entered_with_the_gates_that_did_not_hold_each_asked_once(place: TestInstallation) -> None:
    place.take_in("B1")
    place.door.perform(offered(place, "B1"))
    offer: Action[Any] = place.door.actions["custody.offer"]
    times_asked = {gate.id: 0 for gate in offer.gates}

    def counting(gate: Any) -> Any:
        def check(asked: Any, known: Circumstances) -> str | None:
            times_asked[gate.id] += 1
            answer: str | None = gate.check(asked, known)
            return answer

        return replace(gate, check=check)

    change(place, "custody.offer", observed=True, gates=tuple(counting(gate) for gate in offer.gates))
    done = place.door.perform(offered(place, "B1"))
    (entry,) = entries(place, done.position)
    assert (entry["outcome"], entry["unmet"]) == ("observed", ["custody.no_open_offer"])
    assert set(times_asked.values()) == {1}


def test_a_key_used_twice_in_one_bulk_is_answered_with_the_entry_of_the_first(place: TestInstallation) -> None:
    request = taken_in(place, "K1")
    first, second = place.door.perform_all([request, request])
    assert second.replayed and second.entries == first.entries
    with pytest.raises(Conflict):
        place.door.perform_all([replace(request, command={"unit": "unit:K2", "site": "site:lab"})])
