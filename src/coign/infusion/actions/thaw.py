"""Issue a bag and thaw it, by two: it cannot be undone, so everything that the infusion asks is asked before."""

from collections.abc import Sequence
from dataclasses import field

from coign.coldchain.events import ExposureEnded
from coign.identity.views import UNIT
from coign.infusion import dose_gates, gates, patient_gates, product_gates
from coign.infusion.actions.reading import of_bag, of_patient, of_therapy
from coign.infusion.events import Issued, Thawed
from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Which bag is to be taken out."""

    unit: Unit = field(metadata=asks("Bag", "scan"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Thaw:
    """Which bag."""

    unit: Unit = field(metadata=asks("Bag", "scan"))


#: What is asked of bag, product and patient before the bag leaves the cold, and again before it is thawed.
BEFORE_THE_THAW = (
    product_gates.unit_is_product,
    product_gates.therapy_is_of_this_centre,
    product_gates.product_may_be_used,
    gates.no_open_mismatch,
    product_gates.product_is_held_here,
    product_gates.product_is_received,
    product_gates.product_kept_cold,
    product_gates.product_is_released,
    product_gates.is_authorised,
    product_gates.lots_are_in_order,
    product_gates.product_is_not_expired,
    product_gates.corrections_are_assessed,
    product_gates.consent_in_force,
    product_gates.identity_is_settled,
    product_gates.conditioning_is_given,
    product_gates.conditioning_is_over,
    patient_gates.patient_was_assessed,
    patient_gates.patient_is_ready,
    patient_gates.assessment_is_fresh,
    dose_gates.cells_are_known,
    dose_gates.weight_is_fresh,
    dose_gates.dose_is_in_range,
    product_gates.one_bag_at_a_time,
    gates.not_thawed_yet,
    gates.qualified_to_thaw,
)


def _chain(asked: Issue | Thaw, known: Circumstances) -> Chain:
    chain = known.state(UNIT, asked.unit).chain
    assert chain is not None
    return chain


def _issued(asked: Issue, known: Circumstances) -> Sequence[Issued]:
    return (Issued(unit=asked.unit, chain=_chain(asked, known), by=known.actor.person),)


def _thawed(asked: Thaw, known: Circumstances) -> Sequence[Fact]:
    # From here the clock of the thawed bag runs, no longer that of the frozen one.
    return (Thawed(unit=asked.unit, chain=_chain(asked, known)), ExposureEnded(unit=asked.unit))


ISSUE = Action(
    name="infusion.issue",
    title="Issue a bag for thawing",
    command=Issue,
    roles=frozenset({"celllab", "pharmacist"}),
    reads=of_bag,
    then_reads=(of_therapy, of_patient),
    gates=BEFORE_THE_THAW,
    decide=_issued,
    emits=(Issued,),
    requirements=("PAT-28", "PAT-29", "PAT-30", "REG-02", "SCS-13", "TRC-13", "TRN-01", "TRN-08"),
    risk=Risk.PATIENT,
    rationale="A bag out of the cold warms from its first minute: it leaves its place only when it can be given.",
)

THAW = Action(
    name="infusion.thaw",
    title="Thaw",
    command=Thaw,
    roles=frozenset({"celllab", "infusion"}),
    reads=of_bag,
    then_reads=(of_therapy, of_patient),
    gates=(
        *BEFORE_THE_THAW,
        product_gates.product_is_at_hand,
        gates.bag_is_issued,
        gates.thawed_by_another_person,
        gates.issue_is_fresh,
    ),
    decide=_thawed,
    emits=(Thawed, ExposureEnded),
    requirements=("PAT-28", "PAT-29", "PAT-30", "REG-02", "SCS-11", "SCS-13", "TRC-13", "TRN-01", "TRN-08"),
    risk=Risk.PATIENT,
    rationale="A bag thawed for nothing is lost, and so perhaps is the patient who was conditioned for it.",
    second_of="infusion.issue",
)
