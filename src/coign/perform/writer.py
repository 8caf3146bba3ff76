"""One thread and one connection that turn waiting commands into batches of at most 256.

A single action is a batch of one. Refusals never disturb their neighbours. A batch that fails is tried one by one.
A connection lost at COMMIT is settled by looking the keys up.
"""

import hashlib
import queue
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson
import psycopg
import structlog

from coign.kernel.errors import CoignError, Conflict, IntegrityFailure, Refused, Unavailable
from coign.kernel.facts import Fact, about, subjects_in
from coign.kernel.subjects import Subject, parse_subject
from coign.kernel.values import Instant
from coign.ledger.encoding import canonical
from coign.ledger.entries import SALT_BYTES, About, Entry, Outcome, answer_from, entry_bytes, stored_answer
from coign.ledger.states import StampFor
from coign.ledger.store import KnownNonce, NewEntry, StaleStates, Store, SubjectHead, Transaction
from coign.perform.evaluate import Judge, Unmet
from coign.perform.intent import Envelope, intent_bytes
from coign.perform.job import Group, Job
from coign.perform.protocols import Clock, Sealer, SealedRow, SecretItem
from coign.perform.request import Done, EntryReference
from coign_verify.tree import leaf_hash

BATCH_MAX = 256
REPEAT_WINDOW_S = 60

log = structlog.get_logger()


@dataclass(slots=True)
class _Settled:
    """What a job comes to inside a batch: an entry to write, or an answer without one."""

    job: Job
    done: Done | None = None
    error: CoignError | None = None
    position: int | None = None  # of the new entry, whose leaf is known after the write


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
        self._store, self._judge, self._clock, self._sealer = store, judge, clock, sealer
        self._origin = origin
        self._on_commit = on_commit
        self._waiting: queue.SimpleQueue[Job | Group | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="coign-writer", daemon=True)
        self._stopping = False
        self._thread.start()

    def submit(self, job: Job | Group) -> None:
        """Queue; the answer arrives in the job's future."""
        if self._stopping:
            raise Unavailable("the system is shutting down")
        self._waiting.put(job)

    def stop(self) -> None:
        """Finish what is queued, then stop."""
        self._stopping = True
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch: list[Job] = []
            item = self._waiting.get()
            while item is not None:
                if isinstance(item, Group):
                    self._flush(batch)
                    batch = []
                    self._group(item)
                else:
                    batch.append(item)
                if len(batch) >= BATCH_MAX or self._waiting.empty():
                    break
                item = self._waiting.get()
            self._flush(batch)
            if item is None:
                self._store.close()
                return

    def _flush(self, batch: Sequence[Job]) -> None:
        if batch:
            for settled in self._attempt(batch):
                _answer(settled)

    def _group(self, group: Group) -> None:
        """Commands in bulk: all in one commit. One refusal means none of them, unless each was asked for by itself."""
        settled = self._attempt(group.jobs, all_or_nothing=group.all_or_nothing)
        failed = next((s for s in settled if s.error is not None), None)
        if group.all_or_nothing and failed is not None:
            assert failed.error is not None
            group.answer.set_exception(failed.error)
            return
        for each in settled:
            _answer(each)
        group.answer.set_result([s.done for s in settled if s.done is not None])

    def _attempt(self, jobs: Sequence[Job], *, all_or_nothing: bool = False) -> list[_Settled]:
        """Commit a batch, whatever it takes: refold, reconnect, split."""
        for _ in range(5):
            try:
                return self._commit(jobs, all_or_nothing=all_or_nothing)
            except StaleStates as stale:
                self._store.refold(stale.rows)
            except _Discard as discarded:
                return discarded.settled
            except psycopg.errors.UniqueViolation as error:
                self._store.rollback()
                conflict = _which_claim(error)
                if len(jobs) == 1 or all_or_nothing:
                    return [_Settled(job, error=conflict) for job in jobs]
                return [s for job in jobs for s in self._attempt([job])]
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                log.warning("writer.connection_lost", error=type(error).__name__)
                if not self._store.reconnect():
                    return [_Settled(job, error=Unavailable("the database does not answer")) for job in jobs]
            except IntegrityFailure as failure:
                log.error("writer.integrity", reason=str(failure))
                self._store.shut(str(failure))
                return [_Settled(job, error=failure) for job in jobs]
            except Exception as error:
                self._store.rollback()
                if len(jobs) > 1 and not all_or_nothing:
                    return [s for job in jobs for s in self._attempt([job])]
                log.exception("writer.failed", action=jobs[0].action.name)
                for job in jobs:
                    if not job.answer.done():
                        job.answer.set_exception(error)
                return [_Settled(job, error=Unavailable("this could not be recorded; it has been reported")) for job in jobs]
        return [_Settled(job, error=Unavailable("too many attempts")) for job in jobs]

    def _commit(self, jobs: Sequence[Job], *, all_or_nothing: bool) -> list[_Settled]:
        transaction = self._store.begin()
        batch = _Batch(self, transaction, jobs)
        settled = batch.settle(all_or_nothing=all_or_nothing)
        if not batch.entries and not batch.touched_repeats:
            transaction.rollback()
            return settled
        if batch.entries:
            leaves = transaction.append(
                batch.entries,
                last_time=batch.time,
                changed_states=batch.changed,
                alongside=[_Openings(self._sealer, batch.sealed)] if batch.sealed else (),
            )
            batch.fill_in(settled, leaves)
        transaction.commit()
        self._on_commit(batch.size)
        return settled


