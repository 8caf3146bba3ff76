"""Checking that a map of heads has no such subject; a pack asserts no absence, whoever asks for one uses this."""

from collections.abc import Sequence

from coign_verify.heads import Leaf, key_of, leads_to


def verify_absent(subject: str, neighbour: Leaf | None, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that the map with this root has no such subject.

    `neighbour`: the only key of the part where the subject's way ends; None: that part has no key.
    """
    key = key_of(subject)
    return (neighbour is None or neighbour.key != key) and leads_to(root, key, neighbour, proof)
