"""Who may hold which roles together, and what remains of a person who left or lost a key."""

from typing import Any, get_args

import pytest
from tests.catalogue.examples.people import ADMIN, HOSPITAL, NINA, ORGANISATION, REGISTERED, granted, proposed
from tests.catalogue.stage import actor
from tests.support.paper import PaperRecord, Refusal

from coign import catalogue
from coign.kernel.values import Digest, Instant
from coign.people.events import Role
from coign.people.views import AUTHORITY

MARCH = Instant("2026-03-02T08:00:00.000000Z")
SECOND = actor("admin-2", "admin", "hospital")
REGULATED = sorted(set(get_args(Role)) - {"admin"})


def clinic() -> PaperRecord:
    record = PaperRecord(MARCH, None)
    record.happened(ORGANISATION, REGISTERED, by=ADMIN)
    return record


def act(record: PaperRecord, name: str, /, by: Any = ADMIN, **given: Any) -> None:
    action = catalogue.ACTIONS[f"people.{name}"]
    record.do(action, action.command(person=NINA, **given), by)


@pytest.mark.parametrize("role", REGULATED)
def test_who_administers_does_nothing_regulated_whichever_role_came_first(role: str) -> None:
    for first, then in (("admin", role), (role, "admin")):
        record = clinic()
        record.happened(granted(first), by=ADMIN)
        with pytest.raises(Refusal, match=r"^people\.roles_are_separate"):
            act(record, "grant_role", role=then, organisation=HOSPITAL)


@pytest.mark.parametrize("judge", ["qa", "qp", "quality-us", "qcreviewer"])
def test_who_makes_does_not_judge_until_the_other_role_was_taken_away(judge: str) -> None:
    for first, then in (("operator", judge), (judge, "operator")):
        record = clinic()
        record.happened(granted(first), by=ADMIN)
        with pytest.raises(Refusal, match=r"^people\.roles_are_separate$"):
            act(record, "grant_role", role=then, organisation=HOSPITAL)
        act(record, "revoke_role", role=first, organisation=HOSPITAL)
        act(record, "grant_role", role=then, organisation=HOSPITAL)
        assert [g.role for g in record.state(AUTHORITY, NINA).grants] == [then]


def test_a_key_that_was_revoked_signs_nothing_and_the_others_go_on() -> None:
    record = clinic()
    for credential in ("key-1", "key-2"):
        key = {"credential": credential, "method": "ed25519", "public_key": "00", "evidence": Digest("ab" * 32)}
        act(record, "propose_authenticator", **key)
        act(record, "confirm_authenticator", by=SECOND, credential=credential)
    act(record, "revoke_authenticator", credential="key-1")
    assert [c.id for c in record.state(AUTHORITY, NINA).credentials] == ["key-2"]
    with pytest.raises(Refusal, match="authenticator_is_enrolled"):
        act(record, "revoke_authenticator", credential="key-1")


def test_of_a_person_who_left_no_role_no_key_and_no_proposal_remains_and_nothing_is_given_again() -> None:
    record = clinic()
    record.happened(granted("nurse"), proposed(by="admin-2"), by=ADMIN)
    assert record.state(AUTHORITY, NINA).holds("nurse", HOSPITAL, record.now)
    act(record, "record_leaving")
    gone = record.state(AUTHORITY, NINA)
    assert (gone.active, gone.left, gone.grants, gone.credentials, gone.proposal) == (False, True, (), (), None)
    assert not gone.holds("nurse", HOSPITAL, record.now)
    with pytest.raises(Refusal, match="person_is_active"):
        act(record, "grant_role", role="nurse", organisation=HOSPITAL)
    with pytest.raises(Refusal, match="identifier_is_new"):
        act(record, "register_person", organisation=HOSPITAL, name=REGISTERED.name)
    with pytest.raises(Refusal, match="authenticator_is_proposed"):
        act(record, "confirm_authenticator", credential="key-1")
