"""Prepare an order, from the hospital's system or by hand; it has no effect until its prescriber signs."""

from collections.abc import Sequence
from dataclasses import field

from coign.clinical import gates
from coign.clinical.events import OrderDrafted
from coign.clinical.views import PATIENT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Patient, Person, Programme
from coign.kernel.values import Actor, FreeText, Instant, Quantity
from coign.people.views import AUTHORITY, ORGANISATION
from coign.regulatory.views import PROGRAMME


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOrder:
    """Which therapy, for which indication, at which weight, signed by whom, made by whom."""

    patient: Patient = field(metadata=asks("Patient", "known"))
    programme: Programme = field(metadata=asks("Programme", "choose", options="programmes"))
    weight: Quantity = field(metadata=asks("Weight", "measure", unit=gates.WEIGHT_UNIT))
    weighed_on: Instant = field(metadata=asks("Weighed on"))
    indication: FreeText = field(metadata=asks("Indication"))
    prescriber: Person = field(metadata=asks("Prescriber", "choose", options="physicians"))
    maker: Organisation = field(metadata=asks("Maker", "choose", options="makers"))


def _reads(asked: DraftOrder, actor: Actor) -> Sequence[Read]:
    return (
        Read(asked.patient, PATIENT),
        Read(asked.programme, PROGRAMME),
        Read(asked.prescriber, AUTHORITY),
        Read(asked.maker, ORGANISATION),
    )


def _decide(asked: DraftOrder, known: Circumstances) -> Sequence[OrderDrafted]:
    return (
        OrderDrafted(
            patient=asked.patient,
            programme=asked.programme,
            weight=asked.weight,
            weighed_on=asked.weighed_on,
            indication=asked.indication,
            prescriber=asked.prescriber,
            maker=asked.maker,
        ),
    )


ACTION = Action(
    name="clinical.draft_order",
    title="Prepare an order",
    command=DraftOrder,
    roles=frozenset({"coordinator"}),
    reads=_reads,
    gates=(
        gates.patient_is_enrolled,
        gates.programme_in_force,
        gates.weight_is_in_kilograms,
        gates.weight_was_measured,
        gates.prescriber_is_physician,
        gates.maker_is_registered,
    ),
    decide=_decide,
    emits=(OrderDrafted,),
    requirements=("PAT-28", "PAT-29"),
    risk=Risk.PATIENT,
    rationale="What is wrong in the draft is signed in a hurry and then made, dosed and given.",
)
