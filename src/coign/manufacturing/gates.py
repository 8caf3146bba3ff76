"""The gates before production: slot, room, material."""

from typing import Protocol

from coign.coldchain.views import CONDITION
from coign.collection.views import COLLECTION
from coign.custody.views import HOLDING
from coign.facility.views import ROOM as FACILITY
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain, Lot, Room, Site, Unit
from coign.manufacturing.state import ROOM
from coign.manufacturing.views import SLOT
from coign.people.views import SITE
from coign.quality.views import DISPOSITION
from coign.regulatory.views import not_authorised_because
from coign.storage.views import PLACE
from coign.supply.views import LOT
from coign.training.views import missing_qualification


class OfChain(Protocol):
    """A command that concerns one therapy."""

    @property
    def chain(self) -> Chain: ...


class OfRoom(Protocol):
    """A command that concerns one room."""

    @property
    def room(self) -> Room: ...


class OfNewRoom(OfRoom, Protocol):
    """A command that registers a room at a place."""

    @property
    def site(self) -> Site: ...


class OfUnit(Protocol):
    """A command that concerns one unit."""

    @property
    def unit(self) -> Unit: ...


class OfStart(OfUnit, OfRoom, Protocol):
    """A command that opens a unit in a room."""


@gate(
    "manufacturing.room_is_new",
    requirement=("GMP-34", "CSV-15"),
    protects="One name, one room: two rooms under one name would hide two patients in one.",
    remedy="Use the room that is registered, or choose another identifier.",
    resolvers=("qa",),
    risk=Risk.PRODUCT,
)
def room_is_new(asked: OfRoom, known: Circumstances) -> str | None:
    return f"{asked.room.identifier} is registered" if known.exists(asked.room) else None


@gate(
    "manufacturing.site_is_ours",
    requirement="GMP-34",
    protects="A room stands at a place of the organisation that answers for it.",
    remedy="Choose a site of your organisation.",
    resolvers=("qa", "admin"),
    risk=Risk.DATA,
)
def site_is_ours(asked: OfNewRoom, known: Circumstances) -> str | None:
    owner = known.state(SITE, asked.site).organisation
    if owner == known.actor.organisation:
        return None
    return f"{asked.site.identifier} is not a site of your organisation"


@gate(
    "manufacturing.chain_is_ours",
    requirement=("TRC-10", "TRC-11"),
    protects="Only the maker that the order names makes this therapy.",
    remedy="Look at the order: another maker was named.",
    resolvers=("operator", "coordinator"),
    risk=Risk.PATIENT,
)
def chain_is_ours(asked: OfChain, known: Circumstances) -> str | None:
    maker = known.state(CHAIN, asked.chain).maker
    if maker == known.actor.organisation:
        return None
    return f"{asked.chain.identifier} is made by {maker.identifier if maker else 'nobody'}, not by your organisation"


@gate(
    "manufacturing.therapy_goes_on",
    requirement="TRC-10",
    protects="No place is kept for a therapy that is over.",
    remedy="Look at the therapy: it has ended.",
    resolvers=("coordinator",),
    risk=Risk.DATA,
)
def therapy_goes_on(asked: OfChain, known: Circumstances) -> str | None:
    ended = known.state(CHAIN, asked.chain).ended
    return f"{asked.chain.identifier} has ended: {ended}" if ended else None


@gate(
    "manufacturing.room_is_empty",
    requirement=("GMP-34", "GMP-35"),
    protects="One patient's cells are open in a room at a time.",
    remedy="Finish or abandon the batch that is open in this room, or take another room.",
    resolvers=("operator", "qa"),
    risk=Risk.PATIENT,
)
def room_is_empty(asked: OfRoom, known: Circumstances) -> str | None:
    batch = known.state(ROOM, asked.room).open_batch
    return f"{batch.identifier} is open in {asked.room.identifier}" if batch else None


