"""What comes of checking a file: what is proved, what is not, what is wrong and where, and the verdict."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal[
    "changed", "missing", "added", "reordered", "replaced", "signature", "invariant", "container", "read_model"
]

PROBLEMS_MAX = 1000
UNSEEN = "that others were shown the same"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not verify: where, of which kind, in words. `position` None: of no entry alone."""

    position: int | None
    kind: Kind
    detail: str

    def __str__(self) -> str:
        return self.detail if self.position is None else f"entry {self.position} {self.kind}: {self.detail}"


@dataclass(slots=True)
class Findings:
    """The answer about a file, in the shape that `coign verify` prints."""

    ok: bool = False
    what: str = ""
    ledger: str = ""
    entries: int = 0
    checkpoint: dict[str, Any] | None = None
    witnesses: list[dict[str, Any]] = field(default_factory=list)
    proved: list[str] = field(default_factory=list)
    not_proved: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def say(self, position: int | None, kind: Kind, detail: str) -> None:
        """Add a problem."""
        self.problems.append(Problem(position, kind, detail))

    def seen_by(self, witnesses: Iterable[tuple[str, int | None]]) -> None:
        """Witnesses whose signatures verified, with the time that each names (seconds since 1970)."""
        for name, time_s in witnesses:
            at = "" if time_s is None else datetime.fromtimestamp(time_s, UTC).isoformat().replace("+00:00", "Z")
            self.witnesses.append({"name": name, "at": at, "valid": True})

    def settle(self, *, trusted: bool) -> "Findings":
        """The end: where something is wrong nothing is proved; what has a place comes first."""
        self.ok = trusted and not self.problems
        if self.problems:
            self.proved = []
            self.problems.sort(key=lambda p: (p.position is None, p.position or 0))
            del self.problems[PROBLEMS_MAX:]
        return self

    @property
    def exit_code(self) -> int:
        """0 yes, 1 no, 3 intact but of unknown origin, or not seen by enough witnesses."""
        return 1 if self.problems else 0 if self.ok else 3

    @property
    def verdict(self) -> str:
        """One sentence."""
        if self.problems:
            more = f"; {len(self.problems) - 1} further problems" if len(self.problems) > 1 else ""
            return f"Does not verify: {self.problems[0]}{more}."
        if not self.ok:
            lacking = "not seen by enough witnesses" if self.not_proved[0].startswith(UNSEEN) else "of unknown origin"
            return f"Intact, but {lacking}: {self.not_proved[0]}."
        many = "1 entry" if self.entries == 1 else f"{self.entries} entries"
        return f"Verifies: {many} of {self.ledger}, unchanged, under its log's signature."

    def as_json(self) -> dict[str, Any]:
        """One object, as `--json` prints it."""
        return asdict(self)

    def text(self) -> str:
        """As a person reads it; the last line is the verdict."""
        lines = [f"Proved: {line}" for line in self.proved] + [f"Not proved: {line}" for line in self.not_proved]
        lines += dict.fromkeys(f"Witness: {w['name']}, {w['at']}" for w in self.witnesses)  # one may sign with two keys
        return "\n".join([*lines, *(f"Problem: {problem}" for problem in self.problems), self.verdict])
