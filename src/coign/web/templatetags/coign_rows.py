"""Rows, buttons, strips and things to scan: made without a template, since a page has dozens of them.

`{% load coign_ui %}` brings them too.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from coign.gateways.labels.pictures import symbol_matrix
from coign.web.templatetags.coign_words import icon, known_status, part, status_chip, status_shape, symbol, whole

register = template.Library()

BUTTON_KINDS = ("plain", "primary", "stop", "shut")
BUTTON_PARTS = ("label", "kind", "big", "waits_for", "post", "url", "name", "value", "icon", "type", "form", "download")
ROW_PARTS = (
    "number", "time", "initials", "ids", "title", "warning", "fact", "strip", "status", "word", "conditioned", "detail",
    "action",
)  # fmt: skip
_SMALL = '<small class="muted">{}</small>'


def _text(value: Any) -> str:
    """What a template writes for a value."""
    return str(value.__html__()) if hasattr(value, "__html__") else escape(str(value))


def _each(html: str, value: Any) -> str:
    """A piece of a page around a value; nothing where there is none."""
    return html.format(_text(value)) if value else ""


@register.simple_tag
def stage_strip(strip: Any) -> SafeString:
    """How far something is, in one line: a cell for each stage; the words beside it say the same."""
    return _strip(tuple(map(known_status, part(strip, "stages") or ())), str(part(strip, "label") or ""))


@lru_cache(maxsize=1024)
def _strip(stages: tuple[str, ...], label: str) -> SafeString:
    cells = "".join(f'<span class="is-{stage}"></span>' for stage in stages)
    return _safe(f'<span class="c-strip" role="img" aria-label="{escape(label)}">{cells}</span>\n')


@register.simple_tag(takes_context=True, name="button")
def button_tag(context: Context, label: str, kind: str = "plain", **rest: Any) -> SafeString:
    """A button, a link that looks like one, a small form that posts, or one that is shut and says what it waits for."""
    if kind not in BUTTON_KINDS:
        raise ValueError(f"button kind {kind!r} is none of {', '.join(BUTTON_KINDS)}")
    return button_of(context, {"label": label, "kind": kind, **rest})


@register.simple_tag(takes_context=True)
def button_of(context: Context, button: Any) -> SafeString:
    """The same for a button that the page was given whole."""
    told = whole(button, BUTTON_PARTS)
    kind, url = told["kind"] or "plain", told["url"]
    big = " btn-big" if told["big"] else ""
    if kind == "shut":
        waits = _("Waits for: %(what)s") % {"what": _text(told["waits_for"])} if told["waits_for"] else ""
        said = f' <span class="c-waits">{waits}</span>' if waits else ""
        return _safe(
            f'<button type="button" class="btn btn-shut{big}" aria-disabled="true">{icon("lock")}'
            f"<span>{_text(told['label'])}</span></button>{said}\n"
        )
    look = f'class="btn{"" if kind == "plain" else " btn-" + _text(kind)}{big}"'
    inside = f"{icon(told['icon']) if told['icon'] else ''}<span>{_text(told['label'])}</span>"
    name = f' name="{_text(told["name"])}" value="{_text(told["value"])}"' if told["name"] else ""
    if told["post"] and url:
        csrf = CsrfTokenNode().render(context)
        button = f'<button type="submit" {look}{name}>{inside}</button>'
        return _safe(f'<form method="post" action="{_text(url)}">{csrf}{button}</form>\n')
    if url:
        file = " download" if told["download"] else ""
        return _safe(f'<a {look} href="{_text(url)}"{file}>{inside}</a>\n')
    form = _each(' form="{}"', told["form"])
    return _safe(f'<button type="{_text(told["type"] or "submit")}" {look}{name}{form}>{inside}</button>\n')


@register.simple_tag(takes_context=True)
def work_list(context: Context, rows: Iterable[Any]) -> SafeString:
    """What waits for this person, most urgent first."""
    listed = "".join(_row(context, n, whole(row, ROW_PARTS)) for n, row in enumerate(rows, start=1))
    return _safe(f'<ol class="c-work">{listed}\n</ol>\n')


def _row(context: Context, number: int, row: Mapping[str, Any]) -> str:
    ids = "".join(f'<span class="mono c-work-id">{_text(value)}</span>' for value in row["ids"])
    initials = _each('<b class="c-work-initials">{}</b> ', row["initials"])
    title, time = _each('<b class="c-work-title">{}</b>', row["title"]), _each(_SMALL, row["time"])
    warning = _each(f'<p class="t-look c-work-warning">{status_shape("look")} {{}}</p>', row["warning"])
    fact, detail = _each('<p class="muted">{}</p>', row["fact"]), _each(_SMALL, row["detail"])
    strip = stage_strip(row["strip"]) if row["strip"] else ""
    chip = status_chip(row["status"], row["word"] or "") if row["status"] else ""
    conditioned = status_chip("look", _("Patient conditioned")) if row["conditioned"] else ""
    action = f'<div class="c-work-do">{button_of(context, row["action"])}</div>' if row["action"] else ""
    return (
        f'\n  <li>\n    <div class="c-work-no"><b>{_text(row["number"] or number)}</b>{time}</div>'
        f'\n    <div class="c-work-who"><p>{initials}{ids}{title}</p>{warning}{fact}</div>'
        f'\n    <div class="c-work-state">{strip}{chip}{conditioned}{detail}</div>'
        f"\n    {action}\n  </li>"
    )


@register.simple_tag
def thing_to_scan(thing: Mapping[str, Any]) -> SafeString:
    """One thing of the tray, as a button."""
    return _thing(*(str(thing[name] or "") for name in ("symbol", "code", "words", "kind")), bool(thing["odd"]))


@lru_cache(maxsize=1024)  # the same things lie in front of the same people for a whole day
def _thing(text: str, code: str, words: str, kind: str, odd: bool) -> SafeString:
    look = f"c-thing c-thing-{escape(kind or 'label')}{' c-thing-odd' if odd else ''}"
    picture = symbol(symbol_matrix(text))
    return _safe(
        f'<li><button type="submit" name="scan" value="{escape(text)}" data-symbol="{escape(text)}" class="{look}">'
        f'{picture}<span><b class="mono">{escape(code or text)}</b><span>{escape(words)}</span></span>'
        "</button></li>"
    )


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - every part was escaped where it was put in
