"""Shows each newest checkpoint to the witnesses and keeps what they sign (C2SP tlog-witness); never in anybody's way.

One checkpoint a round goes to all of them, so that enough signatures meet below one size. Each question has a thread of
its own: a witness that hangs keeps neither the others nor the record waiting.
"""

import re
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from queue import Empty, SimpleQueue

import psycopg
import structlog

from coign import rulesets
from coign.kernel.errors import IntegrityFailure, NotFound
from coign.kernel.values import Instant
from coign.ledger import cosignatures
from coign.ledger.check import size_and_origin
from coign.ledger.checkpoints import latest
from coign.ledger.log_keys import known_keys
from coign.ledger.seen import check_witnessed
from coign.ledger.shutting import is_shut, not_accepted, shut, stop_writing
from coign.ledger.store import connect
from coign.ledger.tiles import Tiles
from coign.ledger.witnessed_clock import WitnessedClock
from coign.ledger.witnessed_clock import reason as not_as_witnessed
from coign.witness import asking
from coign.witness.asking import Answered
from coign.witness.policy import Named, Policy
from coign_verify.checkpoint import Checkpoint
from coign_verify.keys import VerifierKey
from coign_verify.notes import parse_note

PAUSE_S = 5.0  # between two rounds: what was recorded meanwhile is shown at once
ROUND_S_MAX = 10.0
PAUSE_S_MAX = 300.0  # after the last of several questions in vain

_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n?")

log = structlog.get_logger()


@dataclass(slots=True)
class _Witness:
    """One witness, what it signed last, and when it is asked next."""

    named: Named
    size: int = 0
    asked_next: float = 0.0
    in_vain: int = 0
    told: str = ""
    #: A question is out; there is never a second one.
    busy: bool = False
    #: It named another size in this round already.
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class _Reply:
    """What one witness said to one checkpoint; `shown`: its own newest one, where it says that ours does not fit."""

    witness: _Witness
    checkpoint: Checkpoint
    note: bytes
    answered: Answered
    shown: bytes | None
    #: By our clock, when it was asked and when it had answered; None where clocks are not compared.
    between_us: tuple[int, int] | None


