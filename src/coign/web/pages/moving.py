"""Switches of a demonstration: continue as somebody else, and move the simulated clock. No other record has them."""

from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coign.kernel.errors import Invalid, NotFound
from coign.web import acting, demonstration, running
from coign.web.accounts import security_log, stations
from coign.web.roles import role_words

HOURS_DEFAULT = 1.0
HOURS_MAX = 24.0 * 366
_BACKEND = "coign.web.accounts.backend.Backend"


@require_POST
def continue_as(request: HttpRequest) -> HttpResponse:
    """Sign this person out and somebody else of the demonstration in; the next page says so, the record names them.

    Needs no sign-in: the passwords of these accounts are shown on the sign-in page, and no other account is taken.
    """
    if not demonstration.is_on():
        raise NotFound("there is nothing at this address")
    name, _bar, place = request.POST.get("as", "").partition("|")
    account = demonstration.demonstration_account(name)
    before = request.user.get_username()
    logout(request)
    login(request, account.user, backend=_BACKEND)
    stations.stay_here(request, account)  # whoever shows the demonstration is the only one: no choice between stations
    stations.arrive(request, account)
    acting.begin(request, account)
    security_log.note("demonstration.continued_as", account.person, before=before)
    messages.info(
        request,
        _("You are now %(name)s, %(role)s.")
        % {"name": demonstration.name_of(account), "role": role_words(account.role)},
    )
    root, _bar, step = place.partition("|")
    if root and step:
        return HttpResponseRedirect(reverse("do", args=[root, step]))
    return HttpResponseRedirect(reverse("home"))


@require_POST
def advance(request: HttpRequest) -> HttpResponse:
    """Move the simulated clock forward; it never goes back."""
    if not demonstration.is_on():
        raise NotFound("there is nothing at this address")
    text = request.POST.get("hours", "") or str(HOURS_DEFAULT)
    try:
        hours = float(text)
    except ValueError:
        raise Invalid.at("hours", "expected a number of hours such as 24") from None
    if not 0 < hours <= HOURS_MAX:
        raise Invalid.at("hours", f"expected more than 0 and at most {HOURS_MAX:.0f} hours")
    running.service().advance(hours)
    messages.info(request, _("The simulated clock moved on by %g hours.") % hours)
    back = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if here else reverse("home"))
