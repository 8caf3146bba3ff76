"""The seven ways to say no, each with one meaning and one HTTP status (see docs/reference/errors.md)."""

from collections.abc import Sequence

from coign.kernel.frozen import dataclass


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """What one gate said about one command, in words for the person at the bench."""

    gate: str
    holds: bool
    requirement: tuple[str, ...] = ()
    message: str = ""
    protects: str = ""
    remedy: str = ""
    resolvers: tuple[str, ...] = ()

    @property
    def what_holds(self) -> str:
        """What is true when the gate is open, in words: gates are named by what must hold."""
        return self.gate.partition(".")[2].replace("_", " ").capitalize()


class CoignError(Exception):
    """Base of everything Coign says no with; `code` is unique and documented, `status` is the HTTP status."""

    code = "error"
    status = 500
    title = "Something is wrong"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(CoignError):
    """A rule said no; carries every unmet gate with its remedy, and where the refusal is recorded."""

    code, status, title = "refused", 409, "Not yet"

    def __init__(
        self,
        action: str,
        gates: Sequence[GateAnswer],
        *,
        subjects: Sequence[str] = (),
        position: int | None = None,
    ) -> None:
        super().__init__("; ".join(g.message for g in gates) or "refused")
        self.action = action
        self.gates = tuple(gates)
        self.subjects = tuple(subjects)
        self.position = position


class Forbidden(CoignError):
    """Authority is missing; the person's supervisor acts."""

    code, status, title = "forbidden", 403, "Not yours to do"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that cannot be understood, and what would make it understandable."""

    field: str
    message: str


class Invalid(CoignError):
    """Cannot be understood; every field concerned is named."""

    code, status, title = "invalid", 422, "Cannot be understood"

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(f"{e.field}: {e.message}" for e in errors))
        self.errors = errors

    @classmethod
    def at(cls, field: str, message: str) -> "Invalid":
        """One field, one message."""
        return cls(FieldError(field, message))


class NotFound(CoignError):
    """Not there, or not to be told."""

    code, status, title = "not_found", 404, "Not found"


class Conflict(CoignError):
    """Somebody acted first: reload, look, try again."""

    code, status, title = "conflict", 409, "Somebody acted first"


class Unavailable(CoignError):
    """A dependency is down or the record is read-only; trying again later is safe."""

    code, status, title = "unavailable", 503, "Not available now"

    def __init__(self, message: str, *, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class IntegrityFailure(CoignError):
    """The ledger does not verify: writing stops until people have looked."""

    code, status, title = "integrity_failure", 500, "The record does not verify"
