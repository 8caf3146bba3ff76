"""A sorted Merkle map of subjects and their last entries: proves how far a subject's past reaches, or that it has none.

A subject's *key* is SHA-256 over the label `coign/heads/key/v1`, a zero byte and the subject's text. Keys are sorted as
numbers: the first bit of a key says whether it lies in the left or the right half of the map, the next bit in which
half of that half, and so on. The hash of a part of the map is

- of a part without keys: 32 zero bytes;
- of a part with one key, whatever its size: SHA-256 over `coign/heads/leaf/v1`, a zero byte, the 32 bytes of the key,
  the subject's count of entries and the position of its last entry, both as eight big-endian bytes;
- of a part with more keys: SHA-256 over `coign/heads/node/v1`, a zero byte, the hash of its left half, of its right.

The root is the hash of the whole. The same subjects give the same root, in whatever order they came. A proof lists the
hashes of the halves beside the way to a key, the smallest part first. There is no subject with a key where its way ends
in a part without keys or in one whose only key is another.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

EMPTY = bytes(32)
KEY_LABEL = b"coign/heads/key/v1\x00"
LEAF_LABEL = b"coign/heads/leaf/v1\x00"
NODE_LABEL = b"coign/heads/node/v1\x00"
KEY_BITS = 256


class Leaf(NamedTuple):
    """What the map says under one key."""

    key: bytes
    seq: int
    position: int


def key_of(subject: str) -> bytes:
    """Where a subject lies in the map."""
    return sha256(KEY_LABEL + subject.encode()).digest()


def leaf_hash(leaf: Leaf) -> bytes:
    """The hash of a part of the map with this one key."""
    return sha256(LEAF_LABEL + leaf.key + leaf.seq.to_bytes(8, "big") + leaf.position.to_bytes(8, "big")).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a part of the map with several keys, over its two halves."""
    return sha256(NODE_LABEL + left + right).digest()


def verify_present(subject: str, seq: int, position: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that the subject has `seq` entries, the last at `position`, in the map with this root."""
    return leads_to(root, key_of(subject), Leaf(key_of(subject), seq, position), proof)


def leads_to(root: bytes, key: bytes, end: Leaf | None, proof: Sequence[bytes]) -> bool:
    """Whether the way of `key` through the map with this root ends in a part that holds `end` alone."""
    if not isinstance(proof, list | tuple) or len(proof) > KEY_BITS:
        return False
    if not all(isinstance(each, bytes) and len(each) == len(EMPTY) for each in (*proof, root)):
        return False
    if end is None:
        found = EMPTY
    elif _is_leaf(end) and not any(is_right(end.key, d) != is_right(key, d) for d in range(len(proof))):
        found = leaf_hash(end)
    else:
        return False
    for depth, beside in zip(reversed(range(len(proof))), proof, strict=True):
        found = node_hash(beside, found) if is_right(key, depth) else node_hash(found, beside)
    return found == root


def is_right(key: bytes, depth: int) -> bool:
    return bool(key[depth // 8] >> (7 - depth % 8) & 1)


def _is_leaf(leaf: Leaf) -> bool:
    counts = all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 1 << 63 for n in leaf[1:])
    return counts and isinstance(leaf.key, bytes) and len(leaf.key) == len(EMPTY)
