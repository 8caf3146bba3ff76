"""What an authority stopped is not done: in each of the five places, and nowhere else."""

from tests.catalogue.told import Asked, allows, refuses
from tests.support.authorised import TRIAL
from tests.support.clinic import CELLLAB, INFUSION, NURSE, PHYSICIAN, Clinic
from tests.support.plant import BAG, BATCH, CERTIFICATE, COURIERS, OPERATOR, QP, ROOM, Plant
from tests.support.plant import CELLLAB as CELL_LABORATORY
from tests.support.plant_cases import allow, refuse, then

from coign.clinical.actions import order
from coign.collection.actions.collect import START, Start
from coign.infusion.actions import infuse, thaw
from coign.kernel.subjects import Chain, Equipment, Unit
from coign.kernel.values import Digest
from coign.regulatory.events import AdministrationDecided

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
    return START, Start(chain=chain, equipment=Equipment.of("apheresis"), kit_lot="K1"), NURSE


def _thaw(unit: Unit) -> Asked:
    return thaw.ACTION, thaw.Thaw(unit=unit), CELLLAB


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


@allows
def an_order_while_collection_is_stopped(clinic: Clinic) -> Asked:
    asked = _ready_to_sign(clinic)
    clinic.suspend("collection", "manufacture", "dispatch", "administration")
    return asked


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


@refuses("infusion.is_authorised")
def no_thawing(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_thaw("ann")
    clinic.suspend("administration", decider="treating_physician")
    return _thaw(unit)


@refuses("infusion.is_authorised")
def a_decision_from_before_does_not_count(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    _decided(clinic, chain)
    clinic.suspend("administration", decider="treating_physician")
    return _thaw(unit)


@refuses("infusion.is_authorised")
def nobody_may_decide(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    clinic.suspend("administration")
    _decided(clinic, chain)
    return _thaw(unit)


@allows
def decided_for_this_patient(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    clinic.suspend("administration", decider="treating_physician")
    _decided(clinic, chain)
    return _thaw(unit)


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
    "manufacturing.start_batch", "start_is_authorised", OPERATOR, then("cleared", lambda p: p.suspend("manufacture")),
    START_BATCH,
)  # fmt: skip
allow("manufacturing.start_batch", OPERATOR, then("cleared", lambda p: p.suspend(*NOT_MAKING)), START_BATCH)
refuse("quality.certify", "batch_is_not_held", QP, then("reviewed", lambda p: p.suspend("manufacture")), CERTIFY)
allow("quality.certify", QP, then("reviewed", lambda p: p.suspend(*NOT_MAKING)), CERTIFY)

refuse(
    "logistics.pack", "dispatch_is_authorised", CELL_LABORATORY, then(collected, lambda p: p.suspend("dispatch")),
    lambda p: p.parcel(),
)  # fmt: skip
allow("logistics.pack", CELL_LABORATORY, then(collected, lambda p: p.suspend(*NOT_SENDING)), lambda p: p.parcel())
refuse(
    "custody.offer", "dispatch_is_authorised", CELL_LABORATORY,
    then(collected, lambda p: p.packed(), lambda p: p.suspend("dispatch")), GIVEN,
)  # fmt: skip
