"""Audit trails that need somebody although their step is done: something stands out since, or the review is owed."""

from typing import Any

from django.utils.translation import gettext as _

from coign.kernel.subjects import Batch
from coign.manufacturing.views import BATCH, SLOT
from coign.quality.audit_trail_state import AUDIT_TRAIL, AuditTrailState
from coign.quality.state import DOSSIER, Dossier
from coign.web import running
from coign.web.boards.making import Board, Here
from coign.web.boards.matter import Matter
from coign.web.links import reverse
from coign.web.therapy.looking import states_of
from coign.web.therapy.track import deadline_text


def audit_trails(here: Here) -> Board | None:
    """The batches of this house about whose audit trail somebody has to do something; nothing where none is."""
    rows = _rows(here)
    waits = [
        Matter(row["title"], row["detail"], row["word"], row["action"]["label"], row["action"]["url"], row["status"])
        for row in rows
    ]
    return Board("audit_trails", [], lambda who: {"rows": rows}, waits) if rows else None


def _rows(here: Here) -> list[dict[str, Any]]:
    slots = states_of(SLOT, here.chains.values())
    roots = {batch: root for root, chain in here.chains.items() if (batch := slots[chain].batch) is not None}
    made, dossiers, trails = (states_of(view, roots) for view in (BATCH, DOSSIER, AUDIT_TRAIL))
    own = [batch for batch in roots if made[batch].maker == here.actor.organisation]
    open_ = {b: up_to for b in own if (up_to := trails[b].up_to) is not None and not _is_decided(dossiers[b])}
    since = running.service().audit_trails.unreviewed_of(open_)
    rows = [_since(roots[batch], batch, lines) for batch, lines in since.items()]
    return rows + [_owed(here, roots[batch], batch, trails[batch]) for batch in own if trails[batch].is_deferred]


def _is_decided(dossier: Dossier) -> bool:
    return dossier.certified or dossier.rejected or dossier.supplied_under_exception


def _since(root: str, batch: Batch, lines: tuple[int, ...]) -> dict[str, Any]:
    return _row(root, batch, "look", _("Stands out since its review"), _("%d entries") % len(lines))


def _owed(here: Here, root: str, batch: Batch, trail: AuditTrailState) -> dict[str, Any]:
    assert trail.owed_until is not None
    late = trail.owed_until <= here.now
    by = _("by %s") % deadline_text(trail.owed_until)
    return _row(root, batch, "stop" if late else "look", _("Review overdue") if late else _("Review owed"), by)


def _row(root: str, batch: Batch, status: str, word: str, detail: str) -> dict[str, Any]:
    return {
        "title": batch.identifier,
        "fact": _("Audit trail"),
        "status": status,
        "word": word,
        "detail": detail,
        "action": {"label": _("Open the audit trail"), "url": reverse("audit-trail", args=[root])},
    }
