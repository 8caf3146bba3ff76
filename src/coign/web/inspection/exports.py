"""Any subject's records as a file, for whoever hands records to others (21 CFR 11.10(b), CSV-02)."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from coign.kernel.errors import Forbidden
from coign.service.exporting import Exporter, subjects_of, texts_of
from coign.service.opening import TAKES_PACKS
from coign.service.pack_sight import Sight
from coign.web import acting, running
from coign.web.inspection.copies import handed_over
from coign.web.reading import reader


@require_GET
def export(request: HttpRequest, name: str) -> HttpResponse:
    """What the reader's organisation may know about a subject, with every version of every value."""
    acting.sees_for(request)
    actor, service, subjects = acting.actor_of(request), running.service(), subjects_of([name])
    if actor.role not in TAKES_PACKS:
        raise Forbidden(f"the role {actor.role} takes no exports: ask somebody of quality")
    sight = Sight(service.states, actor.role, actor.organisation, reader().in_scope)
    with reader().connection() as connection:
        exporter = Exporter(connection, service.ledger_id, service.keys_here(), service.documents, service.programmes)
        found = exporter.export(subjects, sight, lambda commitments: texts_of(service.vault, commitments))
    return handed_over(request, f"export-{name.replace(':', '-')}", f"export of {name}", found.data, found.page)
