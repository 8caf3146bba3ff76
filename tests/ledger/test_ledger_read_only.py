"""A record that does not verify is read and not written, until it is repaired or two people go on.

What was found damaged stays blocked all the same.
"""

import time
from collections.abc import Callable

import pytest
from tests.support.installation import MAKER, TestInstallation

from coign.kernel.errors import Conflict, Refused, Unavailable
from coign.ledger.check import start, subjects_at
from coign.ledger.checkpoints import publish
from coign.ledger.log_keys import KeysHere
from coign.ledger.scrubber import Scrubber, health, scrub_chunk
from coign.ledger.shutting import MARK
from coign.ledger.verification import verify_database
from coign.perform.assemble import folding

NOW_US = 1_790_000_000_000_000


def _started(installation: TestInstallation) -> list[str]:
    """What a process says when it starts."""
    with installation.connection() as connection:
        return [str(problem) for problem in start(connection, installation.ledger_id)]


def _body(installation: TestInstallation, position: int) -> bytes:
    with installation.connection() as connection:
        row = connection.execute(
            "select body from entry where ledger_id = %s and position = %s", (installation.ledger_id, position)
        ).fetchone()
    assert row is not None
    return bytes(row[0])


def _write(installation: TestInstallation, position: int, body: bytes) -> None:
    with installation.tampering("entry") as owner:
        owner.execute(
            "update entry set body = %s where ledger_id = %s and position = %s",
            (body, installation.ledger_id, position),
        )


def _damage(installation: TestInstallation, position: int) -> bytes:
    """Alters an entry; gives what stood there."""
    before = _body(installation, position)
    _write(installation, position, before.replace(b'"software":"coign', b'"software":"other'))
    return before


def _refused_with(installation: TestInstallation, unit: str) -> str:
    with pytest.raises(Unavailable) as no:
        installation.take_in(unit)
    return str(no.value)


@pytest.fixture
def damaged(installation: TestInstallation) -> tuple[TestInstallation, int, bytes]:
    """An installation in daily use whose entry about unit B1 was altered; its position, and what stood there."""
    position = installation.take_in("B1").position
    installation.take_in("B2")
    return installation, position, _damage(installation, position)


@pytest.mark.requirement("CSV-01")
def test_damage_shuts_the_ledger_and_reading_goes_on(damaged):
    installation, position, _ = damaged
    assert len(_started(installation)) == 1
    assert installation.read_only().startswith(MARK)
    size = installation.size()
    said = _refused_with(installation, "B3")
    assert f"entry {position} changed" in said
    # Reading: what the gates say now, and the entries themselves.
    request = installation.request(
        "custody.offer", installation.people["hospital-celllab"], command={"unit": "unit:B2", "to": MAKER, "seal": "S1"}
    )
    assert all(answer.holds for answer in installation.door.check(request))
    assert _body(installation, position + 1)
    assert installation.size() == size


@pytest.mark.requirement("CSV-01")
def test_a_shut_ledger_answers_what_it_had_recorded_before(damaged):
    installation, _, _ = damaged
    again = installation.request("custody.take_in", installation.people["hospital-celllab"], "key-1",
                                 {"unit": "unit:B9", "site": "site:clinic"})  # fmt: skip
    first = installation.door.perform(again)
    _started(installation)
    assert installation.door.perform(again).position == first.position


@pytest.mark.requirement("CSV-01")
def test_repaired_from_a_backup_it_opens_at_the_next_start(damaged):
    installation, position, before = damaged
    _started(installation)
    assert len(_started(installation)) == 1  # a restart alone repairs nothing
    assert installation.read_only()
    _write(installation, position, before)
    assert _started(installation) == []
    assert installation.read_only() == ""
    installation.take_in("B3")


@pytest.mark.requirement("CSV-01", "CSV-38")
def test_a_start_does_not_take_back_what_people_must_resolve(installation):
    with installation.connection() as connection:
        connection.execute(
            "update head set read_only = 'the clock jumped' where ledger_id = %s", (installation.ledger_id,)
        )
    assert _started(installation) == []
    assert installation.read_only() == "the clock jumped"


def _resume(installation: TestInstallation, *damaged: str) -> None:
    admins = installation.people
    installation.do(
        "installation.propose_resume",
        admins["admin-1"],
        finding="bytes of one entry were altered",
        damaged=list(damaged),
    )
    assert installation.read_only()
    with pytest.raises(Refused) as no:
        installation.do("installation.agree_to_resume", admins["admin-1"])
    assert [gate.gate for gate in no.value.gates] == ["installation.resumed_by_another"]
    installation.do("installation.agree_to_resume", admins["admin-2"])


