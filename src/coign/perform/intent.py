"""The intent: the canonical bytes that a signature covers, and that stand in the entry as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from coign.kernel.facts import Fact
from coign.kernel.subjects import Subject
from coign.kernel.values import Actor, Instant
from coign.ledger.encoding import canonical, fact_body, plain


@dataclass(frozen=True, slots=True)
class Envelope:
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


def intent_bytes(envelope: Envelope, command: Any, facts: Sequence[Fact]) -> bytes:
    """Canonical bytes of the intent. `command` is already plain: typed values, or one commitment when refused."""
    return orjson.dumps(
        {
            "action": envelope.action,
            "actor": plain(envelope.actor),
            "basis": orjson.Fragment(envelope.basis),
            "claimed_time": envelope.claimed_time,
            "command": command,
            "expires": envelope.expires,
            "facts": [fact_body(f) for f in facts],
            "ledger": envelope.ledger,
            "meaning": envelope.meaning,
            "nonce": envelope.nonce,
            "pins": [{"seq": seq, "subject": subject} for subject, seq in envelope.pins],
            "prepared": envelope.prepared,
            "reason": envelope.reason,
        },
        option=orjson.OPT_SORT_KEYS,
    )


def basis_bytes(*, programme: str, rulesets: str, software: str) -> bytes:
    """What the decision was based on, as hashes."""
    return canonical({"programme": programme, "rulesets": rulesets, "software": software})
