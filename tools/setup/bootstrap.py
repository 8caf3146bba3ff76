"""Set Coign up in a checkout: environment, locked packages, Coign itself, front end. May be run again at any time.

    python3 tools/setup/bootstrap.py run|dev [--venv FOLDER]

Only the standard library, because nothing else is there yet. What is complete is skipped: a stamp, written last, holds
the hash of everything the environment was made from. What was interrupted is made anew.
"""

import sys

# This part must be understood by any Python 3, or an old one would answer with a syntax error instead of this sentence.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "Coign needs Python 3.11 or newer, and "
        + sys.executable
        + " is "
        + ".".join(str(part) for part in sys.version_info[:2])
        + ": install a newer one (Debian, Ubuntu: apt install python3.11 python3.11-venv; macOS: brew install python)."
    )

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import platform
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRONT_END = ROOT / "tools" / "setup" / "frontend.py"
UNFINISHED = "coign-unfinished"


def main() -> int:
    parser = argparse.ArgumentParser(description="Set up Coign in this checkout.")
    parser.add_argument("what", choices=["run", "dev"], help="what is needed to run it, or also to test and change it")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="folder of the environment")
    asked = parser.parse_args()
    venv = asked.venv.absolute()
    try:
        with _alone():
            _ensure_packages(asked.what, venv)
            _ensure_front_end(asked.what, venv)
    except subprocess.CalledProcessError as error:
        print(f"Set-up failed at: {' '.join(map(str, error.cmd))[:300]} - see the messages above.", file=sys.stderr)
        return 4
    except OSError as error:
        print(f"Set-up failed: {error}. Check rights and free space, then run the same command again.", file=sys.stderr)
        return 4
    except KeyboardInterrupt:
        print("Interrupted; the next call completes the set-up.", file=sys.stderr)
        return 130
    return 0


@contextlib.contextmanager
def _alone():
    """One set-up of a checkout at a time; a second one waits and then finds everything done."""
    with Path(__file__).open("rb") as own:
        fcntl.flock(own, fcntl.LOCK_EX)
        yield


def _ensure_packages(what: str, venv: Path) -> None:
    if _stamped(what, venv) or (what == "run" and _stamped("dev", venv)):
        return
    _ensure_environment(venv)
    (venv / UNFINISHED).write_text("an installation began and has not ended\n", "utf-8")
    print(f"Setting up Coign in {venv} (first time: a few minutes, mostly download) ...", file=sys.stderr)
    lock = ROOT / "requirements" / f"{what}.txt"
    # Wheels only: building a package would run code, and fetch build tools, that no hash in the lock covers.
    _pip(venv, "--require-hashes", "--only-binary=:all:", "-r", str(lock))
    _pip(venv, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    _stamp(what, venv).write_text(_made_from(what, venv), "utf-8")
    (venv / UNFINISHED).unlink()


def _ensure_environment(venv: Path) -> None:
    python = _python(venv)
    half_made = (venv / UNFINISHED).exists()
    if not half_made and python.exists() and _works(python) and _at_home(venv):
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        version = "{}.{}".format(*sys.version_info[:2])
        sys.exit(
            f"This Python {version} cannot make environments: install the package that Debian and Ubuntu keep apart "
            f"(apt install python{version}-venv), then run the same command again."
        )
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)  # noqa: S603


def _works(python: Path) -> bool:
    tried = subprocess.run(  # noqa: S603
        [str(python), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"], capture_output=True, check=False
    )
    return tried.returncode == 0


def _at_home(venv: Path) -> bool:
    """Whether the environment was made for this folder: a copied one still runs the programs of the original."""
    starter = venv / "bin" / "pip"
    return starter.exists() and str(venv) in starter.read_text("utf-8", errors="replace")


def _pip(venv: Path, *arguments: str) -> None:
    command = [str(_python(venv)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    # A person's own settings may add a target or a prefix, and a PYTHONPATH other packages.
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"}
    }
    subprocess.run(command, check=True, env=clean, stdout=sys.stderr)  # noqa: S603


def _ensure_front_end(what: str, venv: Path) -> None:
    """The front end decides itself whether there is anything to build; who changes it also gets what tests use."""
    if FRONT_END.exists():
        checks = ["--checks"] if what == "dev" else []
        subprocess.run([str(_python(venv)), str(FRONT_END), *checks], check=True, stdout=sys.stderr)  # noqa: S603


def _stamped(what: str, venv: Path) -> bool:
    stamp = _stamp(what, venv)
    unfinished = (venv / UNFINISHED).exists()
    return stamp.exists() and not unfinished and stamp.read_text("utf-8") == _made_from(what, venv)


def _stamp(what: str, venv: Path) -> Path:
    return venv / f"coign-{what}.stamp"


def _made_from(what: str, venv: Path) -> str:
    """The hash of all that decides what is in the environment."""
    digest = hashlib.sha256()
    for file in (ROOT / "requirements" / f"{what}.txt", ROOT / "pyproject.toml"):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    configuration = venv / "pyvenv.cfg"
    digest.update(configuration.read_bytes() if configuration.exists() else b"")
    digest.update(f"{ROOT}\n{venv}\n{platform.system()} {platform.machine()}".encode())
    return digest.hexdigest()


def _python(venv: Path) -> Path:
    return venv / "bin" / "python"


if __name__ == "__main__":
    raise SystemExit(main())
