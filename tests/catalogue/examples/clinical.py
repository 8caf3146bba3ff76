"""The patient's way to a therapy."""

from collections.abc import Callable
from typing import Any

from tests.catalogue.told import Asked, allows, refuses
from tests.support.clinic import (
    CART,
    CELLLAB,
    CENTRE,
    COORDINATOR,
    HASH,
    MAKER,
    NURSE,
    OTHER_CENTRE,
    PHYSICIAN,
    PHYSICIAN_2,
    QP,
    SITE,
    Clinic,
    person,
    text,
)  # fmt: skip

from coign.clinical.actions import (
    answer_turn,
    confirm_eligibility,
    confirm_product,
    draft_order,
    order,
    settle_identity,
    start_conditioning,
)
from coign.clinical.actions.consent import RECORD_CONSENT, WITHDRAW_CONSENT, RecordConsent, WithdrawConsent
from coign.clinical.actions.enrol import CORRECT_IDENTITY, ENROL, CorrectIdentity, Enrol
from coign.clinical.actions.give_conditioning import BEGIN, RECORD, BeginConditioning, RecordConditioning
from coign.clinical.events import PatientEnrolled, ProductConfirmed
from coign.coldchain.events import ExcursionAssessed, ExposureBegan
from coign.custody.events import CustodyBegan
from coign.identity.events import LabelVerified, UnitCreated, UnitEnded, UnitsBlocked
from coign.identity.views import CHAIN
from coign.kernel.subjects import Batch, Chain, HospitalNumber, Patient, Programme, Shipment, Shipper, Unit
from coign.kernel.values import Actor, Digest, FreeText, Identifying, Quantity
from coign.logistics.events import Received
from coign.quality.events import LateResultAdverse
from coign.safety.events import EnrolmentHeld

N1, N2 = HospitalNumber.of("aa01"), HospitalNumber.of("bb02")


def _enrolment(patient: str, already: Patient | None = None, number: HospitalNumber | None = None) -> Enrol:
    secret = text(Identifying)
    return Enrol(
        patient=Patient.of(patient), family_name=secret, given_name=secret, birth_date=secret, hospital_number=secret,
        already=already, number=number,
    )  # fmt: skip


def _renumbered(patient: Patient, number: HospitalNumber) -> CorrectIdentity:
    return CorrectIdentity(patient=patient, hospital_number=text(Identifying), number=number)


def _consent(patient: Patient, purpose: str = "treatment") -> RecordConsent:
    return RecordConsent(patient=patient, programme=CART, purpose=purpose, form_version="3", signed_form=HASH)


def _fit(patient: Patient) -> Asked:
    return (
        confirm_eligibility.ACTION, confirm_eligibility.ConfirmEligibility(patient=patient, programme=CART), PHYSICIAN,
    )  # fmt: skip


def _sign(patient: Patient, actor: Actor = PHYSICIAN) -> Asked:
    return order.ACTION, order.Order(patient=patient, chain=Chain.of("new")), actor


def _condition(clinic: Clinic, chain: Chain, *, first_in: float = 0, infusion_in: float = 3, **changed: Any) -> Asked:
    """An order on a count of this moment, whatever the cell laboratory would have said."""
    _counted(clinic, chain, *clinic.state(CHAIN, chain).units_of_kind("final_container"))
    days = {"first_day": clinic.now.plus(days=first_in), "planned_infusion": clinic.now.plus(days=infusion_in)}
    return start_conditioning.ACTION, clinic.conditioning(chain, **{**days, **changed}), PHYSICIAN


def _counted(clinic: Clinic, chain: Chain, *units: Unit) -> None:
    clinic.happened(ProductConfirmed(chain=chain, units=units, by=CELLLAB.person), by=CELLLAB)


@refuses("clinical.not_enrolled_twice")
def same_hospital_number(clinic: Clinic) -> Asked:
    return ENROL, _enrolment("second", already=clinic.enrol("first")), COORDINATOR


