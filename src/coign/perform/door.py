"""The one door: check, prepare, perform."""

import base64
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any, TypeVar

import orjson
import psycopg
from psycopg_pool import ConnectionPool

from coign.kernel.actions import Action, Circumstances, Read
from coign.kernel.errors import Conflict, Forbidden, GateAnswer, Invalid, NotFound, Refused, Unavailable
from coign.kernel.subjects import Subject, parse_subject
from coign.kernel.values import Actor, Instant
from coign.ledger.encoding import canonical, from_record, from_wire
from coign.ledger.known import Known
from coign.ledger.store import Transaction
from coign.perform.evaluate import Judge, Unmet
from coign.perform.intent import Envelope, intent_bytes
from coign.perform.job import Group, Job, SignedIntent
from coign.perform.protocols import Clock, Resolver, Sealer, SecretItem
from coign.perform.rates import Rates
from coign.perform.request import Done, Prepared, Request, Signature
from coign.perform.shape import Shape, shape_of
from coign.perform.signatures import SignatureMethod
from coign.perform.writer import Writer
from coign_verify.intent import intent_hash

T = TypeVar("T")

COMMAND_BYTES_MAX = 32_768
NONCE_LENGTH_MAX = 128


class Door:
    """Everything regulated passes here. Thread-safe; one per process."""

    def __init__(
        self,
        *,
        actions: Mapping[str, Action[Any]],
        judge: Judge,
        writer: Writer,
        pool: ConnectionPool[psycopg.Connection],
        ledger_id: int,
        origin: str,
        clock: Clock,
        sealer: Sealer,
        digest_key: bytes,
        resolvers: Mapping[str, Resolver],
        methods: Mapping[str, SignatureMethod],
        intent_valid_min: int,
        rates: Rates,
        in_transaction: Callable[[], bool] = lambda: False,
        named: Callable[[Request], Mapping[str, str]] | None = None,
    ) -> None:
        self.actions = actions
        self._judge, self._writer, self._pool = judge, writer, pool
        self._ledger_id, self._origin = ledger_id, origin
        self._clock, self._sealer, self._digest_key = clock, sealer, digest_key
        self._resolvers, self._methods = resolvers, methods
        self._intent_valid_min, self._rates = intent_valid_min, rates
        self._in_transaction, self._named = in_transaction, named
        self._shapes = {name: shape_of(action) for name, action in actions.items()}

    # What callers do

    def perform(self, request: Request, *, timeout_s: float = 30) -> Done:
        """Do it, or raise one of the seven errors. Safe to repeat under the same nonce."""
        self._rates.act((request,))
        self._ready_to_refuse((request,))
        return self._wait(self._writer.submit(self._ready_job(request)).wait, timeout_s)

    def perform_all(
        self, requests: Sequence[Request], *, all_or_nothing: bool = True, timeout_s: float = 300
    ) -> list[Done]:
        """Many commands, decided one after the other, appended in one commit.

        With `all_or_nothing` one refused command stores none of them and is raised; otherwise each stands by itself
        and the answers of those that were done are given.
        """
        self._rates.act(requests)
        self._ready_to_refuse(requests)
        group = Group([self._ready_job(r) for r in requests], all_or_nothing)
        return self._wait(self._writer.submit_all(group).result, timeout_s)

    def question(self, request: Request) -> None:
        """Count a question that is answered outside the door; `Unavailable` when they come too fast."""
        self._rates.question(request)

    def check(self, request: Request) -> list[GateAnswer]:
        """What every gate says now. Records nothing."""
        self._rates.question(request)
        job = self._job(request, seal=False)
        return self._judge.gates(job, *self._preview(job))

    def prepare(self, request: Request) -> Prepared:
        """The intent to be signed. Refused (and not recorded) if a gate does not hold now."""
        self._rates.act((request,))
        job = self._job(request)
        action = job.action
        meaning = action.meaning_for(job.actor.role)
        if meaning is None:
            raise Invalid.at("action", f"{action.name} is not signed: perform it directly")
        circumstances, reads = self._preview(job)
        try:
            facts = self._judge.decide(job, circumstances, reads).facts
        except Unmet as unmet:
            raise Refused(action.name, unmet.gates, subjects=[str(s) for s in job.seen]) from unmet
        pins = [(r.subject, circumstances.seq(r.subject)) for r in job.reads if not r.subject.public]
        expires = job.prepared.plus(minutes=self._intent_valid_min)
        envelope = Envelope(
            action=action.full_name,
            ledger=self._origin,
            nonce=job.nonce,
            actor=job.actor,
            meaning=meaning,
            reason=job.reason,
            claimed_time=job.claimed_time,
            basis=self._judge.rulebook.basis,
            prepared=job.prepared,
            expires=expires,
            pins=pins,
        )
        intent = intent_bytes(envelope, job.command, facts)
        prepared = Prepared(
            intent, intent_hash(intent), orjson.loads(intent), meaning, tuple(sorted(self._methods)), expires
        )
        self._keep_prepared(prepared, job)
        return prepared

    def close(self) -> None:
        """Finish what is queued; then give everything back."""
        self._writer.stop()
        self._pool.close()

    # How a request becomes a job

    def _job(self, request: Request, *, seal: bool = True) -> Job:
        assert not self._in_transaction(), "a caller of the door must hold no open transaction"
        action = self.actions.get(request.action)
        if action is None:
            raise NotFound(f"there is no action {request.action}")
        if not request.nonce or len(request.nonce) > NONCE_LENGTH_MAX:
            raise Invalid.at("nonce", f"expected a key of 1 to {NONCE_LENGTH_MAX} characters")
        if request.signature is not None:
            return self._signed_job(action, request)
        return self._fresh_job(action, request, seal=seal)

    def _ready_to_refuse(self, requests: Sequence[Request]) -> None:
        """A refusal seals what was asked behind the lock, where no key can be made."""
        self._sealer.ready([(owner, "refused") for owner in {request.actor.organisation for request in requests}])

    def _ready_job(self, request: Request) -> Job:
        job = self._job(request)
        if job.action.meaning is not None and job.signed is None:
            raise Invalid.at("signature", f"is missing: {job.action.title} is signed as “{job.action.meaning}”")
        return job

    def _fresh_job(self, action: Action[Any], request: Request, *, seal: bool) -> Job:
        shape = self._shapes[action.name]
        asked = canonical(request.command)
        if len(asked) > COMMAND_BYTES_MAX:
            raise Invalid.at("command", f"is larger than {COMMAND_BYTES_MAX} bytes; larger matter is a document")
        command = from_wire(action.command, {**request.command, **self.allotted(request)})
        if wrong := [name for name in shape.closed if name in request.command]:
            raise Invalid.at(wrong[0], "is set by the system")
        seen = shape.seen_in(command)
        if shape.resolved:
            command = self._resolve(shape, command, request.actor)
        command, sealed = self._seal(shape, action, command, request.actor) if seal else (command, ())
        reason, sealed = self._seal_reason(request, list(sealed)) if seal else ("", sealed)
        return Job(
            action=action,
            command=command,
            actor=request.actor,
            nonce=request.nonce,
            digest=hmac.digest(self._digest_key, action.full_name.encode() + b"\x00" + asked, "sha256"),
            prepared=Instant.of_us(self._clock.now_us()),
            seen=seen,
            reads=list(action.reads(command, request.actor)),
            sealed=sealed,
            reason=reason,
            claimed_time=request.claimed_time,
        )

    def allotted(self, request: Request) -> dict[str, str]:
        """Identifiers for new things: a function of the caller's key, so that a retry gets the same ones."""
        if self._named is not None:
            return dict(self._named(request))
        given = {}
        for name, kind in self._shapes[request.action].allotted.items():
            seed = "\x00".join((self._origin, request.actor.person, request.nonce, request.action, name))
            token = base64.b32encode(hmac.digest(self._digest_key, seed.encode(), "sha256"))[:16].decode()
            given[name] = f"{kind.kind}:{token[:4]}-{token[4:8]}-{token[8:12]}-{token[12:]}"
        return given

    def _resolve(self, shape: Shape, command: Any, actor: Actor) -> Any:
        for resolver in dict.fromkeys(shape.resolved.values()):
            command = replace(command, **self._resolvers[resolver](command, actor))
        return command

    def _seal(self, shape: Shape, action: Action[Any], command: Any, actor: Actor) -> tuple[Any, Sequence[Any]]:
        """Texts go to the vault; the command keeps their commitments."""
        texts = [(name, getattr(command, name)) for name in shape.secrets if getattr(command, name) is not None]
        if not texts:
            return command, ()
        owner = next(
            (s for s in _all_subjects(command) if s.kind in ("patient", "donor", "person")), actor.organisation
        )
        self._sealer.ready([(owner, type(secret).retention_class) for _, secret in texts])
        items = [
            SecretItem(owner, type(secret).retention_class, f"{action.name}.{name}", secret.text or "")
            for name, secret in texts
        ]
        rows = self._sealer.seal(items)
        sealed = {name: secret.sealed(row.commitment.hex()) for (name, secret), row in zip(texts, rows, strict=True)}
        return replace(command, **sealed), rows

    def _seal_reason(self, request: Request, sealed: list[Any]) -> tuple[str, list[Any]]:
        if not request.reason:
            return "", sealed
        owner = request.actor.organisation
        self._sealer.ready([(owner, "free_text")])
        row = self._sealer.seal([SecretItem(owner, "free_text", f"{request.action}.reason", request.reason)])[0]
        return row.commitment.hex(), [*sealed, row]

    # Signed actions

    def _keep_prepared(self, prepared: Prepared, job: Job) -> None:
        payload = orjson.dumps(
            {
                "intent": prepared.intent.decode(),
                "command": job.plain_command,
                "seen": list(job.seen),
                "digest": job.digest.hex(),
                "sealed": [base64.b64encode(self._sealer.pack(row)).decode() for row in job.sealed],
                "reason": job.reason,
            }
        )
        with self._reading() as connection:
            connection.execute(
                "insert into prepared_intent (ledger_id, intent_hash, person, expires, payload) "
                "values (%s, %s, %s, %s, %s) on conflict do nothing",
                (self._ledger_id, prepared.intent_hash, job.actor.person, prepared.expires, payload),
            )
            # Kept for a day beyond their end, so that a late retry of what was signed still finds its answer.
            connection.execute(
                "delete from prepared_intent where ledger_id = %s and expires < %s",
                (self._ledger_id, job.prepared.plus(days=-1)),
            )

    def _signed_job(self, action: Action[Any], request: Request) -> Job:
        assert request.signature is not None
        if request.intent_hash is None:
            raise Invalid.at("intent_hash", "is missing: prepare the action first")
        with self._reading() as connection:
            row = connection.execute(
                "select payload, expires from prepared_intent "
                "where ledger_id = %s and intent_hash = %s and person = %s",
                (self._ledger_id, request.intent_hash, request.actor.person),
            ).fetchone()
        if row is None:
            raise NotFound("this intent is not known here: prepare it anew")
        kept = orjson.loads(row[0])
        intent = kept["intent"].encode()
        body = orjson.loads(intent)
        if body["action"] != action.full_name or from_record(Actor, body["actor"]) != request.actor:
            raise Conflict("this intent is for another action or another actor")
        command = from_record(action.command, kept["command"])
        public_key = self._verified(request, request.signature, intent)
        return Job(
            action=action,
            command=command,
            actor=request.actor,
            nonce=body["nonce"],
            digest=bytes.fromhex(kept["digest"]),
            prepared=Instant(body["prepared"]),
            seen=[parse_subject(s) for s in kept["seen"]],
            reads=list(action.reads(command, request.actor)),
            sealed=[self._sealer.unpack(base64.b64decode(s)) for s in kept["sealed"]],
            reason=body["reason"],
            claimed_time=Instant(body["claimed_time"]) if body["claimed_time"] else None,
            signed=SignedIntent(
                intent,
                body["facts"],
                [(parse_subject(p["subject"]), p["seq"]) for p in body["pins"]],
                Instant(row[1]),
                request.signature,
                public_key,
            ),
        )

    def _verified(self, request: Request, signature: Signature, intent: bytes) -> str:
        """The public key that verifies the signature; taken from the ledger, never from account tables."""
        method = self._methods.get(signature.method)
        if method is None:
            raise Invalid.at("signature.method", f"expected one of {', '.join(sorted(self._methods))}")
        with self._reading() as connection:
            reads = [(r.subject, r.view.name if r.view else None) for r in self._judge.authority.reads(request.actor)]
            transaction = Transaction(connection, self._ledger_id, self._judge.folding)
            known = transaction.look(reads)
        circumstances = self._circumstances(known, request.actor)
        public_key = self._judge.authority.public_key(circumstances, signature.credential, signature.method)
        if public_key is None or not method(public_key, intent_hash(intent), signature.value):
            raise Forbidden("the signature does not verify with a credential enrolled for you")
        return public_key

    # Reading without the lock

    def _preview(self, job: Job) -> tuple[Circumstances, list[Read]]:
        """What the rules would know now; only for those who may see and do it."""
        with self._reading() as connection:
            transaction = Transaction(connection, self._ledger_id, self._judge.folding)
            known = transaction.look(self._judge.first_reads(job))
            now = Instant.of_us(max(self._clock.now_us(), known.head.last_time.us + 1 if known.head.last_time else 0))
            circumstances = self._judge.circumstances(job, known, now)
            self._judge.admit(job, circumstances)
            return circumstances, self._judge.reads(job, circumstances, transaction.read)

    def _circumstances(self, known: Known, actor: Actor) -> Circumstances:
        return Circumstances(
            now=Instant.of_us(self._clock.now_us()),
            actor=actor,
            states=known.states,
            heads={s: h.seq for s, h in known.heads.items()},
            read=known.read,
            programmes=self._judge.rulebook.programmes,
            rules=self._judge.rulebook.rules,
        )

    @contextmanager
    def _reading(self) -> Iterator[psycopg.Connection]:
        """A connection beside the writer's; a database that does not answer is `Unavailable`, and nothing is lost."""
        try:
            with self._pool.connection() as connection:
                yield connection
        except psycopg.OperationalError as error:  # PoolTimeout is one
            raise Unavailable("the database does not answer") from error

    @staticmethod
    def _wait(answer: Callable[[float], T], timeout_s: float) -> T:
        try:
            return answer(timeout_s)
        except TimeoutError:
            raise Unavailable("no answer in time: repeat with the same key to learn what became of it") from None


def _all_subjects(command: Any) -> list[Subject]:
    return [
        s
        for f in fields(command)
        for s in ([getattr(command, f.name)] if isinstance(getattr(command, f.name), Subject) else [])
    ]
