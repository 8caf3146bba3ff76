"""How a programme came to what it is: proposals, approvals, refusals, what each would change, who stays as they were.

What is refused is an entry too. A batch keeps the version that it began with, whatever is put in force later (GMP-S6).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from coign.kernel.errors import NotFound
from coign.kernel.subjects import Batch, Chain, Programme
from coign.kernel.values import Actor, Digest
from coign.ledger.entries import Entry
from coign.manufacturing.views import BATCH, SLOT, BatchState
from coign.programmes.changes import differences
from coign.quality.views import DISPOSITION
from coign.records import reading as records
from coign.regulatory.views import PROGRAMME, ProgrammeState
from coign.web import running
from coign.web.links import reverse
from coign.web.people.deeds import LOOKS_ANYWHERE, line, rows_about
from coign.web.reading import reader
from coign.web.therapy.looking import states_of, visible_entries
from coign.web.therapy.people import names_of
from coign.web.therapy.track import local_day

PROPOSE, APPROVE = "regulatory.propose_programme", "regulatory.approve_programme"
PROPOSED, APPROVED = "regulatory.programme_proposed.v1", "regulatory.programme_approved.v1"
#: So many entries about one programme are looked through, the newest first.
ENTRIES_MAX = 200


def changes_page(identifier: str, actor: Actor) -> dict[str, Any]:
    """One programme with its versions, everything that was tried, and the batches that run."""
    try:
        programme = Programme.of(identifier)
    except ValueError:
        raise NotFound(f"{identifier} is no programme that is known here") from None
    versions = [v for v in running.service().programmes.all() if v.programme == programme]
    if not versions:
        raise NotFound(f"there is no programme {identifier}")
    state = reader().state(PROGRAMME, programme)
    return {
        "programme": programme,
        "title": versions[-1].title,
        "versions": [_version(v.version, v.digest, state) for v in versions],
        "lines": _lines(programme, actor),
        "batches": _batches(programme, state, actor),
        "names_batches": actor.role not in LOOKS_ANYWHERE,
        "history_url": reverse("subject", args=[str(programme)]),
    }


def _version(number: str, digest: Digest, state: ProgrammeState) -> dict[str, Any]:
    status, word = "not_yet", _("Not in force")
    if state.in_force == digest and state.since is not None:
        status, word = "in_order", _("In force since %s") % local_day(state.since)
    elif state.proposed == digest:
        status, word = "running", _("Waits for a second signature")
    return {"version": number, "digest": str(digest), "status": status, "word": word}


def _words(digest: Digest | None) -> str:
    """A version by its number where its file is here, and by its hash, since two files may bear one number."""
    known = running.service().programmes
    if digest is None:
        return ""
    number = known.version(digest).version if known.known(digest) else ""
    return f"{number} {digest[:12]}…".strip()


def _lines(programme: Programme, actor: Actor) -> list[dict[str, Any]]:
    """Everything that was tried, newest first, each proposal with what it would change."""
    rows = rows_about(programme, 0, reader().head().size, ENTRIES_MAX)
    entries = [Entry(position, bytes(body)) for position, body in rows]
    tried = [e for e in entries if e.action.rpartition(".v")[0] in (PROPOSE, APPROVE)]
    seen = visible_entries(tried, actor.organisation)
    names = names_of({str(e.actor.person) for e in seen}, str(actor.organisation))
    found, in_force = [], None
    for entry in sorted(seen, key=lambda e: e.position):
        version = _told(entry, PROPOSED) or _told(entry, APPROVED)
        changed = _changed(in_force, version) if _told(entry, PROPOSED) else []
        in_force = _told(entry, APPROVED) or in_force
        who = names[str(entry.actor.person)]
        found.append(line(entry, opens=True) | {"version": _words(version), "changed": changed, "who": who})
    return found[::-1]


def _told(entry: Entry, kind: str) -> Digest | None:
    """The version that a fact of this kind names; None: the entry has none, as a refusal."""
    facts = entry.plain["intent"]["facts"] if entry.outcome != "refused" else ()
    return next((Digest(f["body"]["version"]) for f in facts if f["type"] == kind), None)


def _changed(before: Digest | None, after: Digest | None) -> Sequence[Any]:
    known = running.service().programmes
    if before is None or after is None or not (known.known(before) and known.known(after)):
        return []
    return differences(known.version(before), known.version(after))


def _batches(programme: Programme, state: ProgrammeState, actor: Actor) -> list[dict[str, Any]]:
    """Batches that run, by the version that they keep; whoever oversees is told how many, and of none whose it is."""
    house = None if actor.role in LOOKS_ANYWHERE else str(actor.organisation)
    with reader().connection() as connection:
        known = records.in_hand(connection, running.service().ledger_id, house, newest=0)
    roots = {Chain(j.chain): j.root for j in known if j.chain and j.programme == str(programme)}
    of = {s.batch: chain for chain, s in states_of(SLOT, roots).items() if s.batch is not None}
    runs = _running(states_of(BATCH, of))
    by_version: dict[Digest, list[Batch]] = {}
    for batch, version in runs:
        by_version.setdefault(version, []).append(batch)
    return [
        {
            "version": _words(version),
            "is_older": version != state.in_force,
            "count": len(batches),
            "named": [{"name": b.identifier, "url": reverse("journey", args=[roots[of[b]]])} for b in sorted(batches)],
        }
        for version, batches in sorted(by_version.items(), key=lambda pair: pair[0] == state.in_force)
    ]


def _running(batches: dict[Batch, BatchState]) -> Iterable[tuple[Batch, Digest]]:
    """Those that were begun, were not given up, and of whose containers nothing was decided yet."""
    said = states_of(DISPOSITION, [c.unit for s in batches.values() for c in s.containers])
    for batch, state in batches.items():
        decided = any(said[c.unit].rejected or said[c.unit].certified_at is not None for c in state.containers)
        if state.version is not None and not state.abandoned and not decided:
            yield batch, state.version
