"""Files that appear whole or not at all, and are on the disk when the writer goes on."""

import os
import tempfile
from pathlib import Path


def write_whole(file: Path, content: bytes) -> None:
    """Written aside, then given its name; readable by its owner alone. `OSError`: what was there before stands."""
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".aside-", delete=False) as aside:
        try:
            aside.write(content)
            aside.flush()
            os.fsync(aside.fileno())
            Path(aside.name).replace(file)
        except BaseException:
            Path(aside.name).unlink(missing_ok=True)
            raise
    if os.name == "posix":
        # The new name must survive a power cut as well.
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
