"""The identity vault; see README.md."""

from coign.vault.keys import VaultKeyUnusable, key_file, read_master_key, read_or_create_master_key
from coign.vault.likeness import Alike, Candidate, Likeness, similar
from coign.vault.match import FieldAnswer, MatchAnswer, match
from coign.vault.sealer import VaultSealer, key_was_erased
from coign.vault.sealing import DataKey, Item, Opened, Sealed
from coign.vault.tables import create_tables
from coign.vault.vault import Vault

__all__ = [
    "Alike",
    "Candidate",
    "DataKey",
    "FieldAnswer",
    "Item",
    "Likeness",
    "MatchAnswer",
    "Opened",
    "Sealed",
    "Vault",
    "VaultKeyUnusable",
    "VaultSealer",
    "create_tables",
    "key_file",
    "key_was_erased",
    "match",
    "read_master_key",
    "read_or_create_master_key",
    "similar",
]