class _Discard(Exception):
    """A bulk that stores nothing: its answers are known, the transaction is rolled back."""

    def __init__(self, settled: list[_Settled]) -> None:
        super().__init__("nothing of this bulk is stored")
        self.settled = settled


@dataclass(frozen=True, slots=True)
class _Openings:
    sealer: Sealer
    rows: Sequence[SealedRow]

    def write(self, cursor: psycopg.Cursor) -> None:
        self.sealer.write(cursor, self.rows)


class _Batch:
    """One batch against one locked transaction, on its own overlay of states."""

    def __init__(self, writer: Writer, transaction: Transaction, jobs: Sequence[Job]) -> None:
        self._writer, self._transaction, self._jobs = writer, transaction, jobs
        self._judge = writer._judge
        self.entries: list[NewEntry] = []
        self.changed: dict[tuple[Subject, str], None] = {}
        self.sealed: list[SealedRow] = []
        self.touched_repeats = False
        self.time = Instant("")
        self._now_us = self._last_us = 0

    @property
    def size(self) -> int:
        return self._transaction.known.head.size + len(self.entries)

    def settle(self, *, all_or_nothing: bool) -> list[_Settled]:
        judge, jobs = self._judge, self._jobs
        known = self._transaction.open(
            [(job.actor.person, job.nonce) for job in jobs], [read for job in jobs for read in judge.first_reads(job)]
        )
        self._last_us = known.head.last_time.us if known.head.last_time else 0
        self._now_us = self._writer._clock.now_us()
        self._writer._clock.check_against(self._last_us)
        now = Instant.of_us(max(self._now_us, self._last_us + 1))
        self._flush_repeats(now)
        for round_index in range(2):
            wanted = [
                pair
                for job in jobs
                if job.action.then_reads
                for pair in judge.further_reads(job, round_index, judge.circumstances(job, known, now))
            ]
            if wanted:
                self._transaction.read(wanted)
        settled = []
        for job in jobs:
            settled.append(self._one(job))
            if all_or_nothing and settled[-1].error is not None:
                self._refuse_all(settled[-1])
        return settled

    def _refuse_all(self, failed: _Settled) -> None:
        """Drop the bulk's entries; the refusal itself is recorded by performing the one command alone."""
        self._transaction.rollback()
        if isinstance(failed.error, Refused):
            failed = self._writer._attempt([failed.job])[0]
        raise _Discard([failed])

    def _tick(self) -> Instant:
        """The next entry's time: never before the last one, however the wall clock runs."""
        self._last_us = max(self._last_us + 1, self._now_us)
        self.time = Instant.of_us(self._last_us)
        return self.time

    def _one(self, job: Job) -> _Settled:
        known = self._transaction.known
        earlier = known.nonces.get((job.actor.person, job.nonce))
        if earlier is not None:
            return self._replay(job, earlier)
        if known.head.read_only and not job.action.when_shut:
            return _Settled(job, error=Unavailable(f"the record is read-only: {known.head.read_only}", retry_after_s=60))
        circumstances = self._judge.circumstances(job, known, self._tick())
        try:
            self._judge.admit(job, circumstances)
            facts = self._judge.decide(job, circumstances)
        except Unmet as unmet:
            return self._refuse(job, unmet)
        except CoignError as error:
            return _Settled(job, error=error)
        unmet_ids = [g.gate for g in self._judge.gates(job, circumstances) if not g.holds] if job.action.observed else []
        self._enter(job, facts, "observed" if job.action.observed else "done", unmet=unmet_ids)
        self.sealed += job.sealed
        return _Settled(job, position=self.size - 1)

    def _replay(self, job: Job, earlier: KnownNonce) -> _Settled:
        if earlier.digest != job.digest:
            return _Settled(job, error=Conflict("this key was used for another request"))
        if earlier.answer is not None:
            refused = Refused(job.action.name, answer_from(earlier.answer), subjects=job.seen, position=earlier.position)
            return _Settled(job, error=refused)
        fresh = next((e for e in self.entries if e.position == earlier.position), None)
        body = fresh.body if fresh is not None else self._transaction.body(earlier.position)
        return _Settled(job, done=Done((reference(earlier.position, body),), replayed=True))

    def _refuse(self, job: Job, unmet: Unmet) -> _Settled:
        """Append a refusal: unmet gates, subjects mentioned only, the command as one commitment."""
        refused = Refused(job.action.name, unmet.gates, subjects=[str(s) for s in job.seen])
        again = self._transaction.count_repeat(_repeat_key(job, unmet), self.time, REPEAT_WINDOW_S)
        if again is not None:
            self.touched_repeats = True
            refused.position = again
            return _Settled(job, error=refused)
        row = self._writer._sealer.seal(
            [SecretItem(job.actor.organisation, "refused", job.action.name, orjson.dumps(_unsealed(job.command)).decode())]
        )[0]
        self.sealed.append(row)
        self._enter(job, (), "refused", unmet=[g.gate for g in unmet.gates], commitment=row.commitment, answer=stored_answer(unmet.gates))
        refused.position = self.size - 1
        template = orjson.dumps([self.entries[-1].body.decode(), job.digest.hex()])
        self._transaction.note_refusal(_repeat_key(job, unmet), self.size - 1, self.time, template)
        return _Settled(job, error=refused)

    def _enter(
        self,
        job: Job,
        facts: Sequence[Fact],
        outcome: Outcome,
        *,
        unmet: Sequence[str] = (),
        commitment: bytes = b"",
        answer: bytes | None = None,
    ) -> None:
        known, position = self._transaction.known, self.size
        command = {"commitment": commitment.hex()} if commitment else job.plain_command
        intent = job.signed.intent if job.signed and outcome == "done" else self._intent(job, command, facts)
        read = [(s, known.heads[s].seq) for s in dict.fromkeys(r.subject for r in job.reads)]
        changed = self._fold(facts, StampFor(self.time, position, job.actor))
        subjects = dict.fromkeys(s for fact in facts for s in about(fact))
        sightings = []
        for subject in subjects:
            before = known.heads[subject]
            sightings.append(About(subject, before.seq + 1, before.position))
            known.heads[subject] = SubjectHead(before.seq + 1, position)
        mentioned = dict.fromkeys((*job.seen, *_mentioned(job.command), *(s for f in facts for s in _mentioned(f)), job.actor.person))
        refs = [s for s in mentioned if s not in subjects]
        body = entry_bytes(
            ledger=self._writer._origin,
            position=position,
            time=self.time,
            salt=secrets.token_bytes(SALT_BYTES),
            outcome=outcome,
            intent=intent,
            signature=_signature(job) if outcome == "done" else None,
            about=sightings,
            refs=refs,
            read=read,
            unmet=unmet,
        )
        claims = [(scope, value, str(about(f)[0])) for f in facts for scope, value in f.claims()]
        self.changed.update(dict.fromkeys(changed))
        self.entries.append(
            NewEntry(
                position, body, [(a.subject, a.seq) for a in sightings], refs, job.actor.person, job.nonce, job.digest, answer, claims
            )
        )
        known.nonces[job.actor.person, job.nonce] = KnownNonce(job.digest, position, answer)

    def _flush_repeats(self, now: Instant) -> None:
        """Refusals repeated within their minute become one entry with the count, once the minute is over."""
        for position, repeats, template in self._transaction.elapsed_repeats(now, REPEAT_WINDOW_S):
            body, digest = orjson.loads(template)
            self._enter_repeats(Entry(position, body.encode()), repeats, bytes.fromhex(digest))

    def _enter_repeats(self, first: Entry, repeats: int, digest: bytes) -> None:
        plain_intent = dict(first.plain["intent"])
        nonce = f"repeats-{first.position}"
        plain_intent |= {"command": {"repeated": first.position, "repeats": repeats}, "nonce": nonce}
        person, refs = first.actor.person, [parse_subject(r) for r in first.plain["refs"]]
        body = entry_bytes(
            ledger=self._writer._origin,
            position=self.size,
            time=self._tick(),
            salt=secrets.token_bytes(SALT_BYTES),
            outcome="refused",
            intent=canonical(plain_intent),
            signature=None,
            about=(),
            refs=refs,
            read=(),
            unmet=first.unmet,
        )
        self.entries.append(NewEntry(self.size, body, (), refs, person, nonce, digest))

    def _fold(self, facts: Sequence[Fact], stamp_for: StampFor) -> set[tuple[Subject, str]]:
        changed: set[tuple[Subject, str]] = set()
        for fact in facts:
            changed |= self._judge.folding.apply(self._transaction.known.states, fact, stamp_for)
        return changed

    def _intent(self, job: Job, command: Any, facts: Sequence[Fact]) -> bytes:
        envelope = Envelope(
            action=job.action.full_name,
            ledger=self._writer._origin,
            nonce=job.nonce,
            actor=job.actor,
            meaning=None,
            reason=job.reason,
            claimed_time=job.claimed_time,
            basis=self._judge.rulebook.basis,
            prepared=job.prepared,
            expires=None,
        )
        return intent_bytes(envelope, command, facts)

    def fill_in(self, settled: Sequence[_Settled], leaves: Sequence[bytes]) -> None:
        first = self._transaction.known.head.size
        for each in settled:
            if each.position is not None:
                new = self.entries[each.position - first]
                subjects = tuple(str(s) for s, _ in new.about)
                each.done = Done((EntryReference(new.position, each.job.action.full_name, subjects, leaves[new.position - first]),))


