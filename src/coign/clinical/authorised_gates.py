"""The gates of what is allowed: new orders here, and for this patient."""

from coign.clinical.gates import OfPatient, open_draft, version_in_force
from coign.kernel.actions import Circumstances, Risk, gate
from coign.regulatory.views import not_authorised_because, not_entitled_because


@gate(
    "clinical.order_is_authorised",
    requirement="REG-02",
    protects="Nobody new is treated with what an authority has not allowed here, or does not allow now.",
    remedy="Wait until regulatory affairs has the authorisation in order, or choose another therapy.",
    resolvers=("regulatory",),
    risk=Risk.PATIENT,
)
def order_is_authorised(asked: OfPatient, known: Circumstances) -> str | None:
    draft = open_draft(asked, known)
    version = version_in_force(draft.programme, known) if draft else None
    if version is None:
        return None  # other gates say that there is nothing to be allowed
    here = known.actor.organisation
    return not_authorised_because(known, "new_orders", product=version.product, centre=here, organisation=here)


@gate(
    "clinical.patient_may_receive",
    requirement=("REG-01", "REG-17"),
    protects="The legal basis says who may receive a product: everybody of a trial, named people, or one state alone.",
    remedy="Have the approval for this patient entered (Name a patient who may receive it), or choose another therapy.",
    resolvers=("physician", "regulatory"),
    risk=Risk.PATIENT,
)
def patient_may_receive(asked: OfPatient, known: Circumstances) -> str | None:
    draft = open_draft(asked, known)
    version = version_in_force(draft.programme, known) if draft else None
    if draft is None or version is None:
        return None
    return not_entitled_because(
        known,
        patient=asked.patient,
        product=version.product,
        centre=known.actor.organisation,
        maker=draft.maker,
    )
