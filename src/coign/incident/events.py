"""What can be reported from outside the gates, and what became of it."""

from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Organisation, Patient, Person, Unit
from coign.kernel.values import FreeText, Instant

Act = Literal["moved", "opened", "warmed", "thawed", "administered", "relabelled", "lost", "other"]
Became = Literal["may_go_on", "administered", "destroyed", "lost"]

#: Acts that end with the product in a person.
IN_A_PERSON = "administered"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActReported(Fact, type="incident.act_reported.v1", about=("case",), parties=("informed",)):
    """Somebody who was there says what happened outside the gates; it counts for no gate.

    It is about the case alone, so that a report makes nobody party to another's bag. `informed`: the reporter's
    organisation and those whose therapies are concerned. `deviations`: one for each batch concerned, or for each
    therapy of containers that belong to no batch. `beside`: what was held besides, after a wrong patient.
    """

    case: Case
    act: Act
    units: tuple[Unit, ...]
    given_to: Patient | None
    happened_at: Instant
    account: FreeText
    by: Person
    informed: tuple[Organisation, ...]
    deviations: tuple[Case, ...]
    safety_case: Case | None
    beside: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActResolved(Fact, type="incident.act_resolved.v1", about=("case",)):
    """Another person found out what became of one of the containers."""

    case: Case
    unit: Unit
    became: Became
    finding: FreeText
    by: Person
