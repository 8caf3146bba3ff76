"""From the text of a symbol to the thing it stands on, and to the field of a form that waits for it."""

from dataclasses import dataclass

from coign.gateways.labels import InvalidSymbol, Symbol, SymbolKind, parse_symbol
from coign.kernel.subjects import Box, Equipment, Lot, Patient, Person, Room, Shipper, Subject, Unit
from coign.web.forms.build import Question

SUBJECTS: dict[SymbolKind, type[Subject]] = {
    SymbolKind.UNIT: Unit,
    SymbolKind.WRISTBAND: Patient,
    SymbolKind.SHIPPER: Shipper,
    SymbolKind.BADGE: Person,
    SymbolKind.MATERIAL_LOT: Lot,
    SymbolKind.EQUIPMENT: Equipment,
    SymbolKind.ROOM: Room,
    SymbolKind.BOX: Box,
}
WORDS = {
    SymbolKind.UNIT: "a bag",
    SymbolKind.WRISTBAND: "a wristband",
    SymbolKind.SHIPPER: "a shipper",
    SymbolKind.BADGE: "a badge",
    SymbolKind.SEAL: "a seal",
    SymbolKind.MATERIAL_LOT: "a lot of material",
    SymbolKind.EQUIPMENT: "a device",
    SymbolKind.ROOM: "a room",
    SymbolKind.LOGGER: "a logger",
    SymbolKind.BOX: "a box",
    SymbolKind.DONATION: "a donation number",
}
#: What a field of plain text wants to see, by its name.
TEXTS = {
    "seal": SymbolKind.SEAL,
    "logger": SymbolKind.LOGGER,
    "din": SymbolKind.DONATION,
}
#: Not scanned on its own: the print serial stands in the symbol of the label.
SERIAL_FIELDS = frozenset({"label_serial"})


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan understood: what it stands on, and the words for it."""

    symbol: Symbol

    @property
    def subject(self) -> Subject | None:
        """The thing of the record that carries this symbol; None for seals, loggers and donation numbers."""
        kind = SUBJECTS.get(self.symbol.kind)
        return None if kind is None else kind.of(self.symbol.identifier)

    @property
    def words(self) -> str:
        """`wristband P-123`, for sentences."""
        return f"{WORDS[self.symbol.kind]} ({self.symbol.identifier})"

    @property
    def value(self) -> str:
        """The value for a field of a form."""
        return str(self.subject or self.symbol.identifier)


class NotUnderstood(Exception):
    """A scan that is no symbol of ours; the message says what was read and what to do."""


def read(text: str) -> Scanned:
    """Understand a scan, or a typed identifier with its kind (`unit:B1`)."""
    text = text.strip()
    try:
        return Scanned(parse_symbol(text))
    except InvalidSymbol as error:
        typed = _typed(text)
        if typed is not None:
            return typed
        shown = text if len(text) <= 60 else text[:60] + "…"
        raise NotUnderstood(f"“{shown}” is not understood: {error.problem}.") from error


def _typed(text: str) -> Scanned | None:
    """A kind and an identifier, as they stand on pages and reports."""
    kind, colon, identifier = text.partition(":")
    for symbol_kind, subject in SUBJECTS.items():
        if colon and subject.kind == kind:
            try:
                subject.of(identifier)
            except ValueError:
                return None
            return Scanned(Symbol(symbol_kind, identifier, None))
    return None


def wants(question: Question) -> SymbolKind | None:
    """The kind of symbol that a scanned field waits for; None: any text will do."""
    if isinstance(question.type, type) and issubclass(question.type, Subject):
        return next((k for k, s in SUBJECTS.items() if s is question.type), None)
    return TEXTS.get(question.name)


def fits(scanned: Scanned, question: Question) -> bool:
    """Whether this scan belongs into this field."""
    wanted = wants(question)
    return wanted is None or wanted == scanned.symbol.kind


def wanted_words(question: Question) -> str:
    """What to scan, in words: `Wristband (a wristband)` would say it twice, so the label alone where it says it all."""
    wanted = wants(question)
    kind = WORDS[wanted].partition(" ")[2] if wanted is not None else ""
    label = question.asks.label
    return label if not kind or kind.lower() in label.lower() else f"{label} ({kind})"
