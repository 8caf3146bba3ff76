"""Keys of a log that never change from run to run, its root, and statements about them."""

from coign_verify.keys import Algorithm
from coign_verify.signing import SignerKey, log_key_statement


def key_of(name: str, number: int) -> SignerKey:
    """The key of this number of a log, or of its root."""
    return SignerKey(name, Algorithm.ED25519, bytes([number]) * 32)


class KeysOf:
    """The first keys of a log and its root."""

    def __init__(self, origin: str) -> None:
        self.first, self.second, self.third = (key_of(origin, number) for number in (1, 2, 3))
        self.root = key_of(f"{origin}/root", 4)
        self.stranger = key_of(origin, 5)

    def says(self, old: SignerKey, new: SignerKey, *signers: SignerKey, root: SignerKey | None = None) -> str:
        """A statement with these signatures; by the two keys themselves unless others are named."""
        told = root.verifier() if root else None
        return log_key_statement(old.verifier(), new.verifier(), told, signers or (old, new))

    def with_root(self) -> str:
        """The root is put on record."""
        return self.says(self.first, self.first, self.first, self.root, root=self.root)

    def after_loss(self) -> str:
        """The first key is lost: the root signs in its place."""
        return self.says(self.first, self.second, self.second, self.root, root=self.root)
