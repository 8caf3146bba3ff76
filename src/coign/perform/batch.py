"""One batch of commands against one locked transaction: who is answered what, and which entries are made."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import orjson
import psycopg

from coign.installation.events import LedgerResumed
from coign.kernel.actions import Read
from coign.kernel.errors import CoignError, Conflict, GateAnswer, Refused, Unavailable
from coign.kernel.facts import Fact, about, subjects_in
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Subject, parse_subject
from coign.kernel.values import Instant
from coign.ledger.appending import NewEntry
from coign.ledger.encoding import canonical
from coign.ledger.entries import SALT_BYTES, About, Entry, Outcome, answer_from, entry_bytes, stored_answer
from coign.ledger.known import KnownNonce, SubjectHead
from coign.ledger.states import StampFor
from coign.ledger.store import Transaction
from coign.perform.evaluate import Judge, Unmet
from coign.perform.intent import Envelope, intent_bytes
from coign.perform.job import Job, SignedIntent
from coign.perform.protocols import Clock, SealedRow, Sealer, SecretItem
from coign.perform.request import Done, EntryReference
from coign_verify.tree import leaf_hash

REPEAT_WINDOW_S = 60
#: So many entries are sent to the database at a time: it stores them while the next are decided.
PART = 250


@dataclass(frozen=True, slots=True)
class Desk:
    """What deciding a batch needs besides the transaction."""

    judge: Judge
    clock: Clock
    sealer: Sealer
    origin: str


@dataclass(slots=True)
class Settled:
    """What a job comes to inside a batch: an entry to write, or an answer without one."""

    job: Job
    done: Done | None = None
    error: CoignError | None = None
    position: int | None = None  # of the new entry, whose leaf is known after the write


class BulkRefused(Exception):
    """A bulk that was to be entered whole has a command that cannot be: nothing of it is entered."""

    def __init__(self, failed: Settled) -> None:
        super().__init__("nothing of this bulk is entered")
        self.failed = failed


class Batch:
    """One batch against one locked transaction, on its own overlay of states."""

    def __init__(self, desk: Desk, transaction: Transaction, jobs: Sequence[Job], *, repeats_due: bool) -> None:
        self._desk, self._transaction, self._jobs = desk, transaction, jobs
        self._judge = desk.judge
        self.entries: list[NewEntry] = []
        self._repeats_due, self.looked_for_repeats, self.touched_repeats = repeats_due, False, False
        self._sent = 0  # of the entries
        self._changed: dict[tuple[Subject, str], None] = {}
        self._sealed: list[SealedRow] = []
        self._time = Instant("")
        self._now_us = self._last_us = 0
        self._salts = _salts(len(jobs))

    @property
    def size(self) -> int:
        """Of the ledger, with this batch."""
        return self._transaction.known.head.size + len(self.entries)

    def settle(self, *, all_or_nothing: bool) -> list[Settled]:
        """Decide every command and write what is entered; nothing of it is committed here."""
        judge, jobs, clock = self._judge, self._jobs, self._desk.clock
        known = self._transaction.open(
            [(job.actor.person, job.nonce) for job in jobs],
            [read for job in jobs for read in judge.first_reads(job)],
        )
        self._last_us = known.head.last_time.us if known.head.last_time else 0
        self._now_us = clock.now_us()
        clock.check_against(self._last_us)
        if self._repeats_due:
            self._flush_repeats()
        self._read_ahead(Instant.of_us(max(self._now_us, self._last_us + 1)))
        settled = []
        for job in jobs:
            settled.append(self._one(job))
            if all_or_nothing and settled[-1].error is not None:
                raise BulkRefused(settled[-1])
            if len(self.entries) - self._sent >= PART:
                self._send()
        if self.entries:
            self._send()
            openings = [_Openings(self._desk.sealer, self._sealed)] if self._sealed else ()
            self._fill_in(settled, self._transaction.appending.finish(last_time=self._time, alongside=openings))
        return settled

    def _send(self) -> None:
        if self._sent < len(self.entries):
            self._transaction.appending.add(self.entries[self._sent :], list(self._changed))
            self._sent = len(self.entries)
            self._changed.clear()

    def _read_ahead(self, now: Instant) -> None:
        """Further rounds for the whole batch at once, of those who may see what they ask about."""
        judge, known = self._judge, self._transaction.known
        for round_index in range(2):
            wanted = [
                pair
                for job in self._jobs
                if len(job.action.then_reads) > round_index
                and judge.sees(job, circumstances := judge.circumstances(job, known, now))
                for pair in judge.further_reads(job, round_index, circumstances)
            ]
            self._transaction.read(wanted)

    def _tick(self) -> Instant:
        """The next entry's time: never before the last one, however the wall clock runs."""
        self._last_us = max(self._last_us + 1, self._now_us)
        self._time = Instant.of_us(self._last_us)
        return self._time

    def _one(self, job: Job) -> Settled:
        known = self._transaction.known
        earlier = known.nonces.get((job.actor.person, job.nonce))
        if earlier is not None:
            return self._replay(job, earlier)
        if known.head.read_only and not job.action.when_shut:
            return Settled(job, error=Unavailable(f"the record is read-only: {known.head.read_only}", retry_after_s=60))
        circumstances = self._judge.circumstances(job, known, self._tick())
        reads = job.reads
        try:
            if job.refused:
                raise Unmet(job.refused)
            self._judge.admit(job, circumstances)
            # An earlier command of this batch may have changed what there is to read.
            reads = self._judge.reads(job, circumstances, self._transaction.read)
            decision = self._judge.decide(job, circumstances, reads)
        except Unmet as unmet:
            return self._refuse(job, unmet, reads)
        except CoignError as error:
            return Settled(job, error=error)
        outcome: Outcome = "observed" if job.action.observed else "done"
        self._enter(job, decision.facts, outcome, reads=reads, unmet=decision.unmet)
        self._sealed += job.sealed
        return Settled(job, position=self.size - 1)

    def _replay(self, job: Job, earlier: KnownNonce) -> Settled:
        if earlier.digest != job.digest:
            return Settled(job, error=Conflict("this key was used for another request"))
        if earlier.answer is not None:
            refused = Refused(
                job.action.name, answer_from(earlier.answer), subjects=job.seen, position=earlier.position
            )
            return Settled(job, error=refused)
        first = self._transaction.known.head.size
        fresh = earlier.position >= first
        body = self.entries[earlier.position - first].body if fresh else self._transaction.body(earlier.position)
        return Settled(job, done=Done((reference(earlier.position, body),), replayed=True))

    def _refuse(self, job: Job, unmet: Unmet, reads: Sequence[Read]) -> Settled:
        """Append a refusal: unmet gates, subjects mentioned only, the command as one commitment."""
        refused = Refused(job.action.name, unmet.gates, subjects=[str(s) for s in job.seen])
        if self._flush_repeats():  # before this refusal takes the place of a like one whose minute is over
            self._tick()
        repeats, key = self._transaction.repeats, _repeat_key(job, unmet)
        again = repeats.count(key, _window_start(self._last_us))
        if again is not None:
            self.touched_repeats = True
            refused.position = again
            return Settled(job, error=refused)
        text = orjson.dumps(_unsealed(job.command)).decode()
        row = self._desk.sealer.seal([SecretItem(job.actor.organisation, "refused", job.action.name, text)])[0]
        self._sealed.append(row)
        command = {"commitment": row.commitment.hex()}
        answer = stored_answer(unmet.gates)
        self._enter(job, (), "refused", reads=reads, unmet=unmet.gates, command=command, answer=answer)
        refused.position = self.size - 1
        template = orjson.dumps([self.entries[-1].body.decode(), job.digest.hex()])
        repeats.note(key, self.size - 1, self._time, template)
        return Settled(job, error=refused)

    def _enter(
        self,
        job: Job,
        facts: Sequence[Fact],
        outcome: Outcome,
        *,
        reads: Sequence[Read],
        unmet: Sequence[GateAnswer] = (),
        command: object = None,  # what stands for the command of a refusal
        answer: bytes | None = None,
    ) -> None:
        known, position = self._transaction.known, self.size
        signed = job.signed if outcome == "done" else None
        read = [(subject, known.heads[subject].seq) for subject in self._judge.rests_on(job, reads)]
        asked = {each.subject for each in job.reads}
        sightings = self._fold(job, facts, position)
        refs = _mentioned(job, facts)
        for sighting in sightings:
            refs.pop(sighting.subject, None)
        body = entry_bytes(
            ledger=self._desk.origin,
            position=position,
            time=self._time,
            salt=next(self._salts),
            outcome=outcome,
            intent=signed.intent if signed else self._intent(job, command or job.command, facts),
            signature=_signature(signed) if signed else None,
            about=sightings,
            refs=list(refs),
            read=read,
            asked=asked,
            unmet=[gate.gate for gate in unmet],
        )
        claims = [(scope, value, str(about(fact)[0])) for fact in facts for scope, value in fact.claims()]
        person, nonce, digest = job.actor.person, job.nonce, job.digest
        self.entries.append(NewEntry(position, body, sightings, list(refs), person, nonce, digest, answer, claims))
        known.nonces[person, nonce] = KnownNonce(digest, position, answer)

    def _fold(self, job: Job, facts: Sequence[Fact], position: int) -> list[About]:
        """Fold facts into the batch's own states; gives each subject they are about with its new count."""
        known, stamp_for = self._transaction.known, StampFor(self._time, position, job.actor)
        subjects: dict[Subject, None] = {}
        for fact in facts:
            self._changed.update(dict.fromkeys(self._judge.folding.apply(known.states, fact, stamp_for)))
            subjects.update(dict.fromkeys(about(fact)))
            if isinstance(fact, LedgerResumed):
                self._transaction.resume()
        sightings = []
        for subject in subjects:
            before = known.heads[subject]
            known.heads[subject] = SubjectHead(before.seq + 1, position)
            sightings.append(About(subject, before.seq + 1, before.position))
        return sightings

    def _flush_repeats(self) -> bool:
        """Refusals repeated within their minute become one entry with the count, once the minute is over."""
        if self.looked_for_repeats:
            return False
        self.looked_for_repeats = True
        elapsed = self._transaction.repeats.elapsed(_window_start(self._now_us))
        for position, repeats, template in elapsed:
            body, digest = orjson.loads(template)
            self._enter_repeats(Entry(position, body.encode()), repeats, bytes.fromhex(digest))
        return bool(elapsed)

    def _enter_repeats(self, first: Entry, repeats: int, digest: bytes) -> None:
        plain_intent = dict(first.plain["intent"])
        nonce = f"repeats-{first.position}"
        plain_intent |= {"command": {"repeated": first.position, "repeats": repeats}, "nonce": nonce}
        person, refs = first.actor.person, [parse_subject(r) for r in first.plain["refs"]]
        body = entry_bytes(
            ledger=self._desk.origin,
            position=self.size,
            time=self._tick(),
            salt=next(self._salts),
            outcome="refused",
            intent=canonical(plain_intent),
            signature=None,
            about=(),
            refs=refs,
            read=(),
            unmet=first.unmet,
        )
        self.entries.append(NewEntry(self.size, body, (), refs, person, nonce, digest))

    def _intent(self, job: Job, command: object, facts: Sequence[Fact]) -> bytes:
        envelope = Envelope(
            action=job.action.full_name,
            ledger=self._desk.origin,
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

    def _fill_in(self, settled: Sequence[Settled], leaves: Sequence[bytes]) -> None:
        first = self._transaction.known.head.size
        for each in settled:
            if each.position is not None:
                new = self.entries[each.position - first]
                subjects = tuple([str(a.subject) for a in new.about])
                leaf = leaves[new.position - first]
                each.done = Done((EntryReference(new.position, each.job.action.full_name, subjects, leaf),))


@dataclass(frozen=True, slots=True)
class _Openings:
    """The texts of this batch, for the vault."""

    sealer: Sealer
    rows: Sequence[SealedRow]

    def write(self, cursor: psycopg.Cursor) -> None:
        self.sealer.write(cursor, self.rows)


def _salts(at_once: int) -> Iterator[bytes]:
    """Random salts without end, drawn from the system for many entries at once."""
    while True:
        drawn = secrets.token_bytes(SALT_BYTES * at_once)
        yield from (drawn[at : at + SALT_BYTES] for at in range(0, len(drawn), SALT_BYTES))


def _window_start(now_us: int) -> Instant:
    return Instant.of_us(now_us - REPEAT_WINDOW_S * 1_000_000)


def _mentioned(job: Job, facts: Sequence[Fact]) -> dict[Subject, None]:
    """The subjects that an entry mentions: in what was asked, in what happened, and who asked."""
    found: dict[Subject, None] = dict.fromkeys(job.seen)
    for value in (job.command, *facts):
        for name in value.__dataclass_fields__:
            part = getattr(value, name)
            if isinstance(part, Subject):
                found[part] = None
            elif isinstance(part, tuple):
                found.update(dict.fromkeys(subjects_in(part)))
    found[job.actor.person] = None
    return found


def _signature(signed: SignedIntent) -> dict[str, str]:
    s = signed.signature
    return {"method": s.method, "credential": s.credential, "value": s.value.hex()}


def _unsealed(command: Any) -> Any:
    """A command with its texts, for the vault."""
    return msgspec.to_builtins(command, enc_hook=lambda v: str(v) if isinstance(v, str) else v.text)


def _repeat_key(job: Job, unmet: Unmet) -> bytes:
    parts = (job.actor.person, job.action.full_name, *[g.gate for g in unmet.gates])
    return hashlib.sha256("\x00".join(parts).encode() + job.digest).digest()


def reference(position: int, body: bytes) -> EntryReference:
    """How an existing entry is named in an answer."""
    entry = Entry(position, body)
    return EntryReference(position, entry.action, tuple(a["subject"] for a in entry.plain["about"]), leaf_hash(body))
