"""The page behind the one-time link that `coign serve` prints for an empty installation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from coign.kernel.errors import CoignError, NotFound, Refused
from coign.web import running
from coign.web.setting_up import entering, link
from coign.web.setting_up.form import SetUpForm


@sensitive_post_parameters("password_1", "password_2")
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Asks for everything at once, enters it all or nothing, and says what comes next. Gone once that is done."""
    service = running.service()
    if not link.opens(service, token):
        raise NotFound("there is nothing at this address")
    if request.method == "GET":
        return render(request, "setup/set_up.html", {"form": SetUpForm()})
    form = SetUpForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            started = entering.enter(service, form.plan())
        except entering.NOES as no:
            for sentence in _sentences(no):
                form.add_error(None, sentence)
            return render(request, "setup/set_up.html", {"form": form}, status=no.status)
        return render(request, "setup/done.html", {"plan": form.plan(), "started": started})
    return render(request, "setup/set_up.html", {"form": form}, status=422)


def _sentences(no: CoignError) -> list[str]:
    """What the record said, each with what to do."""
    if isinstance(no, Refused):
        return [f"{gate.message}. {gate.remedy}" for gate in no.gates]
    return [no.message]
