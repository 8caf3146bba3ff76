"""Commands as JSON Schema 2020-12, for people who write clients and for OpenAPI."""

from dataclasses import MISSING, fields, is_dataclass
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from coign import rulesets
from coign.kernel.actions import Action
from coign.kernel.fields import Asks
from coign.kernel.subjects import KINDS, Subject
from coign.kernel.values import Digest, Instant, Quantity, Secret

#: A description is for no day: it is written by the newest rows.
NEWEST = Instant("9999-12-31T00:00:00.000000Z")
_IDENTIFIER = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"


def command_schema(command: type) -> dict[str, Any]:
    """The fields that come from outside; what is set inside does not appear."""
    hints = get_type_hints(command)
    properties: dict[str, Any] = {}
    required = []
    for f in fields(command):
        if "allotted" in f.metadata or "resolved_by" in f.metadata:
            continue
        properties[f.name] = type_schema(hints[f.name]) | _words(f.metadata.get("asks"))
        if f.default is MISSING and f.default_factory is MISSING:
            required.append(f.name)
    return {
        "type": "object",
        "description": cleandoc(command.__doc__ or ""),
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _words(asked: Asks | None) -> dict[str, Any]:
    if asked is None:
        return {}
    words: dict[str, Any] = {"title": asked.label, "x-source": asked.source}
    if asked.hint:
        words["description"] = rulesets.load().in_words(asked.hint, NEWEST)
    if asked.unit:
        words["x-unit"] = asked.unit
    if asked.options:
        words["x-options"] = asked.options
    return words


def type_schema(hint: Any) -> dict[str, Any]:
    """One type, as it is written in JSON."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"type": "string", "enum": list(inner)}
    if origin in (Union, UnionType):
        options = [{"type": "null"} if a is NoneType else type_schema(a) for a in inner]
        return {"anyOf": options}
    if origin is tuple:
        return {"type": "array", "items": type_schema(inner[0])}
    return _plain_schema(hint)


def _plain_schema(hint: type) -> dict[str, Any]:
    if hint is Subject:
        return {"type": "string", "pattern": f"^({'|'.join(sorted(KINDS))}):{_IDENTIFIER}$"}
    if issubclass(hint, Subject):
        return {"type": "string", "pattern": f"^{hint.kind}:{_IDENTIFIER}$"}
    if issubclass(hint, Instant):
        return {"type": "string", "format": "date-time"}
    if issubclass(hint, Digest):
        return {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    if issubclass(hint, Secret):
        return {"type": "string", "minLength": 1, "x-vault": hint.retention_class}
    if issubclass(hint, Quantity):
        return {
            "type": "object",
            "properties": {
                "value": {"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"},
                "unit": {"type": "string", "minLength": 1, "description": "UCUM"},
            },
            "required": ["value", "unit"],
            "additionalProperties": False,
        }
    if is_dataclass(hint):
        return command_schema(hint)
    names = {str: "string", bool: "boolean", int: "integer"}
    assert hint in names, f"{hint} has no form in JSON"
    return {"type": names[hint]}


def action_in_words(action: Action[Any]) -> dict[str, Any]:
    """Everything that follows from an action's declaration, for clients and reference pages."""
    return {
        "name": action.name,
        "title": action.title,
        "version": action.version,
        "description": cleandoc(action.command.__doc__ or ""),
        "rationale": action.rationale,
        "risk": action.risk.value,
        "roles": sorted(action.roles),
        "requirements": list(action.requirements),
        "command": command_schema(action.command),
        "gates": [
            {
                "gate": g.id,
                "requirement": list(g.requirement),
                "protects": g.protects,
                "remedy": g.remedy,
                "resolvers": list(g.resolvers),
                "risk": g.risk.value,
            }
            for g in action.gates
        ],
        "signatures": {"meaning": action.meaning} if action.meaning else None,
        "second_of": action.second_of,
        "observed": action.observed,
    }
