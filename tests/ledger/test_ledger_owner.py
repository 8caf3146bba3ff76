"""Whoever owns the database can make a record agree with itself; what others hold exposes it, and it is shut."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql
from tests.support.authority import Office
from tests.support.installation import LIMITS, MAKER, TestInstallation
from tests.support.rewriting import exchange, take_out
from tests.support.witnesses import wait_for, witnesses

from coign import catalogue
from coign.database import Database
from coign.kernel.errors import IntegrityFailure, Refused, Unavailable
from coign.kernel.values import Instant
from coign.ledger.check import start
from coign.ledger.checkpoints import Publisher, publish
from coign.ledger.clock import SystemClock
from coign.ledger.log_keys import KeysHere, KnownKeys, keys_here
from coign.ledger.seen import Seen, check_seen, check_witnessed
from coign.ledger.stamps import stamp_newest
from coign.ledger.submitting import Submitter
from coign.ledger.verdict import Verification
from coign.ledger.verification import verify_database
from coign.perform import Done, Signature
from coign.perform.assemble import folding
from coign.timestamps.policy import StampPolicy
from coign.witness import asking
from coign.witness.policy import Policy, parse_policy
from coign_verify.invariants import Terms
from coign_verify.signing import SignerKey

NOW = Instant("2026-11-26T12:00:00.000000Z")
REMOVED = 120


@dataclass(frozen=True)
class Anchored:
    """A record of 300 entries of which others hold something: a file, three witnesses, a stamp."""

    installation: TestInstallation
    key: SignerKey
    seen: Seen
    policy: Policy
    stamps: StampPolicy
    #: The newest checkpoint before the entry that will be taken out.
    before: int

    def verified(self, **outside: Any) -> Verification:
        """By the database alone, or with what lies outside."""
        with self.installation.connection() as connection:
            return verify_database(
                connection, self.installation.ledger_id, log_keys=[self.key.verifier()], folding=folding(), **outside
            )

    def shown(self) -> Mapping[str, bytes]:
        """What the witnesses say of the record."""
        origin = self.installation.origin
        return {each.name: asking.newest(each.url, origin).body for each in self.policy.witnesses}

    def started(self, **outside: Any) -> list[str]:
        """What a start finds."""
        with self.installation.connection() as connection:
            found = start(connection, self.installation.ledger_id, log_keys=[self.key.verifier()], **outside)
        return [problem.kind for problem in found]


@pytest.fixture
def anchored(installation: TestInstallation, key: SignerKey, tmp_path: Path) -> Iterator[Anchored]:
    ledger, dsn, seen = installation.ledger_id, installation.database.application_dsn, Seen(tmp_path / "newest")
    with installation.connection() as connection, witnesses(tmp_path, key.verifier()) as text, Office() as office:
        publish(connection, ledger, KeysHere.of(key), NOW.us)
        before = installation.size()
        installation.fill(300 - before)
        Publisher(dsn, ledger, lambda: KeysHere.of(key), lambda: NOW.us, seen=seen, interval_s=0.05).start().stop()
        policy, stamps = parse_policy(text), office.policy(tmp_path)
        assert stamp_newest(connection, ledger, stamps, NOW) == ""
        submitter = Submitter(dsn, ledger, lambda: [key.verifier()], policy, lambda: True, pause_s=0.05).start()
        query = "select count(distinct witness) from cosignature where ledger_id = %s and size = 300"
        wait_for(lambda: (connection.execute(query, (ledger,)).fetchone() or (0,))[0] == 3)
        submitter.stop()
        yield Anchored(installation, key, seen, policy, stamps, before)


@pytest.mark.requirement("CSV-S2", "CSV-01")
def test_an_entry_taken_out_with_every_hash_recomputed_is_exposed_by_each_thing_that_others_hold(anchored: Anchored):
    here, size = anchored.installation, 299
    assert anchored.verified(policy=anchored.policy, stamp_policy=anchored.stamps).problems == []
    take_out(here, REMOVED, keep=("stamp",))
    assert (anchored.verified().problems, here.size()) == ([], size), "by itself the record is sound"
    assert anchored.started() == []

    keys = KnownKeys((anchored.key.verifier(),))
    with here.connection() as connection:
        by_file = check_seen(connection, here.ledger_id, size, anchored.seen.read(), keys)
        by_witnesses = check_witnessed(connection, here.ledger_id, size, anchored.shown(), keys)
    for found in (by_file, by_witnesses[:1]):
        told = anchored.verified()
        told.hold_against(found)
        assert [(p.position, p.kind) for p in told.problems] == [(anchored.before, "missing")]
        assert told.exit_code == 1 and told.proved == [] and "300 entries with the root" in told.verdict
    assert len(by_witnesses) == 3
    (by_stamp,) = anchored.verified(stamp_policy=anchored.stamps).problems
    assert (by_stamp.position, by_stamp.kind) == (size, "missing") and "stamped 300 entries" in str(by_stamp)


@pytest.mark.requirement("CSV-S2")
def test_while_checkpoints_are_left_they_bound_where_the_entry_was_taken_out(anchored: Anchored):
    take_out(anchored.installation, REMOVED, keep=("checkpoint", "cosignature", "cosigned", "stamp"))
    anchored.installation.reopen_door()
    anchored.installation.fill(5, prefix="LATER")
    told = anchored.verified(stamp_policy=anchored.stamps)
    assert [(p.position, p.kind) for p in told.problems] == [(0, "replaced"), (anchored.before, "replaced")]
    assert "127.0.0.1 stamped" in str(told.problems[0]), "one stamp alone bounds nothing from below"
    assert f"the entries {anchored.before} to 299" in str(told.problems[1])


@pytest.mark.requirement("CSV-S2")
@pytest.mark.parametrize("outside", ["file", "witnesses"])
def test_a_release_is_blocked_on_a_record_from_which_an_entry_was_taken_out(anchored: Anchored, outside: str):
    here = anchored.installation
    prepared = _prepared_offer(here)  # stands for a release: signed while nothing was known, asked for afterwards
    take_out(here, REMOVED)
    shown = {"seen": anchored.seen.read()} if outside == "file" else {"witnessed": anchored.shown()}
    assert set(anchored.started(**shown)) == {"replaced"}
    here.reopen_door()
    with pytest.raises(Unavailable, match="read-only"):
        prepared()
    # The door asks for no gate of a shut record, and makes no difference between actions but for the ways out.
    assert {name for name, action in catalogue.ACTIONS.items() if action.when_shut} == {
        "installation.propose_resume", "installation.agree_to_resume",
    }  # fmt: skip


# Clocks


@dataclass
class Hands:
    """A wall clock and a steady one, moved by hand."""

    wall_us: int
    steady_us: int = 0

    def clock(self) -> SystemClock:
        """As a process that starts now reads them."""
        return SystemClock(LIMITS, wall_us=lambda: self.wall_us, steady_us=lambda: self.steady_us)

    def go_on(self, minutes: int) -> None:
        """Both."""
        self.wall_us += minutes * 60_000_000
        self.steady_us += minutes * 60_000_000


def _prepared_offer(here: TestInstallation) -> Callable[[], Done]:
    """An offer of unit B1, signed with a key of the person's own and still to be recorded; here offers are signed."""
    key, actor = Ed25519PrivateKey.generate(), here.people["hospital-celllab"]
    here.do(
        "people.propose_authenticator", here.people["admin-1"], person=actor.person, credential="k1",
        method="ed25519", public_key=key.public_key().public_bytes_raw().hex(), evidence="00" * 32,
    )  # fmt: skip
    here.do("people.confirm_authenticator", here.people["admin-2"], person=actor.person, credential="k1")
    here.take_in("B1")
    signed = replace(here.door.actions["custody.offer"], meaning="handed over")
    here.door.actions = {**here.door.actions, "custody.offer": signed}
    asked = here.request("custody.offer", actor, command={"unit": "unit:B1", "to": MAKER, "seal": "S1"})
    prepared = here.door.prepare(asked)
    signature = Signature("ed25519", "k1", key.sign(prepared.intent_hash))
    return lambda: here.do("custody.offer", actor, intent_hash=prepared.intent_hash, signature=signature)


