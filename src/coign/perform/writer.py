"""One thread and one connection that turn waiting commands into batches of at most 256.

A single action is a batch of one. Refusals never disturb their neighbours. A batch that fails is tried one by one.
A connection lost at COMMIT is settled by looking the keys up.
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from itertools import pairwise

import psycopg
import structlog

from coign.kernel.errors import Conflict, IntegrityFailure, Refused, Unavailable
from coign.ledger.known import StaleStates
from coign.ledger.store import Store
from coign.perform.answer import Answer
from coign.perform.batch import Batch, BulkRefused, Desk, Settled
from coign.perform.evaluate import Judge
from coign.perform.job import Group, Job
from coign.perform.protocols import Clock, Sealer
from coign.perform.request import Done

BATCH_MAX = 256
#: How long callers who were answered get to come back, while more of them do.
GATHERING_S = 0.001
#: How often it is asked whether refusals that were repeated have waited for their minute.
REPEATS_EVERY_US = 1_000_000

log = structlog.get_logger()


class Writer:
    """The only one that appends. Other processes have their own; the lock on the head keeps them correct."""

    def __init__(
        self,
        *,
        store: Store,
        judge: Judge,
        clock: Clock,
        sealer: Sealer,
        origin: str,
        on_commit: Callable[[int], None] = lambda size: None,
    ) -> None:
        self._store = store
        self._desk = Desk(judge, clock, sealer, origin)
        self._on_commit = on_commit
        self._repeats_due_us = 0
        self._waiting: queue.SimpleQueue[Job | Group | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="coign-writer", daemon=True)
        self._stopping = False
        self._thread.start()

    def submit(self, job: Job) -> Answer:
        """Queue; whoever asked waits for the answer."""
        job.answer = answer = Answer()
        self._queue(job)
        return answer

    def submit_all(self, group: Group) -> Future[list[Done]]:
        """Queue a bulk."""
        self._queue(group)
        return group.answer

    def _queue(self, item: Job | Group) -> None:
        if self._stopping:
            raise Unavailable("the system is shutting down")
        self._waiting.put(item)

    def stop(self) -> None:
        """Finish what is queued, then stop."""
        self._stopping = True
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch, group, stopping = self._gather()
            self._let_go(self._flush(batch))
            if group is not None:
                self._group(group)
            if stopping:
                self._store.close()
                return

    def _let_go(self, answers: Sequence[Answer]) -> None:
        """Wake one after the other whoever waited, and give them a moment: most come back with the next command."""
        for answer, following in pairwise(answers):
            answer.before(following)
        if answers:
            answers[0].wake()
        if len(answers) < 2:
            return
        came = -1
        while came < (now := self._waiting.qsize()) < len(answers):
            came = now
            time.sleep(GATHERING_S)
        for answer in answers:
            answer.wake()  # whoever was to be woken by one that had gone

    def _gather(self) -> tuple[list[Job], Group | None, bool]:
        """Whatever waits by now, up to a batch; while it is committed the next callers gather."""
        batch: list[Job] = []
        item = self._waiting.get()
        while item is not None and not isinstance(item, Group):
            batch.append(item)
            if len(batch) >= BATCH_MAX:
                return batch, None, False
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return batch, None, False
        return batch, item, item is None

    def _flush(self, batch: Sequence[Job]) -> list[Answer]:
        return [answer for settled in self._attempt(batch) if (answer := _answered(settled))] if batch else []

    def _group(self, group: Group) -> None:
        """Commands in bulk: all in one commit. One refusal means none of them, unless each was asked for by itself."""
        settled = self._attempt(group.jobs, all_or_nothing=group.all_or_nothing)
        failed = next((s for s in settled if s.error is not None), None)
        if group.all_or_nothing and failed is not None:
            assert failed.error is not None
            group.answer.set_exception(failed.error)
            return
        group.answer.set_result([s.done for s in settled if s.done is not None])

    def _attempt(self, jobs: Sequence[Job], *, all_or_nothing: bool = False) -> list[Settled]:
        """Commit a batch, whatever it takes: refold, reconnect, split."""
        for _ in range(5):
            try:
                return self._commit(jobs, all_or_nothing=all_or_nothing)
            except StaleStates as stale:
                self._store.refold(stale.rows)
            except BulkRefused as refused:
                self._store.rollback()
                job, error = refused.failed.job, refused.failed.error
                # A refusal is part of the record: it is entered alone, as it was said.
                return (
                    self._attempt([replace(job, refused=error.gates)])
                    if isinstance(error, Refused)
                    else [refused.failed]
                )
            except psycopg.errors.UniqueViolation as error:
                self._store.rollback()
                conflict = _which_claim(error)
                if len(jobs) == 1 or all_or_nothing:
                    return [Settled(job, error=conflict) for job in jobs]
                return [s for job in jobs for s in self._attempt([job])]
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                log.warning("writer.connection_lost", error=type(error).__name__)
                if not self._store.reconnect():
                    return [Settled(job, error=Unavailable("the database does not answer")) for job in jobs]
            except IntegrityFailure as failure:
                log.error("writer.integrity", reason=str(failure))
                self._store.shut(str(failure))
                return [Settled(job, error=failure) for job in jobs]
            except Exception as error:
                self._store.rollback()
                if len(jobs) > 1 and not all_or_nothing:
                    return [s for job in jobs for s in self._attempt([job])]
                log.exception("writer.failed", action=jobs[0].action.name)
                for job in jobs:
                    if job.answer is not None:
                        job.answer.error = error
                return [
                    Settled(job, error=Unavailable("this could not be recorded; it has been reported")) for job in jobs
                ]
        return [Settled(job, error=Unavailable("too many attempts")) for job in jobs]

    def _commit(self, jobs: Sequence[Job], *, all_or_nothing: bool) -> list[Settled]:
        now_us = self._desk.clock.now_us()
        batch = Batch(self._desk, self._store.begin(), jobs, repeats_due=now_us >= self._repeats_due_us)
        settled = batch.settle(all_or_nothing=all_or_nothing)
        if not batch.entries and not batch.touched_repeats:
            self._store.rollback()
            return settled
        self._store.commit()
        if batch.looked_for_repeats:
            self._repeats_due_us = now_us + REPEATS_EVERY_US
        self._on_commit(batch.size)
        return settled


def _which_claim(error: psycopg.errors.UniqueViolation) -> Conflict:
    if error.diag.table_name == "claim":
        return Conflict(f"given once already and never again: {error.diag.message_detail or ''}")
    return Conflict("somebody recorded this at the same moment: look and try again")


def _answered(settled: Settled) -> Answer | None:
    answer = settled.job.answer
    if answer is not None and not answer.is_given:
        answer.result, answer.error = settled.done, settled.error
    return answer
