"""Facts and states as people read them: names without underscores, quantities with their unit, instants in their zone.

Nothing is left out: what has no better words is shown as it stands in the record.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coign.kernel.subjects import Subject, parse_subject
from coign.kernel.values import Instant
from coign.web.templatetags.coign_words import exact
from coign.web.therapy.units import quantity_words

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")
_KINDS = {
    "chain": gettext_lazy("Chain of identity"),
    "serial": gettext_lazy("Serial number"),
    "case": gettext_lazy("Case"),
    "holds": gettext_lazy("Holds"),
}
#: Longer than this a text in the record is a hash or the like: it may break anywhere.
_WORD_MAX = 40


def rows(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every value with its name, for the `facts` building block; of a list each value, the name once."""
    found: list[dict[str, Any]] = []
    for name in sorted(body):
        shown = list(values(body[name])) or [{"value": "—"}]
        found += [{"label": words(name) if n == 0 else ""} | one for n, one in enumerate(shown)]
    return found


def words(name: str) -> str:
    """`planned_infusion` → `Planned infusion`."""
    return str(capfirst(name.replace("_", " ").replace(".", ": ")))


def kind_words(subject: Subject) -> str:
    """What kind of thing it is."""
    return str(_KINDS.get(subject.kind, capfirst(subject.kind)))


def values(value: Any) -> Iterator[dict[str, Any]]:
    """One value as people read it; of a list each of them, of what is empty nothing."""
    match value:
        case None | "":
            return
        case bool():
            yield {"value": _("yes") if value else _("no")}
        case {"value": str(number), "unit": str(unit)} if len(value) == 2:
            yield {"value": quantity_words(number, unit), "mono": True}
        case {"commitment": _commitment}:
            yield {"value": _("kept in the vault; the record holds its commitment")}
        case Mapping():
            inner = [f"{words(k).lower()} {one['value']}" for k in sorted(value) for one in values(value[k])]
            yield {"value": ", ".join(inner)}
        case list() | tuple():
            for one in value:
                yield from values(one)
        case _:
            yield _one(str(value))


def at(text: str) -> str:
    """An instant of the record in the reader's zone, which it names."""
    return exact(timezone.localtime(Instant(text).moment))


def _one(text: str) -> dict[str, Any]:
    """One text: an instant, something the record speaks of, or itself."""
    if _INSTANT.match(text):
        return {"value": at(text)}
    try:
        subject = parse_subject(text)
    except ValueError:
        return {"value": text, "mono": len(text) > _WORD_MAX and " " not in text}
    return {"value": text, "mono": True, "url": reverse("subject", args=[str(subject)])}
