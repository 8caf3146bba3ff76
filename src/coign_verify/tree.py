"""The Merkle tree of a log (RFC 6962): hashing, and checking proofs.

Leaves and inner nodes are hashed with different first bytes, so that an inner node can never pass for an entry.
Proofs of inclusion are checked with the algorithm of RFC 9162, section 2.1.3.2.
"""

from collections.abc import Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash by which an entry stands in the tree."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over its two children."""
    return sha256(b"\x01" + left + right).digest()


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that `leaf` is number `index` (from 0) of the tree of `size` leaves with this root."""
    if not (is_count(index) and is_count(size) and index < size and is_hash(leaf) and is_hash(root)):
        return False
    if not are_hashes(proof, at_most=(size - 1).bit_length()):
        return False
    place, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while place and not place & 1:
                place >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and node == root


def is_hash(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == HASH_BYTES


def are_hashes(values: object, *, at_most: int) -> bool:
    return isinstance(values, list | tuple) and len(values) <= at_most and all(is_hash(each) for each in values)


def is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
