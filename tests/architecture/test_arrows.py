"""The shape of the code: who may import whom, and that the picture shown to people is the one that is enforced."""

import ast
import tomllib
from pathlib import Path

import pytest

from coign import catalogue

ROOT = Path(__file__).parents[2]
DOMAINS = [domain.__name__.rpartition(".")[2] for domain in catalogue.DOMAINS]


def _imports(file: Path) -> list[str]:
    tree = ast.parse(file.read_text())
    found = [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
    found += [
        f"{n.module}.{a.name}" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module for a in n.names
    ]
    return found + [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_asks_others_only_through_their_events_and_views(domain: str) -> None:
    for file in (ROOT / "src/coign" / domain).rglob("*.py"):
        for name in _imports(file):
            parts = name.split(".")
            if parts[0] == "coign" and len(parts) > 2 and parts[1] in DOMAINS and parts[1] != domain:
                assert parts[2] in ("events", "views"), f"{file.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_domain_has_a_readme(domain: str) -> None:
    assert (ROOT / "src/coign" / domain / "README.md").is_file()


def _names(layer: str) -> list[str]:
    return sorted(layer.translate(str.maketrans("|:()", "    ")).split())


def test_the_picture_is_the_one_that_is_enforced() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["type"] == "layers")
    picture = (ROOT / "ARCHITECTURE.md").read_text().partition("```layers\n")[2].partition("```")[0]
    drawn = [_names(line.split("—")[0]) for line in picture.strip().splitlines()]
    assert drawn == [_names(layer) for layer in layers]


def test_no_file_is_longer_than_a_drawer() -> None:
    long = {
        str(f.relative_to(ROOT)): n
        for f in (ROOT / "src").rglob("*.py")
        if "migrations" not in f.parts and (n := len(f.read_text().splitlines())) > 400
    }
    assert not long


def test_every_domain_is_measured_for_rules_that_no_test_takes() -> None:
    measured = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage"]["run"]["source_pkgs"]
    assert sorted(measured) == sorted(["coign.access", *(f"coign.{domain}" for domain in DOMAINS)])
