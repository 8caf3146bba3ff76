"""Storage tanks as a page shows them: boxes with their positions, who lies where, how long each was out of the cold."""

from collections.abc import Iterable, Mapping
from math import ceil, sqrt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign.coldchain.views import CONDITION, ConditionState
from coign.identity.views import CHAIN, UNIT, ChainState, UnitState
from coign.kernel.errors import NotFound
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Box, Chain, Equipment, Patient, Unit
from coign.kernel.values import Actor, Instant
from coign.storage.state import BOX, TANK, BoxState, TankState
from coign.storage.views import PLACE, PlaceState
from coign.web import acting
from coign.web.reading import reader
from coign.web.storing.quarantine import may_move, take_out, to_move
from coign.web.storing.store import form, may
from coign.web.storing.words import kind_words
from coign.web.templatetags.coign_words import instants_in_words
from coign.web.therapy.identities import Identity, identities_of
from coign.web.therapy.looking import every, states_of, visible
from coign.web.therapy.warming import warmed

QUALIFY, CLOSE, SET_UP = "storage.qualify_tank", "storage.close_tank", "storage.set_up_box"
PLACE_UNIT, TAKE_OUT = "storage.place", "storage.start_removal"


def tanks(actor: Actor) -> dict[str, Any]:
    """Every tank of this organisation, how full it is and whether it is in service."""
    boxes, now = _boxes(actor), acting.now()
    rows = [_tank_row(t, s, [b for b in boxes.values() if b.tank == t], now) for t, s in _tanks(actor).items()]
    return {
        "rows": sorted(rows, key=lambda row: str(row["title"])),
        "qualify_url": reverse("form", args=[QUALIFY]) if may(QUALIFY, actor) else "",
        "place_url": reverse("form", args=[PLACE_UNIT]) if may(PLACE_UNIT, actor) else "",
    }


def _tanks(actor: Actor) -> dict[Equipment, TankState]:
    found = {t: s for t, s in every(TANK, Equipment).items() if s.organisation == actor.organisation}
    seen = visible(found, actor.organisation)
    return {t: s for t, s in found.items() if t in seen}


def _boxes(actor: Actor) -> dict[Box, BoxState]:
    found = {b: s for b, s in every(BOX, Box).items() if s.organisation == actor.organisation}
    seen = visible(found, actor.organisation)
    return {b: s for b, s in found.items() if b in seen}


def _tank_row(tank: Equipment, state: TankState, boxes: list[BoxState], now: Instant) -> dict[str, Any]:
    taken, all_ = sum(len(b.occupied) for b in boxes), sum(b.positions for b in boxes)
    status, word = _standing(state, now)
    return {
        "status": status,
        "word": word,
        "title": tank.identifier,
        "kind": kind_words(state.kind),
        "fact": _("%(taken)s of %(all)s positions taken") % {"taken": taken, "all": all_},
        "url": reverse("tank", args=[tank.identifier]),
    }


def _standing(state: TankState, now: Instant) -> tuple[str, str]:
    why = state.not_in_service_because(now)
    return ("stop", _("Not in service")) if why else ("in_order", _("In service"))


