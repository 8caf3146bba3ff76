"""What an authority stopped is not done: in each of the five places, and nowhere else."""

from dataclasses import replace

from tests.catalogue.examples.logistics import opened
from tests.catalogue.told import Asked, allows, refuses
from tests.support.authorised import TRIAL, on_basis
from tests.support.clinic import (
    ASSESSOR,
    CELLLAB,
    CENTRE,
    INFUSION,
    MAKER,
    NURSE,
    PHARMACIST,
    PHYSICIAN,
    VERSION,
    Clinic,
    starting,
)
from tests.support.plant import ASSESSOR as PLANTS_ASSESSOR
from tests.support.plant import (
    BAG,
    BATCH,
    CERTIFICATE,
    COURIERS,
    DEMOLUCEL,
    OPERATOR,
    PLANT,
    QP,
    ROOM,
    SHIPPER,
    WAREHOUSE,
    Plant,
)
from tests.support.plant import CELLLAB as CELL_LABORATORY
from tests.support.plant import CENTRE as PLANTS_CENTRE
from tests.support.plant import MAKER as PLANTS_MAKER
from tests.support.plant_cases import allow, refuse, then

from coign.clinical.actions import order, start_conditioning
from coign.clinical.actions.give_conditioning import BEGIN, BeginConditioning
from coign.collection.actions.collect import START
from coign.identity.views import UNIT
from coign.infusion.actions import infuse, thaw
from coign.infusion.events import Issued
from coign.kernel.subjects import Chain, Organisation, Patient, Product, Unit
from coign.kernel.values import Digest
from coign.people.events import OrganisationRegistered
from coign.regulatory.actions import name_recipient
from coign.regulatory.events import AdministrationDecided, LegalBasis

NOT_MAKING = ("new_orders", "collection", "dispatch", "administration")
NOT_SENDING = ("new_orders", "collection", "manufacture", "administration")


def _ready_to_sign(clinic: Clinic) -> Asked:
    ann = clinic.enrol("ann")
    clinic.consent(ann)
    clinic.eligible(ann)
    clinic.draft(ann)
    return order.ACTION, order.Order(patient=ann, chain=Chain.of("ann")), PHYSICIAN


def _in_the_chair(clinic: Clinic) -> Asked:
    ann, chain = clinic.ordered("ann")
    clinic.slot(chain)
    clinic.identified(ann, chain)
    return START, starting(chain), NURSE


def _counted(clinic: Clinic) -> Chain:
    """Ordered, made, here, and counted by the cell laboratory."""
    _, chain = clinic.ordered("ann")
    clinic.product(chain, "bag")
    clinic.confirm_product(chain)
    return chain


def _thaw(clinic: Clinic, unit: Unit) -> Asked:
    """The second of two; the first one issued the bag, whatever the rules would have said."""
    chain = clinic.state(UNIT, unit).chain
    clinic.happened(Issued(unit=unit, chain=chain, by=PHARMACIST.person), by=PHARMACIST)
    return thaw.THAW, thaw.Thaw(unit=unit), CELLLAB


def _decided(clinic: Clinic, chain: Chain) -> None:
    clinic.happened(
        AdministrationDecided(
            chain=chain, authorisation=TRIAL, decider="treating_physician", may_be_given=True,
            evidence=Digest("ab" * 32), by=PHYSICIAN.person,
        ),
        by=PHYSICIAN,
    )  # fmt: skip


@refuses("clinical.order_is_authorised")
def no_new_orders(clinic: Clinic) -> Asked:
    asked = _ready_to_sign(clinic)
    clinic.suspend("new_orders")
    return asked


@refuses("clinical.order_is_authorised")
def an_order_where_nobody_allowed_it(clinic: Clinic) -> Asked:
    asked = _ready_to_sign(clinic)
    abroad = OrganisationRegistered(organisation=CENTRE, name="X", category="treatment_centre", country="US")
    clinic.happened(abroad, by=ASSESSOR)
    return asked