def _mentioned(value: Any) -> list[Subject]:
    """Subjects in the fields of a command or fact."""
    return [s for name in value.__dataclass_fields__ for s in subjects_in(getattr(value, name))]


def _signature(job: Job) -> dict[str, Any] | None:
    if job.signed is None:
        return None
    s = job.signed.signature
    return {"method": s.method, "credential": s.credential, "value": s.value.hex()}


def _unsealed(command: Any) -> Any:
    """A command with its texts, for the vault."""
    return msgspec.to_builtins(command, enc_hook=lambda v: str(v) if isinstance(v, str) else v.text)


def _repeat_key(job: Job, unmet: Unmet) -> bytes:
    parts = (job.actor.person, job.action.full_name, *[g.gate for g in unmet.gates])
    return hashlib.sha256("\x00".join(parts).encode() + job.digest).digest()


def _which_claim(error: psycopg.errors.UniqueViolation) -> Conflict:
    if error.diag.table_name == "claim":
        return Conflict(f"given once already and never again: {error.diag.message_detail or ''}")
    return Conflict("somebody recorded this at the same moment: look and try again")


def _answer(settled: _Settled) -> None:
    if settled.job.answer.done():
        return
    if settled.error is not None:
        settled.job.answer.set_exception(settled.error)
    else:
        assert settled.done is not None
        settled.job.answer.set_result(settled.done)


def reference(position: int, body: bytes) -> EntryReference:
    """How an existing entry is named in an answer."""
    entry = Entry(position, body)
    return EntryReference(position, entry.action, tuple(a["subject"] for a in entry.plain["about"]), leaf_hash(body))
