"""Where can be worked: the rooms of the house, what was read in them last, which of them asks for a look."""

from typing import Any

from coign.web.boards.making import Board, Here
from coign.web.links import reverse
from coign.web.rooms.plant import rooms

#: More than these stand on the page of rooms.
ROOMS_MAX = 8


def rooms_board(here: Here) -> Board | None:
    """Nothing in a house without rooms."""
    rows = rooms(here.actor)
    return Board("rooms", [], lambda who: _drawn(rows)) if rows else None


def _drawn(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"rows": rows[:ROOMS_MAX], "more": max(len(rows) - ROOMS_MAX, 0), "url": reverse("rooms")}