@allows
def an_order_while_collection_is_stopped(clinic: Clinic) -> Asked:
    asked = _ready_to_sign(clinic)
    clinic.suspend("collection", "manufacture", "dispatch", "administration")
    return asked


def _on_basis(clinic: Clinic, basis: LegalBasis, *, maker: Organisation = MAKER) -> None:
    clinic.happened(on_basis(VERSION.product, basis, makers=(maker,), centres=(CENTRE,)), by=ASSESSOR)


def _named(patient: Patient) -> Asked:
    named = name_recipient.NameRecipient(
        patient=patient, product=VERSION.product, reference="NP-7", evidence=Digest("ab" * 32)
    )
    return name_recipient.ACTION, named, PHYSICIAN


@refuses("clinical.patient_may_receive")
def nobody_named_the_patient(clinic: Clinic) -> Asked:
    asked = _ready_to_sign(clinic)
    _on_basis(clinic, "named_patient")
    return asked


@allows
def a_patient_who_is_named(clinic: Clinic) -> Asked:
    asked = _ready_to_sign(clinic)
    _on_basis(clinic, "expanded_access")
    clinic.do(*_named(asked[1].patient))
    return asked


@allows
def made_in_the_same_state(clinic: Clinic) -> Asked:
    asked = _ready_to_sign(clinic)
    _on_basis(clinic, "hospital_exemption")
    return asked


@refuses("clinical.patient_may_receive")
def made_in_another_state(clinic: Clinic) -> Asked:
    asked = _ready_to_sign(clinic)
    _on_basis(clinic, "hospital_exemption")
    clinic.happened(OrganisationRegistered(organisation=MAKER, name="X", category="maker", country="NL"), by=ASSESSOR)
    return asked


@allows
def naming_a_patient(clinic: Clinic) -> Asked:
    _on_basis(clinic, "named_patient")
    return _named(clinic.enrol("ann"))


@refuses("regulatory.given_by_name")
def naming_somebody_in_a_trial(clinic: Clinic) -> Asked:
    return _named(clinic.enrol("ann"))


@refuses("regulatory.given_by_name")
def naming_somebody_for_nothing(clinic: Clinic) -> Asked:
    action, command, actor = _named(clinic.enrol("ann"))
    return action, replace(command, product=Product.of("other")), actor


@refuses("regulatory.approval_has_a_reference")
def naming_somebody_without_a_letter(clinic: Clinic) -> Asked:
    _on_basis(clinic, "named_patient")
    action, command, actor = _named(clinic.enrol("ann"))
    return action, replace(command, reference=" "), actor


@refuses("collection.is_authorised")
def no_collection(clinic: Clinic) -> Asked:
    asked = _in_the_chair(clinic)
    clinic.suspend("collection")
    return asked


@allows
def a_collection_while_orders_are_stopped(clinic: Clinic) -> Asked:
    asked = _in_the_chair(clinic)
    clinic.suspend("new_orders", "manufacture", "dispatch", "administration")
    return asked


@refuses("clinical.conditioning_is_authorised")
def no_conditioning_is_ordered(clinic: Clinic) -> Asked:
    chain = _counted(clinic)
    clinic.suspend("administration", decider="treating_physician")
    return start_conditioning.ACTION, clinic.conditioning(chain), PHYSICIAN


@allows
def conditioning_is_decided_for_this_patient(clinic: Clinic) -> Asked:
    chain = _counted(clinic)
    clinic.suspend("administration", decider="treating_physician")
    _decided(clinic, chain)
    return start_conditioning.ACTION, clinic.conditioning(chain), PHYSICIAN


@refuses("clinical.conditioning_is_authorised")
def no_conditioning_is_begun(clinic: Clinic) -> Asked:
    chain = _counted(clinic)
    clinic.order_conditioning(chain)
    clinic.suspend("administration", decider="treating_physician")
    return BEGIN, BeginConditioning(chain=chain), NURSE


