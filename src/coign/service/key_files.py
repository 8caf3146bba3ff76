"""Where an installation's keys lie: outside database and backup, and needed to use either."""

from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from coign.database import home
from coign.kernel.errors import Unavailable
from coign.kernel.frozen import dataclass
from coign.ledger.checkpoints import log_key
from coign.service.first_start import LEDGER_ID
from coign.settings import Settings
from coign.vault import read_master_key
from coign_verify.keys import VerifierKey


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One key: where it lies, and what cannot be done without it."""

    path: Path
    what: str


def key_files(settings: Settings) -> tuple[KeyFile, ...]:
    """Every file that no backup holds and no restore can do without."""
    folder = settings.home or home()
    return (
        KeyFile(_vault(settings), "opens names and free text, and seals backups"),
        KeyFile(_log(settings), "signs the checkpoints of the record"),
        KeyFile(folder / "access.key", "signs the checkpoints of the access ledger"),
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


def log_keys(settings: Settings, origins: Mapping[int, str]) -> dict[int, VerifierKey]:
    """The public log key of each of these ledgers (number → name); Unavailable: missing, or another ledger's."""
    files = {LEDGER_ID: _log(settings), -LEDGER_ID: (settings.home or home()) / "access.key"}
    return {
        number: log_key(files[number], origin, create=False).verifier()
        for number, origin in origins.items()
        if number in files
    }


def _vault(settings: Settings) -> Path:
    return settings.vault_key_file or (settings.home or home()) / "vault.key"


def _log(settings: Settings) -> Path:
    return settings.log_key_file or (settings.home or home()) / "log.key"
