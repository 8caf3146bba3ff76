"""Labels and their symbols; see README.md."""

from coign.gateways.labels.content import LabelContent, LabelKind, printed_time
from coign.gateways.labels.lint import LabelProblem, lint
from coign.gateways.labels.pages import label_html, label_pdf, label_png
from coign.gateways.labels.pictures import scan_back, symbol_png, symbol_svg, symbols_in
from coign.gateways.labels.symbols import (
    InvalidSymbol,
    Symbol,
    SymbolKind,
    check_character,
    check_donation_number,
    donation_check_character,
    parse_symbol,
    subject_of,
    symbol_of,
    symbol_text,
)

__all__ = [
    "InvalidSymbol",
    "LabelContent",
    "LabelKind",
    "LabelProblem",
    "Symbol",
    "SymbolKind",
    "check_character",
    "check_donation_number",
    "donation_check_character",
    "label_html",
    "label_pdf",
    "label_png",
    "lint",
    "parse_symbol",
    "printed_time",
    "scan_back",
    "subject_of",
    "symbol_of",
    "symbol_png",
    "symbol_svg",
    "symbol_text",
    "symbols_in",
]
