"""Devices that need somebody: overdue, out of service, in doubt, or due soon."""

from typing import Any

from coign.web.boards.making import Board, Here
from coign.web.devices.register import devices
from coign.web.links import reverse

#: More than these stand on the page of devices.
DEVICES_MAX = 6


def equipment_board(here: Here) -> Board | None:
    """Nothing where every device is in order."""
    rows = [row for row in devices(here.actor) if row["status"] != "in_order" or row["doubt"]]
    return Board("equipment", [], lambda who: _drawn(rows)) if rows else None


def _drawn(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"rows": rows[:DEVICES_MAX], "url": reverse("equipment")}
