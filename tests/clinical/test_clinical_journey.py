"""From enrolment to conditioning: what the record says, who sees it, and what a changed mind stops."""

import pytest
from tests.support.clinic import (
    CART,
    CENTRE,
    COORDINATOR,
    HASH,
    MAKER,
    NURSE,
    PHYSICIAN,
    PHYSICIAN_2,
    START_OF_TIME,
    VERSION,
    Clinic,
    text,
)  # fmt: skip
from tests.support.paper import Refusal

from coign import catalogue
from coign.clinical.actions import answer_turn, order, start_conditioning
from coign.clinical.actions.enrol import CORRECT_IDENTITY, CorrectIdentity
from coign.clinical.events import IdentityCorrected
from coign.clinical.views import CHAINS_LISTED_MAX, COURSE, PATIENT
from coign.collection.actions.identity import CHECK_IDENTITY, CheckIdentity
from coign.identity.events import ChainBegun, UnitsBlocked
from coign.identity.views import CHAIN
from coign.infusion.actions import infuse
from coign.kernel.subjects import Chain, Patient, Programme
from coign.kernel.values import Digest, FreeText, Identifying, Quantity
from coign.safety.actions import record_reaction


def _sign(patient: Patient, chain: str = "new") -> order.Order:
    return order.Order(patient=patient, chain=Chain.of(chain))


@pytest.mark.requirement("TRC-09", "TRC-10")
def test_the_order_begins_a_chain_under_the_version_in_force_and_uses_up_the_draft() -> None:
    clinic = Clinic()

    ann, chain = clinic.ordered("ann")

    state = clinic.state(CHAIN, chain)
    assert (state.patient, state.programme, state.version) == (ann, CART, VERSION.digest)
    assert (state.centre, state.maker, state.product) == (CENTRE, MAKER, VERSION.product)
    assert clinic.state(COURSE, chain).weight == Quantity("68.0", "kg")
    assert clinic.state(PATIENT, ann).draft is None
    assert clinic.state(PATIENT, ann).chains == (chain,)


@pytest.mark.requirement("TRC-26")
def test_the_maker_comes_to_know_the_chain_and_not_the_patient() -> None:
    clinic = Clinic()

    ann, chain = clinic.ordered("ann")

    assert clinic.state(catalogue.PARTIES, chain).organisations == (CENTRE, MAKER)
    assert clinic.state(catalogue.PARTIES, ann).organisations == (CENTRE,)


def test_a_running_therapy_keeps_the_version_it_began_with() -> None:
    clinic = Clinic()
    _, chain = clinic.ordered("ann")

    clinic.approve_programme(Digest("ee" * 32))

    assert clinic.state(CHAIN, chain).version == VERSION.digest


def test_a_newer_draft_takes_the_place_of_an_older_one() -> None:
    clinic = Clinic()
    ann = clinic.enrol("ann")
    clinic.consent(ann)
    clinic.eligible(ann)
    clinic.draft(ann)

    clinic.draft(ann, weight=Quantity("71", "kg"), prescriber=PHYSICIAN_2.person)

    assert clinic.unmet(order.ACTION, _sign(ann), PHYSICIAN) == ["clinical.signer_is_prescriber"]
    clinic.do(order.ACTION, _sign(ann), PHYSICIAN_2)
    assert clinic.state(COURSE, Chain.of("new")).weight == Quantity("71", "kg")


@pytest.mark.requirement("PAT-28")
@pytest.mark.parametrize(("limit", "days"), [("eligibility_valid", 30), ("weight_age_max", 7)])
def test_an_age_limit_holds_up_to_its_last_second(limit: str, days: int) -> None:
    clinic = Clinic()
    ann = clinic.enrol("ann")
    clinic.consent(ann)
    started = clinic.now
    if limit == "eligibility_valid":
        clinic.eligible(ann)
        clinic.wait(days=days - 1)
        clinic.draft(ann)
    else:
        clinic.draft(ann, weighed_on=started)
        clinic.wait(days=days - 1)
        clinic.eligible(ann)

    clinic.now = started.plus(days=days)
    assert clinic.unmet(order.ACTION, _sign(ann), PHYSICIAN) == []
    clinic.now = started.plus(days=days, seconds=1)
    assert len(clinic.unmet(order.ACTION, _sign(ann), PHYSICIAN)) == 1


@pytest.mark.requirement("PAT-33")
def test_a_withdrawn_consent_stops_treatment_and_leaves_other_purposes_and_safety_alone() -> None:
    clinic = Clinic()
    ann, chain, unit = clinic.ready_to_infuse("ann")
    clinic.consent(ann, "follow_up")
    clinic.do(infuse.START, infuse.Start(unit=unit), NURSE)

    clinic.withdraw(ann)

    assert clinic.state(PATIENT, ann).consents_to(CART, "follow_up")
    assert not clinic.state(PATIENT, ann).consents_to(CART)
    # What runs is brought to its end and recorded; what the therapy does to the patient stays recordable.
    clinic.do(infuse.FINISH, infuse.Finish(unit=unit, given=_ml("30"), residual=_ml("40"), outcome="partial"), NURSE)
    seen = record_reaction.RecordReaction(
        chain=chain, seen_at=clinic.now, temperature=Quantity("39.0", "Cel"), blood_pressure="normal", oxygen="none",
        anticytokine_given="no",
    )  # fmt: skip
    clinic.do(record_reaction.ACTION, seen, NURSE)
    # A new order is not signed.
    clinic.draft(ann)
    assert "clinical.order_has_consent" in clinic.unmet(order.ACTION, _sign(ann), PHYSICIAN)


