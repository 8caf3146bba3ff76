"""Give the bag, and record what went in: the end of the chain of identity."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.events import UnitEnded
from coign.identity.views import CHAIN, UNIT
from coign.infusion import gates, patient_gates, product_gates
from coign.infusion.actions.reading import of_bag, of_patient, of_therapy
from coign.infusion.events import InfusionFinished, InfusionStarted, Outcome
from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Unit
from coign.kernel.values import Quantity

WHO_GIVES = frozenset({"infusion", "nurse"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Which bag."""

    unit: Unit = field(metadata=asks("Bag", "scan"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """Which bag, what went in, what stayed behind, and how it ended."""

    unit: Unit = field(metadata=asks("Bag", "scan"))
    given: Quantity = field(metadata=asks("Given", "measure", unit=gates.VOLUME_UNIT))
    residual: Quantity = field(metadata=asks("Left in the bag", "measure", unit=gates.VOLUME_UNIT))
    outcome: Outcome = field(metadata=asks("How it ended", "choose"))


def _started(asked: Start, known: Circumstances) -> Sequence[InfusionStarted]:
    chain = known.state(UNIT, asked.unit).chain
    assert chain is not None
    return (InfusionStarted(unit=asked.unit, chain=chain),)


def _finished(asked: Finish, known: Circumstances) -> Sequence[InfusionFinished | UnitEnded]:
    chain = known.state(UNIT, asked.unit).chain
    assert chain is not None
    patient = known.state(CHAIN, chain).patient
    assert patient is not None
    return (
        InfusionFinished(
            unit=asked.unit,
            chain=chain,
            patient=patient,
            given=asked.given,
            residual=asked.residual,
            outcome=asked.outcome,
        ),
        UnitEnded(unit=asked.unit, how="administered"),
    )


START = Action(
    name="infusion.start",
    title="Start the infusion",
    command=Start,
    roles=WHO_GIVES,
    reads=of_bag,
    then_reads=(of_therapy, of_patient),
    gates=(
        product_gates.therapy_is_of_this_centre,
        gates.is_thawed,
        gates.not_started,
        gates.thaw_clock_runs,
        # A mismatch that is open took the confirmation away with it.
        gates.bedside_is_confirmed,
        gates.bedside_is_fresh,
        product_gates.product_may_be_used,
        product_gates.product_kept_cold,
        product_gates.product_is_released,
        product_gates.is_authorised,
        product_gates.lots_are_in_order,
        product_gates.product_is_not_expired,
        product_gates.corrections_are_assessed,
        product_gates.consent_in_force,
        product_gates.identity_is_settled,
        patient_gates.patient_is_ready,
        patient_gates.assessment_is_fresh,
        product_gates.administration_is_witnessed,
    ),
    decide=_started,
    emits=(InfusionStarted,),
    requirements=("PAT-28", "PAT-30", "PAT-31", "PAT-33", "REG-02", "CSV-01"),
    risk=Risk.PATIENT,
    rationale="What has entered the patient cannot be taken back.",
    page="designed",
)

FINISH = Action(
    name="infusion.finish",
    title="Finish the infusion",
    command=Finish,
    roles=WHO_GIVES,
    reads=of_bag,
    then_reads=(of_therapy, of_patient),
    gates=(product_gates.therapy_is_of_this_centre, gates.is_running, gates.volumes_are_volumes),
    decide=_finished,
    emits=(InfusionFinished, UnitEnded),
    requirements=("PAT-31", "TRC-27"),
    risk=Risk.PATIENT,
    rationale="Whoever treats the patient later must know how much of the dose went in.",
)