# One tank


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the units in a tank, read in a few queries for all of them."""

    units: Mapping[Unit, UnitState]
    chains: Mapping[Chain, ChainState]
    places: Mapping[Unit, PlaceState]
    conditions: Mapping[Unit, ConditionState]
    identities: Mapping[Patient, Identity]
    seen: frozenset[Any]

    def of(self, unit: Unit) -> tuple[Chain | None, Identity | None]:
        """Whose it is: the chain where the reader may know it, the patient where they stand before patients."""
        chain = self.units[unit].chain
        if chain is None or chain not in self.seen:
            return None, None
        patient = self.chains[chain].patient
        return chain, self.identities.get(patient) if patient is not None else None


def _known(units: Iterable[Unit], actor: Actor) -> _Known:
    of_units = states_of(UNIT, units)
    chains = states_of(CHAIN, [s.chain for s in of_units.values() if s.chain is not None])
    patients = [s.patient for s in chains.values() if s.patient is not None]
    return _Known(
        of_units,
        chains,
        states_of(PLACE, of_units),
        states_of(CONDITION, of_units),
        identities_of(patients, actor),
        visible(chains, actor.organisation),
    )


def one_tank(name: str, actor: Actor) -> dict[str, Any]:
    """The map of one tank."""
    state = _tanks(actor).get(Equipment(f"equipment:{name}"))
    if state is None:
        raise NotFound(f"there is no tank {name}")
    tank, now = Equipment.of(name), acting.now()
    boxes = {b: s for b, s in _boxes(actor).items() if s.tank == tank}
    seen = reader().in_scope([o.unit for s in boxes.values() for o in s.occupied])
    units = [unit for unit in seen if isinstance(unit, Unit)]
    known, astray = _known(units, actor), to_move(dict.fromkeys(units, state.kind), actor)
    moves = set(astray) if may_move(actor) else set()
    why = state.not_in_service_because(now)
    status, word = _standing(state, now)
    ordered = sorted(boxes.items(), key=lambda pair: (pair[1].rack, pair[0]))
    return {
        "tank": tank,
        "status": status,
        "word": word,
        "why": instants_in_words(why) if why else "",
        "kind": kind_words(state.kind),
        "until": state.qualified_until.moment if state.qualified_until is not None else None,
        "boxes": [_box(box, s, known, actor) for box, s in ordered],
        "units": [
            _unit(o.position, o.unit, box, known, now, astray.get(o.unit, ""))
            | {"move_url": take_out(box, o.position) if o.unit in moves else ""}
            for box, s in ordered
            for o in s.occupied
            if o.unit in known.units
        ],
        "buttons": _buttons(tank, state, actor),
        "history_url": reverse("subject", args=[str(tank)]),
    }


def _buttons(tank: Equipment, state: TankState, actor: Actor) -> list[dict[str, str]]:
    wanted = [(SET_UP, _("Set up a box")), (QUALIFY, _("Qualify it anew")), (CLOSE, _("Take it out of service"))]
    return [
        {"label": label, "url": form(action, {"tank": str(tank)})}
        for action, label in wanted
        if may(action, actor) and not (action == CLOSE and state.closed)
    ]


def _box(box: Box, state: BoxState, known: _Known, actor: Actor) -> dict[str, Any]:
    return {
        "name": box.identifier,
        "rack": state.rack,
        "taken": len(state.occupied),
        "positions": state.positions,
        "columns": min(ceil(sqrt(state.positions)), 10),
        "slots": [_slot(box, n, state.unit_at(n), known, actor) for n in range(1, state.positions + 1)],
    }


def _slot(box: Box, position: int, unit: Unit | None, known: _Known, actor: Actor) -> dict[str, Any]:
    if unit is None:
        free = form(PLACE_UNIT, {"box": str(box), "position": str(position)}) if may(PLACE_UNIT, actor) else ""
        return {"position": position, "taken": False, "url": free}
    if unit not in known.units:  # of a therapy that the reader's scope leaves out
        return {"position": position, "taken": True, "short": "", "initials": "", "name": "", "url": ""}
    chain, identity = known.of(unit)
    return {
        "position": position,
        "taken": True,
        "short": unit.identifier.partition("-")[0],
        "initials": identity.initials if identity is not None else "",
        "name": unit.identifier,
        "url": reverse("journey", args=[str(chain)]) if chain is not None else "",
    }


def _unit(position: int, unit: Unit, box: Box, known: _Known, now: Instant, astray: str) -> dict[str, Any]:
    chain, identity = known.of(unit)
    place, condition = known.places[unit], known.conditions[unit]
    why = condition.not_in_order_at(now)
    where = {"box": box.identifier, "position": position}
    return {
        "where": _("%(box)s, position %(position)s") % where,
        "unit": unit.identifier,
        "kind": unit_kind(known.units[unit]),
        "initials": identity.initials if identity is not None else "",
        "ids": [identity.hospital_number, identity.born] if identity is not None else [],
        "coi": chain.identifier if chain is not None else "",
        "url": reverse("journey", args=[str(chain)]) if chain is not None else "",
        "since": place.since.moment if place.since is not None else None,
        "warmed": warmed(condition, now),
        "status": "look" if why or astray else "in_order",
        "why": "; ".join(words for words in (instants_in_words(why) if why else "", astray) if words),
    }


def unit_kind(state: UnitState) -> str:
    """What a unit is, as people call it."""
    if state.kind == "starting_material":
        return _("Cryobag") if state.parents else _("Collected bag")
    return {"final_container": _("Product"), "sample": _("Sample")}.get(state.kind, _("Unit"))
