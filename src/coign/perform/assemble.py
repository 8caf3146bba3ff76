"""Puts a door together from the catalogue and what the installation gives it."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from coign import __version__, access, catalogue, rulesets
from coign.kernel.actions import Action
from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.ledger.states import Folding
from coign.ledger.store import Store
from coign.perform.door import Door
from coign.perform.evaluate import Authority, Judge, Rulebook, SubjectGate
from coign.perform.intent import basis_bytes
from coign.perform.protocols import Clock, Resolver, Sealer
from coign.perform.rates import Rates
from coign.perform.request import Request
from coign.perform.signatures import SignatureMethod, ed25519, webauthn
from coign.perform.writer import Writer


@dataclass(frozen=True, slots=True)
class Place:
    """Which ledger of which database."""

    dsn: str
    ledger_id: int
    origin: str


@cache
def folding() -> Folding:
    """All views of the catalogue; indexed once, and what is loaded for one is loaded for all."""
    return Folding(catalogue.VIEWS)


def judge(programmes: Any = None, programmes_digest: str = "") -> Judge:
    """The rules of the catalogue with their rule sets and programmes."""
    rules = rulesets.load()
    authority = catalogue.authority
    return Judge(
        folding(),
        catalogue.PARTIES,
        Authority(authority.reads, authority.missing, authority.public_key),
        Rulebook(rules, programmes, _basis(rules, programmes_digest)),
        tuple(SubjectGate(view, gate) for view, gate in catalogue.SUBJECT_GATES),
    )


def methods(*, demonstration: bool) -> Mapping[str, SignatureMethod]:
    """Ways to sign. Only a ledger that its first entry calls a demonstration takes the demonstration's keys."""
    known: dict[str, SignatureMethod] = {"ed25519": ed25519, "password+otp": ed25519, "webauthn": webauthn}
    if demonstration:
        known["demonstration"] = ed25519
    return known


def access_judge() -> Judge:
    """The rules of the access ledger: one action, open to whoever is signed in; the page decided before."""
    rules = rulesets.load()
    return Judge(
        Folding(access.VIEWS),
        catalogue.PARTIES,
        Authority(lambda actor: (), lambda action, known: None, lambda known, credential, method: None),
        Rulebook(rules, None, _basis(rules, "")),
    )


def _basis(rules: rulesets.RuleSets, programme: str) -> bytes:
    return basis_bytes(
        programme=programme, rulesets=rules.digest, terms=rules.terms_digest, software=f"coign {__version__}"
    )


def door(
    place: Place,
    *,
    clock: Clock,
    sealer: Sealer,
    digest_key: bytes,
    demonstration: bool,
    resolvers: Mapping[str, Resolver] | None = None,
    programmes: Any = None,
    programmes_digest: str = "",
    rates: Rates | None = None,
    on_commit: Callable[[int], None] = lambda size: None,
    in_transaction: Callable[[], bool] = lambda: False,
) -> Door:
    """A door with its own writer thread and a small pool for reading. Close it with `Door.close`.

    `rates`: others than those of the rule sets, for measuring and tests.
    """
    return put_together(
        place,
        judge(programmes, programmes_digest),
        catalogue.ACTIONS,
        clock=clock,
        sealer=sealer,
        digest_key=digest_key,
        resolvers=resolvers or {},
        methods=methods(demonstration=demonstration),
        rates=rates,
        on_commit=on_commit,
        in_transaction=in_transaction,
    )


def access_door(
    place: Place,
    *,
    clock: Clock,
    sealer: Sealer,
    digest_key: bytes,
    on_commit: Callable[[int], None] = lambda size: None,
) -> Door:
    """The door of the access ledger, beside that of the therapies."""
    return put_together(
        place,
        access_judge(),
        {action.name: action for action in access.ACTIONS},
        clock=clock,
        sealer=sealer,
        digest_key=digest_key,
        resolvers={},
        methods={},
        rates=None,
        on_commit=on_commit,
        in_transaction=lambda: False,
    )


def put_together(
    place: Place,
    the_judge: Judge,
    actions: Mapping[str, Action[Any]],
    *,
    clock: Clock,
    sealer: Sealer,
    digest_key: bytes,
    resolvers: Mapping[str, Resolver],
    methods: Mapping[str, SignatureMethod],
    rates: Rates | None,
    on_commit: Callable[[int], None],
    in_transaction: Callable[[], bool],
    named: Callable[[Request], Mapping[str, str]] | None = None,
) -> Door:
    """A door of these rules and actions, whatever the catalogue says; what holds for the other two holds for it.

    `named`: what a request makes is called so; None: the door gives names.
    """
    pool: ConnectionPool[psycopg.Connection] = ConnectionPool(
        place.dsn, min_size=1, max_size=8, timeout=10, open=True, kwargs={"autocommit": True, "prepare_threshold": 1}
    )
    rules, now = the_judge.rulebook.rules, Instant.of_us(clock.now_us())
    store = Store(place.dsn, place.ledger_id, the_judge.folding)
    writer = Writer(store=store, judge=the_judge, clock=clock, sealer=sealer, origin=place.origin, on_commit=on_commit)
    return Door(
        actions=actions,
        judge=the_judge,
        writer=writer,
        pool=pool,
        ledger_id=place.ledger_id,
        origin=place.origin,
        clock=clock,
        sealer=sealer,
        digest_key=digest_key,
        resolvers=resolvers,
        methods=methods,
        intent_valid_min=int(rules.minutes("signing.intent_valid", now)),
        rates=rates or Rates.of(rules, now),
        in_transaction=in_transaction,
        named=named,
    )
