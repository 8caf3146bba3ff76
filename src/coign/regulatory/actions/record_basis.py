"""Record how far a product is developed in a jurisdiction and on which legal basis it is given there."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Product
from coign.kernel.values import Actor, Digest, Instant
from coign.regulatory import gates
from coign.regulatory.events import Jurisdiction, LegalBasis, ProductBasisRecorded, Stage
from coign.regulatory.views import PRODUCT


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBasis:
    """Which product, where, how far, on which basis, from which day on; and the decision that says so."""

    product: Product = field(metadata=asks("Product", "choose", options="products"))
    jurisdiction: Jurisdiction = field(metadata=asks("Jurisdiction", "choose"))
    stage: Stage = field(metadata=asks("Stage of development", "choose"))
    basis: LegalBasis = field(metadata=asks("Legal basis", "choose"))
    since: Instant = field(metadata=asks("In force since"))
    evidence: Digest = field(metadata=asks("The decision", "upload"))


def _reads(asked: RecordBasis, actor: Actor) -> Sequence[Read]:
    return (Read(asked.product, PRODUCT),)


def _decide(asked: RecordBasis, known: Circumstances) -> Sequence[ProductBasisRecorded]:
    return (
        ProductBasisRecorded(
            product=asked.product,
            jurisdiction=asked.jurisdiction,
            stage=asked.stage,
            basis=asked.basis,
            since=asked.since,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.record_basis",
    title="Record stage and legal basis of a product",
    command=RecordBasis,
    roles=frozenset({"regulatory"}),
    reads=_reads,
    gates=(gates.basis_fits_stage,),
    decide=_decide,
    emits=(ProductBasisRecorded,),
    requirements=("REG-01", "REG-02"),
    risk=Risk.PATIENT,
    rationale="The stage says who may receive the product, the legal basis which safety clocks run.",
    meaning="approved",
)
