"""REST for every action of the catalogue: look, check, prepare, do."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from coign import catalogue
from coign.kernel.actions import Action
from coign.kernel.errors import Invalid, NotFound, Refused
from coign.perform import Done, Prepared, Request
from coign.web import acting, running
from coign.web.api.problems import answer, gate_in_words, problem
from coign.web.api.schema import action_in_words
from coign.web.reading import reader
from coign.web.signing import sign

COMMAND = {"command": dict, "reason": str, "claimed_time": str}
SIGNED = {"intent_hash": str, "signature": dict}


def action_named(name: str) -> Action[Any]:
    """An action of the catalogue."""
    found = catalogue.ACTIONS.get(name)
    if found is None:
        raise NotFound(f"there is no action {name}")
    return found


@require_GET
def every_action(request: HttpRequest) -> HttpResponse:
    """What can be done here at all, with schema, gates, roles and requirements."""
    acting.needs_scope(request, "read")
    return answer([action_in_words(a) for a in catalogue.ACTIONS.values()])


@csrf_exempt
@require_POST
def check(request: HttpRequest, name: str) -> HttpResponse:
    """What every gate says now; records nothing."""
    acting.needs_scope(request, "act")
    asked = _asked(request, name, nonce=acting.new_key())
    gates = running.service().door.check(asked)
    words = [gate_in_words(g) | {"holds": g.holds} for g in gates]
    return answer({"allowed": all(g.holds for g in gates), "gates": words})


@csrf_exempt
@require_POST
def prepare(request: HttpRequest, name: str) -> HttpResponse:
    """The intent to be signed, with its hash; records nothing."""
    acting.needs_scope(request, "act")
    nonce = acting.key_of(request) if "Idempotency-Key" in request.headers else acting.new_key()
    return answer(prepared_in_words(running.service().door.prepare(_asked(request, name, nonce=nonce))))


def prepared_in_words(prepared: Prepared) -> dict[str, Any]:
    """An intent as it is told to clients."""
    return {
        "intent": prepared.intent.decode(),
        "intent_hash": prepared.intent_hash.hex(),
        "shown": prepared.shown,
        "needs": {"meaning": prepared.meaning, "method": list(prepared.methods)},
        "expires_at": prepared.expires,
    }


@csrf_exempt
@require_POST
def do(request: HttpRequest, name: str) -> HttpResponse:
    """Do it; safe to repeat under the same key."""
    acting.needs_scope(request, "act")
    action = action_named(name)
    nonce = acting.key_of(request)
    body = acting.json_body(request, COMMAND | SIGNED)
    if "intent_hash" in body or "signature" in body:
        asked = _signed(request, name, nonce, body)
    else:
        if action.meaning is not None:
            raise Invalid.at("signature", f"{name} is signed: prepare it, then send intent_hash and signature")
        asked = _unsigned(request, name, nonce, body)
    arrived = acting.now()
    try:
        done = acting.perform(asked)
    except Refused as refused:
        response = problem(refused)
        if _was_refused_before(refused, asked, arrived):
            response["Idempotent-Replayed"] = "true"
        return response
    return _done(done)


def _done(done: Done) -> HttpResponse:
    entries = [
        {"position": e.position, "action": e.action, "subjects": list(e.subjects), "leaf_hash": e.leaf_hash.hex()}
        for e in done.entries
    ]
    response = answer({"entries": entries}, 201)
    if done.replayed:
        response["Idempotent-Replayed"] = "true"
    return response


def _was_refused_before(refused: Refused, asked: Request, arrived: str) -> bool:
    """Whether this refusal is the stored answer to an earlier request under the same key."""
    if refused.position is None or reader().nonce_position(asked.actor.person, asked.nonce) != refused.position:
        return False
    return reader().entry(refused.position).time < arrived


def _asked(request: HttpRequest, name: str, *, nonce: str) -> Request:
    action_named(name)
    return _unsigned(request, name, nonce, acting.json_body(request, COMMAND))


def _unsigned(request: HttpRequest, name: str, nonce: str, body: dict[str, Any]) -> Request:
    if "command" not in body:
        raise Invalid.at("command", "is missing")
    return acting.request_for(
        request,
        name,
        body["command"],
        nonce=nonce,
        reason=body.get("reason", ""),
        claimed=body.get("claimed_time", ""),
    )


def _signed(request: HttpRequest, name: str, nonce: str, body: dict[str, Any]) -> Request:
    if set(body) != set(SIGNED):
        raise Invalid.at("body", "a signed action is sent as intent_hash and signature, nothing else")
    given = body["signature"]
    for field, value in given.items():
        if field not in sign.FIELDS or not isinstance(value, str):
            raise Invalid.at(f"signature.{field}", "is not a text field here")
    if "method" not in given:
        raise Invalid.at("signature.method", "is missing")
    digest = intent_hash_of(body["intent_hash"])
    signature = sign.make(request, digest, sign.Proof(**given))
    return Request(name, acting.actor_of(request), nonce, intent_hash=digest, signature=signature)


def intent_hash_of(text: str) -> bytes:
    """An intent's hash as it was told."""
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise Invalid.at("intent_hash", "expected 64 hexadecimal digits, as `prepare` gave them")
    return digest