@refuses("clinical.not_enrolled_twice")
def same_hospital_number_in_the_same_moment(clinic: Clinic) -> Asked:
    clinic.enrol("first", N1)
    return ENROL, _enrolment("second", number=N1), COORDINATOR


@allows
def a_number_that_was_given_back(clinic: Clinic) -> Asked:
    clinic.do(CORRECT_IDENTITY, _renumbered(clinic.enrol("first", N1), N2), COORDINATOR)
    return ENROL, _enrolment("second", number=N1), COORDINATOR


@refuses("clinical.not_enrolled_twice")
def back_to_a_number_that_somebody_has_by_now(clinic: Clinic) -> Asked:
    ann = clinic.enrol("ann", N1)
    clinic.do(CORRECT_IDENTITY, _renumbered(ann, N2), COORDINATOR)
    clinic.enrol("bea", N1)
    return CORRECT_IDENTITY, _renumbered(ann, N1), COORDINATOR


@allows
def a_number_written_as_it_was(clinic: Clinic) -> Asked:
    return CORRECT_IDENTITY, _renumbered(clinic.enrol("ann", N1), N1), COORDINATOR


@refuses("clinical.not_enrolled_twice")
def number_corrected_to_somebody_elses(clinic: Clinic) -> Asked:
    ann, bea = clinic.enrol("ann"), clinic.enrol("bea")
    return CORRECT_IDENTITY, CorrectIdentity(patient=bea, hospital_number=text(Identifying), already=ann), COORDINATOR


@refuses("clinical.something_is_corrected")
def empty_correction(clinic: Clinic) -> Asked:
    return CORRECT_IDENTITY, CorrectIdentity(patient=clinic.enrol("ann")), COORDINATOR


@refuses("clinical.change_is_shown")
def another_name_in_a_therapy_without_a_document(clinic: Clinic) -> Asked:
    ann, _ = clinic.ordered("ann")
    return CORRECT_IDENTITY, CorrectIdentity(patient=ann, family_name=text(Identifying)), COORDINATOR


def _moved_away(clinic: Clinic) -> Patient:
    """Enrolled here, then in the care of another centre."""
    ann = clinic.enrol("ann")
    _moves_away(clinic, ann)
    return ann


def _moves_away(clinic: Clinic, ann: Patient) -> None:
    secret = text(Identifying)
    clinic.happened(
        PatientEnrolled(
            patient=ann, centre=OTHER_CENTRE, family_name=secret, given_name=secret, birth_date=secret,
            hospital_number=secret,
        ),
        by=person("coordinator-b", "coordinator", OTHER_CENTRE),
    )  # fmt: skip


def _settle(patient: Patient, chain: Chain, actor: Actor = NURSE, *, matches: bool = True) -> Asked:
    command = settle_identity.SettleIdentity(
        chain=chain, patient=patient, birth_date=text(Identifying), hospital_number=text(Identifying), matches=matches
    )
    return settle_identity.ACTION, command, actor


@allows
def settled_by_a_nurse(clinic: Clinic) -> Asked:
    ann, chain = clinic.ordered("ann")
    clinic.marries(ann)
    return _settle(ann, chain)


@refuses("clinical.patient_is_enrolled")
def settled_for_a_patient_of_another_centre(clinic: Clinic) -> Asked:
    ann, chain = clinic.ordered("ann")
    clinic.marries(ann)
    _moves_away(clinic, ann)
    return _settle(ann, chain)


@refuses("clinical.change_waits")
def settled_twice(clinic: Clinic) -> Asked:
    ann, chain = clinic.ordered("ann")
    clinic.marries(ann)
    clinic.do(*_settle(ann, chain))
    return _settle(ann, chain)


@refuses("clinical.change_is_settled_by_another")
def settled_by_who_changed_it(clinic: Clinic) -> Asked:
    ann, chain = clinic.ordered("ann")
    clinic.marries(ann)
    return _settle(ann, chain, COORDINATOR)


