"""Serialised packs: registered with their lot, checked, and used exactly once; what does not agree opens a case."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Lot
from coign.kernel.values import Actor
from coign.supply import pack_gates as gates
from coign.supply.codes import PackCode, SeenPack, serial_of
from coign.supply.events import PackRegistered, PackSuspected, PackUsed, PackVerified, Reason
from coign.supply.state import PACK, SUSPECT
from coign.supply.views import LOT

#: Everybody who has packs in their hands.
HANDLERS = frozenset({"warehouse", "operator", "analyst", "qa", "pharmacist", "celllab", "infusion", "nurse"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPack(PackCode):
    """Which received lot a pack came with, and the code that is printed on it."""

    lot: Lot = field(metadata=asks("Received lot", "scan"))
    case: Case = field(metadata=allotted())


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPack(SeenPack):
    """The code on a pack that somebody holds."""

    case: Case = field(metadata=allotted())


@dataclass(frozen=True, slots=True, kw_only=True)
class UsePack(SeenPack):
    """The code on the pack that is opened now, and the batch it goes into, if it does."""

    batch: Batch | None = field(default=None, metadata=asks("Batch", "scan"))
    case: Case = field(metadata=allotted())


def _suspected(
    asked: RegisterPack | CheckPack | UsePack, reasons: tuple[Reason, ...], known: Circumstances
) -> PackSuspected:
    """A pack that is looked into is added to its case; otherwise a case is opened."""
    case = known.state(PACK, serial_of(asked)).case
    goes_on = case is not None and known.state(SUSPECT, case).terminated_at is None
    return PackSuspected(
        serial=serial_of(asked),
        case=case if case is not None and goes_on else asked.case,
        organisation=known.actor.organisation,
        reasons=reasons,
        gtin=asked.gtin,
        number=asked.number,
        lot_number=asked.lot_number,
        expires_on=asked.expires_on,
        scanned=asked.scanned,
        by=known.actor.person,
    )


def _reads_of_case(asked: RegisterPack | CheckPack | UsePack, known: Circumstances) -> Sequence[Read]:
    pack = known.state(PACK, serial_of(asked))
    case = (Read(pack.case, SUSPECT),) if pack.case is not None else ()
    lot = (Read(pack.lot, LOT),) if pack.lot is not None else ()
    return (*case, *lot)


def _reads_to_register(asked: RegisterPack, actor: Actor) -> Sequence[Read]:
    return (Read(serial_of(asked), PACK), Read(asked.lot, LOT), Read(asked.case, SUSPECT))


def _register(asked: RegisterPack, known: Circumstances) -> Sequence[Fact]:
    reasons = gates.suspicions_at_receipt(asked, asked.lot, known)
    if reasons:
        return (_suspected(asked, reasons, known),)
    return (
        PackRegistered(
            serial=serial_of(asked),
            lot=asked.lot,
            organisation=known.actor.organisation,
            gtin=asked.gtin,
            number=asked.number,
            lot_number=asked.lot_number,
            expires_on=asked.expires_on,
            by=known.actor.person,
        ),
    )


REGISTER = Action(
    name="supply.register_pack",
    title="Register a pack of a received lot",
    command=RegisterPack,
    roles=frozenset({"warehouse"}),
    reads=_reads_to_register,
    then_reads=(_reads_of_case,),
    gates=(gates.pack_code_is_readable, gates.lot_takes_packs),
    decide=_register,
    emits=(PackRegistered, PackSuspected),
    requirements=("SCS-15", "SCS-16", "SCS-18"),
    risk=Risk.PATIENT,
    rationale="Only a pack that was known when it came can be told from one that slipped in.",
)


def _reads(asked: CheckPack | UsePack, actor: Actor) -> Sequence[Read]:
    return (Read(serial_of(asked), PACK), Read(asked.case, SUSPECT))


def _check(asked: CheckPack, known: Circumstances) -> Sequence[Fact]:
    reasons = gates.suspicions(asked, known)
    if reasons:
        return (_suspected(asked, reasons, known),)
    return (PackVerified(serial=serial_of(asked), by=known.actor.person),)


CHECK = Action(
    name="supply.check_pack",
    title="Check whether a pack is genuine",
    command=CheckPack,
    roles=HANDLERS,
    reads=_reads,
    then_reads=(_reads_of_case,),
    gates=(gates.pack_code_is_readable, gates.pack_is_in_date),
    decide=_check,
    emits=(PackVerified, PackSuspected),
    requirements=("SCS-15", "SCS-16"),
    risk=Risk.PATIENT,
    rationale="A counterfeit looks right; its number gives it away.",
)


def _use(asked: UsePack, known: Circumstances) -> Sequence[Fact]:
    reasons = gates.suspicions(asked, known)
    if reasons:
        return (_suspected(asked, reasons, known),)
    return (PackUsed(serial=serial_of(asked), batch=asked.batch, by=known.actor.person),)


USE = Action(
    name="supply.use_pack",
    title="Open a pack for use",
    command=UsePack,
    roles=HANDLERS,
    reads=_reads,
    then_reads=(_reads_of_case,),
    gates=(gates.pack_code_is_readable, gates.pack_is_in_date, gates.pack_lot_may_be_used),
    decide=_use,
    emits=(PackUsed, PackSuspected),
    requirements=("SCS-15", "SCS-16", "SCS-18", "TRC-23"),
    risk=Risk.PATIENT,
    rationale="A serial that is used twice was copied once.",
)
