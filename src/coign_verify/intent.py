"""What a person signed: hashing an intent, recognising what it read, cutting the intent out of an entry."""

from hashlib import sha256

from coign_verify.jcs import JsonError, canonical, loads_strict

INTENT_LABEL = b"coign/intent/v1\x00"
READ_LABEL = b"coign/read/v1\x00"


def intent_hash(canonical_intent: bytes) -> bytes:
    """The 32 bytes a signer signs; with a passkey they are the challenge."""
    return sha256(INTENT_LABEL + canonical_intent).digest()


def read_commitment(entry_salt: bytes, subject: str) -> bytes:
    """What stands in an entry's `read` for a subject that a rule looked up and the entry does not name.

    Whoever knows the subject can recognise it, with the salt of the same entry.
    """
    return sha256(READ_LABEL + entry_salt + subject.encode()).digest()


def cut_intent(entry: bytes) -> bytes:
    """The intent as a run of the entry's own bytes; JsonError unless the entry stands in its one spelling.

    In that spelling there is one run of bytes that the intent can be, so that what is checked is what stands there.
    """
    plain = loads_strict(entry)
    if not isinstance(plain, dict) or "intent" not in plain:
        raise JsonError("the entry has no intent")
    if canonical(plain) != entry:
        raise JsonError("the entry is not in its one spelling")
    return canonical(plain["intent"])