@refuses("clinical.therapy_is_the_patients")
def settled_for_somebody_elses_therapy(clinic: Clinic) -> Asked:
    ann, _ = clinic.ordered("ann")
    _, other = clinic.ordered("bea")
    clinic.marries(ann)
    return _settle(ann, other)


@refuses("clinical.identifiers_match")
def settled_with_another_birth_date(clinic: Clinic) -> Asked:
    ann, chain = clinic.ordered("ann")
    clinic.marries(ann)
    return _settle(ann, chain, matches=False)


@refuses("clinical.patient_is_enrolled")
def consent_after_moving_away(clinic: Clinic) -> Asked:
    return RECORD_CONSENT, _consent(_moved_away(clinic)), COORDINATOR


@refuses("clinical.patient_is_enrolled")
def correction_after_moving_away(clinic: Clinic) -> Asked:
    command = CorrectIdentity(patient=_moved_away(clinic), family_name=text(Identifying))
    return CORRECT_IDENTITY, command, COORDINATOR


@refuses("clinical.patient_is_enrolled")
def draft_after_moving_away(clinic: Clinic) -> Asked:
    return draft_order.ACTION, clinic.drafted(_moved_away(clinic)), COORDINATOR


@refuses("clinical.programme_in_force")
def consent_to_nothing_in_force(clinic: Clinic) -> Asked:
    clinic.approve_programme(Digest("ee" * 32))  # a version whose file is not here
    return RECORD_CONSENT, _consent(clinic.enrol("ann")), COORDINATOR


@refuses("clinical.programme_in_force")
def draft_without_programme(clinic: Clinic) -> Asked:
    return draft_order.ACTION, clinic.drafted(clinic.enrol("ann"), programme=Programme.of("other")), COORDINATOR


@refuses("clinical.purpose_is_of_programme")
def vague_purpose(clinic: Clinic) -> Asked:
    return RECORD_CONSENT, _consent(clinic.enrol("ann"), "anything"), COORDINATOR


@refuses("clinical.consent_is_given")
def withdrawing_what_was_never_given(clinic: Clinic) -> Asked:
    command = WithdrawConsent(patient=clinic.enrol("ann"), programme=CART, purpose="treatment")
    return WITHDRAW_CONSENT, command, COORDINATOR


@refuses("clinical.consent_in_force")
def fit_but_not_asked(clinic: Clinic) -> Asked:
    return _fit(clinic.enrol("ann"))


@refuses("clinical.consent_in_force")
def consent_to_follow_up_only(clinic: Clinic) -> Asked:
    ann = clinic.enrol("ann")
    clinic.consent(ann, "follow_up")
    return _fit(ann)


@refuses("clinical.weight_is_in_kilograms")
def weight_in_pounds(clinic: Clinic) -> Asked:
    return draft_order.ACTION, clinic.drafted(clinic.enrol("ann"), weight=Quantity("150", "[lb_av]")), COORDINATOR


@refuses("clinical.weight_is_in_kilograms")
def no_weight_at_all(clinic: Clinic) -> Asked:
    return draft_order.ACTION, clinic.drafted(clinic.enrol("ann"), weight=Quantity("0", "kg")), COORDINATOR


@refuses("clinical.weight_was_measured")
def weighed_tomorrow(clinic: Clinic) -> Asked:
    ann = clinic.enrol("ann")
    return draft_order.ACTION, clinic.drafted(ann, weighed_on=clinic.now.plus(days=1)), COORDINATOR


@refuses("clinical.prescriber_is_physician")
def prescribed_by_a_nurse(clinic: Clinic) -> Asked:
    return draft_order.ACTION, clinic.drafted(clinic.enrol("ann"), prescriber=NURSE.person), COORDINATOR


@refuses("clinical.maker_is_registered")
def made_by_a_hospital(clinic: Clinic) -> Asked:
    return draft_order.ACTION, clinic.drafted(clinic.enrol("ann"), maker=CENTRE), COORDINATOR