@pytest.mark.requirement("CSV-01", "CSV-18")
def test_two_administrators_resume_and_what_is_damaged_stays_blocked(damaged):
    installation, position, _ = damaged
    _started(installation)
    with installation.connection() as connection:
        assert subjects_at(connection, installation.ledger_id, [position]) == ["unit:B1"]
    _resume(installation, "unit:B1")
    assert installation.read_only() == ""
    lab = installation.people["hospital-celllab"]
    installation.do("custody.offer", lab, unit="unit:B2", to=MAKER, seal="S1")
    with pytest.raises(Refused) as no:
        installation.do("custody.offer", lab, unit="unit:B1", to=MAKER, seal="S1")
    assert [gate.gate for gate in no.value.gates] == ["ledger.subject_is_whole"]
    assert no.value.gates[0].requirement == ("CSV-01",)
    request = installation.request("custody.offer", lab, command={"unit": "unit:B1", "to": MAKER, "seal": "S1"})
    answers = {answer.gate: answer.holds for answer in installation.door.check(request)}
    assert answers["ledger.subject_is_whole"] is False
    assert answers["custody.giver_holds_unit"] is True


@pytest.mark.requirement("CSV-01")
def test_what_was_resumed_from_shuts_nothing_again_but_new_damage_does(damaged):
    installation, position, _ = damaged
    _started(installation)
    _resume(installation, "unit:B1")
    assert _started(installation) == []
    assert installation.read_only() == ""
    with installation.connection() as connection:
        assert scrub_chunk(connection, installation.ledger_id).round_finished
    _damage(installation, position + 1)
    assert len(_started(installation)) == 1
    assert installation.read_only()


@pytest.mark.requirement("CSV-01")
def test_after_resuming_checkpoints_go_on_and_verify_still_names_the_damage(damaged, key):
    installation, position, _ = damaged
    _started(installation)
    _resume(installation, "unit:B1")
    with installation.connection() as connection:
        assert publish(connection, installation.ledger_id, KeysHere.of(key), NOW_US) is not None
        found = verify_database(connection, installation.ledger_id, log_keys=[key.verifier()], folding=folding())
    assert [(p.position, p.kind) for p in found.problems] == [(position, "changed")]


@pytest.mark.requirement("CSV-01")
def test_nobody_resumes_what_nobody_proposed(damaged):
    installation, _, _ = damaged
    _started(installation)
    with pytest.raises(Refused) as no:
        installation.do("installation.agree_to_resume", installation.people["admin-2"])
    assert [gate.gate for gate in no.value.gates] == ["installation.resume_is_proposed"]
    assert installation.read_only()


def test_a_key_used_before_the_ledger_was_shut_is_still_a_conflict_for_another_request(damaged):
    installation, _, _ = damaged
    lab = installation.people["hospital-celllab"]
    installation.do("custody.take_in", lab, nonce="k", unit="unit:K1", site="site:clinic")
    _started(installation)
    with pytest.raises(Conflict):
        installation.do("custody.take_in", lab, nonce="k", unit="unit:K2", site="site:clinic")


# The scrubber


def test_the_scrubber_walks_everything_and_remembers_how_far_it_came(installation):
    installation.fill(700 - installation.size())
    ledger = installation.ledger_id
    with installation.connection() as connection:
        steps = [scrub_chunk(connection, ledger, tiles=1) for _ in range(3)]
        assert [(step.start, step.end) for step in steps] == [(0, 256), (256, 512), (512, 700)]
        assert [step.round_finished for step in steps] == [False, False, True]
        shown = health(connection, ledger)
        assert (shown.size, shown.verified_to) == (700, 700)
        assert shown.verified_at is not None
        assert scrub_chunk(connection, ledger, tiles=1).start == 0


@pytest.mark.requirement("CSV-01")
@pytest.mark.parametrize("tile_too", [False, True])
def test_the_scrubber_shuts_the_ledger_where_it_finds_old_damage_and_repair_reopens_it(filled, tile_too):
    ledger = filled.ledger_id
    if tile_too:
        with filled.tampering("tile") as owner:
            kept = owner.execute("select root from tile where ledger_id = %s", (ledger,)).fetchone()
            owner.execute("update tile set root = %s where ledger_id = %s", (bytes(32), ledger))
    before = _damage(filled, 100)
    with filled.connection() as connection:
        step = scrub_chunk(connection, ledger, tiles=1)
        assert (100, "changed") in [(p.position, p.kind) for p in step.problems]
        assert (step.start, step.end, step.round_finished) == (0, 0, False)
        assert "entry 100 changed" in _refused_with(filled, "B1")
    _write(filled, 100, before)
    if tile_too:
        assert _started(filled)
        with filled.tampering("tile") as owner:
            owner.execute("update tile set root = %s where ledger_id = %s", (kept[0], ledger))
    assert _started(filled) == []
    assert filled.read_only() == ""


def test_one_of_two_scrubbers_walks_while_people_work(filled):
    walkers = [
        Scrubber(filled.database.application_dsn, filled.ledger_id, tiles=1, pause_s=0.01, round_pause_s=0.01).start()
        for _ in range(2)
    ]
    filled.fill(50, prefix="MORE")
    _wait(lambda: _verified_to(filled) >= 350)
    for walker in walkers:
        walker.stop()
    assert filled.read_only() == ""


def _verified_to(installation: TestInstallation) -> int:
    with installation.connection() as connection:
        return health(connection, installation.ledger_id).verified_to


def _wait(for_what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not for_what():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.02)
