"""Results of the release panel over the last batches of the same therapy: this one beside the others."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from coign.kernel.values import Actor
from coign.ledger.entries import Entry
from coign.programmes.model import ProgrammeVersion, Range
from coign.web import running
from coign.web.drawing.trend import Bounds, Value
from coign.web.reading import reader
from coign.web.therapy.deciding import batch_of
from coign.web.therapy.looking import entries_at, visible_entries
from coign.web.therapy.story import Story
from coign.web.therapy.track import local_day
from coign.web.therapy.units import unit_words

#: As many batches as a picture of this size tells apart.
BATCHES_MAX = 20
_RECORDED, _INVALIDATED = "quality.result_recorded.v1", "quality.result_invalidated.v1"


def trends(story: Story) -> dict[str, dict[str, Any]]:
    """For every attribute that is a number: the values of the `trend_chart` building block."""
    if story.programme is None:
        return {}
    results = _results(story.programme, story.actor, also=story.journey.root)
    this = str(batch_of(story) or "")
    return {a.id: _chart(a, results.get(a.id, {}), this) for a in story.programme.panel if not a.equals}


def product_trends(programme: ProgrammeVersion, actor: Actor) -> list[dict[str, Any]]:
    """The same over the batches of a product, whichever one opens the page: the newest one stands out."""
    results = _results(programme, actor, also="")
    newest = {name: next(reversed(entries), "") for name, entries in results.items()}
    return [_chart(a, results.get(a.id, {}), newest.get(a.id, "")) for a in programme.panel if not a.equals]


def _results(programme: ProgrammeVersion, actor: Actor, *, also: str) -> dict[str, dict[str, Entry]]:
    """By attribute and batch: the entry whose result stands, batches in the order of their first result."""
    with reader().connection() as connection:
        rows = connection.execute(
            "select a.position from records.act a where a.ledger_id = %(l)s and a.facts && %(f)s and (a.root = %(a)s "
            "or a.root in (select j.root from records.journey j join records.party p using (ledger_id, root) where "
            "j.ledger_id = %(l)s and p.organisation = %(o)s and j.programme = %(p)s order by j.position desc "
            "limit %(n)s))",
            {
                "l": running.service().ledger_id,
                "f": [_RECORDED, _INVALIDATED],
                "a": also,
                "o": str(actor.organisation),
                "p": str(programme.programme),
                "n": BATCHES_MAX,
            },
        ).fetchall()
    found: dict[str, dict[str, Entry]] = {}
    for entry in visible_entries(entries_at([position for (position,) in rows]), actor.organisation):
        for fact in entry.plain["intent"]["facts"]:
            if fact["type"] == _RECORDED:
                found.setdefault(fact["body"]["attribute"], {})[fact["body"]["batch"]] = entry
            elif fact["type"] == _INVALIDATED:
                found.get(fact["body"]["attribute"], {}).pop(fact["body"]["batch"], None)
    return found


def _chart(attribute: Range, results: Mapping[str, Entry], this: str) -> dict[str, Any]:
    bounds = Bounds(
        attribute.low if attribute.low is not None else attribute.above,
        attribute.high if attribute.high is not None else attribute.below,
        low_open=attribute.above is not None,
        high_open=attribute.below is not None,
    )
    values = [v for batch, entry in results.items() if (v := _value(batch, entry, attribute, this)) is not None]
    # This batch stands at the end, where one looks for it.
    shown = [v for v in values if not v.this][-BATCHES_MAX:] + [v for v in values if v.this]
    return {"title": attribute.label, "values": shown, "bounds": bounds, "unit": unit_words(attribute.unit)}


def _value(batch: str, entry: Entry, attribute: Range, this: str) -> Value | None:
    body = next(
        f["body"]
        for f in entry.plain["intent"]["facts"]
        if f["type"] == _RECORDED and (f["body"]["batch"], f["body"]["attribute"]) == (batch, attribute.id)
    )
    try:
        number = Decimal(body["value"])
    except InvalidOperation:  # another version of the programme had words for it
        return None
    return Value(batch.partition(":")[2], local_day(entry.time), number, this=batch == this)
