"""Packs of a record whose log changed its key, as the keys say it and otherwise."""

from tests.support.log_keys import key_of
from tests.support.packs import KEY, ORIGIN, packed, with_change

from coign_verify.signing import SignerKey, log_key_statement

SECOND, ROOT = key_of(ORIGIN, 2), key_of(f"{ORIGIN}/root", 4)


def says(old: SignerKey, new: SignerKey, *signers: SignerKey, root: SignerKey | None = None) -> str:
    told = root.verifier() if root else None
    return log_key_statement(old.verifier(), new.verifier(), told, signers or (old, new))


ROTATED, ROOTED = says(KEY, SECOND), says(KEY, KEY, KEY, ROOT, root=ROOT)
LOST = says(KEY, SECOND, SECOND, ROOT, root=ROOT)

#: Changes that do not hold, and what is said of them; "": they hold for another key than the one trusted.
CHANGES: list[tuple[tuple[str, ...], str]] = [
    ((says(KEY, SECOND, SECOND),), "neither the key before nor the root"),
    ((says(KEY, SECOND, SECOND, ROOT),), "neither the key before nor the root"),
    ((says(KEY, SECOND, KEY),), "the new key did not sign it"),
    ((says(KEY, KEY, KEY, root=ROOT),), "the root did not sign it"),
    ((LOST,), "neither the key before nor the root"),
    ((says(key_of(ORIGIN, 7), SECOND),), ""),
    ((ROTATED, says(SECOND, KEY)), "was used here before"),
    ((ROTATED, ROTATED), "and this log signs with"),
    ((ROOTED, says(KEY, SECOND)), "none that can stand in"),
    ((says(KEY, key_of("other.example/2", 2)),), "is no key of"),
    (("nonsense",), "no empty line"),
    ((says(KEY, KEY),), "it changes nothing"),
]


def changed_pack(*statements: str, key: SignerKey = SECOND) -> bytes:
    record = with_change(*statements)
    return packed(record, size=len(record.bodies), key=key)
