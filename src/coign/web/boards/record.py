"""Is the record whole, how far is it proved, and under which rules do therapies run?"""

from typing import Any

from django.utils.translation import gettext as _

from coign.programmes.model import ProgrammeVersion
from coign.regulatory.views import PROGRAMME, ProgrammeState
from coign.web import running
from coign.web.boards.making import Board, Here
from coign.web.links import reverse
from coign.web.therapy.looking import states_of
from coign.web.therapy.proof import proof_of_record
from coign.web.therapy.track import local_day


def record(here: Here) -> Board:
    """The seal of the whole record, and the reference pages made from what runs."""
    return Board("record", [], lambda who: {"proof": proof_of_record(), "links": _links()})


def _links() -> list[dict[str, str]]:
    return [
        {"url": reverse("reference-access"), "label": _("Who may ask for what")},
        {"url": reverse("reference-actions"), "label": _("Actions and gates")},
        {"url": reverse("reference-traceability"), "label": _("Requirements and their tests")},
        {"url": reverse("reference-errors"), "label": _("Errors")},
    ]


def programmes(here: Here) -> Board | None:
    """Every programme with the version in force and the one that waits."""
    versions = running.service().programmes.all()
    states = states_of(PROGRAMME, {v.programme for v in versions})
    rows = [_row(version, states[version.programme]) for version in versions]
    return Board("programmes", [], lambda who: {"title": _("Programmes"), "rows": rows}) if rows else None


def _row(version: ProgrammeVersion, state: ProgrammeState) -> dict[str, Any]:
    status, word = "not_yet", _("Not in force")
    if state.in_force == version.digest and state.since is not None:
        status, word = "in_order", _("In force since %s") % local_day(state.since)
    elif state.proposed == version.digest:
        status, word = "running", _("Waits for a second signature")
    return {
        "title": version.title,
        "version": version.version,
        "product": version.product_name,
        "digest": str(version.digest),
        "status": status,
        "word": word,
        "url": reverse("programme-changes", args=[version.programme.identifier]),
    }
