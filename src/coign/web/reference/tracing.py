"""Which requirement is served by which action, gate and test (CSV-26). Tests are found by marker, without running."""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, field
from importlib.resources import files
from pathlib import Path

from coign import catalogue
from coign.kernel.frozen import dataclass

SHIPPED = "traceability.json"
_ID = re.compile(r"^\| ([A-Z]{3}-S?\d+)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement, and everything that serves it. No test: open."""

    requirement: str
    actions: list[str] = field(default_factory=list)
    gates: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)


def requirement_ids(text: str) -> list[str]:
    """The ids of a requirements document, in its order."""
    return list(dict.fromkeys(_ID.findall(text)))


def marked_tests(folder: Path) -> Iterator[tuple[str, str]]:
    """(requirement, test) for every marker below a folder."""
    for file in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        name = file.relative_to(folder.parent).as_posix()
        whole_file = [
            requirement
            for node in tree.body
            if isinstance(node, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)
            for requirement in _cited(ast.walk(node.value))
        ]
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for requirement in dict.fromkeys((*whole_file, *_cited(node.decorator_list))):
                    yield requirement, f"{name}::{node.name}"


def _cited(nodes: Iterable[ast.AST]) -> list[str]:
    return [
        argument.value
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "requirement"
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def trace(tests: Path, required: Iterable[str]) -> list[Row]:
    """The matrix: every requirement that is asked for or cited."""
    rows = {r: Row(r) for r in required}
    for action in catalogue.ACTIONS.values():
        for requirement in action.requirements:
            rows.setdefault(requirement, Row(requirement)).actions.append(action.name)
    for gate in catalogue.GATES.values():
        for requirement in gate.requirement:
            rows.setdefault(requirement, Row(requirement)).gates.append(gate.id)
    for requirement, test in marked_tests(tests):
        rows.setdefault(requirement, Row(requirement)).tests.append(test)
    return sorted(rows.values(), key=lambda r: r.requirement)


def shipped() -> list[Row]:
    """The matrix as it was when this version was made."""
    text = files("coign.web.reference").joinpath(SHIPPED).read_text(encoding="utf-8")
    return [Row(**row) for row in json.loads(text)]


def as_json(rows: Iterable[Row]) -> str:
    """For the package: what the page shows."""
    return json.dumps([asdict(r) for r in rows], indent=1) + "\n"


def markdown(rows: list[Row]) -> str:
    """`docs/reference/traceability.md`."""
    still_open = sum(not r.tests for r in rows)
    lines = [
        "# Traceability",
        "",
        "Generated; do not edit. Requirement → actions and gates that serve it → tests that prove it. No test: open.",
        "",
        f"{len(rows) - still_open} of {len(rows)} requirements have a test; {still_open} are open.",
        "",
        "| requirement | actions | gates | tests |",
        "|---|---|---|---|",
    ]
    for r in rows:
        tests = "<br>".join(f"`{t}`" for t in r.tests) or "**open**"
        lines.append(f"| {r.requirement} | {', '.join(r.actions)} | {', '.join(r.gates)} | {tests} |")
    return "\n".join(lines) + "\n"
