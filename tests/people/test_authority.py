"""Authority is asked at commit: which role, held now, and which key is the actor's; nobody sets up what is set up."""

from typing import Any

import pytest
from tests.catalogue.stage import NOW, actor

from coign import catalogue, rulesets
from coign.installation.events import THIS
from coign.installation.views import INSTALLATION, Installation
from coign.kernel.actions import Circumstances
from coign.kernel.subjects import Chain
from coign.kernel.values import Actor
from coign.kernel.views import Stamp
from coign.people import authority
from coign.people.events import InspectionScoped
from coign.people.views import AUTHORITY, Authority, Credential, Grant, Scope

NURSE, SETUP = actor("nina", "nurse", "hospital"), actor("setup", "setup", "setup")
REGISTER, OFFER = catalogue.ACTIONS["people.register_person"], catalogue.ACTIONS["custody.offer"]
START = next(a for a in catalogue.ACTIONS.values() if "nurse" in a.roles)
HELD = (Grant("nurse", NURSE.organisation, NOW.plus(minutes=1), reviewed_at=NOW),)
KEY = Credential("key-1", "ed25519", "00", 7, tested_at=NOW)


def known(who: Actor, state: Any, *, minutes_later: float = 0) -> Circumstances:
    """Exactly what authority asks to read, and nothing else."""
    ((subject, view),) = [(read.subject, read.view) for read in authority.reads(who)]
    assert view is not None
    return Circumstances(
        now=NOW.plus(minutes=minutes_later),
        actor=who,
        states={(subject, view.name): state},
        heads={subject: 1},
        read={(subject, view.name)},
        rules=rulesets.load(),
    )


def test_a_person_is_asked_for_their_roles_and_set_up_for_the_installation() -> None:
    assert [(r.subject, r.view) for r in authority.reads(NURSE)] == [(NURSE.person, AUTHORITY)]
    assert [(r.subject, r.view) for r in authority.reads(SETUP)] == [(THIS, INSTALLATION)]


def test_a_role_counts_while_it_is_held_and_not_a_moment_longer() -> None:
    held = Authority(NURSE.organisation, active=True, grants=HELD)
    assert authority.missing(OFFER, known(NURSE, held)) is None
    said = authority.missing(OFFER, known(NURSE, held, minutes_later=1))
    assert said == "you do not hold the role nurse for hospital now"


def test_who_acts_in_another_role_is_told_whose_action_it_is() -> None:
    assert "setup" in REGISTER.roles
    said = authority.missing(REGISTER, known(NURSE, Authority(NURSE.organisation, active=True, grants=HELD)))
    assert said == f"“{REGISTER.title}” is for admin; you act as nurse"
    only_set_up = catalogue.ACTIONS["installation.open"]
    said = authority.missing(only_set_up, known(NURSE, Authority(NURSE.organisation, active=True, grants=HELD)))
    assert said == f"“{only_set_up.title}” is for nobody once set-up is finished; you act as nurse"


def test_set_up_may_act_until_it_is_finished() -> None:
    for state in (Installation(), Installation(opened=True, being_set_up=True)):
        assert authority.missing(REGISTER, known(SETUP, state)) is None
    said = authority.missing(REGISTER, known(SETUP, Installation(opened=True)))
    assert said == "set-up is finished: act as a person with a role"


def test_a_key_is_found_by_name_and_method_and_never_of_who_left() -> None:
    enrolled = known(NURSE, Authority(NURSE.organisation, active=True, credentials=(KEY,)))
    assert authority.public_key(enrolled, "key-1", "ed25519") == "00"
    assert authority.public_key(enrolled, "key-1", "webauthn") is None
    assert authority.public_key(enrolled, "key-2", "ed25519") is None
    gone = known(NURSE, Authority(NURSE.organisation, left=True, credentials=(KEY,)))
    assert authority.public_key(gone, "key-1", "ed25519") is None


@pytest.mark.requirement("CSV-24")
@pytest.mark.parametrize(("days", "suspended"), [(364, False), (365, False), (366, True)])
def test_access_that_nobody_reviewed_for_a_year_is_suspended_without_any_event(days: int, suspended: bool) -> None:
    old = (Grant("nurse", NURSE.organisation, reviewed_at=NOW.plus(days=-days)),)
    said = authority.missing(START, known(NURSE, Authority(NURSE.organisation, active=True, grants=old)))
    assert (said is not None) is suspended
    if said is not None:
        assert "suspended: it was last reviewed on 2025-03-11" in said and "an administrator of hospital" in said


@pytest.mark.requirement("CSV-24")
def test_an_administrator_whose_own_access_is_overdue_may_review_others_and_do_nothing_else() -> None:
    admin = actor("ada", "admin", "hospital")
    overdue = (Grant("admin", admin.organisation, reviewed_at=NOW.plus(days=-400)),)
    state = Authority(admin.organisation, active=True, grants=overdue)
    for name in ("people.confirm_access", "people.end_access"):
        assert authority.missing(catalogue.ACTIONS[name], known(admin, state)) is None
    assert "suspended" in str(authority.missing(REGISTER, known(admin, state)))
    nobody = Authority(admin.organisation, active=True)
    said = authority.missing(catalogue.ACTIONS["people.confirm_access"], known(admin, nobody))
    assert said == "you do not hold the role admin for hospital now"


@pytest.mark.requirement("CSV-22")
@pytest.mark.parametrize(("days", "signs"), [(365, True), (366, False)])
def test_an_authenticator_that_nobody_tested_for_a_year_signs_nothing(days: int, signs: bool) -> None:
    key = Credential("key-1", "ed25519", "00", 7, tested_at=NOW.plus(days=-days))
    state = Authority(NURSE.organisation, active=True, credentials=(key,))
    assert (authority.public_key(known(NURSE, state), "key-1", "ed25519") == "00") is signs


@pytest.mark.requirement("REG-10")
def test_an_inspection_has_its_scope_while_it_is_open_and_no_longer() -> None:
    inspector, stamp = actor("ines", "inspector", "hospital"), Stamp(NOW, 9, NURSE, NURSE.person)
    other = Grant("nurse", NURSE.organisation, None, reviewed_at=NOW)
    came = Grant("inspector", inspector.organisation, NOW.plus(minutes=1), reviewed_at=NOW)
    state = Authority(inspector.organisation, active=True, grants=(other, came))
    assert state.inspection(NOW) is None
    scoped = InspectionScoped(
        person=inspector.person, organisation=inspector.organisation, therapies=(Chain.of("A"),), products=(), sites=()
    )
    state = AUTHORITY.evolve(state, scoped, stamp)
    found = state.inspection(NOW)
    assert found is not None and found.scope == Scope((Chain.of("A"),), (), ()) and state.grants[0] == other
    assert state.inspection(NOW.plus(minutes=1)) is None
