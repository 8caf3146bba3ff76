"""On which basis the demonstration's product is given, and what counts as expected of it. All invented."""

from typing import TYPE_CHECKING, Any

from coign.demo import people
from coign.kernel.subjects import Product

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


def lay_down(seeding: "Seeding") -> None:
    """A trial in each jurisdiction, and the first version of the reference safety information."""
    regulatory = people.in_role("regulatory", people.MAKER)[0].actor
    safety = people.in_role("safety", people.MAKER)[0].actor
    for product in sorted({version.product for version in seeding.service.programmes.all()}):
        for jurisdiction in ("EU", "US"):

            def basis(product: Product = product, jurisdiction: str = jurisdiction) -> dict[str, Any]:
                return {
                    "product": product,
                    "jurisdiction": jurisdiction,
                    "stage": "phase_2",
                    "basis": "trial",
                    "since": seeding.now.plus(days=-BEGAN_DAYS_AGO),
                    "evidence": seeding.keep(f"Trial authorisation of {product} in {jurisdiction}."),
                }

            seeding.once(f"basis/{product}/{jurisdiction}", regulatory, "regulatory.record_basis", basis)

        def reference(product: Product = product) -> dict[str, Any]:
            return {
                "product": product,
                "kind": "investigators_brochure",
                "label": "RSI 1",
                "effective": seeding.now.plus(days=-BEGAN_DAYS_AGO),
                **REFERENCE,
            }

        seeding.once(f"reference/{product}", safety, "safety.publish_reference", reference)
