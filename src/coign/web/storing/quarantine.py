"""Bags that lie in another kind of tank than their donor's tests ask for now: work for whoever keeps the tank."""

from collections import Counter
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coign.donor.views import TESTING
from coign.identity.views import CHAIN, UNIT
from coign.kernel.subjects import Box, Equipment, Unit
from coign.kernel.values import Actor
from coign.storage.state import BOX, TANK
from coign.storage.views import SEGREGATION
from coign.web.boards.matter import Matter
from coign.web.links import reverse
from coign.web.reading import reader
from coign.web.storing.store import form, may
from coign.web.therapy.donors import belongs_into
from coign.web.therapy.looking import every, states_of, visible

TAKE_OUT, PLACE_UNIT = "storage.start_removal", "storage.place"


def to_move(tanks: Mapping[Unit, str], actor: Actor) -> dict[Unit, str]:
    """Of these bags those that belong elsewhere, with the reason; of each is told what its tank is kept for."""
    states = states_of(UNIT, tanks)
    seen = visible([s.chain for s in states.values() if s.chain is not None], actor.organisation)
    reader().look_ahead(seen, (CHAIN, TESTING))
    chains = states_of(CHAIN, [s.chain for s in states.values() if s.chain is not None and s.chain in seen])
    reader().look_ahead({u for c in chains.values() for u in c.units_of_kind("starting_material")}, (UNIT,))
    asked, found = states_of(SEGREGATION, states), {}
    for unit, state in states.items():
        if state.chain is None or state.chain not in chains or asked[unit].tank_kind != "general":
            continue  # not for this reader, or somebody said themselves where it belongs
        kind, why = belongs_into(state.chain, chains[state.chain], state)
        if kind != tanks[unit]:
            found[unit] = why or _("The donor's tests are complete: it may lie among all others")
    return found


def take_out(box: Box, position: int) -> str:
    """The form for taking a bag out of its position to lay it elsewhere; the bag itself is scanned there."""
    return form(TAKE_OUT, {"box": str(box), "position": str(position), "purpose": "moving"})


def out_of_quarantine(actor: Actor) -> list[Matter]:
    """Tanks for quarantine in which something may leave; no more is looked at than such tanks of this house hold."""
    if not may_move(actor):
        return []
    own = ((t, s) for t, s in every(TANK, Equipment).items() if s.organisation == actor.organisation)
    kept = {t for t, s in own if s.kind == "quarantine"}
    if not kept:
        return []
    lie = {o.unit: s.tank for s in every(BOX, Box).values() if s.tank in kept for o in s.occupied}
    leave = Counter(lie[unit] for unit in to_move(dict.fromkeys(lie, "quarantine"), actor))
    return [
        Matter(
            ngettext("Move %d bag out of quarantine", "Move %d bags out of quarantine", count) % count, tank.identifier,
            _("The donor's tests are complete"), _("Open the tank"), reverse("tank", args=[tank.identifier]),
        )
        for tank, count in sorted(leave.items())
        if tank is not None
    ]  # fmt: skip


def may_move(actor: Actor) -> bool:
    """Whether this role takes bags out and lays them in again."""
    return may(TAKE_OUT, actor) and may(PLACE_UNIT, actor)
