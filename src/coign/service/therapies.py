"""The therapies of an installation: those that come with Coign, and those whose files lie in its home."""

from importlib.resources import as_file, files
from pathlib import Path

from coign import catalogue
from coign.programmes import reading
from coign.programmes.model import Programmes


def load(home: Path) -> Programmes:
    """Every programme version whose file is here: of this release, and in `programmes/` of the home."""
    roles = {action.name: action.roles for action in catalogue.ACTIONS.values()}
    with as_file(files("coign.programmes")) as released:
        return reading.load_all((released, home / "programmes"), roles)
