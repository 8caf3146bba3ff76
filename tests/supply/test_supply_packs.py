"""A pack is used once; what does not agree is entered, kept apart, and looked into."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.paper import Refusal
from tests.support.plant import FILE, OPERATOR, QA, SEALED, WAREHOUSE
from tests.support.store import CASE, GTIN, VIALS, Store

from coign import rulesets
from coign.kernel.subjects import Batch, Case, Organisation, Person, Serial
from coign.kernel.values import Actor, Instant
from coign.people.events import OrganisationRegistered
from coign.supply.case_gates import packs_to_check
from coign.supply.codes import PackCode, day_of, is_day_of, serial_of, unreadable_because
from coign.supply.events import PackRegistered, PackSuspected, PackUsed, PackVerified
from coign.supply.state import PACK, SUSPECT
from coign.supply.views import LOT

MARCH = Instant("2026-03-02T08:00:00.000000Z")
SIGNS = "!\"%&'()*+,-./:;<=>?_" + string.ascii_letters + string.digits


def store(**given: object) -> Store:
    made = Store(MARCH)
    made.vials(**given)  # type: ignore[arg-type]
    return made


def seen(made: Store, act: str = "check", by: Actor = WAREHOUSE, number: str = "A1", **changed: object) -> object:
    code = {**made.code(number), "case": Case.of(f"C{len(made.history)}"), **changed}
    (fact,) = made.act(f"supply.{act}_pack", by, **code)
    return fact


# What stands on a pack


@given(number=st.text(SIGNS, min_size=1, max_size=20), other=st.text(SIGNS, min_size=1, max_size=20))
def test_two_serials_are_two_packs_and_every_serial_makes_a_subject(number: str, other: str) -> None:
    codes = [PackCode(gtin=GTIN, number=n, lot_number="L", expires_on="2027-03-31") for n in (number, other)]
    assert [unreadable_because(c) for c in codes] == [None, None]
    first, second = (serial_of(c) for c in codes)
    assert Serial.parse(first) == first and (first == second) == (number == other)


def test_a_code_that_cannot_be_read_has_a_name_that_no_pack_has() -> None:
    code = PackCode(gtin="  1", number="ü" * 500, lot_number="", expires_on="")
    assert Serial.parse(serial_of(code)).startswith("serial:unreadable-")


@pytest.mark.parametrize(("expires_on", "there"), [("2028-02-29", True), ("2027-02-29", False), ("2027-3-1", False)])
def test_the_day_on_a_pack_is_a_day(expires_on: str, there: bool) -> None:
    code = PackCode(gtin=GTIN, number="1", lot_number="L", expires_on=expires_on)
    assert (day_of(code) is not None) == there


def test_the_day_on_a_pack_is_that_of_some_zone() -> None:
    code = PackCode(gtin=GTIN, number="1", lot_number="L", expires_on="2027-03-31")
    for at, same in (("2027-03-31T23:00:00Z", True), ("2027-04-01T11:00:00Z", True), ("2027-04-02T01:00:00Z", False)):
        assert is_day_of(code, Instant.parse(at)) is same


# Using


@pytest.mark.requirement("SCS-15")
def test_a_pack_is_verified_and_used_exactly_once() -> None:
    made = store()
    assert isinstance(seen(made), PackVerified)
    assert isinstance(seen(made, "use", OPERATOR, batch=Batch.of("B1")), PackUsed)
    pack = made.state(PACK, made.serial())
    assert pack.verified_at < pack.used_at and pack.used_in == Batch.of("B1")
    again = seen(made, "use", OPERATOR)
    assert isinstance(again, PackSuspected) and again.reasons == ("already_used",)


@pytest.mark.requirement("SCS-15", "SCS-S6")
@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({"number": "UNKNOWN"}, ("unknown",)),
        ({"lot_number": "L-OTHER"}, ("lot_differs",)),
        ({"expires_on": "2031-01-31"}, ("expiry_differs",)),
        ({"lot_number": "L-OTHER", "expires_on": "2025-01-31"}, ("lot_differs", "expiry_differs")),
        ({"looks_wrong": True}, ("looks_wrong",)),
    ],
)
def test_what_does_not_agree_is_entered_by_the_same_act_and_the_pack_is_held(
    changed: dict[str, object], reasons: tuple[str, ...]
) -> None:
    """Never refused: a refusal would lose who held what, when."""
    made = store()
    fact = seen(made, "use", OPERATOR, **changed)
    assert isinstance(fact, PackSuspected) and fact.reasons == reasons
    case = made.state(SUSPECT, fact.case)
    assert case.is_open and case.opened_by == OPERATOR.person and case.serial == fact.serial
    assert case.notify_by is None and case.waits_for == (), "no clock runs on a suspicion"
    right = made.code(str(changed.get("number", "A1")))
    again = seen(made, "use", OPERATOR, number=right["number"])
    assert isinstance(again, PackSuspected) and "under_suspicion" in again.reasons and again.case == fact.case
    assert set(made.state(SUSPECT, fact.case).reasons) == {*reasons, *again.reasons}


def test_a_suspicion_goes_before_every_other_no() -> None:
    """Out of date, its lot on hold, and a copy: what matters is that it is a copy."""
    made = store(days=1)
    made.act("supply.hold_lot", QA, lot=VIALS, why=SEALED)
    made.wait(days=3)
    with pytest.raises(Refusal) as no:
        seen(made, "use", OPERATOR)
    assert no.value.gates == ("supply.pack_is_in_date", "supply.pack_lot_may_be_used")
    assert isinstance(seen(made, "use", OPERATOR, lot_number="L-OTHER"), PackSuspected)


def test_a_pack_of_somebody_else_was_diverted() -> None:
    made = store()
    elsewhere = Actor(Person.of("pharmacist-9"), "pharmacist", Organisation.of("elsewhere"))
    fact = seen(made, by=elsewhere)
    assert isinstance(fact, PackSuspected) and fact.reasons == ("held_elsewhere",)


# Registering


@pytest.mark.requirement("SCS-15")
@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({"number": "A1"}, ("already_registered",)),
        ({"lot_number": "L-OTHER"}, ("lot_differs",)),
        ({"expires_on": "2031-01-31"}, ("expiry_differs",)),
    ],
)
def test_a_pack_that_does_not_fit_its_delivery_is_suspect_at_the_door(
    changed: dict[str, object], reasons: tuple[str, ...]
) -> None:
    made = store()
    code = {**made.code("NEW"), "lot": VIALS, "case": CASE, **changed}
    (fact,) = made.act("supply.register_pack", WAREHOUSE, **code)
    assert isinstance(fact, PackSuspected) and fact.reasons == reasons
    (again,) = made.act("supply.register_pack", WAREHOUSE, **{**code, "case": Case.of("S2")})
    assert "under_suspicion" in again.reasons and again.case == CASE


def test_the_packs_of_a_lot_are_counted() -> None:
    made = store()
    assert made.state(LOT, VIALS).packs == 5
    assert sum(isinstance(f, PackRegistered) for f in made.facts) == 5


# Looking into it


@pytest.mark.requirement("SCS-16")
@pytest.mark.parametrize(
    ("in_hand", "needed"), [(1, 1), (2, 2), (3, 3), (29, 3), (30, 3), (31, 4), (100, 10), (101, 11), (1000, 100)]
)
def test_three_packs_or_a_tenth_or_all_are_checked(in_hand: int, needed: int) -> None:
    class Known:
        rules, now = rulesets.load(), MARCH

    assert packs_to_check(in_hand, Known()) == needed  # type: ignore[arg-type]


@pytest.mark.requirement("SCS-16")
def test_cleared_product_may_be_used_again_and_its_evidence_is_kept() -> None:
    made = Store(MARCH)
    made.suspect()
    made.investigated()
    (cleared,) = made.act("supply.clear_suspicion", QA, case=CASE, finding=SEALED, evidence=FILE)
    assert cleared.evidence == FILE
    assert isinstance(seen(made, "use", OPERATOR), PackUsed)


def test_an_unknown_pack_that_the_supplier_explains_is_registered_afterwards() -> None:
    made = store()
    seen(made, number="LATE", case=CASE)
    made.investigated()
    made.act("supply.clear_suspicion", QA, case=CASE, finding=SEALED, evidence=FILE)
    code = {**made.code("LATE"), "lot": VIALS, "case": Case.of("S9")}
    (registered,) = made.act("supply.register_pack", WAREHOUSE, **code)
    assert isinstance(registered, PackRegistered)


# The clock


@pytest.mark.requirement("SCS-16", "SCS-S6")
@pytest.mark.parametrize(
    ("determined_at", "due"),
    [
        ("2026-03-06T18:00:00+01:00", "2026-03-07T18:00:00+01:00"),  # a Friday evening: Saturday evening
        ("2026-03-07T22:15:00+01:00", "2026-03-08T22:15:00+01:00"),  # a Saturday: no weekend stops it
        ("2026-03-28T20:00:00+01:00", "2026-03-29T21:00:00+02:00"),  # the night of summer time: 24 elapsed hours
        ("2026-12-24T16:00:00-05:00", "2026-12-25T16:00:00-05:00"),  # a holiday, in New York
    ],
)
@pytest.mark.parametrize("country", ["US", "DE"])
def test_the_24_hours_run_by_the_wall_from_the_determination_and_not_from_the_suspicion(
    determined_at: str, due: str, country: str
) -> None:
    made = Store(Instant.parse(determined_at).plus(days=-4))
    place = OrganisationRegistered(organisation=QA.organisation, name="X", category="maker", country=country)
    made.happened(place, by=QA)
    made.suspect()
    made.investigated(wrong=2)
    suspected_at = made.state(SUSPECT, CASE).opened_at
    made.now = Instant.parse(determined_at)
    made.determined()

    case = made.state(SUSPECT, CASE)
    assert case.notify_by == Instant.parse(due) and case.notify_by > suspected_at.plus(hours=24)
    assert case.waits_for == ("authority", "partners")
    made.now = Instant.parse(due)
    made.told("authority")
    assert not made.state(SUSPECT, CASE).told_late and made.state(SUSPECT, CASE).waits_for == ("partners",)
    made.told("partners")  # a second later than due: entered, and late
    assert made.state(SUSPECT, CASE).told_late and made.state(SUSPECT, CASE).waits_for == ()


@pytest.mark.requirement("SCS-16")
def test_a_notification_ends_only_once_the_authority_agrees_and_the_product_never_comes_back() -> None:
    made = Store(MARCH)
    made.suspect()
    made.determined()
    made.told()
    with pytest.raises(Refusal) as no:
        made.terminated()
    assert no.value.gates == ("supply.authority_agrees",)
    made.consulted()
    made.terminated()
    assert made.state(SUSPECT, CASE).terminated_at is not None
    again = seen(made, "use", OPERATOR)
    assert isinstance(again, PackSuspected) and again.reasons == ("found_illegitimate",)
    assert again.case != CASE and made.state(SUSPECT, again.case).is_open, "it turned up again: looked into anew"
    (at_the_door,) = made.act("supply.register_pack", WAREHOUSE, lot=VIALS, **{**made.code(), "case": Case.of("S3")})
    assert at_the_door.reasons == ("found_illegitimate", "already_registered")
