"""Where units lie between two journeys."""

from coign.storage.actions import (
    close_tank,
    confirm_removal,
    place,
    qualify_tank,
    resolve_removal,
    segregate,
    set_up_box,
    start_removal,
)
from coign.storage.state import BOX, REMOVAL, TANK
from coign.storage.views import PLACE, SEGREGATION

ACTIONS = (
    qualify_tank.ACTION,
    close_tank.ACTION,
    set_up_box.ACTION,
    segregate.ACTION,
    place.ACTION,
    start_removal.ACTION,
    confirm_removal.ACTION,
    resolve_removal.ACTION,
)
VIEWS = (PLACE, SEGREGATION, TANK, BOX, REMOVAL)
