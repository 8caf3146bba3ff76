"""The list of what happened, row by row: made without a template, since a long therapy has hundreds of rows.

`{% load coign_ui %}` brings it too.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from coign.web.templatetags.coign_words import local, moment, status_chip, thousands

register = template.Library()


@register.simple_tag
def acts_list(acts: Iterable[Mapping[str, Any]], past: str = "") -> SafeString:
    """Acts, newest first; `past`: the page that shows how the record stood after each of them."""
    rows = "".join(_row(act, past) for act in acts)
    return mark_safe(f'<ol class="c-acts" reversed>{rows}\n</ol>\n')  # noqa: S308 - every part is escaped below


def _row(act: Mapping[str, Any], past: str) -> str:
    marks = "".join(f" {mark}" for mark in _marks(act))
    who = _link(act["who_url"], act["who"]) if act["who_url"] else escape(act["who"])
    place = f"{escape(act['role'])}, {escape(act['place'])}"
    return (
        f'\n  <li><span class="c-acts-no mono muted">{escape(thousands(act["position"]))}</span>'
        f'<div class="c-acts-what">{_link(act["url"], act["title"])}{marks}</div>'
        f'<span class="c-acts-who">{who} <span class="muted">{place}</span></span>'
        f'<span class="c-acts-when muted">{_when(act, past)}</span></li>'
    )


def _link(url: str, words: str) -> str:
    return f'<a href="{escape(url)}">{escape(words)}</a>'


def _marks(act: Mapping[str, Any]) -> Iterable[str]:
    """What sets an act apart from one that went well, was entered at once and stands as it was entered."""
    if act["outcome"] == "refused":
        yield status_chip("stop", _("Refused"))
    elif act["outcome"] == "observed":
        yield status_chip("look", _("Reported after the fact"))
    if act["corrected"]:
        yield status_chip("look", _("Corrected since"))
    if act["claim"] is not None and act["claim"].late:
        yield status_chip("look", _("Late entry"))
        yield f'<span class="small muted">{escape(act["claim"].words)}</span>'


def _when(act: Mapping[str, Any], past: str) -> str:
    at = escape(moment(local(act["time"])))
    if not past:
        return at
    title = escape(_("As it was after this entry"))
    return f'<a href="{escape(past)}?as_of={act["position"]}" title="{title}">{at}</a>'
