"""Values as they count: what was recorded, with the corrections that two persons made of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coign.correction.events import ValueCorrected
from coign.ledger.entries import Entry


def corrections_in(entries: Iterable[Entry]) -> list[ValueCorrected]:
    """Every correction that these entries tell of, oldest first."""
    marked = (e for e in entries if any(f["type"] == ValueCorrected.TYPE for f in e.plain["intent"]["facts"]))
    return [fact for entry in marked for fact in entry.facts if isinstance(fact, ValueCorrected)]


def corrected_in(entries: Iterable[Entry]) -> dict[int, list[ValueCorrected]]:
    """The same, by the position of the entry that was corrected."""
    found: dict[int, list[ValueCorrected]] = {}
    for fact in corrections_in(entries):
        found.setdefault(fact.entry, []).append(fact)
    return found


def as_it_counts(body: Mapping[str, Any], corrections: Sequence[ValueCorrected]) -> dict[str, Any]:
    """The body of a fact with its corrected values in place of those that were recorded."""
    counts = dict(body)
    for fact in corrections:
        name, _slash, item = fact.name.partition("/")
        if item:
            counts[name] = [_item(one, fact.after) if one["id"] == item else one for one in counts[name]]
        else:
            counts[name] = {**counts[name], "value": fact.after}
    return counts


def _item(one: Mapping[str, Any], after: str) -> dict[str, Any]:
    """One measurement or finding of a list with the value that counts."""
    if "quantity" in one:
        return {**one, "quantity": {**one["quantity"], "value": after}}
    return {**one, "value": after}
