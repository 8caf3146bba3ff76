"""Care of the record, for administrators: backups, proof that they can be restored, how far it was verified."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from coign.kernel.errors import Unavailable
from coign.service import upkeep
from coign.service.key_files import key_files, log_key_file
from coign.service.log_keys import Care, Standing
from coign.service.upkeep import Due
from coign.web import running
from coign.web.people.scope import for_administrators
from coign.web.reading import reader
from coign.web.witnessed import each_witness, stamped, witnessed


@require_GET
@for_administrators
def care(request: HttpRequest) -> HttpResponse:
    """When the last backup and the last proof of restore were, and what to do."""
    service, head = running.service(), reader().head()
    checkpoint, verified, seen = reader().checkpoint(), reader().verified(), witnessed()
    context = {
        "due": [_panel(each) for each in what_is_due()],
        "demonstration": service.demonstration,
        "read_only": head.read_only,
        "size": head.size,
        "published": checkpoint[0] if checkpoint is not None else None,
        "verified": verified,
        "seen": seen,
        "witnesses": each_witness(),
        "stamp": stamped(),
        "log_key": _log_key(),
        "keys": [{"name": key.path.name, "what": key.what} for key in key_files(service.settings)],
    }
    return render(request, "pages/upkeep.html", context)


def _log_key() -> dict[str, Any]:
    """The key that signs, since when, and what is to be done about it."""
    service = running.service()
    first = log_key_file(service.settings, service.ledger_id)
    try:
        with reader().connection() as connection:
            now = Care(connection, service.ledger_id, service.origin, first).standing()
    except Unavailable as missing:
        return {"text": "", "status": "stop", "word": _("not here"), "todo": [{"words": missing.message}]}
    root = now.keys.root
    return {
        "text": now.present.text,
        "since": now.keys.keys[-1][0],
        "root": root.text if root is not None else "",
        "status": "in_order" if now.can_sign else "stop",
        "word": _("signs") if now.can_sign else _("not here"),
        "todo": _to_do(now),
    }


def _to_do(now: Standing) -> list[dict[str, str]]:
    """What is open, each with the command that goes on from there."""
    open_now = []
    if not now.can_sign:
        words = _("Nothing is signed: bring the key back or, if it is lost, let the root sign for the next one.")
        open_now.append({"words": words, "command": "coign db log-key --lost -o FILE"})
    if now.waiting is not None:
        words = _("A new key lies here that is not on record: two administrators enter its statement.")
        open_now.append({"words": words, "command": "coign db log-key --new -o FILE"})
    if now.retired:
        words = _("A key before this one still signs beside it, until all who verify know the new one.")
        open_now.append({"words": words, "command": "coign db log-key --retire"})
    if now.keys.root is None:
        words = _("No root is on record: if this key were lost, no other could take its place.")
        open_now.append({"words": words, "command": "coign db log-key --root KEY -o FILE"})
    return open_now


def what_is_due() -> tuple[Due, ...]:
    """Backup and proof of restore of the record that is served."""
    service = running.service()
    with reader().connection() as connection:
        return upkeep.due(connection, service.ledger_id, demonstration=service.demonstration)


def _panel(due: Due) -> dict[str, Any]:
    backup = due.kind == upkeep.BACKED_UP
    status = "stop" if due.overdue else "in_order" if due.last else "not_yet"
    words = {"stop": _("overdue"), "in_order": _("in time"), "not_yet": _("not yet")}
    return {
        "title": _("Backup") if backup else _("Proof of restore"),
        "status": status,
        "word": words[status],
        "last": due.last,
        "file": due.detail.get("file", ""),
        "entries": due.detail.get("entries"),
        "every": _every(due),
        "command": "coign db backup -o DIR" if backup else "coign db restore --prove FILE",
    }


def _every(due: Due) -> str:
    hours = round(due.at_most.total_seconds() / 3600)
    if hours < 72:
        return ngettext("every %d hour", "every %d hours", hours) % hours
    return ngettext("every %d day", "every %d days", hours // 24) % (hours // 24)
