"""Where an installation's keys lie: outside database and backup, and needed to use either."""

from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from coign.database import home
from coign.kernel.errors import Unavailable
from coign.kernel.frozen import dataclass
from coign.ledger.log_keys import KeysHere, keys_here, later_keys
from coign.service.first_start import LEDGER_ID
from coign.settings import Settings
from coign.vault import read_master_key


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One key: where it lies, and what cannot be done without it."""

    path: Path
    what: str


def key_files(settings: Settings) -> tuple[KeyFile, ...]:
    """Every file that no backup holds and no restore can do without."""
    log = log_key_file(settings)
    return (
        KeyFile(_vault(settings), "opens names and free text, and seals backups"),
        *(KeyFile(file, "signs the checkpoints of the record") for file in (log, *later_keys(log))),
        KeyFile(log_key_file(settings, -LEDGER_ID), "signs the checkpoints of the access ledger"),
    )


def seal_key(settings: Settings) -> bytes:
    """What the manifest of a backup is sealed with."""
    return HKDF(SHA256(), 32, salt=None, info=b"coign/backup/v1").derive(master_key(settings))


def master_key(settings: Settings) -> bytes:
    """The vault's key; Unavailable says which file is missing. Never made here: a new one opens nothing old."""
    try:
        return read_master_key(_vault(settings))
    except FileNotFoundError as error:
        raise Unavailable(
            f"the key {_vault(settings)} is missing: bring it back from where you keep it apart from the backups"
        ) from error


def log_keys(settings: Settings, origins: Mapping[int, str]) -> dict[int, KeysHere]:
    """The log keys of each of these ledgers (number → name); Unavailable: missing, or another ledger's."""
    files = {number: log_key_file(settings, number) for number in (LEDGER_ID, -LEDGER_ID)}
    return {number: keys_here(files[number], origin) for number, origin in origins.items() if number in files}


def log_key_file(settings: Settings, ledger_id: int = LEDGER_ID) -> Path:
    """Where the first key of a ledger lies, and each later one beside it; the ledgers of tests have numbers."""
    if ledger_id > 0 and settings.log_key_file:
        return settings.log_key_file
    name = "log" if ledger_id > 0 else "access"
    number = "" if abs(ledger_id) == LEDGER_ID else f"-{abs(ledger_id)}"
    return (settings.home or home()) / f"{name}{number}.key"


def _vault(settings: Settings) -> Path:
    return settings.vault_key_file or (settings.home or home()) / "vault.key"
