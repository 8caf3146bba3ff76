"""What two administrators do about a third person, and what a review leaves of somebody's access."""

from typing import Any

import pytest
from tests.catalogue.examples.people import ADMIN, HOSPITAL, NINA, ORGANISATION, REGISTERED, granted
from tests.catalogue.stage import SEALED, actor
from tests.support.paper import PaperRecord, Refusal

from coign import catalogue
from coign.kernel.subjects import Organisation
from coign.kernel.values import Digest, FreeText, Instant
from coign.people.events import AuthenticatorEnrolled, AuthenticatorProposed, RoleGranted
from coign.people.views import AUTHORITY, Authority

MARCH = Instant("2026-03-02T08:00:00.000000Z")
SECOND = actor("admin-2", "admin", "hospital")
MAKER = Organisation("organisation:maker")
MAKERS_ADMIN = actor("admin-3", "admin", "maker")
EVIDENCE = Digest("ab" * 32)
WHY = FreeText(commitment=SEALED)


@pytest.fixture
def record() -> PaperRecord:
    """A nurse with a key that signs."""
    record = PaperRecord(MARCH, None)
    enrolled = AuthenticatorEnrolled(person=NINA, credential="key-1", method="ed25519", public_key="00")
    record.happened(ORGANISATION, REGISTERED, granted("nurse"), enrolled, by=ADMIN)
    return record


def act(record: PaperRecord, name: str, /, by: Any = ADMIN, **given: Any) -> None:
    action = catalogue.ACTIONS[f"people.{name}"]
    record.do(action, action.command(person=NINA, **given), by)


def nina(record: PaperRecord) -> Authority:
    state: Authority = record.state(AUTHORITY, NINA)
    return state


@pytest.mark.requirement("CSV-18")
def test_a_reset_takes_two_and_ends_every_key_and_every_key_that_waits(record: PaperRecord) -> None:
    waits = AuthenticatorProposed(
        person=NINA, proposed_by=ADMIN.person, credential="key-2", method="ed25519", public_key="01", evidence=EVIDENCE
    )
    record.happened(waits, by=ADMIN)
    act(record, "propose_reset", why=WHY)
    assert nina(record).credentials, "one administrator alone changes nothing"
    with pytest.raises(Refusal, match=r"^people\.reset_by_another$"):
        act(record, "agree_to_reset")
    act(record, "agree_to_reset", by=SECOND)
    state = nina(record)
    assert (state.credentials, state.proposal, state.reset_waiting) == ((), None, None)
    assert state.reset_by == (ADMIN.person, SECOND.person) and state.ended_at == state.reset_at > 0
    assert state.holds("nurse", HOSPITAL, record.now), "the roles stay: only the proofs are replaced"
    with pytest.raises(Refusal, match=r"reset_is_proposed"):
        act(record, "agree_to_reset", by=SECOND)
    with pytest.raises(Refusal, match=r"authenticator_is_proposed"):
        act(record, "confirm_authenticator", by=SECOND, credential="key-2")


@pytest.mark.requirement("CSV-18")
def test_a_proposal_is_agreed_to_within_a_day_or_made_anew(record: PaperRecord) -> None:
    act(record, "propose_reset", why=WHY)
    record.wait(hours=24)
    with pytest.raises(Refusal, match=r"^people\.reset_is_fresh$"):
        act(record, "agree_to_reset", by=SECOND)
    act(record, "propose_reset", why=WHY)
    record.wait(hours=23)
    act(record, "agree_to_reset", by=SECOND)


@pytest.mark.requirement("CSV-18", "CSV-06")
def test_no_administrator_makes_a_second_one_to_agree_with(record: PaperRecord) -> None:
    act(record, "revoke_role", role="nurse", organisation=HOSPITAL)
    with pytest.raises(Refusal, match=r"^people\.administrators_take_two$"):
        act(record, "grant_role", role="admin", organisation=HOSPITAL)
    act(record, "propose_administrator")
    with pytest.raises(Refusal, match=r"^people\.administrator_by_another$"):
        act(record, "agree_to_administrator")
    act(record, "agree_to_administrator", by=SECOND)
    state = nina(record)
    assert state.holds("admin", HOSPITAL, record.now) and state.administrator_waiting is None
    assert state.credentials == () and state.reset_by == (ADMIN.person, SECOND.person)


