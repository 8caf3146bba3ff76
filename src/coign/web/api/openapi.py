"""OpenAPI 3.1 out of the catalogue: one operation for every action, with its command's schema and its gates."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from coign import __version__, catalogue
from coign.kernel.actions import Action
from coign.web import acting
from coign.web.api.endpoints import API, Endpoint
from coign.web.api.problems import PROBLEM, answer
from coign.web.api.schema import command_schema
from coign.web.fhir.outcomes import BASE, FHIR_JSON


@require_GET
def document(request: HttpRequest) -> HttpResponse:
    """The document."""
    acting.needs_scope(request, "read")
    return answer(openapi())


def openapi() -> dict[str, Any]:
    """The document as plain values."""
    paths: dict[str, Any] = {}
    for endpoint in API:
        if "{name}" not in endpoint.path:
            paths[endpoint.path] = {endpoint.method.lower(): _operation(endpoint)}
    for action in catalogue.ACTIONS.values():
        base = f"/api/actions/{action.name}"
        paths[base] = {"post": _perform(action)}
        paths[f"{base}/check"] = {"post": _asked(action, "check", "Gates", f"Why not: {action.title}")}
        if action.meaning is not None:
            paths[f"{base}/prepare"] = {"post": _asked(action, "prepare", "Prepared", f"Prepare: {action.title}")}
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Coign",
            "version": __version__,
            "summary": "Security of cell and gene therapies",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {**_commands(), **_SHARED},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    names = [part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")]
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": "".join(c if c.isalnum() else "_" for c in f"{endpoint.method}{endpoint.path}").lower(),
        "parameters": [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in names],
        "responses": {"200": {"description": "found"}, "default": _problem()},
    }
    if endpoint.takes:
        operation["requestBody"] = {"required": True, "content": {FHIR_JSON: {"schema": _resource(endpoint.takes)}}}
    if endpoint.path.startswith(BASE):
        told = {FHIR_JSON: {"schema": _resource("OperationOutcome")}}
        operation["responses"]["default"] = {"description": "no", "content": told}
    if endpoint.needs == "nothing":
        operation["security"] = []
    return operation


def _resource(kind: str) -> dict[str, Any]:
    return {"type": "object", "properties": {"resourceType": {"const": kind}}, "required": ["resourceType"]}


def _perform(action: Action[Any]) -> dict[str, Any]:
    signed = {
        "type": "object",
        "properties": {"intent_hash": {"type": "string"}, "signature": {"$ref": "#/components/schemas/Signature"}},
        "required": ["intent_hash", "signature"],
        "additionalProperties": False,
    }
    return {
        "operationId": f"{action.name}.do",
        "summary": action.title,
        "description": action.rationale,
        "tags": [action.domain],
        "x-roles": sorted(action.roles),
        "x-risk": action.risk.value,
        "x-requirements": list(action.requirements),
        "x-gates": [g.id for g in action.gates],
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": 128},
            }
        ],
        "requestBody": _body(_command_body(action) if action.meaning is None else signed),
        "responses": {
            "201": {"description": "recorded", "content": _content({"$ref": "#/components/schemas/Done"})},
            "default": _problem(),
        },
    }


def _asked(action: Action[Any], verb: str, gives: str, summary: str) -> dict[str, Any]:
    return {
        "operationId": f"{action.name}.{verb}",
        "summary": summary,
        "tags": [action.domain],
        "requestBody": _body(_command_body(action)),
        "responses": {
            "200": {"description": "answered", "content": _content({"$ref": f"#/components/schemas/{gives}"})},
            "default": _problem(),
        },
    }


def _command_body(action: Action[Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "command": {"$ref": f"#/components/schemas/{action.name}"},
            "reason": {"type": "string"},
            "claimed_time": {"type": "string", "format": "date-time"},
        },
        "required": ["command"],
        "additionalProperties": False,
    }


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": _content(schema)}


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _problem() -> dict[str, Any]:
    return {"description": "no", "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _commands() -> dict[str, Any]:
    return {action.name: command_schema(action.command) for action in catalogue.ACTIONS.values()}


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_GATE = _object(
    dict.fromkeys(("gate", "message", "protects", "remedy"), _TEXT)
    | {"requirement": _TEXTS, "resolvers": _TEXTS, "holds": {"type": "boolean"}},
    ["gate", "message", "remedy", "resolvers"],
)
_SHARED: dict[str, Any] = {
    "Gate": _GATE,
    "Gates": _object(
        {"allowed": {"type": "boolean"}, "gates": {"type": "array", "items": {"$ref": "#/components/schemas/Gate"}}},
        ["allowed", "gates"],
    ),
    "Prepared": _object(
        {
            "intent": _TEXT,
            "intent_hash": _TEXT,
            "shown": {"type": "object"},
            "needs": _object({"meaning": _TEXT, "method": _TEXTS}, ["meaning", "method"]),
            "expires_at": {"type": "string", "format": "date-time"},
        },
        ["intent", "intent_hash", "shown", "needs", "expires_at"],
    ),
    "Signature": _object(dict.fromkeys(("method", "credential", "value", "password", "code"), _TEXT), ["method"]),
    "Done": _object(
        {
            "entries": {
                "type": "array",
                "items": _object(
                    {"position": {"type": "integer"}, "action": _TEXT, "subjects": _TEXTS, "leaf_hash": _TEXT},
                    ["position", "action", "subjects", "leaf_hash"],
                ),
            }
        },
        ["entries"],
    ),
    "Problem": _object(
        {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "code": _TEXT,
            "detail": _TEXT,
            "action": _TEXT,
            "subjects": _TEXTS,
            "position": {"type": ["integer", "null"]},
            "gates": {"type": "array", "items": {"$ref": "#/components/schemas/Gate"}},
            "errors": {
                "type": "array",
                "items": _object({"field": _TEXT, "message": _TEXT}, ["field", "message"]),
            },
        },
        ["type", "title", "status", "code", "detail"],
    ),
}
