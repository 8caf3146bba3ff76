"""Finds a recorded value in its entry: what stands there, or what it was corrected to since."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from coign.correction.actions.propose import Propose
from coign.correction.events import ValueCorrected
from coign.correction.recorded import Recorded, values_of
from coign.kernel.errors import Invalid
from coign.kernel.values import Actor
from coign.ledger.entries import Entry
from coign.ledger.store import history
from coign.service.states import Connect


class RecordedValue:
    """One value of one entry of the actor's own house, as it counts now. Reads the past of one batch or therapy."""

    def __init__(self, connect: Connect, ledger_id: int) -> None:
        self._connect, self._ledger_id = connect, ledger_id

    def __call__(self, command: Propose, actor: Actor) -> Mapping[str, Any]:
        """`found`."""
        with self._connect() as connection:
            # Further on no record of ours can reach, and the database could not even be asked.
            position = command.entry if 0 <= command.entry < 1 << 63 else -1
            row = connection.execute(
                "select body from entry where ledger_id = %s and position = %s", (self._ledger_id, position)
            ).fetchone()
            entry = Entry(command.entry, bytes(row[0])) if row is not None else None
            if entry is None or entry.actor.organisation != actor.organisation:
                raise Invalid.at("entry", f"{command.entry} is not known here: only its own house corrects a value")
            found = recorded(entry, command.name)
            told = (f for e in history(connection, self._ledger_id, found.home) for f in e.facts)
            return {"found": as_corrected(found, [f for f in told if isinstance(f, ValueCorrected)])}


def recorded(entry: Entry, name: str) -> Recorded:
    """A value of an entry by its name; `Invalid` names those that there are."""
    found = {value.name: value for value in values_of(entry.facts)}
    if name not in found:
        there = f"expected one of {', '.join(sorted(found))}" if found else "nothing in this entry can be corrected"
        raise Invalid.at("name", there)
    return replace(found[name], entry=entry.position, at=entry.time, by=entry.actor.person)


def as_corrected(found: Recorded, corrections: list[ValueCorrected]) -> Recorded:
    """The value with the newest of these corrections that is about it."""
    for fact in corrections:
        if (fact.entry, fact.name) == (found.entry, found.name):
            found = replace(found, value=fact.after, case=fact.case)
    return found
