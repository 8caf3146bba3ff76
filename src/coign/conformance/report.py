"""What a conformance run found, counted so that no row of a manifest can be forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import Any

from coign.conformance.manifest import Folder, Row
from coign.kernel.frozen import dataclass

NO_CLAIM = "no runner claims a row of this folder with this expectation"


@dataclass(frozen=True, slots=True)
class NotCovered:
    """A row, or a case in it, that is not answered, and why."""

    file: str
    why: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A case whose answer is not the expected one."""

    file: str
    case: str
    expected: str
    got: str


@dataclass(slots=True)
class Tally:
    """Keeps the account of one standard while its runner works."""

    standard: str
    files: int
    passed: int = 0
    optional: int = 0
    failures: list[Failure] = field(default_factory=list)
    not_covered: list[NotCovered] = field(default_factory=list)
    changed: tuple[str, ...] = ()
    _claimed: set[str] = field(default_factory=set)

    def case(self, row: Row, case: str, *, expected: object, got: object) -> None:
        """Count one case; it passes when expected and got are equal."""
        self._claimed.add(row.file)
        if expected == got:
            self.passed += 1
        else:
            self.failures.append(Failure(row.file, case, _shown(expected), _shown(got)))

    def decided(self, row: Row) -> None:
        """Count one optional case: the data ask for a written decision there, not for a pass."""
        self._claimed.add(row.file)
        self.optional += 1

    def support(self, row: Row) -> None:
        """Declare a row to be read by the cases of others."""
        self._claimed.add(row.file)

    def skip(self, row: Row, why: str) -> None:
        """Say that a row, or a case in it, is not covered."""
        self._claimed.add(row.file)
        self.not_covered.append(NotCovered(row.file, why))

    @contextmanager
    def reading(self, row: Row) -> Iterator[None]:
        """Turn a file that cannot be read as its folder promises into a failed case."""
        try:
            yield
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            self.case(row, "file", expected="a readable case", got=f"{type(error).__name__}: {error}")

    def close(self, folder: Folder) -> None:
        """Every row that nobody claimed is not covered."""
        for row in folder.rows:
            if row.file not in self._claimed:
                self.skip(row, f"{NO_CLAIM} ({row.expect})")

    @property
    def cases(self) -> int:
        return self.passed + len(self.failures) + self.optional

    def to_json(self) -> dict[str, Any]:
        return {
            "standard": self.standard,
            "files": self.files,
            "cases": self.cases,
            "passed": self.passed,
            "failed": len(self.failures),
            "optional": self.optional,
            "not_covered": [{"file": each.file, "why": each.why} for each in self.not_covered],
            "failures": [
                {"file": each.file, "case": each.case, "expected": each.expected, "got": each.got}
                for each in self.failures
            ],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The whole run."""

    standards: tuple[Tally, ...]

    @property
    def exit_code(self) -> int:
        """1 when a case failed, 3 when none failed but something is not covered, else 0."""
        if any(each.failures for each in self.standards):
            return 1
        return 3 if any(each.not_covered for each in self.standards) else 0

    def to_json(self) -> dict[str, Any]:
        return {"ok": self.exit_code == 0, "standards": [each.to_json() for each in self.standards]}


def _shown(value: object) -> str:
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= 400 else f"{text[:400]}…"
