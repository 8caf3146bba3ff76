"""Recorded values that are being corrected: whose source waits to be read, and what waits to be assessed."""

from typing import Any

from django.utils.translation import gettext as _

from coign import catalogue
from coign.correction.state import CORRECTION, CorrectionState
from coign.correction.views import CORRECTIONS
from coign.kernel.subjects import Case
from coign.manufacturing.views import SLOT
from coign.web.boards.making import Board, Here
from coign.web.boards.matter import Matter
from coign.web.correcting import ASSESS, READ, form_address
from coign.web.therapy.looking import states_of, visible


def corrections(here: Here) -> Board | None:
    """Those that whoever looks can help along; nothing where there are none."""
    rows = [row for case, state in _open(here).items() if (row := _row(here, case, state)) is not None]
    waits = [
        Matter(row["title"], row["fact"], row["word"], row["action"]["label"], row["action"]["url"], "look")
        for row in rows
        if row["action"] is not None
    ]
    return Board("corrections", [], lambda who: {"rows": rows}, waits) if rows else None


def _open(here: Here) -> dict[Case, CorrectionState]:
    """Every open correction of the therapies that go on, and of their batches."""
    chains = here.chains.values()
    batches = [s.batch for s in states_of(SLOT, chains).values() if s.batch is not None]
    homes = visible([*chains, *batches], here.actor.organisation)
    cases = [o.case for state in states_of(CORRECTIONS, homes).values() for o in state.open]
    seen = visible(cases, here.actor.organisation)
    return states_of(CORRECTION, sorted(c for c in cases if c in seen))


def _row(here: Here, case: Case, state: CorrectionState) -> dict[str, Any] | None:
    proposal, me = state.proposal, here.actor
    wanted = READ if state.waits_for_reading else ASSESS
    elsewhere = wanted == READ and state.house != me.organisation
    if proposal is None or elsewhere or me.role not in catalogue.ACTIONS[wanted].roles:
        return None
    mine = me.person in (proposal.by, state.second)
    return {
        "title": proposal.home.identifier,
        "fact": proposal.label,
        "status": "look",
        "word": _("Waits for a second reading") if wanted == READ else _("Waits to be assessed"),
        "detail": _("You had a part in it: somebody else goes on") if mine else case.identifier,
        "action": None if mine else {"label": catalogue.ACTIONS[wanted].title, "url": form_address(wanted, case=case)},
    }
