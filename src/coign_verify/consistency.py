"""Checking that a log only grew: that the tree of one size begins with that of another (RFC 9162, section 2.1.4.2)."""

from collections.abc import Sequence

from coign_verify.tree import are_hashes, is_count, is_hash, node_hash


def verify_consistency(m: int, n: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of size `n` begins with the tree of size `m`.

    From size 0 everything is consistent and nothing is shown, so it is refused: a caller who wants "anything extends
    the empty tree" says so.
    """
    if not (is_count(m) and is_count(n) and 0 < m <= n and is_hash(old_root) and is_hash(new_root)):
        return False
    if not are_hashes(proof, at_most=(n - 1).bit_length() + 1):
        return False
    if m == n:
        return not proof and old_root == new_root
    if not proof:
        return False
    # A complete old tree is itself a node of the new one, and so is left out of the proof.
    path = [old_root, *proof] if m & (m - 1) == 0 else list(proof)
    place, last = m - 1, n - 1
    while place & 1:
        place >>= 1
        last >>= 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while place and not place & 1:
                place >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and old == old_root and new == new_root
