"""Lists for machines and scripts: therapies that one may see, and what waits for one's role."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from coign.records import reading as records
from coign.records.journey import Journey
from coign.web import acting, running
from coign.web.api.problems import answer
from coign.web.reading import reader


@require_GET
def every_journey(request: HttpRequest) -> HttpResponse:
    """Therapies that the caller's organisation is party to, most recently touched first."""
    acting.needs_scope(request, "read")
    with reader().connection() as connection:
        found = records.journeys(connection, running.service().ledger_id, str(acting.sees_for(request)))
    return answer({"journeys": [_journey(j) for j in found]})


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for the caller's role in the caller's organisation, oldest first."""
    acting.needs_scope(request, "read")
    actor = acting.actor_of(request)
    with reader().connection() as connection:
        ledger_id, house = running.service().ledger_id, str(actor.organisation)
        steps = records.queue(connection, ledger_id, [actor.role], house, now=acting.now())
    return answer(
        {
            "queue": [
                {"journey": s.root, "step": s.step, "action": s.action, "stage": s.stage, "title": s.title}
                | ({"overdue_from": s.closes} if s.closes else {})
                for s in steps
            ]
        }
    )


def _journey(journey: Journey) -> dict[str, Any]:
    return {
        "journey": journey.root,
        "programme": journey.programme,
        "stage": journey.stage,
        "centre": journey.centre,
        "maker": journey.maker,
        "updated": journey.updated,
        "position": journey.position,
        "ended": journey.ended,
    }
