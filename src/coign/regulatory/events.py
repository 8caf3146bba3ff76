"""What can happen to the version of a programme that is in force."""

from dataclasses import dataclass

from coign.kernel.facts import Fact
from coign.kernel.subjects import Person, Programme
from coign.kernel.values import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeProposed(Fact, type="regulatory.programme_proposed.v1", about=("programme",)):
    """Somebody read a version of a programme and holds it to be right; nothing changes yet."""

    programme: Programme
    version: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeApproved(Fact, type="regulatory.programme_approved.v1", about=("programme",)):
    """A second person agrees: therapies ordered from now on run under this version."""

    programme: Programme
    version: Digest
    proposed_by: Person
    by: Person