@pytest.mark.requirement("CSV-S1", "CSV-38")
def test_a_signed_entry_that_the_owner_dates_back_contradicts_what_was_signed(installation: TestInstallation, key):
    position = _prepared_offer(installation)().position
    with installation.connection() as connection:
        publish(connection, installation.ledger_id, KeysHere.of(key), NOW.us)
        (body,) = connection.execute(
            "select body from entry where ledger_id = %s and position = %s", (installation.ledger_id, position - 1)
        ).fetchone()
    earlier = Instant.of_us(Instant(orjson.loads(body)["time"]).us + 1)  # the entry before it is in its way

    def date_back(entry: Any) -> None:
        assert entry["intent"]["prepared"] > earlier, "the intent that is signed holds the time of the record, too"
        entry["time"] = earlier

    exchange(installation, position, date_back)
    with installation.connection() as connection:
        found = verify_database(
            connection, installation.ledger_id, log_keys=[key.verifier()], folding=folding(), terms=Terms()
        )
    assert [(p.position, p.kind) for p in found.problems] == [(position, "invariant")]
    assert "not yet, to be signed" in str(found.problems[0])


@pytest.mark.requirement("CSV-S1", "CSV-38")
def test_a_clock_and_a_head_that_are_set_back_together_are_found_at_the_next_start(database: Database, key_of):
    hands = Hands(NOW.us)
    with TestInstallation(database, clock=hands.clock()) as here:
        key = key_of(here.set_up())
        here.take_in("B1")
        hands.wall_us -= 86_400_000_000  # yesterday, and the process begins anew
        here._clock = hands.clock()
        here.reopen_door()
        with pytest.raises(IntegrityFailure, match="s behind: it showed"):
            here.take_in("BACKDATED")

        with here.tampering() as owner:  # the head forgets what time it was, and that it is shut
            owner.execute(
                "update head set last_time = %s, read_only = '' where ledger_id = %s",
                (str(Instant.of_us(hands.wall_us)), here.ledger_id),
            )
        backdated = here.take_in("BACKDATED").position
        with here.connection() as connection:
            (problem,) = start(connection, here.ledger_id, log_keys=[key.verifier()])
        assert (problem.position, problem.kind) == (backdated, "invariant")
        assert "before that of the entry before it" in here.read_only()


