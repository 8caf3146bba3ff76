"""Rooms and cabinets in which cells are open, and what grows in them."""

import coign.manufacturing  # noqa: F401  our views listen to its events: it must be there before they are
from coign.facility.actions import assess_growth, put_in_use, record_monitoring, take_out_of_use
from coign.facility.state import USES
from coign.facility.views import ENVIRONMENT, ROOM

ACTIONS = (
    put_in_use.ACTION,
    take_out_of_use.ACTION,
    record_monitoring.ACTION,
    assess_growth.ACTION,
)
VIEWS = (ROOM, USES, ENVIRONMENT)
