"""A label as HTML fragment, PDF and PNG, from one content, so that screen and paper cannot differ."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal

import typst
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from coign.gateways.labels.content import LabelContent, LabelKind
from coign.gateways.labels.pictures import DOTS_PER_INCH, symbol_size_mm, symbol_svg
from coign.kernel.errors import Invalid
from coign.kernel.frozen import dataclass

SMALL_TEXT_MM = 1.8
_LETTER_WIDTH = 0.61  # of a letter of the built-in font, as a share of its height
_LONG_WORD_CHARACTERS = 20
_FIT_CHECK_DOTS_PER_INCH = 20


@dataclass(frozen=True, slots=True)
class Size:
    """A page of labels: edges, letter height, dots of a module."""

    width_mm: float
    height_mm: float
    text_mm: float
    dots_per_module: int


SIZES: Mapping[LabelKind, Size] = MappingProxyType(
    {
        LabelKind.COLLECTION: Size(100, 60, 2.9, 10),
        LabelKind.FINAL_CONTAINER: Size(100, 60, 2.9, 10),
        LabelKind.WRISTBAND: Size(120, 36, 2.6, 8),
        LabelKind.SHIPPER: Size(150, 100, 4.2, 14),
        LabelKind.BADGE: Size(86, 54, 2.8, 8),
    }
)


def label_html(content: LabelContent) -> SafeString:
    """The label as a fragment of a page; what a person typed is escaped."""
    return format_html(
        '<article class="label label-{}" aria-label="{}">{}<p class="label-product">{}</p>{}{}'
        '<figure class="label-symbol">{}<figcaption>{}</figcaption></figure>{}</article>',
        content.kind.value,
        _title(content),
        _demonstration_html(content),
        content.product_name,
        format_html_join("", '<p class="label-patient">{}</p>', ((line,) for line in content.identifiers)),
        format_html(
            '<dl class="label-lines">{}</dl>',
            format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", content.lines),
        ),
        # Drawn here from checked characters; the title in it is escaped where it is put in.
        mark_safe(symbol_svg(content.payload, title=f"DataMatrix {content.payload}")),  # noqa: S308
        content.payload,
        format_html_join("", '<p class="label-statement">{}</p>', ((text,) for text in content.statements)),
    )


def _demonstration_html(content: LabelContent) -> SafeString:
    if not content.demonstration:
        return SafeString("")
    return format_html('<p class="label-demonstration">{}</p>', "DEMONSTRATION")


def label_pdf(content: LabelContent) -> bytes:
    """The label as a PDF of exactly its size; the same content gives the same bytes."""
    _refuse_unless_it_fits(content)
    return _compiled(content, "pdf")[0]


def label_png(content: LabelContent) -> bytes:
    """The label as a picture at 300 dots an inch."""
    _refuse_unless_it_fits(content)
    return _compiled(content, "png", DOTS_PER_INCH)[0]


def _refuse_unless_it_fits(content: LabelContent) -> None:
    # What does not fit runs on to a second page: a label that loses its last line must not be printed.
    if len(_compiled(content, "png", _FIT_CHECK_DOTS_PER_INCH)) > 1:
        size = SIZES[content.kind]
        raise Invalid.at(
            "content", f"the label does not fit on {size.width_mm:g} x {size.height_mm:g} mm: shorten the texts"
        )


def _compiled(content: LabelContent, form: Literal["pdf", "png"], dots_per_inch: int | None = None) -> list[bytes]:
    pages = typst.compile(
        _layout(),
        format=form,
        ppi=dots_per_inch,
        sys_inputs={"label": json.dumps(_inputs(content))},
        ignore_system_fonts=True,  # the same page on every machine
    )
    return list(pages) if isinstance(pages, list) else [pages]


@cache
def _layout() -> bytes:
    return resources.files(__package__).joinpath("label.typ").read_bytes()


def _inputs(content: LabelContent) -> dict[str, object]:
    size = SIZES[content.kind]
    payload = content.payload
    symbol_mm = symbol_size_mm(payload, size.dots_per_module)
    return {
        "title": _title(content),
        "width_mm": size.width_mm,
        "height_mm": size.height_mm,
        "text_mm": size.text_mm,
        "head_mm": size.text_mm * 1.35,
        "small_mm": SMALL_TEXT_MM,
        "demonstration": content.demonstration,
        "product_name": _breakable(content.product_name),
        "identifiers": [_breakable(text) for text in content.identifiers],
        "lines": [(caption, _breakable(text)) for caption, text in content.lines],
        "statements": [_breakable(text) for text in content.statements],
        "symbol_svg": symbol_svg(payload),
        "symbol_mm": symbol_mm,
        "readable": payload,
        "readable_lines": _readable_lines(payload, symbol_mm),
    }


def _breakable(text: str) -> str:
    """Long words may go on in the next line anywhere, so that they never run under the symbol or off the label."""
    words = text.split(" ")
    return " ".join(word if len(word) < _LONG_WORD_CHARACTERS else "\u200b".join(word) for word in words)


def _readable_lines(payload: str, width_mm: float) -> list[str]:
    """The payload in pieces as wide as the symbol; whoever types it leaves the line breaks out."""
    step = int(width_mm / (SMALL_TEXT_MM * _LETTER_WIDTH))
    return [payload[start : start + step] for start in range(0, len(payload), step)]


def _title(content: LabelContent) -> str:
    return f"{content.kind.value.replace('_', ' ')} label {content.identifier}, print {content.print_serial}"
