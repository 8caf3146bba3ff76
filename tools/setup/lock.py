"""Make the lock files anew: every package with its version and the hashes of all its files, for all systems at once.

    python tools/setup/lock.py [UV]

Needs `uv` (a tool of its own, not a dependency). Files younger than a few days are not taken: a package that was
tampered with is usually found out by then. The lock names no index, so it works with whichever the person's pip uses.
"""

import datetime
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AGE_DAYS_MIN = 4
OLDEST_PYTHON = "3.11"


def main() -> int:
    uv = sys.argv[1] if len(sys.argv) > 1 else shutil.which("uv")
    if uv is None:
        print(
            "uv is not on the path: install it ('pip install uv' in an environment of its own) or name it as argument"
        )
        return 2
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        # The build backend is locked too: nothing is fetched unchecked when the project itself is installed.
        backend = Path(folder) / "backend.in"
        backend.write_text("\n".join(project["build-system"]["requires"]) + "\n", "utf-8")
        _compile(uv, "run", backend, ["--extra", "setup"])
        _compile(uv, "dev", backend, ["--extra", "setup", "--extra", "dev", "--constraint", "requirements/run.txt"])
    return 0


def _compile(uv: str, name: str, backend: Path, options: list[str]) -> None:
    newest = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=AGE_DAYS_MIN)
    output = f"requirements/{name}.txt"
    command = [uv, "pip", "compile", "pyproject.toml", str(backend), *options, "--output-file", output]
    command += ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--only-binary", ":all:"]
    command += ["--no-header", "--no-emit-index-url", "--no-annotate", "--upgrade", "--quiet"]
    command += ["--exclude-newer", newest.strftime("%Y-%m-%dT00:00:00Z")]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603
    lock = ROOT / output
    text = lock.read_text("utf-8")
    lock.write_text("# Made by tools/setup/lock.py. Do not edit.\n" + text, "utf-8")
    print(f"{output}: {sum(line[0].isalnum() for line in text.splitlines())} packages")


if __name__ == "__main__":
    raise SystemExit(main())
