"""What a recall reaches: batches made with a lot that stands still or a device in doubt, and units in them (SCS-S1)."""

from collections.abc import Iterable, Mapping

from coign.equipment.views import DEVICE
from coign.identity.views import UNIT
from coign.kernel.subjects import Batch, Unit
from coign.manufacturing.views import BATCH, in_doubt_because
from coign.supply.views import LOT
from coign.web.templatetags.coign_words import instants_in_words
from coign.web.therapy.looking import states_of


def recalled_batches(batches: Iterable[Batch]) -> Mapping[Batch, str]:
    """Of these batches the ones with a lot or a device in doubt, and why; three queries, however many."""
    made = states_of(BATCH, batches)
    lots = states_of(LOT, (lot for state in made.values() for lot in state.lots))
    devices = states_of(DEVICE, (use.equipment for state in made.values() for use in state.uses))
    why = {batch: in_doubt_because(state, lots, devices) for batch, state in made.items()}
    return {batch: instants_in_words(reason) for batch, reason in why.items() if reason}


def recalled_units(units: Iterable[Unit]) -> Mapping[Unit, str]:
    """Of these units the ones that such a batch was filled into, and why; four queries, however many."""
    made_in = {u: state.batch for u, state in states_of(UNIT, units).items() if state.batch is not None}
    why = recalled_batches(made_in.values())
    return {unit: why[batch] for unit, batch in made_in.items() if batch in why}