def _ready_to_sign(clinic: Clinic) -> Patient:
    ann = clinic.enrol("ann")
    clinic.consent(ann)
    clinic.eligible(ann)
    clinic.draft(ann)
    return ann


@refuses("clinical.draft_is_open")
def nothing_to_sign(clinic: Clinic) -> Asked:
    ann = clinic.enrol("ann")
    clinic.consent(ann)
    clinic.eligible(ann)
    return _sign(ann)


@refuses("clinical.draft_is_open")
def signing_twice(clinic: Clinic) -> Asked:
    return _sign(clinic.ordered("ann")[0])


@refuses("clinical.signer_is_prescriber")
def another_physician_signs(clinic: Clinic) -> Asked:
    return _sign(_ready_to_sign(clinic), PHYSICIAN_2)


@refuses("clinical.order_has_consent")
def mind_changed_before_the_order(clinic: Clinic) -> Asked:
    ann = _ready_to_sign(clinic)
    clinic.withdraw(ann)
    return _sign(ann)


@refuses("clinical.order_has_programme")
def programme_no_longer_here(clinic: Clinic) -> Asked:
    ann = _ready_to_sign(clinic)
    clinic.approve_programme(Digest("ee" * 32))
    return _sign(ann)


@refuses("clinical.enrolment_is_not_held")
def too_many_grave_toxicities(clinic: Clinic) -> Asked:
    ann = _ready_to_sign(clinic)
    clinic.happened(EnrolmentHeld(programme=CART, because="two of three"), by=PHYSICIAN)
    return _sign(ann)


@refuses("clinical.eligibility_confirmed")
def nobody_said_fit(clinic: Clinic) -> Asked:
    ann = clinic.enrol("ann")
    clinic.consent(ann)
    clinic.draft(ann)
    return _sign(ann)


@refuses("clinical.eligibility_is_current")
def fit_long_ago(clinic: Clinic) -> Asked:
    ann = clinic.enrol("ann")
    clinic.consent(ann)
    clinic.eligible(ann)
    clinic.wait(days=30, seconds=1)
    clinic.draft(ann)
    return _sign(ann)


@refuses("clinical.weight_is_fresh")
def weighed_long_ago(clinic: Clinic) -> Asked:
    ann = _ready_to_sign(clinic)
    clinic.wait(days=7, seconds=1)
    return _sign(ann)


def _received(clinic: Clinic, unit: Unit, organisation: Any, shipment: str = "again") -> None:
    by = NURSE.person
    clinic.happened(
        Received(
            shipment=Shipment.of(shipment), unit=unit, shipper=Shipper.of("s"), organisation=organisation, first=by,
            second=by,
        ),
        by=NURSE,
    )  # fmt: skip


