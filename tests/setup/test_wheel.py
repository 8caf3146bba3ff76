"""The wheel holds everything that the program opens while it runs, also when it is built from the source archive."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src"
VENDOR = SOURCES / "coign" / "web" / "static" / "vendor"


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What is in a wheel that was built as `make wheel` does: first the source archive, from it the wheel; offline."""
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = target.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        return set(file.namelist())


def _tracked() -> set[str]:
    """The files under version control and the new ones that are not ignored."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout: what belongs to it is known to git alone")
    command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "src"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    return {name.removeprefix("src/") for name in names}


def test_every_file_of_the_packages_is_in_the_wheel(contents: set[str]) -> None:
    assert sorted(_tracked() - contents) == []


def test_what_the_front_end_step_built_is_in_the_wheel(contents: set[str]) -> None:
    if not (VENDOR / "stamp.txt").is_file():
        pytest.skip("the front end was not built here: python tools/setup/frontend.py")
    built = {file.relative_to(SOURCES).as_posix() for file in VENDOR.rglob("*") if file.is_file()}
    assert sorted(built - contents) == []


def test_nothing_but_the_two_packages_is_installed(contents: set[str]) -> None:
    tops = {name.partition("/")[0] for name in contents}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"coign", "coign_verify"}
    assert [name for name in contents if "__pycache__" in name] == []
