"""The page on which the audit trail of a batch is read by exception, and what stands out is answered."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coign.kernel.errors import Invalid, Refused
from coign.web import acting, running
from coign.web.pages.refusals import refusal_words
from coign.web.therapy.audit_trail import ANSWER, KINDS, Question, context
from coign.web.therapy.band import band
from coign.web.therapy.deciding import batch_of
from coign.web.therapy.story import Story, story_of

POSITION_DIGITS_MAX = 15


@require_http_methods(["GET", "POST"])
def audit_trail(request: HttpRequest, root: str) -> HttpResponse:
    """What stands out, line by line, with the entry one click away; a line is answered where it stands."""
    acting.sees_for(request)
    story = story_of(root, acting.actor_of(request))
    if request.method == "POST":
        return _answered(request, story)
    return _page(request, story)


def _page(request: HttpRequest, story: Story, refused: Refused | None = None) -> HttpResponse:
    shown = context(story, _question(request)) | {
        "story": story,
        "identity": band(story),
        "key": acting.new_key(),
        "refusal": refusal_words(refused) if refused is not None else None,
    }
    return render(request, "pages/audit_trail.html", shown, status=refused.status if refused is not None else 200)


def _question(request: HttpRequest) -> Question:
    """What was asked; a day that is none, and a reason that is none, are said."""
    asked = {name: request.GET.get(name, "").strip() for name in ("who", "what", "why", "since", "until")}
    for name in ("since", "until"):
        try:
            asked[name] = str(date.fromisoformat(asked[name])) if asked[name] else ""
        except ValueError as error:
            raise Invalid.at(name, "expected a day such as 2026-03-12") from error
    if asked["why"] and asked["why"] not in KINDS:
        raise Invalid.at("why", f"expected one of {', '.join(KINDS)}")
    return Question(**asked)


def _answered(request: HttpRequest, story: Story) -> HttpResponse:
    """Enter what a line means; then the page again, at the lines."""
    batch, entry = batch_of(story), request.POST.get("entry", "")
    if not entry.isascii() or not entry.isdigit() or len(entry) > POSITION_DIGITS_MAX:
        raise Invalid.at("entry", "expected the number of an entry")
    why = request.POST.get("why", "").strip()
    if not why:
        raise Invalid.at("why", "is missing: say what was found out, and from whom")
    command = {"batch": str(batch), "entry": int(entry), "answer": request.POST.get("answer", ""), "why": why}
    wanted = acting.request_for(request, ANSWER, command, nonce=request.POST.get("key") or acting.new_key())
    try:
        done = acting.perform(wanted)
    except Refused as refused:
        return _page(request, story, refused)
    projector = running.service().projector
    if projector is not None:
        projector.wait_for(done.position)
    messages.success(request, _("Entry %s is answered.") % entry)
    return HttpResponseRedirect(f"{reverse('audit-trail', args=[story.journey.root])}#exceptional")
