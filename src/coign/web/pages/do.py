"""An act in a therapy: the known is shown, the rest scanned or asked; then it is signed and done."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from coign import catalogue
from coign.kernel.actions import Action
from coign.kernel.errors import CoignError, Forbidden, Invalid, NotFound, Refused
from coign.perform import Done, Request
from coign.web import acting, running
from coign.web.claims import Earlier
from coign.web.forms.build import Question
from coign.web.kept import kept
from coign.web.pages import signed, verdict
from coign.web.pages.refusals import refusal_words
from coign.web.roles import roles_words
from coign.web.signing import sign as signing
from coign.web.therapy import scans
from coign.web.therapy.asking import Asked, asked_for, folded, is_identity, measured_of, unit_of
from coign.web.therapy.band import band
from coign.web.therapy.clocks import clocks
from coign.web.therapy.colleagues import second_step, who_may
from coign.web.therapy.coming import who_does
from coign.web.therapy.deciding import batch_of
from coign.web.therapy.donors import tank_rows
from coign.web.therapy.dosing import dose_at
from coign.web.therapy.instead import instead
from coign.web.therapy.known import (
    context_rows,
    missing_values,
    next_production_step,
    results_of,
    steps_done,
)
from coign.web.therapy.offers import options_for
from coign.web.therapy.recall import recall
from coign.web.therapy.story import Story, story_of
from coign.web.therapy.targets import targets
from coign.web.therapy.visits import window_rows
from coign_verify.intent import intent_hash

PRODUCTION = "manufacturing.complete_step"
PLACING = "storage.place"
DEVIATION = "quality.open_deviation"
#: What the second of two persons must find for themselves is not shown to them.
BLIND = {"infusion.confirm_bedside": frozenset({"unit"}), "closing.confirm_disposal": frozenset({"unit"})}
#: Acts done at the bed or the chair: nothing but the act is on the page.
AT_THE_PATIENT = frozenset(
    {
        "collection.check_identity", "collection.confirm_identity",
        "infusion.check_bedside", "infusion.confirm_bedside", "infusion.start", "infusion.start_emergency",
    }
)  # fmt: skip


@require_http_methods(["GET", "POST"])
def do(request: HttpRequest, root: str, name: str) -> HttpResponse:
    """Ask for what the act needs, take scans, then do it or show what is to be signed."""
    with kept():  # up to here nobody acts
        looked = _looked(request, root, name)
    return looked if isinstance(looked, HttpResponse) else _submitted(request, looked, name)


def _looked(request: HttpRequest, root: str, name: str) -> HttpResponse | Asked:
    """The page, with what was scanned; or everything that was entered, when it is to be done."""
    acting.sees_for(request)
    story = story_of(root, acting.actor_of(request))
    action = action_in(story, name)
    if story.actor.role not in action.roles:
        return _not_yours(request, story, action, name)
    if missing := missing_values(story, action):
        return render(request, "pages/do_missing.html", _frame(story, action, name) | {"missing": missing}, status=409)
    if request.method == "GET":
        return _page(request, asked_for(story, action, step=name), name)
    asked = asked_for(story, action, request.POST, request.FILES, step=name)
    scan = request.POST.get("scan", "").strip()
    if scan:
        asked.take(scan)
    if cleared := request.POST.get("clear", ""):
        asked.values.pop(cleared, None)
        asked.serials.pop(cleared, None)
    if scan or cleared:
        return _page(request, _unchecked(asked, request), name)
    return asked


def action_in(story: Story, name: str) -> Action[Any]:
    """The action behind the name of a step of the programme, or behind its own name."""
    steps = story.programme.journey if story.programme is not None else ()
    found = next((s.action for s in steps if s.id == name), name)
    if found not in catalogue.ACTIONS:
        raise NotFound("there is no such act in this therapy")
    return catalogue.ACTIONS[found]


def _unchecked(asked: Asked, request: HttpRequest) -> Asked:
    """The same page with what was typed so far, without calling the rest wrong."""
    names = [n for n in asked.form.fields if n in request.POST]
    initial = {n: request.POST.getlist(n) if len(request.POST.getlist(n)) > 1 else request.POST[n] for n in names}
    asked.form = type(asked.form)(initial=initial)
    return asked


# Doing


def _submitted(request: HttpRequest, asked: Asked, name: str) -> HttpResponse:
    earlier = Earlier.of(request)
    if not asked.is_complete() or not earlier.is_understood():
        return _page(request, asked, name, status=422)
    wanted = acting.request_for(
        request,
        asked.action.name,
        asked.command,
        nonce=request.POST.get("key") or acting.new_key(),
        claimed=earlier.claimed,
    )
    try:
        if asked.action.meaning is not None:
            prepared = running.service().door.prepare(wanted)
            files = {file.digest: file.name for file in asked.kept.values()}
            written = signed.written_in(prepared.intent, wanted.command, wanted.reason, files)
            return _sign_page(request, asked.story, asked.action, name, prepared.intent, written)
        done = acting.perform(wanted)
    except Refused as refused:
        return _page(request, asked, name, refused=refused, status=409)
    except Invalid as invalid:
        _put_errors(asked, invalid)
        return _page(request, asked, name, status=422)
    return after(asked.story, asked.action, done)


def _put_errors(asked: Asked, invalid: Invalid) -> None:
    labels = {q.name: q.asks.label for q in (*asked.typed, *asked.scanned, *asked.files)}
    for error in invalid.errors:
        field = error.field.split(".")[0].split("[")[0]
        place = field if field in asked.form.fields else None
        asked.form.add_error(place, error.message if place else f"{labels.get(field, error.field)}: {error.message}")


def after(story: Story, action: Action[Any], done: Done) -> HttpResponse:
    """Where one goes after an act: to its verdict, if two persons decide by it, else back to the therapy."""
    projector = running.service().projector
    if projector is not None:
        projector.wait_for(done.position)
    root = _root_after(story, done)
    if action.name in verdict.DECISIVE:
        return HttpResponseRedirect(reverse("verdict", args=[root, done.position]))
    return HttpResponseRedirect(f"{reverse('journey', args=[root])}?done={done.position}")


def _root_after(story: Story, done: Done) -> str:
    """An order makes the patient's journey the chain's: the address changes with it."""
    chains = [s for e in done.entries for s in e.subjects if s.startswith("chain:")]
    return chains[0] if chains and not story.journey.chain else story.journey.root


# Signing


def _sign_page(
    request: HttpRequest,
    story: Story,
    action: Action[Any],
    name: str,
    intent: bytes,
    written: Mapping[str, str],
    error: CoignError | None = None,
) -> HttpResponse:
    def offers(question: Question) -> list[tuple[str, str]] | None:
        return options_for(story, action, question)

    context = _frame(story, action, name) | {"back": reverse("do", args=[story.journey.root, name]), "error": error}
    context |= signed.context(request, action, intent, written, programme=story.programme, offers=offers)
    return render(request, "pages/do_sign.html", context, status=error.status if error else 200)


@require_POST
def sign(request: HttpRequest, root: str, name: str) -> HttpResponse:
    """Sign exactly what was shown, and do it."""
    acting.sees_for(request)
    story = story_of(root, acting.actor_of(request))
    action, intent = action_in(story, name), request.POST.get("intent", "").encode()
    digest = intent_hash(intent)  # of what was shown; the door knows it only if it prepared these bytes
    try:
        signature = signing.make(request, digest, signing.proof_of(request))
    except (Forbidden, Invalid) as error:
        written = signed.written_again(request, digest)
        if written is None:
            raise
        return _sign_page(request, story, action, name, intent, written, error)
    wanted = Request(action.name, story.actor, acting.new_key(), intent_hash=digest, signature=signature)
    try:
        return after(story, action, acting.perform(wanted))
    except Refused as refused:
        return _page(request, asked_for(story, action, step=name), name, refused=refused, status=409)


# The page


def _frame(story: Story, action: Action[Any], name: str) -> dict[str, Any]:
    steps = story.programme.journey if story.programme is not None else ()
    step = next((s for s in steps if s.id == name), None)
    production = next_production_step(story) if action.name == PRODUCTION else None
    return {
        "story": story,
        "identity": band(story),
        "eyebrow": _place_in_row(story, action, production=production is not None),
        "press": _("Complete the step") if production is not None else step.title if step is not None else action.title,
        "action": action,
        "name": name,
        "title": production.title if production is not None else step.title if step is not None else action.title,
        "at_the_patient": action.name in AT_THE_PATIENT,
    }


def _tanks(asked: Asked) -> list[dict[str, Any]]:
    return tank_rows(asked.story) if asked.action.name == PLACING else []


def _place_in_row(story: Story, action: Action[Any], *, production: bool) -> str:
    """Where one stands in a row of acts: `Step 2 of 4`, `Test 6 of 9`; empty for what is done once."""
    if story.programme is None:
        return ""
    if production:
        return _("Step %(n)s of %(all)s") % {"n": len(steps_done(story)) + 1, "all": len(story.programme.steps)}
    recorded, reviewed = results_of(story)
    done = {"quality.record_result": len(recorded), "quality.review_result": len(reviewed)}.get(action.name)
    return _("Test %(n)s of %(all)s") % {"n": done + 1, "all": len(story.programme.panel)} if done is not None else ""


def _page(
    request: HttpRequest, asked: Asked, name: str, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    hidden = BLIND.get(asked.action.name, frozenset())
    known, away = [k for n, k in asked.known.items() if n not in hidden], folded(asked)
    fields = {
        n: {"bound": asked.form[n], "unit": unit_of(asked, n), "identity": is_identity(asked, n)}
        for n in asked.form.fields
        if measured_of(asked, n) is None
    }
    context = _frame(asked.story, asked.action, name) | {
        "form": asked.form,
        "dose": dose_at(asked.story, asked.action.name),
        "rows": [*context_rows(asked.story, asked.action, known), *window_rows(asked.story, name), *_tanks(asked)],
        "targets": [t for q in asked.scanned for t in targets(asked, q)],
        "open": [scans.wanted_words(q) for q in asked.open_scans],
        "waits_for": ", ".join(scans.wanted_words(q) for q in asked.open_scans if q.required or q.many),
        "clocks": clocks(asked.story),
        "recall": recall(asked.story),
        "second": _second(asked.story, asked.action),
        "differently_url": _differently(asked.story),
        "instead": instead(asked.story, asked.action.name),
        "scans": bool(asked.scanned),
        "problem": asked.problem,
        "carried": carried(asked),
        "measured": [(asked.form[n], m) for n in asked.form.fields if (m := measured_of(asked, n)) is not None],
        "fields": [one for n, one in fields.items() if n not in away],
        "folded": [one for n, one in fields.items() if n in away],
        "files": [
            {"name": q.name, "label": q.asks.label, "hint": q.asks.hint, "required": q.required,
             "kept": asked.kept.get(q.name)}
            for q in asked.files
        ],
        "earlier": Earlier.of(request),
        "refusal": refusal_words(refused) if refused is not None else None,
        "key": acting.new_key(),
        "ready": not asked.open_scans and status == 200,
        "first": next(iter(asked.form.fields), ""),
    }  # fmt: skip
    return render(request, "pages/do.html", context, status=status)


def _second(story: Story, action: Action[Any]) -> dict[str, Any] | None:
    """Who must do the same after this person, for themselves; None where one is enough."""
    step = second_step(story, action)
    if step is None:
        return None
    return {
        "title": step.title,
        "roles": roles_words(step.roles),
        "names": who_may(step, story.actor.organisation, besides=story.actor.person),
    }


def _differently(story: Story) -> str:
    """Where production says that something went differently; empty for those who cannot."""
    if story.actor.role not in catalogue.ACTIONS[DEVIATION].roles or batch_of(story) is None:
        return ""
    return reverse("do", args=[story.journey.root, DEVIATION])


def carried(asked: Asked) -> list[tuple[str, str]]:
    """What earlier scans and uploads gave, taken along unseen."""
    found = [(name, value) for name, values in asked.values.items() for value in values]
    found += [(f"{name}.serial", serial) for name, serial in asked.serials.items()]
    for name, file in asked.kept.items():
        found += [(f"{name}.kept", file.digest), (f"{name}.name", file.name)]
    return found


def _not_yours(request: HttpRequest, story: Story, action: Action[Any], name: str) -> HttpResponse:
    step = next((s for s in story.steps if s.step == name), None)
    who = who_does(step) if step is not None else roles_words(sorted(action.roles))
    return render(request, "pages/do_not_yours.html", _frame(story, action, name) | {"who": who}, status=403)
