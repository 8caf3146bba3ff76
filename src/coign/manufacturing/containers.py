"""A container comes into being in a batch: its name, its parents, who holds it."""

from collections.abc import Sequence

from coign.custody.events import CustodyBegan
from coign.identity.events import UnitCreated, UnitKind
from coign.kernel.actions import Circumstances
from coign.kernel.facts import Fact
from coign.kernel.subjects import Batch, Unit
from coign.kernel.values import Instant
from coign.manufacturing.state import ROOM
from coign.manufacturing.views import BATCH

FIRST_PRINT = "1"  # the serial counts the prints of a label, so that a copy is seen (TRC-14)


def container_made(
    batch: Batch, known: Circumstances, unit: Unit, kind: UnitKind, *, expires: Instant | None = None
) -> Sequence[Fact]:
    """A container of this batch, in the hands of whoever filled it, where the room of the batch is."""
    made = known.state(BATCH, batch)
    assert made.chain is not None
    assert made.source is not None
    assert made.room is not None
    site = known.state(ROOM, made.room).site
    assert site is not None
    created = UnitCreated(
        unit=unit,
        chain=made.chain,
        unit_kind=kind,
        organisation=known.actor.organisation,
        label_serial=FIRST_PRINT,
        parents=(made.source,),
        batch=batch,
        expires=expires,
    )
    held = CustodyBegan(unit=unit, holder=known.actor.organisation, person=known.actor.person, site=site)
    return (created, held)
