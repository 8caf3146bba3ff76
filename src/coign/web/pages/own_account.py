"""What somebody is told about their own account: what others did about it, and what happened to it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from coign.people.views import AUTHORITY
from coign.web import acting
from coign.web.accounts import log_lines, security_log
from coign.web.accounts.log_lines import Wanted
from coign.web.accounts.models import Account
from coign.web.pages.history import in_words
from coign.web.reading import reader

ENTRIES_MAX = 50
#: Lines about somebody that they cannot know of themselves.
NOT_MINE = "no"


@require_GET
def happened(request: HttpRequest) -> HttpResponse:
    """Everything that happened to the reader's own account, newest first: by the record, and by the security log."""
    account = acting.account_of(request)
    lines, older = log_lines.lines(Wanted(person=account.person), [account.person], nobody=False)
    entries = reader().history(account.subject)[-ENTRIES_MAX:]
    context = {"entries": [in_words(e) for e in reversed(entries)], "lines": lines, "more": older is not None}
    return render(request, "account/happened.html", context)


@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest) -> HttpResponse:
    """After a reset, before anything else: who agreed to it, and the one question whether the owner knows of it."""
    account = acting.account_of(request)
    state = reader().state(AUTHORITY, account.subject)
    if request.method == "POST":
        if request.POST.get("mine") == NOT_MINE:
            security_log.note(
                "account.reset_disowned", account.person, alert=True, account=account.user.username,
                by=list(state.reset_by), entry=state.reset_at, since_entry=state.reset_at,
            )  # fmt: skip
        Account.objects.filter(pk=account.pk).update(told=state.reset_at)
        return HttpResponseRedirect(reverse("home"))
    entry = reader().entry(state.reset_at)
    context = {"entry": in_words(entry), "by": [p.identifier for p in state.reset_by], "signs": bool(state.credentials)}
    return render(request, "account/notice.html", context)