@gate(
    "manufacturing.room_may_be_used",
    requirement=("GMP-32", "GMP-31"),
    protects="Cells are opened only where the air was tested, and in time.",
    remedy="Take another room, or let the quality unit put this one in use after its qualification.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def room_may_be_used(asked: OfRoom, known: Circumstances) -> str | None:
    why = known.state(FACILITY, asked.room).not_usable_because(known.now)
    return f"{asked.room.identifier} {why}" if why else None


@gate(
    "manufacturing.no_label_is_missing",
    requirement=("GMP-S5", "GMP-35"),
    protects="A patient label that nobody can find may lie in the room and stick to the next patient's bag.",
    remedy="Search the room, then account for every label of that batch.",
    resolvers=("operator", "qa"),
    risk=Risk.PATIENT,
)
def no_label_is_missing(asked: OfRoom, known: Circumstances) -> str | None:
    missing = known.state(ROOM, asked.room).label_missing_of
    return f"a label of {missing.identifier} is missing and may lie in {asked.room.identifier}" if missing else None


@gate(
    "manufacturing.line_is_checked",
    requirement=("GMP-35", "TRC-13"),
    protects="Two persons look: there is nothing to confirm before the first has looked.",
    remedy="Let a colleague check the room first.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def line_is_checked(asked: OfRoom, known: Circumstances) -> str | None:
    return None if known.state(ROOM, asked.room).check else f"nobody has checked {asked.room.identifier} yet"


@gate(
    "manufacturing.cleared_by_another",
    requirement=("GMP-35", "TRC-13"),
    protects="Two pairs of eyes: who overlooked something once overlooks it again.",
    remedy="Let a colleague look at the room and confirm with their own badge.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def cleared_by_another(asked: OfRoom, known: Circumstances) -> str | None:
    check = known.state(ROOM, asked.room).check
    return "you checked this room yourself" if check and check.by == known.actor.person else None


@gate(
    "manufacturing.line_check_is_fresh",
    requirement=("GMP-35", "TRC-13"),
    protects="Both look at the same room at the same time.",
    remedy="Check the room again, together.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def line_check_is_fresh(asked: OfRoom, known: Circumstances) -> str | None:
    check = known.state(ROOM, asked.room).check
    limit_min = known.rules.minutes("manufacturing.clearance_window", known.now)
    if check is None or known.now.minutes_since(check.at) <= limit_min:
        return None
    return f"the first check is older than {limit_min:g} minutes"


@gate(
    "manufacturing.material_is_collected_cells",
    requirement=("TRC-22", "TRC-10"),
    protects="Production begins with the cells that were collected for this therapy, not with anything else.",
    remedy="Scan the bag that was collected from the patient.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def material_is_collected_cells(asked: OfUnit, known: Circumstances) -> str | None:
    unit = known.state(UNIT, asked.unit)
    if unit.kind == "starting_material":
        return None
    return f"{asked.unit.identifier} is {unit.kind.replace('_', ' ') or 'of no chain of identity'}"


@gate(
    "manufacturing.material_may_be_used",
    requirement=("TRC-14", "TRC-22", "TRC-27"),
    protects="A bag is used once, and never while something about it does not agree.",
    remedy="Scan the bag again; if it is blocked, let the quality unit find out why.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def material_may_be_used(asked: OfUnit, known: Circumstances) -> str | None:
    why = known.state(UNIT, asked.unit).stands_still_because
    return f"{asked.unit.identifier} {why}" if why else None


@gate(
    "manufacturing.material_is_held",
    requirement="TRC-11",
    protects="Custody has no gap: only who answers for a bag opens it.",
    remedy="Take the bag over first.",
    resolvers=("operator", "warehouse"),
    risk=Risk.PATIENT,
)
def material_is_held(asked: OfUnit, known: Circumstances) -> str | None:
    holder = known.state(HOLDING, asked.unit).organisation
    if holder == known.actor.organisation:
        return None
    return f"{asked.unit.identifier} is held by {holder.identifier if holder else 'nobody'}, not by your organisation"


@gate(
    "manufacturing.material_is_at_hand",
    requirement=("SCS-04", "TRC-11"),
    protects="Two persons read the bag at the tank before anybody opens it: under frost all look alike.",
    remedy="Take the bag out of its position first, two persons together.",
    resolvers=("operator", "warehouse"),
    risk=Risk.PATIENT,
)
def material_is_at_hand(asked: OfUnit, known: Circumstances) -> str | None:
    why = known.state(PLACE, asked.unit).not_at_hand_because
    return f"{asked.unit.identifier} {why}" if why else None


@gate(
    "manufacturing.material_kept_cold",
    requirement=("SCS-11", "SCS-09"),
    protects="Cells that were out of the cold too long on all their ways together do not go into a product.",
    remedy="Let the quality unit assess how long the bag was out of the cold.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def material_kept_cold(asked: OfUnit, known: Circumstances) -> str | None:
    why = known.state(CONDITION, asked.unit).exposure.used_up_because(known.now)
    return f"{asked.unit.identifier} {why}" if why else None


@gate(
    "manufacturing.material_is_accepted",
    requirement=("GMP-04", "GMP-14"),
    protects="Nothing goes into a product before the quality unit has looked at it.",
    remedy="Wait until the quality unit has accepted the material.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def material_is_accepted(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(UNIT, asked.unit).kind != "starting_material":
        return None  # `manufacturing.material_is_collected_cells` says so
    disposition = known.state(DISPOSITION, asked.unit)
    if disposition.is_accepted:
        return None
    return f"{asked.unit.identifier} was {'rejected' if disposition.rejected else 'not accepted yet'}"


def collected_with(asked: OfUnit, known: Circumstances) -> tuple[Lot, ...]:
    """The lots that the cells of a bag were collected with; of a bag of no therapy none."""
    chain = known.state(UNIT, asked.unit).chain
    return known.state(COLLECTION, chain).lots if chain is not None else ()


@gate(
    "manufacturing.collection_is_in_order",
    requirement=("GMP-04", "TRC-01", "TRC-23"),
    protects="What was in doubt at the chair is in the cells: nothing is made of them until it is looked into.",
    remedy="Leave the bag in the cold; the centre that holds the lot looks into it.",
    resolvers=("celllab", "qa"),
    risk=Risk.PATIENT,
)
def collection_is_in_order(asked: OfUnit, known: Circumstances) -> str | None:
    found = {lot: known.state(LOT, lot).recalled_because for lot in collected_with(asked, known)}
    said = [f"{lot.identifier} {why}" for lot, why in found.items() if why]
    return f"its cells were collected with {'; '.join(said)}" if said else None


@gate(
    "manufacturing.slot_is_kept",
    requirement="SCS-27",
    protects="Cells are thawed only when there are room, hands and time to finish: they cannot be frozen again.",
    remedy="Confirm a slot for this therapy.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def slot_is_kept(asked: OfUnit, known: Circumstances) -> str | None:
    chain = known.state(UNIT, asked.unit).chain
    if chain is None:
        return None  # `manufacturing.material_is_collected_cells` says so
    slot = known.state(SLOT, chain)
    if slot.batch is not None:
        return f"the slot of {chain.identifier} was used by {slot.batch.identifier}"
    return None if slot.is_confirmed else f"no slot is confirmed for {chain.identifier}"


@gate(
    "manufacturing.room_is_cleared",
    requirement=("GMP-34", "GMP-35", "GMP-S4"),
    protects="No cells, labels or materials of another patient are in the room when a bag is opened.",
    remedy="Let two persons clear the room for this therapy.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def room_is_cleared(asked: OfStart, known: Circumstances) -> str | None:
    chain, room = known.state(UNIT, asked.unit).chain, known.state(ROOM, asked.room)
    if chain is None:
        return None  # `manufacturing.material_is_collected_cells` says so
    valid_min = known.rules.minutes("manufacturing.clearance_valid", known.now)
    if room.cleared_for != chain or room.cleared_at is None:
        state = f"{room.open_batch.identifier} is open in it" if room.open_batch else "two persons must look first"
        return f"{asked.room.identifier} is not cleared for {chain.identifier}: {state}"
    if known.now.minutes_since(room.cleared_at) > valid_min:
        return f"{asked.room.identifier} was cleared more than {valid_min / 60:g} h ago"
    return None


@gate(
    "manufacturing.starter_is_qualified",
    requirement=("TRN-01", "TRN-02"),
    protects="Whoever opens a bag has shown that they can do the first step.",
    remedy="Let a qualified colleague start the batch, or be qualified by a trainer.",
    resolvers=("trainer", "operator"),
    risk=Risk.PATIENT,
)
def starter_is_qualified(asked: OfUnit, known: Circumstances) -> str | None:
    chain = known.state(UNIT, asked.unit).chain
    version = known.state(CHAIN, chain).version if chain is not None else None
    if version is None:
        return None  # `manufacturing.material_is_collected_cells` says so
    first = known.programmes.version(version).next_step(())
    return missing_qualification(first.task if first is not None else "", known)


@gate(
    "manufacturing.start_is_authorised",
    requirement=("REG-02", "REG-S5"),
    protects="Cells are opened only where an authority looked, and only while it allows it.",
    remedy="Leave the bag in the cold; regulatory affairs tells when and where the batch may begin.",
    resolvers=("regulatory", "qa"),
    risk=Risk.PATIENT,
)
def start_is_authorised(asked: OfStart, known: Circumstances) -> str | None:
    chain = known.state(UNIT, asked.unit).chain
    therapy = None if chain is None else known.state(CHAIN, chain)
    if therapy is None or therapy.product is None or therapy.centre is None:
        return None
    return not_authorised_because(
        known,
        "manufacture",
        product=therapy.product,
        centre=therapy.centre,
        organisation=known.actor.organisation,
        site=known.state(ROOM, asked.room).site,
    )
