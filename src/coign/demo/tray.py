"""The things in front of somebody, as labels with their symbols: what they need now, and what could be taken for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import psycopg

from coign.demo import people, scene
from coign.equipment.views import DEVICE, kind_words
from coign.gateways.labels import Symbol, SymbolKind, symbol_of, symbol_text
from coign.identity.views import CHAIN, UNIT
from coign.kernel.subjects import (
    Box,
    Chain,
    Equipment,
    Lot,
    Organisation,
    Patient,
    Person,
    Room,
    Shipper,
    Subject,
    Unit,
    parse_subject,
)
from coign.kernel.views import View
from coign.logistics.state import CHOICE, SHIPPER, Choice
from coign.logistics.views import RECEIPT, SHIPMENT
from coign.people.views import AUTHORITY, Authority
from coign.records import reading
from coign.records.reading import Thing
from coign.service import Service
from coign.storage.state import BOX
from coign.supply.state import PACK

S = TypeVar("S")
K = TypeVar("K", bound=Subject)
Kind = Literal["wristband", "bag", "shipper", "badge", "vial", "label"]
Sort = Literal[
    "wristband", "bag", "shipper", "seal", "logger", "lot", "pack", "room", "box", "device", "donation", "badge"
]

#: On a page without a therapy: of so many that wait, those whose things lie here.
QUEUE_MAX, WANTED_MAX = 20, 6
#: What lies about besides, and how much of each kind.
_LYING, LYING_EACH = tuple(cls.kind for cls in (Patient, Unit, Shipper, Box, Room, Lot, Equipment)), 20
#: Devices that somebody scans in an act of a therapy.
AT_HAND = frozenset({"apheresis_device", "cell_processor", "incubator", "cell_counter", "controlled_rate_freezer"})
#: What somebody of a role works with.
_WORKS_WITH: dict[str, tuple[Sort, ...]] = {
    "coordinator": ("wristband", "badge"),
    "physician": ("wristband", "bag", "badge"),
    "nurse": ("wristband", "bag", "device", "lot", "donation", "badge"),
    "infusion": ("wristband", "bag", "badge"),
    "pharmacist": ("bag", "shipper", "badge"),
    "celllab": ("bag", "box", "shipper", "seal", "logger", "lot", "wristband", "badge"),
    "courier": ("shipper", "seal", "badge"),
    "warehouse": ("bag", "box", "shipper", "seal", "logger", "lot", "pack", "badge"),
    "operator": ("bag", "box", "room", "lot", "device", "badge"),
    "analyst": ("bag", "badge"),
    "qcreviewer": ("bag", "badge"),
    "qa": ("bag", "lot", "room", "badge"),
    "qp": ("bag", "badge"),
    "quality-us": ("bag", "badge"),
}
_KINDS: dict[Sort, Kind] = {
    "wristband": "wristband",
    "bag": "bag",
    "shipper": "shipper",
    "badge": "badge",
    "lot": "vial",
    "pack": "vial",
    "seal": "label",
    "logger": "label",
    "room": "label",
    "box": "label",
    "device": "label",
    "donation": "label",
}
#: The largest number of one sort that lies on a table; what is needed comes first.
EACH_MAX = 8


@dataclass(frozen=True, slots=True)
class TrayItem:
    """One thing: the text of its symbol, the code that is printed, what it is, and whether it is not what is needed."""

    symbol: str
    code: str
    words: str
    kind: Kind
    odd: bool = False


def tray(
    service: Service,
    person: Person,
    organisation: Organisation,
    root: str = "",
    held: Authority | None = None,
    waiting: Sequence[str] | None = None,
) -> list[TrayItem]:
    """What lies in front of this person at this organisation, who has one therapy at hand or the next ones that wait
    for them; nothing in a record that is no demonstration. `held`: their authority, `waiting`: the therapies in their
    queue, for whoever has read them.
    """
    if not service.demonstration:
        return []
    grants = (held or service.states.of(AUTHORITY, person)).grants
    roles = [g.role for g in grants if g.organisation == organisation]
    sorts = dict.fromkeys(sort for role in roles for sort in _WORKS_WITH.get(role, ("badge",)))
    table = _Table(service, person, organisation, roles, [root] if root else waiting)
    return [item for sort in sorts for item in _arranged(table.of(sort))]


def _arranged(items: Iterable[TrayItem]) -> list[TrayItem]:
    """What is needed, and some of what is not if there is any; in the order of their codes."""
    listed = list(dict.fromkeys(items))
    needed, odd = [i for i in listed if not i.odd], [i for i in listed if i.odd]
    kept = needed[: EACH_MAX - min(2, len(odd))]
    return sorted([*kept, *odd[: EACH_MAX - len(kept)]], key=lambda item: item.code)


class _Table:
    """What one person has around them; `wanted` are the therapies that wait for them."""

    def __init__(
        self,
        service: Service,
        person: Person,
        organisation: Organisation,
        roles: Sequence[str],
        waiting: Sequence[str] | None,
    ) -> None:
        self._service, self._person, self._organisation = service, person, organisation
        with scene.connection(service) as reads:
            queue = self._waiting(reads, roles) if waiting is None else waiting[:QUEUE_MAX]
            self._wanted = set(list(dict.fromkeys(queue))[:WANTED_MAX])
            coming = reading.things_of(reads, service.ledger_id, list(self._wanted))
            here = reading.newest_things(reads, service.ledger_id, str(organisation), _LYING, each=LYING_EACH)
        self._things: list[Thing] = list(dict.fromkeys([*coming, *here]))
        self._seen: dict[tuple[str, str], Any] = {}

    def _waiting(self, reads: "psycopg.Connection[Any]", roles: Sequence[str]) -> list[str]:
        """The therapies that wait for them, oldest first."""
        now, house = scene.now(self._service), str(self._organisation)
        queue = reading.queue(reads, self._service.ledger_id, roles, house, now=now, at_most=QUEUE_MAX)
        return [step.root for step in queue]

    def of(self, sort: Sort) -> Iterator[TrayItem]:
        """All things of one sort."""
        match sort:
            case "wristband":
                return self._wristbands()
            case "bag":
                return self._bags()
            case "shipper":
                return self._shippers()
            case "box":
                return self._boxes()
            case "room":
                return self._plain(Room, "room", "Room")
            case "lot":
                return self._plain(Lot, "lot", "Material lot")
            case "seal" | "logger":
                return self._of_shipments(sort)
            case "pack":
                return self._packs()
            case "device":
                return self._devices()
            case "donation":
                return self._donations()
            case _:
                return self._badges()

    def _state(self, view: View[S], subject: K) -> S:
        """What is recorded about a thing; read at once for all that lie here and are of its kind."""
        if (view.name, str(subject)) not in self._seen:
            alike = {*(type(subject)(thing.subject) for thing in self._of_kind(type(subject))), subject}
            self._seen |= self._service.states.several([view], list(alike))
        found: S = self._seen[view.name, str(subject)]
        return found

    def _of_kind(self, cls: type[Subject]) -> list[Thing]:
        return [thing for thing in self._things if thing.kind == cls.kind and not thing.gone]

    def _plain(self, cls: type[Subject], sort: Sort, words: str) -> Iterator[TrayItem]:
        for thing in self._of_kind(cls):
            yield _item(symbol_of(parse_subject(thing.subject)), sort, words)

    def _shippers(self) -> Iterator[TrayItem]:
        """Those that therapies which wait have chosen or lie in; else any that is free. The others lie here as well."""
        now = scene.now(self._service)
        ours = {shipper: root for root, shipper in (*self._chosen().items(), *self._loaded())}
        for shipper, root in sorted(ours.items()):
            yield _item(symbol_of(shipper), "shipper", f"Dry shipper, {_therapy(root)}")
        for shipper in (Shipper(thing.subject) for thing in self._of_kind(Shipper)):
            state = self._state(SHIPPER, shipper)
            usable = state.is_free and state.qualified_until is not None and now < state.qualified_until
            if shipper not in ours:
                yield _item(symbol_of(shipper), "shipper", "Dry shipper", odd=bool(ours) or not usable)

    def _chosen(self) -> dict[str, Shipper]:
        """The shippers that stand ready for therapies that wait."""
        chains = [Chain(root) for root in self._wanted if root.startswith("chain:")]
        states = self._service.states.several([CHOICE], chains) if chains else {}
        choices = {chain: states[CHOICE.name, str(chain)].of(self._organisation) for chain in chains}
        return {str(c): choice.shipper for c, choice in choices.items() if choice is not None and self._stands(choice)}

    def _stands(self, choice: Choice) -> bool:
        state = self._state(SHIPPER, choice.shipper)
        return state.reserved_by == choice.organisation and state.reservation == choice.reservation

    def _loaded(self) -> Iterator[tuple[str, Shipper]]:
        """The shippers in which something of therapies that wait lies."""
        for thing in self._of_kind(Unit):
            shipment = self._state(RECEIPT, Unit(thing.subject)).under_way
            if shipment is not None and thing.root in self._wanted:
                shipper = self._state(SHIPMENT, shipment).shipper
                if shipper is not None:
                    yield thing.root, shipper

    def _boxes(self) -> Iterator[TrayItem]:
        """First those in which something lies that somebody waits for, then what stands in the same tanks."""
        boxes = sorted(Box(thing.subject) for thing in self._of_kind(Box))
        wanted = {thing.subject for thing in self._of_kind(Unit) if thing.root in self._wanted}
        states = {box: self._state(BOX, box) for box in boxes}
        for box in sorted(boxes, key=lambda b: not any(o.unit in wanted for o in states[b].occupied)):
            yield _item(symbol_of(box), "box", f"Box in {str(states[box].tank).partition(':')[2]}")

    def _wristbands(self) -> Iterator[TrayItem]:
        if self._organisation not in (people.CENTRE, people.CENTRE_US):
            return
        for thing in self._of_kind(Patient):
            odd = thing.root not in self._wanted
            yield _item(symbol_of(Patient(thing.subject)), "wristband", f"Wristband, {_therapy(thing.root)}", odd=odd)

    def _bags(self) -> Iterator[TrayItem]:
        first = True
        for thing in self._of_kind(Unit):
            if thing.title == "Sample" and thing.organisation != self._organisation:
                continue  # samples stay with the maker
            unit, odd = Unit(thing.subject), thing.root not in self._wanted
            serial = int(self._state(UNIT, unit).label_serial or "1")
            words = f"{thing.title or 'Unit'}, {_therapy(thing.root)}"
            yield _item(symbol_of(unit, serial), "bag", words, odd=odd)
            if first:
                # A label that was printed again elsewhere: the number is right, the print is not.
                yield _item(symbol_of(unit, serial + 1), "bag", f"Copy of a label, {_therapy(thing.root)}", odd=True)
            first = False

    def _of_shipments(self, sort: Literal["seal", "logger"]) -> Iterator[TrayItem]:
        """Those of the shipments that are here, and a new one that nobody used yet."""
        kind = SymbolKind.SEAL if sort == "seal" else SymbolKind.LOGGER
        used, waits = 0, sort == "logger" and any(not self._state(SHIPPER, s).logger for s in self._chosen().values())
        for thing in self._of_kind(Unit):
            shipment = self._state(RECEIPT, Unit(thing.subject)).under_way
            if shipment is None:
                continue
            state = self._state(SHIPMENT, shipment)
            text = state.seal if sort == "seal" else state.logger
            if not text:
                waits = waits or thing.root in self._wanted
                continue
            used += 1
            words = f"{sort.title()} on the shipper, {_therapy(thing.root)}"
            yield _item(Symbol(kind, text, 1), sort, words, odd=thing.root not in self._wanted)
        number = 700_001 + len(self._things) + used
        new = f"SEAL-{number}" if sort == "seal" else f"CL-{number % 100_000:05d}"
        yield _item(Symbol(kind, new, 1), sort, f"New {sort}", odd=bool(used) and not waits)

    def _packs(self) -> Iterator[TrayItem]:
        """Packs that were registered here and not used, and copies: another expiry, a serial that nobody knows."""
        copied = False
        for serial, pack in self._service.states.all(PACK):
            if pack.organisation != self._organisation or pack.lot is None or pack.used_at is not None:
                continue
            gtin, number = serial.identifier.split(".", 1)
            code = f"(01){gtin}(17){pack.expires_on[2:].replace('-', '')}(10){pack.lot_number}"
            yield TrayItem(f"{code}(21){number}", number, "Pack of vials", _KINDS["pack"], pack.case is not None)
            if not copied:
                old = code.replace(f"(17){pack.expires_on[2:4]}", f"(17){int(pack.expires_on[2:4]) + 2:02d}")
                yield TrayItem(f"{old}(21){number}", number, "The same number, another expiry", _KINDS["pack"], True)
                yield TrayItem(
                    f"{code}(21)X{number}", f"X{number}", "Pack that nobody registered", _KINDS["pack"], True
                )
            copied = True

    def _devices(self) -> Iterator[TrayItem]:
        """What stands here, the first of each kind first; and what is in order to look at and may not be used."""
        now = scene.now(self._service)
        devices = [Equipment(thing.subject) for thing in self._of_kind(Equipment)]
        states = {device: self._state(DEVICE, device) for device in devices}
        for device in sorted(devices, key=lambda d: (d.rpartition("-")[2], d)):
            if states[device].kind in AT_HAND:
                odd = states[device].not_usable_because(now) is not None
                yield _item(symbol_of(device), "device", kind_words(states[device].kind).capitalize(), odd=odd)

    def _donations(self) -> Iterator[TrayItem]:
        """The next labels of the roll, and one that was used before."""
        now = scene.now(self._service)
        roots = [t.root for t in self._of_kind(Patient) if t.root.startswith("chain:") and t.root in self._wanted]
        chains = self._service.states.several([CHAIN], [Chain(root) for root in roots]) if roots else {}
        for root, number in scene.numbers(self._service, roots).items():
            collected = chains[CHAIN.name, root].units_of_kind("starting_material")
            din = scene.donation_number(now, number, len(collected))
            yield _item(Symbol(SymbolKind.DONATION, din), "donation", "Next donation label")
        for thing in self._of_kind(Unit):
            if din := self._state(UNIT, Unit(thing.subject)).din:
                yield _item(Symbol(SymbolKind.DONATION, din), "donation", "Used donation label", odd=True)

    def _badges(self) -> Iterator[TrayItem]:
        yield _item(symbol_of(self._person), "badge", "Your badge")
        others = (a for a in people.EVERYBODY if a.organisation == self._organisation and a.person != self._person)
        for other in list(others)[:1]:
            yield _item(symbol_of(other.person), "badge", "A colleague's badge", odd=True)


def _therapy(root: str) -> str:
    """Which therapy something belongs to, in a word."""
    return f"therapy {root.partition(':')[2].partition('-')[0]}" if root.startswith("chain:") else "not ordered yet"


def _item(symbol: Symbol, sort: Sort, words: str, *, odd: bool = False) -> TrayItem:
    return TrayItem(symbol_text(symbol), symbol.identifier, words, _KINDS[sort], odd)
