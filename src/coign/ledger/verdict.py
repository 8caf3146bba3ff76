"""What comes of verifying a record: yes, no or of unknown origin; what is proved, what is not, and what is wrong."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from coign.ledger.shutting import Problem

PROBLEMS_MAX = 1000


@dataclass(slots=True)
class Verification:
    """The answer, in the shape that `coign verify` prints (see contracts: `verify --database`)."""

    ok: bool
    what: str
    ledger: str
    entries: int
    checkpoint: dict[str, Any] | None
    witnesses: list[dict[str, Any]] = field(default_factory=list)
    proved: list[str] = field(default_factory=list)
    not_proved: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0.0
    entries_per_s: float = 0.0
    #: How many processes shared the work.
    processes: int = 1
    #: Everything agrees, but no key is known that could say whose ledger this is.
    origin_unknown: bool = False

    @property
    def exit_code(self) -> int:
        """0 yes, 1 no, 3 intact but of unknown origin."""
        return 1 if self.problems else 3 if self.origin_unknown else 0

    @property
    def verdict(self) -> str:
        """One sentence."""
        if self.problems:
            first = self.problems[0]
            more = f"; {len(self.problems) - 1} further problems" if len(self.problems) > 1 else ""
            return f"Does not verify: {first}{more}."
        if self.origin_unknown:
            return f"Intact, but of unknown origin: {self.entries} entries agree, no trusted key signed them."
        return f"Verifies: {self.entries} entries of {self.ledger}, nothing changed, missing, added or reordered."

    @property
    def pace(self) -> str:
        """How long it took, in a sentence."""
        by = "one process" if self.processes == 1 else f"{self.processes} processes"
        return f"{self.entries} entries in {self.seconds:.1f} s by {by}: {self.entries_per_s:,.0f} entries a second."

    def hold_against(self, found: Sequence[Problem]) -> None:
        """Add what shows only from outside the database; nothing counts as proved then.

        From outside one sees that entries are others, not which: the newest checkpoint that is left and fits bounds it.
        """
        if found:
            fits = (self.checkpoint["size"] if self.checkpoint else 0) if not self.problems else None
            self.ok, self.proved = False, []
            self.problems = [*(_placed(each, fits) for each in found), *self.problems]

    def as_json(self) -> dict[str, Any]:
        """One object, as `--json` prints it."""
        body = asdict(self)
        del body["origin_unknown"]
        return body


def _placed(problem: Problem, fits: int | None) -> Problem:
    if fits is None or problem.position is not None or problem.kind not in ("missing", "replaced"):
        return problem
    return Problem(fits, problem.kind, f"it is this one or one after it: {problem.detail}")


def not_listed(problems: int) -> list[str]:
    """Says how many problems are left out of a list that would be too long."""
    return [f"{problems - PROBLEMS_MAX} further problems are not listed"] if problems > PROBLEMS_MAX else []
