"""What waits in the store: lots in quarantine, and packs that are not what they say."""

from django.utils.translation import gettext as _

from coign.kernel.values import Actor
from coign.web.boards.matter import Matter
from coign.web.storing.store import INVESTIGATE, may, open_cases, waiting_lots


def suspects(actor: Actor) -> list[Matter]:
    """Cases of suspect product, for those who look into them."""
    if not may(INVESTIGATE, actor):
        return []
    return [
        Matter(
            _("A suspect product"), f"{row['ids'][0]}: {row['fact']}", row["word"], _("Look into it"),
            row["action"]["url"], row["status"], row["detail"],
        )
        for row in open_cases(actor)
    ]  # fmt: skip


def lots(actor: Actor) -> list[Matter]:
    """Lots that wait for a test, or to be approved by another person."""
    return [
        Matter(row["title"], row["ids"][0], row["word"], row["actions"][0]["label"], row["actions"][0]["url"])
        for row in waiting_lots(actor)
    ]