@pytest.mark.requirement("CSV-S3")
def test_an_hour_that_comes_twice_halves_nothing_whatever_zone_machine_and_database_are_set_to(database: Database):
    hands = Hands(Instant("2026-10-25T00:30:00.000000Z").us)  # 02:30 in Berlin, for the first time
    with _zone(database, "Europe/Berlin"), TestInstallation(database, clock=hands.clock()) as here:
        celllab, warehouse = here.set_up().people["hospital-celllab"], here.people["maker-warehouse"]
        here.take_in("B1")
        hands.go_on(20)
        here.do("custody.offer", celllab, unit="unit:B1", to=MAKER, seal="S1", condition="intact")
        hands.go_on(35)  # 02:25 for the second time: before the offer, as the hands have it
        assert time.localtime(hands.wall_us / 1e6)[3:5] == (2, 25)
        with pytest.raises(Refused) as no:
            here.do("custody.accept", warehouse, unit="unit:B1", seal="S1", condition="intact")
        assert [gate.gate for gate in no.value.gates] == ["custody.offer_is_fresh"]
        with here.connection() as connection:
            assert connection.execute("show timezone").fetchone() == ("Europe/Berlin",)
            rows = connection.execute(
                "select body from entry where ledger_id = %s order by position", (here.ledger_id,)
            ).fetchall()
        times = [Instant(orjson.loads(bytes(body))["time"]) for (body,) in rows]
        assert times == sorted(times) and all(each.endswith("Z") for each in times)
        assert round(times[-1].minutes_since(times[-2])) == 35


@contextmanager
def _zone(database: Database, zone: str) -> Iterator[None]:
    """The zone of this machine, and, by its owner, of the database."""
    before = os.environ.get("TZ")
    with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
        name = sql.Identifier(owner.info.dbname)
        owner.execute(sql.SQL("alter database {} set timezone = {}").format(name, sql.Literal(zone)))
        os.environ["TZ"] = zone
        time.tzset()
        try:
            yield
        finally:
            owner.execute(sql.SQL("alter database {} reset timezone").format(name))
            os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
            time.tzset()


@pytest.fixture
def key_of(tmp_path: Path) -> Callable[[TestInstallation], SignerKey]:
    """The key that signs a ledger's checkpoints."""
    return lambda here: keys_here(tmp_path / "other.key", here.origin, create=True).signers[0]
