"""The lock files: complete, checked by hash, and naming no index and no machine."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("run", "dev")


def locked(name: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines()
    pins = [re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", line) for line in lines]
    return {canonicalize_name(pin[1]): pin[2] for pin in pins if pin}


def declared() -> dict[str, list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    run = [*project["project"]["dependencies"], *project["build-system"]["requires"], *extras["setup"]]
    return {"run": list(map(Requirement, run)), "dev": list(map(Requirement, [*run, *extras["dev"]]))}


@pytest.mark.parametrize("name", LOCKS)
def test_every_declared_dependency_is_locked_at_a_version_that_satisfies_it(name: str) -> None:
    pins = locked(name)
    wrong = [
        str(wanted)
        for wanted in declared()[name]
        if not wanted.specifier.contains(pins.get(canonicalize_name(wanted.name), "0"), prereleases=True)
    ]
    assert wrong == [], "lock again: tools/setup/lock.py"


def test_what_is_tested_is_what_runs() -> None:
    run, dev = locked("run"), locked("dev")
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]
    assert entries
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_index_and_no_machine(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    assert re.findall(r"://|index-url|find-links|(?m:^|\s)/\w", text) == []


def test_the_page_about_platforms_was_made_from_this_lock() -> None:
    lines = (ROOT / "requirements" / "dev.txt").read_text("utf-8").splitlines()
    packages = len([line for line in lines if line[:1].isalnum() and "win32" not in line])
    page = (ROOT / "docs" / "reference" / "platforms.md").read_text("utf-8")
    said = re.findall(r"all (\d+) locked packages", page)
    assert said and set(said) == {str(packages)}, "ask again: tools/setup/wheels.py --write"