class Submitter:
    """A thread that shows checkpoints to witnesses while `leads`: while this process publishes."""

    def __init__(
        self,
        dsn: str,
        ledger_id: int,
        log_keys: Callable[[], Sequence[VerifierKey]],
        policy: Policy,
        leads: Callable[[], bool],
        *,
        pause_s: float = PAUSE_S,
        clock: WitnessedClock | None = None,
    ) -> None:
        self._dsn, self._ledger_id, self._log_keys = dsn, ledger_id, log_keys
        self._policy, self._leads, self._pause_s, self._clock = policy, leads, pause_s, clock
        self._witnesses: list[_Witness] = []
        self._replies: SimpleQueue[_Reply | None] = SimpleQueue()
        self._news, self._ended = threading.Event(), threading.Event()
        self._connection: psycopg.Connection | None = None
        self._thread = threading.Thread(target=self._run, name="coign-submitter", daemon=True)

    def start(self) -> "Submitter":
        """Begin."""
        self._thread.start()
        return self

    def notify(self) -> None:
        """A checkpoint was published; never waits."""
        self._news.set()

    def stop(self) -> None:
        """Ask nobody any more. A question that is out is left alone."""
        self._ended.set()
        self._news.set()
        self._replies.put(None)
        self._thread.join()

    def _run(self) -> None:
        # The pause comes first: a process that starts has other things to do.
        while not self._ended.wait(self._pause_s):
            self._news.wait(self._until_due_s())
            self._news.clear()
            if self._leads() and not self._ended.is_set():
                self._try_round()
        self._let_go()

    def _until_due_s(self) -> float:
        due = min((each.asked_next for each in self._witnesses), default=0.0)
        return max(self._pause_s, due - time.monotonic())

    def _try_round(self) -> None:
        try:
            if self._connection is None:
                self._connection = connect(self._dsn)
            if not self._witnesses:
                self._witnesses = self._as_stored(self._connection)
            self._round(self._connection)
        except psycopg.Error as error:
            log.warning("submitter.connection_lost", error=type(error).__name__)
            self._let_go()

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _as_stored(self, connection: psycopg.Connection) -> list[_Witness]:
        found = cosignatures.newest_by_key(connection, self._ledger_id, self._policy.keys)
        return [
            _Witness(named, max((found[key].size for key in named.keys if key in found), default=0))
            for named in self._policy.witnesses
            if named.url
        ]

    def _round(self, connection: psycopg.Connection) -> None:
        note = latest(connection, self._ledger_id)
        if note is None or is_shut(connection, self._ledger_id):
            if self._clock is not None:
                self._clock.forget()
            return
        self._take_late(connection)
        checkpoint = Checkpoint.parse(parse_note(note).text)
        now = time.monotonic()
        waiting = [
            each
            for each in self._witnesses
            if not each.busy and (now >= each.asked_next or (not each.in_vain and each.size != checkpoint.size))
        ]
        for each in waiting:
            each.corrected = False
            self._ask(connection, each, checkpoint, note)
        while any(each.busy for each in waiting):
            try:
                reply = self._replies.get(timeout=max(0.0, now + ROUND_S_MAX - time.monotonic()))
            except Empty:
                break
            if reply is None:
                return
            self._take(connection, reply)
        for each in waiting:
            if each.busy:
                _in_vain(each, "it does not answer", self._pause_s)

    def _take_late(self, connection: psycopg.Connection) -> None:
        """What came in after its round had ended."""
        while not self._replies.empty():
            if (reply := self._replies.get()) is not None:
                self._take(connection, reply)

    def _ask(self, connection: psycopg.Connection, witness: _Witness, checkpoint: Checkpoint, note: bytes) -> None:
        try:
            proof = self._proof(connection, witness.size, checkpoint.size)
        except (NotFound, ValueError) as error:
            # Whether the record is damaged is for the publisher to say, who holds each checkpoint against the last one.
            _in_vain(witness, f"there is no proof from the {witness.size} entries it signed: {error}", self._pause_s)
            return
        witness.busy = True
        asked = (witness, witness.size, proof, checkpoint, note)
        threading.Thread(target=self._wait_for, args=asked, name="coign-witness-asked", daemon=True).start()

    def _proof(self, connection: psycopg.Connection, old: int, size: int) -> list[bytes]:
        tiles = Tiles(lambda: nullcontext(connection), self._ledger_id)
        return tiles.consistency_proof(old, size) if 0 < old < size else []

    def _wait_for(
        self, witness: _Witness, old: int, proof: Sequence[bytes], checkpoint: Checkpoint, note: bytes
    ) -> None:
        url, shown, asked_us = witness.named.url, None, self._now_us()
        answered = asking.add_checkpoint(url, min(old, checkpoint.size), proof, note)
        heard_us = self._now_us()
        if answered.status in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY):
            newest = asking.newest(url, checkpoint.origin)
            shown = newest.body if newest.status == HTTPStatus.OK else None
        between_us = (asked_us, heard_us) if asked_us is not None and heard_us is not None else None
        self._replies.put(_Reply(witness, checkpoint, note, answered, shown, between_us))

    def _now_us(self) -> int | None:
        try:
            return None if self._clock is None else self._clock.now_us()
        except IntegrityFailure:  # it has jumped, and whoever writes next is told so
            return None

    def _take(self, connection: psycopg.Connection, reply: _Reply) -> None:
        witness, answered = reply.witness, reply.answered
        witness.busy = False
        if answered.status == HTTPStatus.OK:
            self._keep(connection, reply)
            return
        told = _SIZE.fullmatch(answered.body) if answered.status == HTTPStatus.CONFLICT else None
        if told and int(told[1]) <= reply.checkpoint.size and not witness.corrected:
            witness.size, witness.corrected = int(told[1]), True
            self._ask(connection, witness, reply.checkpoint, reply.note)
            return
        if reply.shown is not None:
            self._hold_against(connection, witness, reply.shown)
        said = answered.body.decode("utf-8", "replace").partition("\n")[0][:200]
        _in_vain(witness, said if not answered.status else f"it answers {answered.status}: {said}", self._pause_s)

    def _keep(self, connection: psycopg.Connection, reply: _Reply) -> None:
        witness, checkpoint = reply.witness, reply.checkpoint
        try:
            signed = asking.cosignatures(checkpoint.text(), reply.answered.body, witness.named.keys)
        except ValueError as error:
            _in_vain(witness, str(error), self._pause_s)
            return
        self._compare_clocks(connection, reply, [(key, time_s) for key, time_s, _ in signed])
        cosignatures.keep(connection, self._ledger_id, checkpoint.size, signed, self._policy)
        witness.size, witness.in_vain, witness.told = max(witness.size, checkpoint.size), 0, ""
        witness.asked_next = time.monotonic() + _again_after_s()

    def _compare_clocks(
        self, connection: psycopg.Connection, reply: _Reply, signed: Sequence[tuple[VerifierKey, int]]
    ) -> None:
        if self._clock is None or reply.between_us is None:
            return
        newest = cosignatures.newest_by_key(connection, self._ledger_id, reply.witness.named.keys)
        wrong = self._clock.heard(*reply.between_us, signed, {key: each.time_s for key, each in newest.items()})
        if wrong is not None:
            log.error("submitter.clock", reason=str(wrong))
            stop_writing(connection, self._ledger_id, not_as_witnessed(wrong))

    def _hold_against(self, connection: psycopg.Connection, witness: _Witness, shown: bytes) -> None:
        """It says that our checkpoint does not fit what it signed: then one of the two is not the whole record."""
        size, _ = size_and_origin(connection, self._ledger_id)
        keys, _ = known_keys(connection, self._ledger_id, self._log_keys())
        found = check_witnessed(connection, self._ledger_id, size, {witness.named.name: shown}, keys)
        problems = not_accepted(connection, self._ledger_id, found)
        if problems:
            log.error("submitter.integrity", reason=shut(connection, self._ledger_id, problems))


def _in_vain(witness: _Witness, why: str, pause_s: float) -> None:
    """Said once, until it says something else; asked again after a pause that grows."""
    witness.asked_next = time.monotonic() + min(pause_s * 2**witness.in_vain, PAUSE_S_MAX)
    witness.in_vain = min(witness.in_vain + 1, 20)
    if why != witness.told:
        log.warning("witness.does_not_sign", witness=witness.named.name, reason=why)
        witness.told = why


def _again_after_s() -> float:
    """How old the last signatures may get while nothing is recorded."""
    return rulesets.load().minutes("witness.asked_again_after", Instant.of(datetime.now(UTC))) * 60
