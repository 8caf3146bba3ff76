"""Secret keys of logs and witnesses as files: written whole or not at all, and refused where others may read them."""

import os
import threading
from pathlib import Path

from coign.kernel.errors import Unavailable
from coign_verify.keys import KeyTextError
from coign_verify.signing import SignerKey


def write_new(path: Path, text: str) -> None:
    """Written aside and linked, so that two processes at first start agree on one key, and a crash leaves none half."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        pass  # the other process was first: its key holds
    finally:
        aside.unlink()


def key_from(path: Path, name: str, what: str) -> SignerKey:
    """The key in a file; `Unavailable` says what is wrong with it. `what`: what people call such a key."""
    try:
        text = path.read_text("ascii").strip()
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise Unavailable(
            f"the {what} {path.name} is missing: bring it back from where you keep it; a new one cannot take its place"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"the {what} {path.name} cannot be read: {error}") from error
    if mode & 0o077 and os.name == "posix":
        raise Unavailable(f"the {what} {path.name} is open to others: set its rights to 0600")
    try:
        key = SignerKey.from_text(text)
    except KeyTextError as error:
        raise Unavailable(f"the {what} {path.name} is not a key: {error}") from error
    if key.name != name:
        raise Unavailable(f"the {what} {path.name} belongs to {key.name}, not to {name}")
    return key
