"""Where a unit lies and what a tank is kept for, in words."""

from django.utils.translation import gettext as _

from coign.storage.views import PlaceState


def place_of(place: PlaceState) -> str:
    """`Tank NOR-TANK-1, rack R1, box NOR-T1-R1-B1, position 4`; empty while it lies in none."""
    if place.box is None or place.tank is None:
        return ""
    return _("Tank %(tank)s, rack %(rack)s, box %(box)s, position %(position)s") % {
        "tank": place.tank.identifier,
        "rack": place.rack,
        "box": place.box.identifier,
        "position": place.position,
    }


def kind_words(kind: str) -> str:
    """What a tank is kept for."""
    return {"general": _("General"), "quarantine": _("Quarantine"), "biohazard": _("Biohazard")}[kind]