def test_an_administrator_is_agreed_to_for_the_organisation_that_was_proposed(record: PaperRecord) -> None:
    act(record, "revoke_role", role="nurse", organisation=HOSPITAL)
    act(record, "propose_administrator")
    both = actor("admin-2", "admin", "maker")
    with pytest.raises(Refusal, match="is_of_own_organisation"):
        act(record, "agree_to_administrator", by=both)
    record.wait(hours=25)
    with pytest.raises(Refusal, match="administrator_is_fresh"):
        act(record, "agree_to_administrator", by=SECOND)


def test_another_role_given_meanwhile_keeps_what_waits(record: PaperRecord) -> None:
    act(record, "revoke_role", role="nurse", organisation=HOSPITAL)
    act(record, "propose_administrator")
    act(record, "grant_role", role="physician", organisation=HOSPITAL)
    assert nina(record).administrator_waiting is not None
    with pytest.raises(Refusal, match=r"^people\.roles_are_separate$"):
        act(record, "agree_to_administrator", by=SECOND)


def test_administrators_of_another_organisation_reset_nobody(record: PaperRecord) -> None:
    with pytest.raises(Refusal, match=r"^people\.is_of_own_organisation$"):
        act(record, "propose_reset", by=MAKERS_ADMIN, why=WHY)


@pytest.mark.requirement("CSV-24")
def test_a_review_goes_on_with_the_roles_for_the_reviewers_organisation_and_no_others(record: PaperRecord) -> None:
    record.happened(RoleGranted(person=NINA, role="physician", organisation=MAKER), by=MAKERS_ADMIN)
    record.wait(days=400)
    year_min = 365 * 24 * 60
    assert "suspended" in str(nina(record).lacks("nurse", HOSPITAL, record.now, year_min))
    act(record, "confirm_access")
    assert nina(record).lacks("nurse", HOSPITAL, record.now, year_min) is None
    assert "suspended" in str(nina(record).lacks("physician", MAKER, record.now, year_min))
    act(record, "end_access", by=MAKERS_ADMIN)
    assert [(g.role, g.organisation) for g in nina(record).grants] == [("nurse", HOSPITAL)]
    assert nina(record).ended_at > 0
    with pytest.raises(Refusal, match="has_access_here"):
        act(record, "confirm_access", by=MAKERS_ADMIN)


@pytest.mark.requirement("CSV-24", "CSV-18")
def test_nobody_reviews_their_own_access(record: PaperRecord) -> None:
    record.happened(RoleGranted(person=NINA, role="admin", organisation=HOSPITAL), by=ADMIN)
    for name in ("confirm_access", "end_access"):
        with pytest.raises(Refusal, match=r"^people\.not_oneself$"):
            act(record, name, by=actor("nina", "admin", "hospital"))


@pytest.mark.requirement("CSV-22")
def test_an_authenticator_that_passed_its_test_goes_on_and_one_that_failed_ends(record: PaperRecord) -> None:
    record.happened(AuthenticatorEnrolled(person=NINA, credential="key-2", method="ed25519", public_key="01"), by=ADMIN)
    record.wait(days=366)
    year_min = 365 * 24 * 60
    act(record, "test_authenticator", credential="key-1", passed=True, evidence=EVIDENCE)
    overdue = {c.id: c.is_overdue(record.now, year_min) for c in nina(record).credentials}
    assert overdue == {"key-1": False, "key-2": True}
    act(record, "test_authenticator", credential="key-1", passed=False, evidence=EVIDENCE)
    assert [c.id for c in nina(record).credentials] == ["key-2"]
