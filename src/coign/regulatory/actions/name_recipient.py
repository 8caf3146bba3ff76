"""Name a patient who may receive a product that is given to named patients alone."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Patient, Product
from coign.kernel.values import Actor, Digest
from coign.regulatory import stop_gates
from coign.regulatory.events import RecipientNamed
from coign.regulatory.views import RECIPIENT, reads_of_authorisation


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRecipient:
    """Who may receive which product, by which approval."""

    patient: Patient = field(metadata=asks("Wristband", "scan"))
    product: Product = field(metadata=asks("Product", "choose", options="products"))
    reference: str = field(metadata=asks("Reference of the approval", hint="as it stands on the letter, no names"))
    evidence: Digest = field(metadata=asks("The approval", "upload"))


def _reads(asked: NameRecipient, actor: Actor) -> Sequence[Read]:
    return (Read(asked.patient, RECIPIENT), *reads_of_authorisation(asked.product, actor.organisation))


def _decide(asked: NameRecipient, known: Circumstances) -> Sequence[RecipientNamed]:
    return (
        RecipientNamed(
            patient=asked.patient,
            product=asked.product,
            reference=asked.reference.strip(),
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.name_recipient",
    title="Name a patient who may receive it",
    command=NameRecipient,
    roles=frozenset({"physician"}),
    reads=_reads,
    gates=(stop_gates.given_by_name, stop_gates.approval_has_a_reference),
    decide=_decide,
    emits=(RecipientNamed,),
    requirements=("REG-01", "REG-02"),
    risk=Risk.PATIENT,
    rationale="What is not authorised for everybody is given to those alone for whom somebody approved it.",
    meaning="approved",
)
