"""A folder of conformance data and its MANIFEST.csv: one row a file, with what is expected of it."""

import csv
from hashlib import sha256
from pathlib import Path, PurePosixPath

from coign.kernel.frozen import dataclass

MANIFEST = "MANIFEST.csv"


class UnusableError(ValueError):
    """The folder, or a line of its manifest, cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One file of the manifest; `sha256` and `bytes` are empty when the manifest does not say."""

    file: str
    expect: str
    sha256: str
    bytes: str

    @property
    def path(self) -> PurePosixPath:
        return PurePosixPath(self.file)

    @property
    def folder(self) -> str:
        """The first folder of the path; empty for a file beside the manifest."""
        return self.path.parts[0] if len(self.path.parts) > 1 else ""


@dataclass(frozen=True, slots=True)
class Folder:
    """The data of one standard."""

    root: Path
    rows: tuple[Row, ...]

    def read(self, row: Row) -> bytes:
        """The bytes of a file of the manifest."""
        return (self.root / row.file).read_bytes()

    def row(self, file: str) -> Row | None:
        """The row of a path, if the manifest has one."""
        return next((each for each in self.rows if each.file == file), None)

    def changed(self) -> tuple[str, ...]:
        """The files that are not the ones the manifest was written for."""
        return tuple(row.file for row in self.rows if self._is_changed(row))

    def _is_changed(self, row: Row) -> bool:
        try:
            data = self.read(row)
        except OSError:
            return True
        return (row.sha256 not in ("", sha256(data).hexdigest())) or (row.bytes not in ("", str(len(data))))


def load_folder(root: Path) -> Folder:
    """Read the manifest of one standard's folder; UnusableError names the line that cannot be used."""
    path = root / MANIFEST
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            missing = {"file", "expect"} - set(reader.fieldnames or ())
            if missing:
                raise UnusableError(f"{path}: line 1 lacks the column {', '.join(sorted(missing))}")
            rows = [_row(path, reader.line_num, record) for record in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnusableError(f"{path}: {error}") from error
    if not rows:
        raise UnusableError(f"{path}: lists no file")
    names = [row.file for row in rows]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UnusableError(f"{path}: lists {twice} twice")
    return Folder(root, tuple(rows))


def _row(path: Path, line: int, record: dict[str, str | None]) -> Row:
    file, expect = record["file"], record["expect"]
    if not file or expect is None:
        raise UnusableError(f"{path}: line {line} names no file or says nothing about what is expected")
    if PurePosixPath(file).is_absolute() or ".." in PurePosixPath(file).parts:
        raise UnusableError(f"{path}: line {line}: {file} lies outside the folder")
    return Row(file, expect, record.get("sha256") or "", record.get("bytes") or "")
