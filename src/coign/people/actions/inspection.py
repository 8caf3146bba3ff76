"""Open the record for an inspection: who comes, for which house, until when, and what they look into."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Organisation, Person, Product, Site
from coign.kernel.values import Actor, Instant
from coign.people import gates, inspection_gates, own_gates
from coign.people.events import InspectionScoped, Role, RoleGranted
from coign.people.separation import INSPECTOR
from coign.people.views import AUTHORITY, ORGANISATION


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInspection:
    """Who inspects a house, until when, and what: each list that is not empty narrows what they may read."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    organisation: Organisation = field(metadata=asks("Whose records", "choose", options="organisations"))
    until: Instant = field(metadata=asks("Until", hint="the last day of the inspection"))
    therapies: tuple[Chain, ...] = field(
        default=(),
        metadata=asks("Therapies", "scan", hint="chain, batch or bag of each, a line for each; none: not by therapy"),
    )
    products: tuple[Product, ...] = field(
        default=(), metadata=asks("Products", "choose", options="products", hint="none: not by product")
    )
    sites: tuple[Site, ...] = field(
        default=(),
        metadata=asks("Sites", "choose", options="sites", hint="therapies treated or made there; none: not by site"),
    )

    @property
    def role(self) -> Role:
        """The role that it gives."""
        return INSPECTOR


def _reads(asked: OpenInspection, actor: Actor) -> Sequence[Read]:
    return (
        Read(asked.person, AUTHORITY),
        Read(asked.organisation, ORGANISATION),
        *(Read(subject) for subject in (*asked.products, *asked.sites)),
    )


def _decide(asked: OpenInspection, known: Circumstances) -> Sequence[Fact]:
    return (
        RoleGranted(person=asked.person, role=INSPECTOR, organisation=asked.organisation, until=asked.until),
        InspectionScoped(
            person=asked.person, organisation=asked.organisation,
            therapies=asked.therapies, products=asked.products, sites=asked.sites,
        ),
    )  # fmt: skip


OPEN_INSPECTION = Action(
    name="people.open_inspection",
    title="Open an inspection",
    command=OpenInspection,
    roles=frozenset({"admin"}),
    reads=_reads,
    gates=(
        gates.person_is_active,
        gates.organisation_is_registered,
        gates.roles_are_separate,  # nobody opens one for themselves: they administer
        gates.inspectors_access_ends,
        inspection_gates.scope_is_given,
        inspection_gates.scope_is_known,
        own_gates.is_for_own_organisation,
    ),
    decide=_decide,
    emits=(InspectionScoped, RoleGranted),
    requirements=("REG-10", "CSV-04", "CSV-24"),
    risk=Risk.DATA,
    rationale="A wrong scope shows an inspector another patient's therapy, or hides the one that is looked into.",
)
