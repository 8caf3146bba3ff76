"""The security log for administrators: open alerts first, then everything, by kind, person and time."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coign.kernel.errors import Invalid
from coign.kernel.subjects import Organisation, Site
from coign.people.views import SITE
from coign.web import acting
from coign.web.accounts import log_lines, security_log, stations, tally
from coign.web.accounts.log_lines import Wanted
from coign.web.accounts.models import Account, Presence, Station
from coign.web.people.dates import start_of_day
from coign.web.people.scope import administrator, for_administrators
from coign.web.reading import reader
from coign.web.therapy.story import name_of

LABEL_LENGTH_MAX = 80


@require_GET
@for_administrators
def security(request: HttpRequest) -> HttpResponse:
    """Alerts that nobody has looked at, and the log."""
    tally.write_all()
    here = administrator(request).organisation
    people = log_lines.people_of(here)
    wanted = _wanted(request)
    found, older = log_lines.lines(wanted, people, nobody=not wanted.person)
    asked = {k: str(v) for k, v in request.GET.items() if v and k != "before"}
    context = {
        "alerts": log_lines.open_alerts(here) if wanted.before is None else [],
        "lines": found,
        "older": f"?{urlencode(asked | {'before': str(older)})}" if older is not None else "",
        "kinds": sorted(((k, str(words)) for k, words in log_lines.KINDS.items()), key=lambda pair: pair[1]),
        "people": sorted(people),
        "asked": asked,
        "names": _names(people),
        "here": name_of(here),
        "key": acting.new_key(),
    }
    return render(request, "pages/security.html", context)


def _wanted(request: HttpRequest) -> Wanted:
    """What the form asks for; a day that is none is said so."""
    days = {}
    for name, later in (("since", 0), ("until", 1)):
        text = request.GET.get(name, "").strip()
        days[name] = start_of_day(text, later) if text else None
        if text and days[name] is None:
            raise Invalid.at(name, "expected a day such as 2027-12-31")
    before = request.GET.get("before", "")
    return Wanted(
        kind=request.GET.get("kind", "")[:60],
        person=request.GET.get("person", "")[:80],
        since=days["since"],
        until=days["until"],
        alerts_only=request.GET.get("alerts") == "yes",
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )


def _names(people: list[str]) -> dict[str, str]:
    rows = Account.objects.select_related("user").filter(person__in=people)
    return {a.person: a.user.get_full_name() or a.user.username for a in rows}


@require_POST
@for_administrators
def acknowledge(request: HttpRequest, line: int) -> HttpResponse:
    """Say what an alert was; it leaves the list, and the log gets a line."""
    actor = administrator(request)
    comment = request.POST.get("comment", "").strip()
    if not comment:
        raise Invalid.at("comment", "is missing: say what it was, and what was done")
    if len(comment) > log_lines.COMMENT_LENGTH_MAX:
        raise Invalid.at("comment", f"at most {log_lines.COMMENT_LENGTH_MAX} characters")
    log_lines.acknowledge(line, actor.organisation, actor.person, comment)
    messages.success(request, _("Noted. The alert's own line stays in the log."))
    return HttpResponseRedirect(reverse("security"))


# Stations


@require_http_methods(["GET", "POST"])
@for_administrators
def every_station(request: HttpRequest) -> HttpResponse:
    """Which browser stands at which site; only of bound ones do we know where somebody is."""
    actor = administrator(request)
    if request.method == "POST":
        _bind(request, actor.organisation)
        return HttpResponseRedirect(reverse("stations"))
    own = stations.station_of(request)
    bound = list(Station.objects.filter(organisation=str(actor.organisation)).order_by("site", "label"))
    names = {s.name for s in bound}
    context = {
        "own": own,
        "own_is_bound": own in names,
        "bound": bound,
        "unbound": [s for s in _seen(actor.organisation) if s["name"] not in {*names, own}],
        "sites": _sites(actor.organisation),
    }
    return render(request, "pages/stations.html", context)


def _sites(organisation: Organisation) -> list[tuple[str, str]]:
    return [(str(s), state.name) for s, state in reader().states(SITE) if state.organisation == organisation]


def _seen(organisation: Organisation) -> list[dict[str, Any]]:
    """Stations at which people of this organisation are signed in now."""
    rows = Presence.objects.select_related("account__user").filter(account__organisation=str(organisation))
    return [{"name": p.station, "who": p.account.user.username, "since": p.since} for p in rows.order_by("-since")]


def _bind(request: HttpRequest, organisation: Organisation) -> None:
    actor = acting.actor_of(request)
    name, site, label = (request.POST.get(field, "").strip() for field in ("station", "site", "label"))
    known = {stations.station_of(request), *(s["name"] for s in _seen(organisation))}
    own = Station.objects.filter(name=name, organisation=str(organisation))
    if name not in known and not own.exists():
        raise Invalid.at("station", "is none that people of your organisation work at")
    if not site:
        own.delete()
        security_log.note("station.released", "", station=name, by=actor.person)
        messages.success(request, _("The station is bound to no site any more."))
        return
    if site not in {s for s, _name in _sites(organisation)}:
        raise Invalid.at("site", "is no site of your organisation")
    if not label or len(label) > LABEL_LENGTH_MAX:
        raise Invalid.at("label", f"expected 1 to {LABEL_LENGTH_MAX} characters, such as: nurses' desk, ward 3")
    Station.objects.update_or_create(
        name=name, defaults={"label": label, "site": Site.parse(site), "organisation": str(organisation)}
    )
    security_log.note("station.bound", "", station=name, site=site, label=label, by=actor.person)
    messages.success(request, _("The station is bound to the site."))
