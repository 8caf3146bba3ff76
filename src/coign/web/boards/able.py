"""Who may do what today: how many for each task, whose gate is shut, and whose qualification ends next."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from coign.web.boards.making import Board, Here
from coign.web.learning.matrix import matrix
from coign.web.links import reverse


def able(here: Here) -> Board | None:
    """The people of this organisation and their tasks, as the pages of training count them."""
    found = matrix(QueryDict(""), here.actor)
    return Board("able", [], lambda who: _drawn(found)) if found["rows"] else None


def _drawn(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": _("Who may do what today"),
        "counts": found["counts"],
        "tasks": found["coverage"],
        "gaps": found["gaps"],
        "url": reverse("training"),
    }
