"""Where something went, and where it came from: one page and one address for machines."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from coign.kernel.subjects import Chain, Organisation, Subject, parse_subject
from coign.service.tracing import Trace, Traced, Tracer, instant_of, start_of
from coign.web import acting, running, told
from coign.web.api.problems import answer
from coign.web.reading import reader
from coign.web.therapy.looking import visible
from coign.web.therapy.people import names_of
from coign.web.therapy.story import names_of_organisations, place_words

#: What a recall asks first.
_FIRST = ("patient", "unit", "batch", "chain", "lot", "serial", "shipment")
_GOOD = ("certified", "approved", "accepted", "administered")
_STOPPED = ("blocked", "rejected", "hold", "suspect", "expired")


@require_GET
def trace(request: HttpRequest, name: str) -> HttpResponse:
    """The page: everything that came out of a thing, or that it came out of."""
    organisation, back = acting.sees_for(request), bool(request.GET.get("back"))
    found = _trace(request, name, back=back)
    here = reverse("trace", args=[name])
    context = {
        "subject": found.start,
        "kind": told.kind_words(found.start),
        "back": back,
        "ways": [(_("Where it went"), here, not back), (_("Where it came from"), f"{here}?back=1", back)],
        "counts": _counts(found),
        "groups": _groups(found, str(organisation)),
        "found": found,
        "subject_url": reverse("subject", args=[name]),
    }
    return render(request, "pages/trace.html", context)


@require_GET
def trace_for_machines(request: HttpRequest, name: str) -> HttpResponse:
    """The same as `coign trace --json`, of what the caller's organisation may know."""
    acting.needs_scope(request, "read")
    return answer(_trace(request, name, back=bool(request.GET.get("back"))).as_json())


def _trace(request: HttpRequest, name: str, *, back: bool) -> Trace:
    start, since = start_of(name), instant_of(request.GET.get("since", ""))
    tracer = Tracer(reader().connection, running.service().ledger_id, reader().folding)
    return tracer.trace(start, back=back, since=since, sees_for=acting.sees_for(request))


def _counts(found: Trace) -> str:
    kinds = Counter(hit.subject.kind for hit in found.hits)
    words = (f"{kinds[kind]} × {_kind(kind)}" for kind in sorted(kinds, key=_rank))
    return ", ".join(words)


def _kind(kind: str) -> str:
    return told.kind_words(parse_subject(f"{kind}:X")).lower()


def _rank(kind: str) -> tuple[int, str]:
    return (_FIRST.index(kind) if kind in _FIRST else len(_FIRST), kind)


def _groups(found: Trace, organisation: str) -> list[dict[str, Any]]:
    """The hits by kind, what a recall asks for first."""
    places = names_of_organisations()
    people = names_of((h.subject for h in found.hits if h.subject.kind == "person"), organisation)
    chains = {Chain(h.therapy) for h in found.hits if h.therapy}
    seen = {str(chain) for chain in visible(chains, Organisation(organisation))}
    kinds: dict[str, list[Traced]] = {}
    for hit in found.hits:
        kinds.setdefault(hit.subject.kind, []).append(hit)
    return [
        {
            "title": _kind(kind),
            "rows": [
                {
                    "identifier": hit.subject.identifier,
                    "name": people.get(str(hit.subject), ""),
                    "url": reverse("subject", args=[str(hit.subject)]),
                    "status": _status(hit.state),
                    "state": capfirst(hit.state),
                    "holder": place_words(hit.holder, places) if hit.holder else "",
                    "how": hit.how,
                    "therapy": hit.therapy.partition(":")[2],
                    "therapy_url": reverse("journey", args=[hit.therapy]) if hit.therapy in seen else "",
                    "path": [_short(text) for text in hit.path[1:-1]],
                    "entry": reverse("receipt", args=[hit.position]),
                }
                for hit in sorted(kinds[kind], key=lambda h: h.subject)
            ],
        }
        for kind in sorted(kinds, key=_rank)
    ]


def _status(state: str) -> str:
    """Red only for what stands still; green only for what somebody answers for."""
    if any(word in state for word in _STOPPED):
        return "stop"
    if "exception" in state:
        return "look"
    return "in_order" if any(word in state for word in _GOOD) else "running"


def _short(text: str) -> str:
    found: Subject = parse_subject(text)
    return f"{told.kind_words(found).lower()} {found.identifier}"
