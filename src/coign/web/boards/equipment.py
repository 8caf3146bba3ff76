"""Devices that need somebody: overdue, out of service, in doubt, to be cleaned, or due soon."""

from typing import Any

from django.utils.translation import gettext as _

from coign.web.boards.making import Board, Here
from coign.web.boards.matter import Matter
from coign.web.devices.cleaning import CLEAN, JUDGE_CLEANING
from coign.web.devices.register import devices, to_be_cleaned
from coign.web.links import reverse
from coign.web.storing.store import form, may

#: More than these stand on the page of devices.
DEVICES_MAX = 6


def equipment_board(here: Here) -> Board | None:
    """Nothing where every device is in order."""
    rows = [row for row in devices(here.actor) if row["doubt"] or (row["status"] != "in_order" and not row["idle"])]
    waits = _waits(here) if rows else []
    return Board("equipment", [], lambda who: _drawn(rows, waits), waits) if rows else None


def _waits(here: Here) -> list[Matter]:
    """Who cleans what by when, and what the quality unit judges before it is used again."""
    labels = {CLEAN: _("Record the cleaning"), JUDGE_CLEANING: _("Judge")}
    return [
        Matter(
            device.identifier, found.said, found.word, labels[found.act],
            form(found.act, {"equipment": str(device)}), found.status,
        )
        for device, found in to_be_cleaned(here.actor)
        if may(found.act, here.actor)
    ]  # fmt: skip


def _drawn(rows: list[dict[str, Any]], waits: list[Matter]) -> dict[str, Any]:
    """First what whoever looks can do; a device that only waits for that is not listed twice."""
    doing = {(matter.title, matter.word) for matter in waits}
    others = [row for row in rows if row["doubt"] or (row["title"], row["word"]) not in doing]
    return {"todo": [matter.row for matter in waits], "rows": others[:DEVICES_MAX], "url": reverse("equipment")}