def _ml(amount: str) -> Quantity:
    return Quantity(amount, "mL")


@pytest.mark.requirement("PAT-33")
def test_consent_to_one_programme_is_none_to_another() -> None:
    clinic = Clinic()
    ann = clinic.enrol("ann")
    clinic.consent(ann)
    assert not clinic.state(PATIENT, ann).consents_to(Programme.of("other"))
    assert not clinic.state(PATIENT, ann).consents_to(None)


@pytest.mark.requirement("TRC-25", "TRC-S3")
def test_a_new_name_breaks_no_chain_and_is_settled_by_a_second_person() -> None:
    clinic = Clinic()
    ann, chain = clinic.ordered("ann")
    clinic.slot(chain)
    before = clinic.state(CHAIN, chain)

    changed = CorrectIdentity(patient=ann, family_name=text(Identifying, "2"), similar=1, evidence=HASH)
    clinic.do(CORRECT_IDENTITY, changed, COORDINATOR)

    assert clinic.state(CHAIN, chain) == before
    assert clinic.state(PATIENT, ann).similar == 1
    check = CheckIdentity(chain=chain, wristband=ann)
    assert clinic.unmet(CHECK_IDENTITY, check, NURSE) == ["collection.identity_is_settled"]
    clinic.settled(ann, chain)
    clinic.do(CHECK_IDENTITY, check, NURSE)


@pytest.mark.requirement("TRC-25")
def test_a_name_corrected_before_the_order_or_by_an_older_entry_waits_for_nobody() -> None:
    clinic = Clinic()
    ann = clinic.enrol("ann")
    clinic.marries(ann)
    assert clinic.state(PATIENT, ann).unsettled is None
    bea, _ = clinic.ordered("bea")
    clinic.happened(IdentityCorrected(patient=bea, family_name=text(Identifying, "2")), by=COORDINATOR)
    assert clinic.state(PATIENT, bea).unsettled is None


@pytest.mark.requirement("PAT-28")
def test_every_missing_thing_is_named_at_once() -> None:
    clinic = Clinic()
    ann, chain = clinic.ordered("ann")
    clinic.product(chain, "bag-1", certified=False, days=1)
    clinic.product(chain, "bag-2", certified=False)
    clinic.withdraw(ann)
    command = clinic.conditioning(chain, fit="not_fit")

    with pytest.raises(Refusal) as no:
        clinic.do(start_conditioning.ACTION, command, PHYSICIAN)

    assert no.value.gates == (
        "clinical.conditioning_has_consent",
        "clinical.patient_is_fit",
        "clinical.product_is_confirmed",
        "clinical.product_is_certified",
        "clinical.product_lasts_until_infusion",
    )


def test_what_is_not_there_is_not_refused_twice() -> None:
    # An order without a draft, a therapy that nobody ordered: one gate says so, those that would compare stay silent.
    clinic = Clinic(in_force=False)
    conditioning = clinic.conditioning(Chain.of("none"))
    assert clinic.unmet(order.ACTION, _sign(Patient.of("nobody")), PHYSICIAN) == ["clinical.draft_is_open"]
    assert clinic.unmet(start_conditioning.ACTION, conditioning, PHYSICIAN) == [
        "clinical.therapy_is_of_this_centre", "clinical.product_is_confirmed", "clinical.product_exists",
    ]  # fmt: skip


def test_the_state_of_a_patient_stays_small_however_long_the_history() -> None:
    clinic = Clinic()
    ann, chain = clinic.ordered("ann")
    begun = next(f for f in clinic.facts if isinstance(f, ChainBegun))
    ordered = clinic.facts[-1]
    for _ in range(200):  # `happened` fails when a state outgrows its bound
        clinic.happened(begun, ordered, by=PHYSICIAN)
        clinic.consent(ann)
        clinic.eligible(ann)
    assert len(clinic.state(PATIENT, ann).chains) == CHAINS_LISTED_MAX
    assert len(clinic.state(PATIENT, ann).consents) == len(clinic.state(PATIENT, ann).eligibility) == 1
    assert clinic.state(PATIENT, ann).chains[0] == chain


def _answer(chain: Chain) -> answer_turn.AnswerTurn:
    return answer_turn.AnswerTurn(chain=chain, told_at=START_OF_TIME, decision="wait", reason=text(FreeText))


@pytest.mark.requirement("PAT-28", "SCS-S1")
def test_what_turns_after_conditioning_began_is_named_bag_by_bag_for_the_physician() -> None:
    clinic = Clinic()
    _, chain = clinic.ordered("ann")
    bags = [clinic.product(chain, f"bag-{n}") for n in (1, 2)]
    clinic.condition(chain)
    assert clinic.unmet(answer_turn.ACTION, _answer(chain), PHYSICIAN) == ["clinical.something_turned"]
    clinic.happened(UnitsBlocked(units=(bags[0],), why="on hold: sterility"), by=PHYSICIAN)
    clinic.recalled(bags[1])

    (fact,) = clinic.do(answer_turn.ACTION, _answer(chain), PHYSICIAN)

    held, recalled = fact.turned
    assert held == "bag-1 is blocked: on hold: sterility"
    assert recalled.startswith("bag-2 was made with what is in doubt now: ")
    assert clinic.state(COURSE, chain).turn_answered_at is not None
