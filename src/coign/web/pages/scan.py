"""A scan from anywhere opens what the thing belongs to; what is not understood is said, never an error page."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coign.equipment.views import DEVICE
from coign.kernel.subjects import Equipment, Organisation, Subject
from coign.records import reading as records
from coign.web import acting, running
from coign.web.reading import reader
from coign.web.storing.scanning import is_pack
from coign.web.therapy.scans import NotUnderstood, Scanned, read


@require_POST
def scan(request: HttpRequest) -> HttpResponse:
    """Open what was scanned, or say what it was and what could be scanned here."""
    organisation = acting.sees_for(request)
    text = request.POST.get("scan", "")
    try:
        found = read(text)
    except NotUnderstood as no:
        if is_pack(text, int(acting.now()[:4])):
            return HttpResponseRedirect(f"{reverse('packs')}?{urlencode({'scan': text})}")
        return _stay(request, f"{no} " + _("Scan the symbol of a wristband, bag, shipper, room, device or lot."))
    address = address_of(found, organisation)
    if address is None:
        return _stay(request, _("You scanned %s. Nothing here belongs to it that you may see.") % found.words)
    return HttpResponseRedirect(address)


def address_of(found: Scanned, organisation: Organisation) -> str | None:
    """The page of what a scan belongs to; None when there is none for this reader."""
    subject = found.subject
    if subject is None or not reader().may_see(subject, organisation):
        return None
    if isinstance(subject, Equipment) and reader().state(DEVICE, subject).organisation == organisation:
        return reverse("device", args=[subject.identifier])
    root = root_of(subject, organisation)
    if root is not None:
        return f"{reverse('journey', args=[root])}?thing={subject}"
    return reverse("subject", args=[str(subject)]) if reader().history(subject) else None


def root_of(subject: Subject, organisation: Organisation) -> str | None:
    """The therapy that a thing belongs to, if this organisation is party to it."""
    ledger_id = running.service().ledger_id
    with reader().connection() as connection:
        root = records.journey_of(connection, ledger_id, str(subject))
        known = root is not None and records.journey(connection, ledger_id, root, str(organisation)) is not None
    return root if known else None


def _stay(request: HttpRequest, sentence: str) -> HttpResponse:
    """Back to the page it came from, with the sentence on it."""
    messages.error(request, sentence)
    back = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if here else reverse("home"))
