"""What an authority stopped here, and which conditioned patients must be called because of it."""

from coign.web.boards.making import Board, Here
from coign.web.oversight import sight
from coign.web.oversight.desk import stops_of


def stopped(here: Here) -> Board | None:
    """Every stop that concerns this house; nothing where nothing is stopped."""
    stops = [stop for says in sight.authorisations(here.actor) for stop in stops_of(says, here.actor)]
    return Board("stopped", [], lambda who: {"stops": stops}) if stops else None
