"""The intent: the canonical bytes that a signature covers, and that stand in the entry as they are."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import orjson

from coign.kernel.facts import Fact
from coign.kernel.subjects import Subject
from coign.kernel.values import Actor, Instant
from coign.ledger.encoding import canonical


class Envelope(NamedTuple):
    """The parts of an intent that are known before the rules are asked."""

    action: str
    ledger: str
    nonce: str
    actor: Actor
    meaning: str | None
    reason: str
    claimed_time: Instant | None
    basis: bytes  # canonical JSON: hashes of programme, rule sets, software
    prepared: Instant
    expires: Instant | None
    pins: Sequence[tuple[Subject, int]] = ()


def intent_bytes(envelope: Envelope, command: object, facts: Sequence[Fact]) -> bytes:
    """Canonical bytes of the intent. `command`: the typed command, or what stands for it when it is refused."""
    return canonical(
        {
            "action": envelope.action,
            "actor": _actor(envelope.actor),
            "basis": orjson.Fragment(envelope.basis),
            "claimed_time": envelope.claimed_time,
            "command": command,
            "expires": envelope.expires,
            "facts": [{"body": fact, "type": fact.TYPE} for fact in facts],
            "ledger": envelope.ledger,
            "meaning": envelope.meaning,
            "nonce": envelope.nonce,
            "pins": [{"seq": seq, "subject": subject} for subject, seq in envelope.pins],
            "prepared": envelope.prepared,
            "reason": envelope.reason,
        }
    )


@lru_cache
def _actor(actor: Actor) -> orjson.Fragment:
    return orjson.Fragment(canonical(actor))


def basis_bytes(*, programme: str, rulesets: str, terms: str, software: str) -> bytes:
    """What the decision was based on, as hashes. `terms`: of what invariants ask for of the rule sets."""
    return canonical({"programme": programme, "rulesets": rulesets, "software": software, "terms": terms})
