"""The environment variables of an installation, read once and checked: these and only these (see contracts)."""

import os
from collections.abc import Mapping
from pathlib import Path

from coign.kernel.errors import Invalid
from coign.kernel.frozen import dataclass

PORT = 8000
BIND = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. Where the database is (`COIGN_DATABASE_URL`) is read by `coign.database` alone."""

    home: Path | None = None  # None: the user's data folder
    port: int = PORT
    bind: str = BIND
    demonstration: bool = True
    vault_key_file: Path | None = None
    log_key_file: Path | None = None
    witnesses: Path | None = None

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """From the environment; `Invalid` names the variable that cannot be understood."""
        found = os.environ if environment is None else environment
        return cls(
            home=_path(found.get("COIGN_HOME")),
            port=_port(found.get("COIGN_PORT")),
            bind=found.get("COIGN_BIND") or BIND,
            demonstration=_switch("COIGN_DEMO", found.get("COIGN_DEMO")),
            vault_key_file=_path(found.get("COIGN_VAULT_KEY_FILE")),
            log_key_file=_path(found.get("COIGN_LOG_KEY_FILE")),
            witnesses=_path(found.get("COIGN_WITNESSES")),
        )


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def _port(text: str | None) -> int:
    if not text:
        return PORT
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65_535:
        raise Invalid.at("COIGN_PORT", "expected a number from 1 to 65535")
    return int(text)


def _switch(name: str, text: str | None) -> bool:
    if text not in (None, "", "0", "1"):
        raise Invalid.at(name, "expected 0 or 1")
    return text != "0"
