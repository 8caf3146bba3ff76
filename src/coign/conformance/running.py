"""Finds the folders of data in a directory and runs each with its runner."""

from collections.abc import Callable
from pathlib import Path

from coign.conformance.manifest import MANIFEST, Folder, UnusableError, load_folder
from coign.conformance.registry import RUNNERS
from coign.conformance.report import Report, Tally

NOT_RUN = "this version has no runner for the folder {}"


def run(directory: Path, standard: str | None = None, *, progress: Callable[[str], None] | None = None) -> Report:
    """Run all data in `directory`, or those of one standard; UnusableError when there is nothing to run.

    `directory` is the folder of all standards or that of a single one.
    """
    say = progress or (lambda line: None)
    tallies: list[Tally] = []
    for name, root in _folders(directory, standard):
        folder = load_folder(root)
        tally = Tally(name, files=len(folder.rows), changed=folder.changed())
        _run_one(name, folder, tally)
        tallies.append(tally)
        say(f"{name}: {tally.passed} of {tally.cases} cases passed, {len(tally.not_covered)} not covered")
        if tally.changed:
            say(f"{name}: {len(tally.changed)} files differ from the manifest: {', '.join(tally.changed[:5])}")
    return Report(tuple(tallies))


def _run_one(name: str, folder: Folder, tally: Tally) -> None:
    runner = RUNNERS.get(name)
    if runner is None:
        for row in folder.rows:
            tally.skip(row, NOT_RUN.format(name))
        return
    runner(folder, tally)
    tally.close(folder)


def _folders(directory: Path, standard: str | None) -> list[tuple[str, Path]]:
    if not directory.is_dir():
        raise UnusableError(f"{directory} is not a folder")
    if (directory / MANIFEST).is_file():
        name = directory.resolve().name
        if standard is not None and standard != name and name in RUNNERS:
            raise UnusableError(f"{directory} is the folder of {name}, not of {standard}")
        return [(standard or name, directory)]
    found = {path.name: path for path in sorted(directory.iterdir()) if (path / MANIFEST).is_file()}
    if not found:
        raise UnusableError(f"{directory} holds no {MANIFEST}, nor does any folder in it")
    if standard is None:
        return list(found.items())
    if standard not in found:
        raise UnusableError(f"{directory} has no folder {standard}; it has {', '.join(found)}")
    return [(standard, found[standard])]
