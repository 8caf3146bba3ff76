"""One batch of commands against one locked transaction: who is answered what, and which entries are made."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson

from coign.installation.events import LedgerResumed
from coign.kernel.errors import CoignError, Conflict, Refused, Unavailable
from coign.kernel.facts import Fact, about, subjects_in
from coign.kernel.subjects import Subject, parse_subject
from coign.kernel.values import Instant
from coign.ledger.encoding import canonical
from coign.ledger.entries import SALT_BYTES, About, Entry, Outcome, answer_from, entry_bytes, stored_answer
from coign.ledger.states import StampFor
from coign.ledger.store import KnownNonce, NewEntry, SubjectHead, Transaction
from coign.perform.evaluate import Judge, Unmet
from coign.perform.intent import Envelope, intent_bytes
from coign.perform.job import Job
from coign.perform.protocols import Clock, SealedRow, Sealer, SecretItem
from coign.perform.request import Done, EntryReference
from coign_verify.tree import leaf_hash

REPEAT_WINDOW_S = 60


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

    def __init__(self, desk: Desk, transaction: Transaction, jobs: Sequence[Job]) -> None:
        self._desk, self._transaction, self._jobs = desk, transaction, jobs
        self._judge = desk.judge
        self.entries: list[NewEntry] = []
        self.changed: dict[tuple[Subject, str], None] = {}
        self.sealed: list[SealedRow] = []
        self.touched_repeats = False
        self.time = Instant("")
        self._now_us = self._last_us = 0

    @property
    def size(self) -> int:
        return self._transaction.known.head.size + len(self.entries)

    def settle(self, *, all_or_nothing: bool) -> list[Settled]:
        judge, jobs = self._judge, self._jobs
        known = self._transaction.open(
            [(job.actor.person, job.nonce) for job in jobs], [read for job in jobs for read in judge.first_reads(job)]
        )
        self._last_us = known.head.last_time.us if known.head.last_time else 0
        self._now_us = self._desk.clock.now_us()
        self._desk.clock.check_against(self._last_us)
        now = Instant.of_us(max(self._now_us, self._last_us + 1))
        self._flush_repeats(now)
        self._read_ahead(now)
        settled = []
        for job in jobs:
            settled.append(self._one(job))
            if all_or_nothing and settled[-1].error is not None:
                raise BulkRefused(settled[-1])
        return settled

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
        self.time = Instant.of_us(self._last_us)
        return self.time

    def _one(self, job: Job) -> Settled:
        known = self._transaction.known
        earlier = known.nonces.get((job.actor.person, job.nonce))
        if earlier is not None:
            return self._replay(job, earlier)
        if known.head.read_only and not job.action.when_shut:
            return Settled(job, error=Unavailable(f"the record is read-only: {known.head.read_only}", retry_after_s=60))
        circumstances = self._judge.circumstances(job, known, self._tick())
        if job.refused:
            return self._refuse(job, Unmet(job.refused))
        try:
            self._judge.admit(job, circumstances)
            # An earlier command of this batch may have changed what there is to read.
            for round_index in range(len(job.action.then_reads)):
                self._transaction.read(self._judge.further_reads(job, round_index, circumstances))
            facts = self._judge.decide(job, circumstances)
        except Unmet as unmet:
            return self._refuse(job, unmet)
        except CoignError as error:
            return Settled(job, error=error)
        unmet_ids = (
            [g.gate for g in self._judge.gates(job, circumstances) if not g.holds] if job.action.observed else []
        )
        self._enter(job, facts, "observed" if job.action.observed else "done", unmet=unmet_ids)
        self.sealed += job.sealed
        return Settled(job, position=self.size - 1)

    def _replay(self, job: Job, earlier: KnownNonce) -> Settled:
        if earlier.digest != job.digest:
            return Settled(job, error=Conflict("this key was used for another request"))
        if earlier.answer is not None:
            refused = Refused(
                job.action.name, answer_from(earlier.answer), subjects=job.seen, position=earlier.position
            )
            return Settled(job, error=refused)
        fresh = next((e for e in self.entries if e.position == earlier.position), None)
        body = fresh.body if fresh is not None else self._transaction.body(earlier.position)
        return Settled(job, done=Done((reference(earlier.position, body),), replayed=True))

    def _refuse(self, job: Job, unmet: Unmet) -> Settled:
        """Append a refusal: unmet gates, subjects mentioned only, the command as one commitment."""
        refused = Refused(job.action.name, unmet.gates, subjects=[str(s) for s in job.seen])
        again = self._transaction.count_repeat(_repeat_key(job, unmet), self.time, REPEAT_WINDOW_S)
        if again is not None:
            self.touched_repeats = True
            refused.position = again
            return Settled(job, error=refused)
        row = self._desk.sealer.seal(
            [
                SecretItem(
                    job.actor.organisation, "refused", job.action.name, orjson.dumps(_unsealed(job.command)).decode()
                )
            ]
        )[0]
        self.sealed.append(row)
        self._enter(
            job,
            (),
            "refused",
            unmet=[g.gate for g in unmet.gates],
            commitment=row.commitment,
            answer=stored_answer(unmet.gates),
        )
        refused.position = self.size - 1
        template = orjson.dumps([self.entries[-1].body.decode(), job.digest.hex()])
        self._transaction.note_refusal(_repeat_key(job, unmet), self.size - 1, self.time, template)
        return Settled(job, error=refused)

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
        if any(isinstance(fact, LedgerResumed) for fact in facts):
            self._transaction.resume()
        subjects = dict.fromkeys(s for fact in facts for s in about(fact))
        sightings = []
        for subject in subjects:
            before = known.heads[subject]
            sightings.append(About(subject, before.seq + 1, before.position))
            known.heads[subject] = SubjectHead(before.seq + 1, position)
        mentioned = dict.fromkeys(
            (*job.seen, *_mentioned(job.command), *(s for f in facts for s in _mentioned(f)), job.actor.person)
        )
        refs = [s for s in mentioned if s not in subjects]
        body = entry_bytes(
            ledger=self._desk.origin,
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
                position,
                body,
                [(a.subject, a.seq) for a in sightings],
                refs,
                job.actor.person,
                job.nonce,
                job.digest,
                answer,
                claims,
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
            ledger=self._desk.origin,
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

    def fill_in(self, settled: Sequence[Settled], leaves: Sequence[bytes]) -> None:
        first = self._transaction.known.head.size
        for each in settled:
            if each.position is not None:
                new = self.entries[each.position - first]
                subjects = tuple(str(s) for s, _ in new.about)
                each.done = Done(
                    (EntryReference(new.position, each.job.action.full_name, subjects, leaves[new.position - first]),)
                )


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


def reference(position: int, body: bytes) -> EntryReference:
    """How an existing entry is named in an answer."""
    entry = Entry(position, body)
    return EntryReference(position, entry.action, tuple(a["subject"] for a in entry.plain["about"]), leaf_hash(body))
