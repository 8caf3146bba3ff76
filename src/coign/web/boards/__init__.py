"""Which boards stand on the first page of a role; see README.md."""

from collections.abc import Callable, Mapping, Sequence

from coign.web.boards.able import able
from coign.web.boards.batches import batches
from coign.web.boards.day import day
from coign.web.boards.glance import glance
from coign.web.boards.held import held
from coign.web.boards.making import Board, Here
from coign.web.boards.record import programmes, record
from coign.web.boards.stopped import stopped
from coign.web.boards.transport import transport

Make = Callable[[Here], Board | None]

BOARDS: Mapping[str, Sequence[Make]] = {
    "coordinator": (stopped, glance),
    "physician": (stopped, day, glance),
    "nurse": (day,),
    "celllab": (day, transport),
    "infusion": (day,),
    "pharmacist": (day, transport),
    "courier": (transport,),
    "warehouse": (transport,),
    "operator": (held, batches),
    "analyst": (batches,),
    "qcreviewer": (batches,),
    "qa": (stopped, held, batches, transport),
    "qp": (stopped, held, batches),
    "quality-us": (stopped, batches),
    "safety": (glance,),
    "trainer": (able,),
    "regulatory": (programmes,),
    "authority": (record, programmes),
    "inspector": (record, programmes),
    "admin": (record,),
}


def boards_of(here: Here) -> list[Board]:
    """The boards of a role, without those that have nothing to show."""
    made = (make(here) for make in BOARDS.get(here.actor.role, (record,)))
    return [board for board in made if board is not None]


__all__ = ["BOARDS", "Board", "Here", "boards_of"]
