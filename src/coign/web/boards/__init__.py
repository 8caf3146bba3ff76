"""Which boards stand on the first page of a role; see README.md."""

from collections.abc import Callable, Mapping, Sequence

from coign.web.boards.able import able
from coign.web.boards.audit_trails import audit_trails
from coign.web.boards.batches import batches
from coign.web.boards.changed import changed
from coign.web.boards.corrections import corrections
from coign.web.boards.day import day
from coign.web.boards.equipment import equipment_board
from coign.web.boards.glance import glance
from coign.web.boards.held import held
from coign.web.boards.leftovers import leftovers
from coign.web.boards.making import Board, Here
from coign.web.boards.matter import Matter
from coign.web.boards.record import programmes, record
from coign.web.boards.rooms import rooms_board
from coign.web.boards.stopped import stopped
from coign.web.boards.transport import transport
from coign.web.boards.turned import turned

Make = Callable[[Here], Board | None]

BOARDS: Mapping[str, Sequence[Make]] = {
    "coordinator": (turned, changed, stopped, corrections, glance),
    "physician": (turned, changed, stopped, day, corrections, glance),
    "nurse": (turned, changed, day, corrections, equipment_board),
    "celllab": (turned, changed, day, corrections, transport, leftovers, equipment_board),
    "infusion": (turned, changed, day, corrections),
    "pharmacist": (turned, day, corrections, transport, leftovers),
    "courier": (transport,),
    "warehouse": (transport, leftovers),
    "operator": (held, corrections, batches, rooms_board, equipment_board),
    "analyst": (corrections, batches, rooms_board, equipment_board),
    "qcreviewer": (corrections, batches, rooms_board, equipment_board),
    "qa": (
        turned,
        stopped,
        held,
        audit_trails,
        corrections,
        batches,
        rooms_board,
        equipment_board,
        transport,
        leftovers,
    ),
    "qp": (turned, stopped, held, corrections, batches),
    "quality-us": (stopped, corrections, batches),
    "safety": (glance,),
    "trainer": (able,),
    "regulatory": (programmes,),
    "authority": (record, programmes),
    "inspector": (programmes,),
    "admin": (record,),
}


#: Boards on which something can wait for whoever looks; on the others it is only looked up.
_WAITING = frozenset({turned, changed, held, audit_trails, corrections, leftovers, equipment_board})


def boards_of(here: Here) -> list[Board]:
    """The boards of a role, without those that have nothing to show."""
    made = (make(here) for make in BOARDS.get(here.actor.role, (record,)))
    return [board for board in made if board is not None]


def waiting_on_boards(here: Here) -> list[Matter]:
    """What waits on the boards of a role, without drawing them."""
    made = (make(here) for make in BOARDS.get(here.actor.role, ()) if make in _WAITING)
    return [matter for board in made if board is not None for matter in board.waits]


__all__ = ["BOARDS", "Board", "Here", "Matter", "boards_of", "waiting_on_boards"]
