"""Reading the record: subjects with their history, entries with their proof. Only what the reader may know of."""

import base64
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from coign.kernel.errors import Invalid, NotFound
from coign.kernel.facts import Fact, about
from coign.kernel.subjects import Organisation, Subject, parse_subject
from coign.kernel.values import Instant
from coign.ledger.encoding import fact_body, plain
from coign.ledger.entries import Entry
from coign.records import scope
from coign.web import acting
from coign.web.api.problems import answer
from coign.web.reading import reader
from coign.web.therapy.looking import told_to, visible_entries
from coign_verify.tree import leaf_hash


@require_GET
def subject(request: HttpRequest, name: str) -> HttpResponse:
    """A subject's states and history, now or as of an instant."""
    acting.needs_scope(request, "read")
    organisation = acting.sees_for(request)
    try:
        found = parse_subject(name)
    except ValueError as error:
        raise Invalid.at("subject", str(error)) from error
    moment = _as_of(request)
    entries = visible_history(found, organisation, moment)
    told = told_to(organisation, entries)
    return answer(
        {
            "subject": found,
            "kind": found.kind,
            "seq": len(entries),
            "states": {name: plain(state) for name, state in reader().states_as_of(found, entries, told).items()},
            "history": [_line(entry, found, told) for entry in entries],
            "heads": None if moment is not None else _heads(found),
        }
    )


def _heads(found: Subject) -> dict[str, Any] | None:
    """That these were all entries about it when entry `entry` was made: the way to the root which that entry holds."""
    reach = reader().reach(found)
    return None if reach is None else {**asdict(reach), "proof": [each.hex() for each in reach.proof]}


def visible_history(found: Subject, organisation: Organisation, until: Instant | None = None) -> list[Entry]:
    """Every entry about a subject; `NotFound` if there is none, or if this organisation may not know of it."""
    entries = reader().history(found, until) if reader().may_see(found, organisation) else []
    if scope.within() is not None:  # of what therapies share, only what is of those in scope
        entries = visible_entries(entries, organisation)
    told = told_to(organisation, entries)
    shown = [e for e in entries if any(found in about(f) and told(f) for f in e.facts)]
    if not shown:
        raise NotFound(f"{found} is not known here")
    return shown


def _as_of(request: HttpRequest) -> Instant | None:
    text = request.GET.get("as_of", "")
    try:
        return Instant.parse(text) if text else None
    except ValueError as error:
        raise Invalid.at("as_of", str(error)) from error


def _line(entry: Entry, found: Subject, told: Callable[[Fact], bool]) -> dict[str, Any]:
    """One entry, as far as it is about this subject and is told."""
    facts = [fact_body(f) for f in entry.facts if found in about(f) and told(f)]
    return {
        "position": entry.position,
        "time": entry.time,
        "action": entry.action,
        "outcome": entry.outcome,
        "actor": plain(entry.actor),
        "facts": facts,
    }


@require_GET
def entry(request: HttpRequest, position: int) -> HttpResponse:
    """An entry's canonical bytes, and the proof that the log holds them."""
    acting.needs_scope(request, "read")
    organisation = acting.sees_for(request)
    found = visible_entry(position, organisation)
    size, note = reader().checkpoint_for_others(covering=position) or (0, b"")
    if size <= position:  # not published yet: prove it against the log as it stands
        size, note = reader().head().size, b""
    tiles = reader().tiles
    return answer(
        {
            "position": position,
            "body": base64.b64encode(found.body).decode(),
            "leaf_hash": leaf_hash(found.body).hex(),
            "proof": {
                "size": size,
                "root": tiles.root(size).hex(),
                "hashes": [h.hex() for h in tiles.inclusion_proof(position, size)],
                "checkpoint": note.decode() or None,
            },
        }
    )


def visible_entry(position: int, organisation: Organisation) -> Entry:
    """One entry; `NotFound` beyond the end and for what this organisation may not know of, in the same words."""
    try:
        found = reader().entry(position)
    except NotFound:
        found = None
    if found is None or not visible_entries([found], organisation):
        raise NotFound(f"entry {position} is not known here")
    return found
