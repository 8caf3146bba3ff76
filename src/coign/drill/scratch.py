"""Two small records for `coign drill mutate --rows`: one in which something of every kind stands, one with a tile."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql

from coign.database import Database
from coign.kernel.errors import Refused
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.kernel.values import Actor, Instant
from coign.ledger import checkpoints, cosignatures, schema
from coign.ledger.store import connect
from coign.perform import Request, Signature, Source
from coign.service import Service, Settings, heads, rehearsal
from coign.witness.policy import Named, Policy
from coign_verify.keys import Algorithm, VerifierKey
from coign_verify.signing import SignerKey, sign_note

#: Ledgers of one drill; the longer one has a complete tile.
SMALL, TILED = 21, 22
TILED_ENTRIES = 260
REGULATORY = Actor(Person("person:drill-regulatory"), "regulatory", rehearsal.MAKER)
_ADMINISTRATORS = [Actor(Person(f"person:drill-maker-admin-{n}"), "admin", rehearsal.MAKER) for n in (1, 2)]
_DAY_US = 24 * 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class Scratch:
    """A record to be changed, and whose signatures count in it."""

    ledger_id: int
    log_key: VerifierKey
    policy: Policy


@contextmanager
def scratch() -> Iterator[tuple[str, Scratch, Scratch]]:
    """The owner's address of a temporary installation, and both records; nothing there forbids to change anything."""
    with rehearsal.installation(callers=1) as (home, supervisor):
        database, settings = supervisor.start(), Settings(home=home, demonstration=True)
        small, tiled = _small(database, settings), _tiled(database, settings)
        with psycopg.connect(database.owner_dsn) as owner:
            for table in schema.APPEND_ONLY:
                owner.execute(sql.SQL("alter table {} disable trigger append_only").format(sql.Identifier(table)))
        yield database.owner_dsn, small, tiled


def _small(database: Database, settings: Settings) -> Scratch:
    with Service.on(database, settings, ledger_id=SMALL, background=False, records=False) as service:
        rehearsal.set_up(service.door, callers=1, besides=[REGULATORY, *_ADMINISTRATORS])
        pair = rehearsal.pairs(1)[0]
        for request in islice(rehearsal.hand_overs("M1", pair), 3):
            service.door.perform(request)
        with suppress(Refused):  # it stands in the record with its reasons
            service.door.perform(_asked(pair.taker, "custody.accept", {"unit": "unit:M1", "seal": "S1"}))
        _granted(service)
        with connect(database.application_dsn) as connection:
            heads.enter(connection, SMALL, service.door)
        return _signed(database, service)


def _tiled(database: Database, settings: Settings) -> Scratch:
    with Service.on(database, settings, ledger_id=TILED, background=False, records=False) as service:
        rehearsal.set_up(service.door, callers=1)
        service.door.perform_all([rehearsal.take_in(f"T{n}", rehearsal.pairs(1)[0]) for n in range(TILED_ENTRIES)])
        return _signed(database, service)


def _asked(actor: Actor, action: str, command: Mapping[str, Any]) -> Request:
    return Request(action, actor, f"{action} by {actor.person}", command, source=Source.INSIDE)


def _granted(service: Service) -> None:
    """Something that is signed, and takes a value for ever."""
    key, (one, other) = Ed25519PrivateKey.generate(), _ADMINISTRATORS
    credential = {"person": REGULATORY.person, "credential": "drill"}
    public = {"method": "demonstration", "public_key": key.public_key().public_bytes_raw().hex(), "evidence": "00" * 32}
    service.door.perform(_asked(one, "people.propose_authenticator", {**credential, **public}))
    service.door.perform(_asked(other, "people.confirm_authenticator", credential))
    now = service.clock.now_us()
    asked = _asked(
        REGULATORY,
        "regulatory.grant",
        {
            "product": "product:drill", "number": "DRILL/1", "jurisdiction": "EU", "stage": "phase_1",
            "basis": "trial", "holder": rehearsal.MAKER, "makers": [rehearsal.MAKER], "sites": [], "centres": [],
            "releasers": [], "valid_from": Instant.of_us(now), "valid_until": Instant.of_us(now + 365 * _DAY_US),
            "evidence": "00" * 32,
        },
    )  # fmt: skip
    prepared = service.door.prepare(asked)
    signature = Signature("demonstration", "drill", key.sign(prepared.intent_hash))
    service.door.perform(replace(asked, intent_hash=prepared.intent_hash, signature=signature))


def _signed(database: Database, service: Service) -> Scratch:
    """Two checkpoints' worth: the newest one is signed, and a witness has seen it."""
    witness = SignerKey.generate("witness.drill.example", Algorithm.ED25519_COSIGNATURE)
    named = Named(witness.name, "", (witness.verifier(),))
    policy = Policy((named,), witness.verifier())
    now = service.clock.now_us()
    with connect(database.application_dsn) as connection:
        checkpoint = checkpoints.publish(connection, service.ledger_id, service.keys_here(), now)
        assert checkpoint is not None
        time_s = now // 1_000_000
        signed = [(witness.verifier(), time_s, sign_note(checkpoint.text(), witness, time_s=time_s))]
        cosignatures.keep(connection, service.ledger_id, checkpoint.size, signed, policy)
    return Scratch(service.ledger_id, service.log_key, policy)