@refuses("infusion.is_authorised")
def no_thawing(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_thaw("ann")
    clinic.suspend("administration", decider="treating_physician")
    return _thaw(clinic, unit)


@refuses("infusion.is_authorised")
def no_bag_leaves_the_cold(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_thaw("ann")
    clinic.suspend("administration", decider="treating_physician")
    return thaw.ISSUE, thaw.Issue(unit=unit), PHARMACIST


@refuses("infusion.is_authorised")
def a_decision_from_before_does_not_count(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    _decided(clinic, chain)
    clinic.suspend("administration", decider="treating_physician")
    return _thaw(clinic, unit)


@refuses("infusion.is_authorised")
def nobody_may_decide(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    clinic.suspend("administration")
    _decided(clinic, chain)
    return _thaw(clinic, unit)


@allows
def decided_for_this_patient(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    clinic.suspend("administration", decider="treating_physician")
    _decided(clinic, chain)
    return _thaw(clinic, unit)


@refuses("infusion.is_authorised")
def no_infusion(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_infuse("ann")
    clinic.suspend("administration")
    return infuse.START, infuse.Start(unit=unit), INFUSION


def collected(p: Plant) -> None:
    p.equipped()
    p.ordered()
    p.collected()


START_BATCH = {"unit": BAG, "room": ROOM, "batch": BATCH}
CERTIFY = {"batch": BATCH, "certificate": CERTIFICATE}
GIVEN = {"unit": BAG, "to": COURIERS, "seal": "77102", "condition": "intact"}

refuse(
    "manufacturing.start_batch", "start_is_authorised", OPERATOR, then("at_hand", lambda p: p.suspend("manufacture")),
    START_BATCH,
)  # fmt: skip
allow("manufacturing.start_batch", OPERATOR, then("at_hand", lambda p: p.suspend(*NOT_MAKING)), START_BATCH)
refuse("quality.certify", "batch_is_not_held", QP, then("reviewed", lambda p: p.suspend("manufacture")), CERTIFY)
allow("quality.certify", QP, then("reviewed", lambda p: p.suspend(*NOT_MAKING)), CERTIFY)

refuse(
    "logistics.pack", "dispatch_is_authorised", CELL_LABORATORY,
    then(collected, lambda p: p.chosen(), lambda p: p.suspend("dispatch")),
    lambda p: p.parcel(),
)  # fmt: skip
allow(
    "logistics.pack", CELL_LABORATORY, then(collected, lambda p: p.chosen(), lambda p: p.suspend(*NOT_SENDING)),
    lambda p: p.parcel(),
)  # fmt: skip
refuse("custody.offer", "dispatch_is_authorised", WAREHOUSE, then(opened, lambda p: p.suspend("dispatch")), GIVEN)
SEALED_TO = {"shipper": SHIPPER, "to": COURIERS, "seal": "77102"}
refuse(
    "custody.offer_shipment", "dispatch_of_shipment_is_authorised", CELL_LABORATORY,
    then(collected, lambda p: p.packed(), lambda p: p.suspend("dispatch")), SEALED_TO,
)  # fmt: skip
allow(
    "custody.offer_shipment", CELL_LABORATORY,
    then(collected, lambda p: p.packed(), lambda p: p.suspend(*NOT_SENDING)), SEALED_TO,
)  # fmt: skip


def nobody_named(p: Plant) -> None:
    """The authorisation names nobody to release any more."""
    varied = on_basis(DEMOLUCEL, "trial", makers=(PLANTS_MAKER,), centres=(PLANTS_CENTRE,), sites=(PLANT,))
    p.happened(varied, by=PLANTS_ASSESSOR)


refuse("quality.certify", "releaser_is_of_destination", QP, then("reviewed", nobody_named), CERTIFY)
