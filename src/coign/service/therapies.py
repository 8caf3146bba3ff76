"""The therapies of an installation: those that come with Coign, and those whose files lie in its home."""

import hashlib
import importlib.util
from pathlib import Path

from coign.programmes.model import Programmes


def load(home: Path) -> Programmes:
    """Every programme version whose file is here: of this release, and in `programmes/` of the home."""
    if importlib.util.find_spec("coign.programmes.reading") is None:
        return Programmes([])
    from coign.programmes import reading

    return reading.load_all(home / "programmes")


def digest(programmes: Programmes) -> str:
    """One hash over all versions, for the basis of every intent."""
    listed = "".join(sorted(f"{version.digest}\n" for version in programmes.all()))
    return hashlib.sha256(listed.encode()).hexdigest()
