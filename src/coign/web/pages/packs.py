"""A therapy as a file that proves itself, for whoever has to show it to others."""

from functools import partial
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from coign.kernel.errors import Forbidden, NotFound
from coign.records import reading as records
from coign.service.opening import TAKES_PACKS, opened_from
from coign.service.pack_sight import Sight
from coign.service.packing import Packer
from coign.web import acting, running
from coign.web.accounts import security_log
from coign.web.inspection.copies import handed_over
from coign.web.reading import reader
from coign_verify.archive import read_archive
from coign_verify.pack import ACCOUNT


@require_GET
def pack(request: HttpRequest, root: str) -> HttpResponse:
    """What the reader's organisation may know of a therapy, with its texts; taking it away is entered (REG-10).

    Nobody who takes packs from a page may know who a patient is, so that no name is ever opened here.
    """
    acting.sees_for(request)
    actor, service = acting.actor_of(request), running.service()
    if actor.role not in TAKES_PACKS:
        raise Forbidden(f"the role {actor.role} takes no packs: ask somebody of quality")
    sight = Sight(service.states, actor.role, actor.organisation, reader().in_scope)
    with reader().connection() as connection:
        journey = records.journey(connection, service.ledger_id, root, str(actor.organisation))
        if journey is None or not sight.known([journey.chain] if journey.chain else []):
            raise NotFound("this therapy is not known here")
        packer = Packer(connection, service.ledger_id, service.keys_here(), service.documents, service.programmes)
        found = packer.pack(journey.chain, sight, partial(opened_from, service.vault))
    security_log.note("pack.taken", str(actor.person), chain=journey.chain, sha256=sha256(found.data).hexdigest())
    page = dict(read_archive(found.data)[0])[ACCOUNT]
    return handed_over(request, journey.chain.replace(":", "-"), found.what(journey.chain), found.data, page)
