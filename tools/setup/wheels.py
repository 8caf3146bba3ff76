"""Show that every locked package comes as a ready wheel for each system we name, without having those systems.

    python tools/setup/wheels.py [--write]

Asks pip to resolve the lock for another system and Python (`--platform`, `--only-binary`), with hashes, not to install.
`--write` puts the answer into docs/reference/platforms.md.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "platforms.md"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# The oldest systems: wheels say the oldest they run on, and pip is told all from there back to the first of their kind.
SYSTEMS = {
    "Linux x86_64 (glibc 2.28 or newer)": [f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)]
    + ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"],
    "Linux aarch64 (glibc 2.28 or newer)": [f"manylinux_2_{minor}_aarch64" for minor in range(28, 16, -1)]
    + ["manylinux2014_aarch64"],
    "macOS 14 or newer, arm64": [
        f"macosx_{major}_0_{kind}" for major in (14, 13, 12, 11) for kind in ("arm64", "universal2")
    ]
    + [f"macosx_10_{minor}_universal2" for minor in range(16, 8, -1)],
}


def main() -> int:
    rows = []
    for system, tags in SYSTEMS.items():
        for python in PYTHONS:
            wheels, problem = _resolved(tags, python)
            print(f"{system}, Python {python}: {problem or f'{wheels} wheels'}", flush=True)
            rows.append((system, python, wheels, problem))
    if "--write" in sys.argv:
        _write(rows)
    return 1 if any(problem for *_, problem in rows) else 0


def _resolved(tags: list[str], python: str) -> tuple[int, str]:
    """How many wheels pip would install there, or what is missing."""
    with tempfile.TemporaryDirectory() as folder:
        report, lock = Path(folder) / "report.json", Path(folder) / "lock.txt"
        lock.write_text(_without_windows(), "utf-8")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet"]
        command += ["--disable-pip-version-check", "--require-hashes", "--only-binary=:all:", "-r", str(lock)]
        command += ["--report", str(report), "--target", f"{folder}/target", "--python-version", python]
        command += ["--implementation", "cp", "--abi", f"cp{python.replace('.', '')}", "--abi", "abi3", "--abi", "none"]
        for tag in tags:
            command += ["--platform", tag]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode != 0:
            errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            return 0, errors[-1] if errors else "pip failed"
        installed = json.loads(report.read_text("utf-8"))["install"]
    sources = [item["metadata"]["name"] for item in installed if not item["download_info"]["url"].endswith(".whl")]
    return len(installed), f"no wheel: {', '.join(sources)}" if sources else ""


def _without_windows() -> str:
    """The lock without what is for Windows only."""
    lock = (ROOT / "requirements" / "dev.txt").read_text("utf-8")
    kept, keep = [], True
    for line in lock.splitlines():
        if line[:1].isalnum():
            keep = "win32" not in line
        if keep:
            kept.append(line)
    return "\n".join(kept) + "\n"


def _write(rows: list[tuple[str, str, int, str]]) -> None:
    table = "\n".join(
        f"| {system} | {python} | {problem or f'all {wheels} locked packages have a wheel'} |"
        for system, python, wheels, problem in rows
    )
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(HEAD + table + "\n", "utf-8")


HEAD = """\
# Platforms

Made by `tools/setup/wheels.py`.

**Run**: the test suite runs on Debian 12, x86_64, with Python 3.11, and without the browser tests on the newest other
Python of the machine it runs on (`.ci/run` says which).

**Not run**: every other row of this table. A row only says what pip answered when asked to resolve
`requirements/dev.txt` (which holds all of `run.txt`) for that system, with hashes and ready wheels only: that nothing
would have to be compiled. It does not say that Coign works there. Windows is not supported: the file locks and the
embedded database's supervisor are written for Unix.

| system | Python | answer |
|---|---|---|
"""


if __name__ == "__main__":
    raise SystemExit(main())
