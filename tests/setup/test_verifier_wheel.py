"""The verifier is a wheel of its own: it installs where there is nothing but `cryptography`, and needs no network."""

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.support.packs import KEY, packed

ROOT = Path(__file__).parents[2]
DISTRIBUTION = ROOT / "packages" / "coign-verify"
SOURCES = ROOT / "src" / "coign_verify"
CODE_LINES_MAX = 1500
#: Whoever opens a socket in the environment that is made here is stopped, whatever the machine allows.
NO_NETWORK = """
import sys
def stop(event, arguments):
    if event.startswith("socket."):
        raise PermissionError("no network here")
sys.addaudithook(stop)
"""


def run(*command: str | Path, code: int = 0) -> str:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=120, env=own)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built offline."""
    target = tmp_path_factory.mktemp("verifier")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, DISTRIBUTION)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def empty(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment with the wheel, and with `cryptography` as it is installed here."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    packages = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    for name in ("cryptography", "cffi", "pycparser"):
        _copy(name, packages)
    (packages / "sitecustomize.py").write_text(NO_NETWORK)
    # Without an index and with its dependencies: what else it needed would be missing.
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--quiet", wheel)
    return python.parent


def _copy(name: str, packages: Path) -> None:
    found = metadata.distribution(name)
    for file in found.files or ():
        source, target = Path(str(found.locate_file(file))), packages / str(file)
        if ".." not in file.parts and source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def _offline() -> list[str]:
    """A namespace without a network where the machine can make one."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode:
        return []
    return [unshare, "-rn"]


@pytest.mark.requirement("CSV-01", "CSV-02")
def test_it_verifies_a_pack_in_an_empty_environment_without_a_network(empty: Path, tmp_path: Path) -> None:
    pack, trust = tmp_path / "therapy.zip", tmp_path / "keys.txt"
    pack.write_bytes(packed())
    trust.write_text(f"log {KEY.verifier().text}\n")
    verify = (*_offline(), empty / "coign-verify", pack)
    assert "Verifies: 9 entries" in run(*verify, "--trust", trust)
    assert json.loads(run(*verify, "--json", code=3))["problems"] == []
    pack.write_bytes(pack.read_bytes().replace(b"nurse", b"Nurse", 1))
    assert json.loads(run(*verify, "--trust", trust, "--json", code=1))["ok"] is False
    trust.write_text("log nothing\n")
    assert "line 1" in json.loads(run(*verify, "--trust", trust, "--json", code=2))["error"]
    pack.write_text("nothing")
    run(*verify, code=2)
    assert "no network here" in run(empty / "python", "-c", _TRIES)


_TRIES = """
import socket
try:
    socket.socket()
except PermissionError as error:
    print(error)
"""


def test_it_holds_what_the_check_uses_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as opened:
        held = {name for name in opened.namelist() if name.endswith(".py")}
    needed, found = {"coign_verify/__init__.py"}, {"coign_verify/command.py"}
    while found - needed:
        needed |= found
        found = {name for module in found for name in _imported(module)} | found
    assert held == needed


def _imported(file: str) -> set[str]:
    """The files of the package that a file imports from, with those of the folders they stand in."""
    tree = ast.parse((SOURCES.parent / file).read_text("utf-8"))
    found = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("coign_verify"):
            found |= {node.module or "", *(f"{node.module}.{name.name}" for name in node.names)}
    places = [SOURCES.parent.joinpath(*name.split(".")) for name in found]
    files = [place.with_suffix(".py") for place in places] + [place / "__init__.py" for place in places]
    return {str(each.relative_to(SOURCES.parent)) for each in files if each.exists()}


def test_it_can_be_read_in_an_evening(wheel: Path) -> None:
    """Lines of code, that is without blank ones, comments and docstrings; the invariants are counted by themselves."""
    with ZipFile(wheel) as opened:
        names = [name for name in opened.namelist() if name.endswith(".py") and "/invariants/" not in name]
        sources = [opened.read(name).decode() for name in names]
    assert sum(map(_code_lines, sources)) <= CODE_LINES_MAX


def _code_lines(source: str) -> int:
    told = set[int]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            told |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = enumerate(source.splitlines(), 1)
    return sum(bool(line.strip()) and not line.strip().startswith("#") and n not in told for n, line in lines)


def test_its_version_and_its_demands_are_those_of_the_whole() -> None:
    own = tomllib.loads((DISTRIBUTION / "pyproject.toml").read_text("utf-8"))["project"]
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert own["version"] == whole["version"] and own["requires-python"] == whole["requires-python"]
    assert set(own["dependencies"]) <= set(whole["dependencies"]) and len(own["dependencies"]) == 1
