"""`docs/reference/actions.md`: every action with its fields, roles and gates, from its declaration."""

from typing import Any

from coign import catalogue
from coign.kernel.actions import Action
from coign.people.authority import INSIDE
from coign.web.api.schema import action_in_words


def markdown() -> str:
    """The whole page."""
    parts = ["# Actions and gates", "", "Generated; do not edit.", "", *_matrix()]
    domain = ""
    for action in catalogue.ACTIONS.values():
        if action.domain != domain:
            domain = action.domain
            parts += ["", f"## {domain}"]
        parts += ["", *_action(action)]
    return "\n".join(parts) + "\n"


def _matrix() -> list[str]:
    roles = sorted({r for a in catalogue.ACTIONS.values() for r in a.roles} - INSIDE)
    head = ["## Who may ask for what", "", "| action | " + " | ".join(roles) + " |", "|---" * (len(roles) + 1) + "|"]
    return head + [
        f"| `{a.name}` | " + " | ".join("●" if r in a.roles else "" for r in roles) + " |"
        for a in catalogue.ACTIONS.values()
    ]


def _action(action: Action[Any]) -> list[str]:
    words = action_in_words(action)
    signed = f"Signed: “{action.meaning}”. " if action.meaning else ""
    second = f"Second half of `{action.second_of}`. " if action.second_of else ""
    observed = "Reported after the fact. " if action.observed else ""
    lines = [
        f"### {action.title} (`{action.full_name}`)",
        "",
        f"{words['description']} {action.rationale}",
        "",
        f"{signed}{second}{observed}Risk: {action.risk.value}. Requirements: {', '.join(action.requirements)}. "
        f"Roles: {', '.join(sorted(action.roles))}.",
    ]
    fields = words["command"]["properties"]
    if fields:
        required = words["command"]["required"]
        lines += ["", "| field | type | needed | asked as |", "|---|---|---|---|"]
        lines += [
            f"| `{n}` | {type_words(s)} | {'yes' if n in required else 'no'} | {s.get('title', '')} |"
            for n, s in fields.items()
        ]
    if action.gates:
        lines += ["", "| gate | requirement | protects | remedy |", "|---|---|---|---|"]
        lines += [f"| `{g.id}` | {', '.join(g.requirement)} | {g.protects} | {g.remedy} |" for g in action.gates]
    return lines


def type_words(schema: dict[str, Any]) -> str:
    """A field's type in a few words."""
    if "anyOf" in schema:
        return " or ".join(type_words(s) for s in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{v}`" for v in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {type_words(schema['items'])}"
    if "pattern" in schema:
        kind = schema["pattern"].lstrip("^").split(":")[0]
        return f"`{kind}:…`" if kind.isalpha() else "any subject" if kind.startswith("(") else "SHA-256"
    if schema.get("format") == "date-time":
        return "time with zone"
    if "x-vault" in schema:
        return "text, kept in the vault"
    return "value and unit" if "value" in schema.get("properties", {}) else str(schema["type"])
