"""Order the therapy: the prescriber's signature begins the chain of identity and pins the rules it runs under."""

from collections.abc import Sequence
from dataclasses import field

from coign.clinical import authorised_gates, gates
from coign.clinical.events import Ordered
from coign.clinical.views import COURSE, PATIENT
from coign.identity.events import ChainBegun
from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Patient
from coign.kernel.values import Actor
from coign.people.views import ORGANISATION
from coign.regulatory.views import PROGRAMME, RECIPIENT, reads_of_authorisation
from coign.safety.views import ENROLMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Whose open draft is signed; the chain is allotted here, before anything is collected (ISBT 128 ST-028)."""

    patient: Patient = field(metadata=asks("Patient", "known"))
    chain: Chain = field(metadata=allotted())


def _reads(asked: Order, actor: Actor) -> Sequence[Read]:
    of_patient = (Read(asked.patient, PATIENT), Read(asked.patient, RECIPIENT))
    return (*of_patient, Read(asked.chain, CHAIN), Read(asked.chain, COURSE))


def _programme_reads(asked: Order, known: Circumstances) -> Sequence[Read]:
    draft = gates.open_draft(asked, known)
    if draft is None:
        return ()
    return (Read(draft.programme, PROGRAMME), Read(draft.programme, ENROLMENT), Read(draft.maker, ORGANISATION))


def _authorisation_reads(asked: Order, known: Circumstances) -> Sequence[Read]:
    draft = gates.open_draft(asked, known)
    version = gates.version_in_force(draft.programme, known) if draft else None
    return reads_of_authorisation(version.product if version else None, known.actor.organisation)


def _decide(asked: Order, known: Circumstances) -> Sequence[Ordered | ChainBegun]:
    draft = gates.open_draft(asked, known)
    assert draft is not None
    version = gates.version_in_force(draft.programme, known)
    assert version is not None
    return (
        ChainBegun(
            chain=asked.chain,
            patient=asked.patient,
            programme=draft.programme,
            version=version.digest,
            product=version.product,
            centre=known.actor.organisation,
            maker=draft.maker,
        ),
        Ordered(
            patient=asked.patient,
            chain=asked.chain,
            programme=draft.programme,
            weight=draft.weight,
            weighed_on=draft.weighed_on,
            prescriber=known.actor.person,
        ),
    )


ACTION = Action(
    name="clinical.order",
    title="Sign the order",
    command=Order,
    roles=frozenset({"physician"}),
    reads=_reads,
    then_reads=(_programme_reads, _authorisation_reads),
    gates=(
        gates.draft_is_open,
        gates.signer_is_prescriber,
        gates.order_has_consent,
        gates.order_has_programme,
        authorised_gates.order_is_authorised,
        authorised_gates.patient_may_receive,
        gates.enrolment_is_not_held,
        gates.eligibility_confirmed,
        gates.eligibility_is_current,
        gates.weight_is_fresh,
    ),
    decide=_decide,
    emits=(ChainBegun, Ordered),
    requirements=("PAT-28", "PAT-29", "PAT-20", "REG-01", "REG-02", "REG-17", "TRC-09", "TRC-10", "TRC-26", "CSV-13"),
    risk=Risk.PATIENT,
    rationale="Everything that follows is made for this patient, at this weight, under these rules.",
    meaning="ordered",
)
