"""What can happen to the qualifications of a person."""

from dataclasses import dataclass

from coign.kernel.facts import Fact
from coign.kernel.subjects import Person
from coign.kernel.values import Digest, FreeText, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualified(Fact, type="training.qualified.v1", about=("person",)):
    """Somebody who saw the person do it says that they can: they may perform the task until a date."""

    person: Person
    task: str
    until: Instant
    assessor: Person
    evidence: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationRevoked(Fact, type="training.qualification_revoked.v1", about=("person",)):
    """From now on the person may not perform the task."""

    person: Person
    task: str
    by: Person
    why: FreeText
