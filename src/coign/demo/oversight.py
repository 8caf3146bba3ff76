"""On which basis the demonstration's product is given, and what counts as expected of it. All invented."""

from typing import TYPE_CHECKING, Any

from coign.demo import people
from coign.kernel.subjects import Organisation, Product

if TYPE_CHECKING:
    from coign.demo.seed import Seeding

#: Both trials and the reference information began before the first patient.
BEGAN_DAYS_AGO = 60
REFERENCE = {
    "up_to_2": ["Nausea", "Headache", "Fatigue"],
    "up_to_3": ["Pyrexia", "Hypotension", "Febrile neutropenia"],
    "up_to_4": ["Cytokine release syndrome", "Immune effector cell-associated neurotoxicity syndrome", "Neutropenia"],
    "fatal": ["Cytokine release syndrome"],
}


#: As long as the demonstration may be played, and longer.
VALID_DAYS = 900
#: Who decides, whose letter it is, where patients are treated, and who is named to release.
AUTHORISATIONS = (
    ("EU", "EU-CT 2026-500001-12-00", "authority", people.AUTHORITY, people.CENTRE, "qp"),
    ("US", "IND 90001", "regulatory", people.MAKER, people.CENTRE_US, "quality-us"),
)


def lay_down(seeding: "Seeding") -> None:
    """A trial in each jurisdiction, and the first version of the reference safety information."""
    safety = people.in_role("safety", people.MAKER)[0].actor
    for product in sorted({version.product for version in seeding.service.programmes.all()}):
        _authorised(seeding, product)

        def reference(product: Product = product) -> dict[str, Any]:
            return {
                "product": product,
                "kind": "investigators_brochure",
                "label": "RSI 1",
                "effective": seeding.now.plus(days=-BEGAN_DAYS_AGO),
                **REFERENCE,
            }

        seeding.once(f"reference/{product}", safety, "safety.publish_reference", reference)


def _authorised(seeding: "Seeding", product: Product) -> None:
    """The authority that takes part grants its own; what another one wrote, regulatory affairs enters."""
    for jurisdiction, number, role, organisation, centre, releasing in AUTHORISATIONS:

        def grant(
            jurisdiction: str = jurisdiction, number: str = number, centre: Organisation = centre, role: str = releasing
        ) -> dict[str, Any]:
            return {
                "product": product,
                "number": number,
                "jurisdiction": jurisdiction,
                "stage": "phase_2",
                "basis": "trial",
                "holder": people.MAKER,
                "makers": [people.MAKER],
                "sites": [people.site_of(people.MAKER)],
                "centres": [centre],
                "releasers": [account.person for account in people.in_role(role, people.MAKER)],
                "valid_from": seeding.now.plus(days=-BEGAN_DAYS_AGO),
                "valid_until": seeding.now.plus(days=VALID_DAYS),
                "evidence": seeding.keep(f"Trial authorisation {number} of {product} in {jurisdiction}."),
            }

        by = people.in_role(role, organisation)[0].actor
        seeding.once(f"authorisation/{product}/{jurisdiction}", by, "regulatory.grant", grant)