@refuses("clinical.therapy_is_of_this_centre")
def conditioning_elsewhere(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    _received(clinic, clinic.product(chain, "bag"), MAKER)
    action, command, _ = _condition(clinic, chain)
    return action, command, person("physician-b", "physician", MAKER)  # the maker sees the therapy, too


@refuses("clinical.conditioning_has_consent")
def mind_changed_before_conditioning(clinic: Clinic) -> Asked:
    ann, chain = clinic.ordered("ann")
    clinic.product(chain, "bag")
    clinic.withdraw(ann)
    return _condition(clinic, chain)


@refuses("clinical.identity_is_settled")
def married_before_conditioning(clinic: Clinic) -> Asked:
    ann, chain = clinic.ordered("ann")
    clinic.product(chain, "bag")
    clinic.marries(ann)
    return _condition(clinic, chain)


@refuses("clinical.conditioning_not_started")
def conditioned_twice(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    clinic.product(chain, "bag")
    clinic.condition(chain)
    return _condition(clinic, chain)


@refuses("clinical.corrections_are_assessed")
def conditioned_for_a_weight_in_doubt(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    clinic.product(chain, "bag")
    clinic.weight_in_doubt(chain)
    return _condition(clinic, chain)


@refuses("clinical.product_exists")
def conditioned_for_nothing(clinic: Clinic) -> Asked:
    return _condition(clinic, clinic.ordered("ann")[1])


@refuses("clinical.product_exists")
def conditioned_for_a_destroyed_bag(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    clinic.happened(UnitEnded(unit=clinic.product(chain, "bag"), how="destroyed"), by=QP)
    return _condition(clinic, chain)


@refuses("clinical.product_is_certified")
def conditioned_before_release(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    clinic.product(chain, "bag", certified=False)
    return _condition(clinic, chain)


@refuses("clinical.product_is_certified")
def second_bag_not_released(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    clinic.product(chain, "bag-1")
    clinic.product(chain, "bag-2", certified=False)
    return _condition(clinic, chain)


@refuses("clinical.product_lots_are_in_order")
def conditioned_for_a_bag_with_a_lot_on_hold(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    clinic.recalled(clinic.product(chain, "bag"))
    return _condition(clinic, chain)


@refuses("clinical.product_is_received")
def conditioned_while_on_the_road(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    _received(clinic, clinic.product(chain, "bag"), MAKER)
    return _condition(clinic, chain)


@refuses("clinical.product_kept_cold")
def conditioned_for_a_warm_bag(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    unit = clinic.product(chain, "bag")
    clinic.happened(
        ExcursionAssessed(unit=unit, verdict="not_usable", basis=text(FreeText), evidence=HASH, by=QP.person), by=QP
    )
    return _condition(clinic, chain)


@refuses("clinical.product_kept_cold")
def conditioned_for_a_bag_that_lies_on_the_bench(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    bags, since = (clinic.product(chain, "bag"),), clinic.now.plus(minutes=-90)
    out = ExposureBegan(units=bags, since=since, allowed=Quantity("45", "min"))
    clinic.happened(out, by=CELLLAB)
    return _condition(clinic, chain)


@refuses("clinical.product_may_be_used")
def conditioned_for_a_blocked_bag(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    clinic.happened(UnitsBlocked(units=(clinic.product(chain, "bag"),), why="something differs"), by=QP)
    return _condition(clinic, chain)


@refuses("clinical.product_lasts_until_infusion")
def bag_expires_before(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    clinic.product(chain, "bag", days=2)
    return _condition(clinic, chain)


@refuses("clinical.product_lasts_until_infusion")
def bag_without_expiry(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    unit = Unit.of("bag")
    clinic.happened(
        UnitCreated(
            unit=unit,
            chain=chain,
            unit_kind="final_container",
            organisation=MAKER,
            label_serial="1",
            batch=Batch.of(unit.identifier),
        ),
        LabelVerified(unit=unit, label_serial="1", by=QP.person),
        CustodyBegan(unit=unit, holder=CENTRE, person=NURSE.person, site=SITE),
        by=QP,
    )
    clinic.filled(chain, unit)
    clinic.certify(chain, unit)
    _received(clinic, unit, CENTRE)
    return _condition(clinic, chain)


@refuses("clinical.infusion_follows_conditioning")
def infusion_too_soon(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    clinic.product(chain, "bag")
    return _condition(clinic, chain, infusion_in=1.9)


# What every gate lets pass


@allows
def enrolled(clinic: Clinic) -> Asked:
    return ENROL, _enrolment("ann"), COORDINATOR


@allows
def married(clinic: Clinic) -> Asked:
    return CORRECT_IDENTITY, CorrectIdentity(patient=clinic.enrol("ann"), family_name=text(Identifying)), COORDINATOR


@allows
def agreed(clinic: Clinic) -> Asked:
    return RECORD_CONSENT, _consent(clinic.enrol("ann")), PHYSICIAN


@allows
def changed_her_mind(clinic: Clinic) -> Asked:
    ann = clinic.enrol("ann")
    clinic.consent(ann)
    return WITHDRAW_CONSENT, WithdrawConsent(patient=ann, programme=CART, purpose="treatment"), COORDINATOR


@allows
def fit(clinic: Clinic) -> Asked:
    ann = clinic.enrol("ann")
    clinic.consent(ann)
    return _fit(ann)


@allows
def drafted(clinic: Clinic) -> Asked:
    return draft_order.ACTION, clinic.drafted(clinic.enrol("ann")), COORDINATOR


@allows
def signed(clinic: Clinic) -> Asked:
    return _sign(_ready_to_sign(clinic))


@allows
def conditioned(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    clinic.product(chain, "bag")
    return _condition(clinic, chain)


# What an order of conditioning asks of patient and count


def _here(clinic: Clinic) -> Chain:
    _, chain = clinic.ordered("ann")
    clinic.product(chain, "bag")
    return chain


@refuses("clinical.conditioning_not_started")
def ordered_twice(clinic: Clinic) -> Asked:
    chain = _here(clinic)
    clinic.confirm_product(chain)
    clinic.order_conditioning(chain)
    return start_conditioning.ACTION, clinic.conditioning(chain), PHYSICIAN


@allows
def ordered_again_on_a_new_count(clinic: Clinic) -> Asked:
    chain = _here(clinic)
    clinic.confirm_product(chain)
    clinic.order_conditioning(chain)
    clinic.wait(days=4)
    clinic.confirm_product(chain)
    return start_conditioning.ACTION, clinic.conditioning(chain), PHYSICIAN


@refuses("clinical.patient_is_fit")
def ordered_for_somebody_with_a_fever(clinic: Clinic) -> Asked:
    return _condition(clinic, _here(clinic), fit="not_fit")


@refuses("clinical.examination_is_of_today")
def ordered_on_the_examination_of_yesterday(clinic: Clinic) -> Asked:
    return _condition(clinic, _here(clinic), examined_at=clinic.now.plus(hours=-25))


@refuses("clinical.examination_is_of_today")
def ordered_on_an_examination_to_come(clinic: Clinic) -> Asked:
    return _condition(clinic, _here(clinic), examined_at=clinic.now.plus(hours=1))


@refuses("clinical.product_is_confirmed")
def ordered_without_a_count(clinic: Clinic) -> Asked:
    chain = _here(clinic)
    return start_conditioning.ACTION, clinic.conditioning(chain), PHYSICIAN


@refuses("clinical.no_bag_came_after_the_count")
def a_bag_that_came_after_the_count(clinic: Clinic) -> Asked:
    chain = _here(clinic)
    _counted(clinic, chain, Unit.of("another"))
    return start_conditioning.ACTION, clinic.conditioning(chain), PHYSICIAN


@refuses("clinical.confirmation_holds")
def ordered_on_an_old_count(clinic: Clinic) -> Asked:
    chain = _here(clinic)
    clinic.confirm_product(chain)
    clinic.wait(days=3, seconds=1)
    return start_conditioning.ACTION, clinic.conditioning(chain), PHYSICIAN


# The count, the first dose, the days


def _count(chain: Chain, *names: str, actor: Actor = CELLLAB) -> Asked:
    bags = tuple(Unit.of(name) for name in names or ("bag",))
    return confirm_product.ACTION, confirm_product.ConfirmProduct(chain=chain, bags=bags), actor


def _begin(chain: Chain, actor: Actor = NURSE) -> Asked:
    return BEGIN, BeginConditioning(chain=chain), actor


def _days(clinic: Clinic, chain: Chain, *, first: float = -48, last: float = 0, actor: Actor = NURSE) -> Asked:
    days = {"first_day": clinic.now.plus(hours=first), "last_day": clinic.now.plus(hours=last)}
    return RECORD, RecordConditioning(chain=chain, **days, complete="yes"), actor


def _turn(clinic: Clinic, chain: Chain, actor: Actor = PHYSICIAN) -> Asked:
    command = answer_turn.AnswerTurn(chain=chain, told_at=clinic.now, decision="wait", reason=text(FreeText))
    return answer_turn.ACTION, command, actor


def _ready(clinic: Clinic) -> Chain:
    chain = _here(clinic)
    clinic.confirm_product(chain)
    clinic.order_conditioning(chain)
    return chain


def _begun(clinic: Clinic) -> Chain:
    chain = _ready(clinic)
    clinic.begin_conditioning(chain)
    return chain


def _called_back(clinic: Clinic) -> None:
    """A result that was pending at the release came in adverse."""
    late = LateResultAdverse(
        batch=Batch.of("bag"), chain=Chain.of("ann"), units=(Unit.of("bag"),), attribute="sterility"
    )  # fmt: skip
    clinic.happened(late, by=QP)


def _warm(clinic: Clinic) -> None:
    bag = Unit.of("bag")
    clinic.happened(
        ExcursionAssessed(unit=bag, verdict="not_usable", basis=text(FreeText), evidence=HASH, by=QP.person), by=QP
    )


#: What can turn between one act and the next, by the gate that then refuses.
TURNS: dict[str, Callable[[Clinic], None]] = {
    "product_exists": lambda c: c.happened(UnitEnded(unit=Unit.of("bag"), how="destroyed"), by=QP),
    "product_is_received": lambda c: _received(c, Unit.of("bag"), MAKER),
    "product_kept_cold": _warm,
    "product_may_be_used": lambda c: c.happened(UnitsBlocked(units=(Unit.of("bag"),), why="on hold"), by=QP),
    "product_is_certified": _called_back,
    "product_lots_are_in_order": lambda c: c.recalled(Unit.of("bag")),
    "conditioning_has_consent": lambda c: c.withdraw(Patient.of("ann")),
    "identity_is_settled": lambda c: c.marries(Patient.of("ann")),
    "corrections_are_assessed": lambda c: c.weight_in_doubt(Chain.of("ann")),
}


def _told_of_turns() -> None:
    for gate, turn in TURNS.items():

        def begin(clinic: Clinic, turn: Callable[[Clinic], None] = turn) -> Asked:
            chain = _ready(clinic)
            turn(clinic)
            return _begin(chain)

        def count(clinic: Clinic, turn: Callable[[Clinic], None] = turn) -> Asked:
            chain = _here(clinic)
            turn(clinic)
            return _count(chain)

        refuses(f"clinical.{gate}")(begin)
        if gate in ("product_is_received", "product_kept_cold", "product_may_be_used"):
            refuses(f"clinical.{gate}")(count)


_told_of_turns()


@allows
def every_bag_scanned(clinic: Clinic) -> Asked:
    return _count(_here(clinic))


@refuses("clinical.therapy_is_of_this_centre")
def counted_by_the_maker(clinic: Clinic) -> Asked:
    chain = _here(clinic)
    _received(clinic, Unit.of("bag"), MAKER)
    return _count(chain, actor=person("celllab-m", "celllab", MAKER))


@refuses("clinical.conditioning_not_begun")
def counted_when_it_is_too_late(clinic: Clinic) -> Asked:
    return _count(_begun(clinic))


@refuses("clinical.product_exists")
def nothing_to_count(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    return confirm_product.ACTION, confirm_product.ConfirmProduct(chain=chain, bags=()), CELLLAB


@refuses("clinical.every_bag_is_counted")
def one_bag_of_two_scanned(clinic: Clinic) -> Asked:
    chain = _here(clinic)
    clinic.product(chain, "bag-2")
    return _count(chain)


@refuses("clinical.every_bag_is_counted")
def a_bag_of_another_therapy_scanned(clinic: Clinic) -> Asked:
    chain = _here(clinic)
    clinic.product(clinic.ordered("bea")[1], "other")
    return _count(chain, "bag", "other")


@allows
def first_dose(clinic: Clinic) -> Asked:
    return _begin(_ready(clinic))


@refuses("clinical.therapy_is_of_this_centre")
def first_dose_elsewhere(clinic: Clinic) -> Asked:
    chain = _ready(clinic)
    _received(clinic, Unit.of("bag"), MAKER)
    return _begin(chain, person("nurse-m", "nurse", MAKER))


@refuses("clinical.conditioning_is_ordered")
def first_dose_without_an_order(clinic: Clinic) -> Asked:
    chain = _here(clinic)
    clinic.confirm_product(chain)
    return _begin(chain)


@refuses("clinical.conditioning_not_begun")
def first_dose_twice(clinic: Clinic) -> Asked:
    return _begin(_begun(clinic))


@refuses("clinical.first_day_has_come")
def first_dose_a_day_early(clinic: Clinic) -> Asked:
    chain = _here(clinic)
    clinic.confirm_product(chain)
    first = clinic.now.plus(days=1)
    clinic.order_conditioning(chain, first_day=first, planned_infusion=first.plus(days=3))
    return _begin(chain)


@refuses("clinical.no_bag_came_after_the_count")
def first_dose_with_a_bag_that_nobody_counted(clinic: Clinic) -> Asked:
    chain = _ready(clinic)
    clinic.product(chain, "late")
    return _begin(chain)


@refuses("clinical.confirmation_holds")
def first_dose_on_an_old_count(clinic: Clinic) -> Asked:
    chain = _ready(clinic)
    clinic.wait(days=3, minutes=1)
    return _begin(chain)


@allows
def all_doses(clinic: Clinic) -> Asked:
    return _days(clinic, _begun(clinic))


@allows
def all_doses_though_the_batch_was_called_back_meanwhile(clinic: Clinic) -> Asked:
    chain = _begun(clinic)
    _called_back(clinic)
    return _days(clinic, chain)


@refuses("clinical.therapy_is_of_this_centre")
def doses_told_by_the_maker(clinic: Clinic) -> Asked:
    return _days(clinic, _begun(clinic), actor=person("nurse-m", "nurse", MAKER))


@refuses("clinical.conditioning_is_begun")
def doses_before_the_first(clinic: Clinic) -> Asked:
    return _days(clinic, _ready(clinic))


@refuses("clinical.conditioning_not_recorded")
def doses_told_twice(clinic: Clinic) -> Asked:
    chain = _here(clinic)
    clinic.condition(chain)
    return _days(clinic, chain)


@refuses("clinical.days_follow_one_another")
def doses_in_the_wrong_order(clinic: Clinic) -> Asked:
    return _days(clinic, _begun(clinic), first=-1, last=-24)


@refuses("clinical.days_follow_one_another")
def doses_to_come(clinic: Clinic) -> Asked:
    return _days(clinic, _begun(clinic), last=24)


# When something turns afterwards


def _turned(clinic: Clinic) -> Chain:
    chain = _begun(clinic)
    _called_back(clinic)
    return chain


@allows
def decided_for_a_conditioned_patient(clinic: Clinic) -> Asked:
    return _turn(clinic, _turned(clinic))


@allows
def decided_when_the_bag_was_destroyed(clinic: Clinic) -> Asked:
    chain = _begun(clinic)
    clinic.happened(UnitEnded(unit=Unit.of("bag"), how="destroyed"), by=QP)
    return _turn(clinic, chain)


@refuses("clinical.therapy_is_of_this_centre")
def decided_by_the_maker(clinic: Clinic) -> Asked:
    return _turn(clinic, _turned(clinic), person("physician-b", "physician", MAKER))


@refuses("clinical.patient_depends_on_product")
def decided_for_somebody_not_conditioned(clinic: Clinic) -> Asked:
    chain = _here(clinic)
    _called_back(clinic)
    return _turn(clinic, chain)


@refuses("clinical.something_turned")
def decided_though_all_is_in_order(clinic: Clinic) -> Asked:
    return _turn(clinic, _begun(clinic))
