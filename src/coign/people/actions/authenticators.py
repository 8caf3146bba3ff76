"""Enrol an authenticator by two administrators, test it from time to time, and revoke it."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.kernel.values import Digest
from coign.people import gates, own_gates
from coign.people.events import (
    AuthenticatorEnrolled,
    AuthenticatorProposed,
    AuthenticatorRevoked,
    AuthenticatorTested,
    Method,
)
from coign.people.views import AUTHORITY


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeAuthenticator:
    """Whose key this is, and the hash of the evidence of who they are."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    credential: str = field(metadata=asks("Authenticator", "known"))
    method: Method = field(metadata=asks("Kind", "known"))
    public_key: str = field(metadata=asks("Public key", "known"))
    evidence: Digest = field(metadata=asks("Proof of identity", "upload", hint="signed form or record of the check"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmAuthenticator:
    """Which proposed authenticator is agreed to."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    credential: str = field(metadata=asks("Authenticator", "choose", options="proposed_authenticators"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeAuthenticator:
    """Which authenticator is lost, stolen or replaced."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    credential: str = field(metadata=asks("Authenticator", "choose", options="authenticators"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAuthenticatorTest:
    """Which authenticator was tried, what came of it, and the hash of the record of the test."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    credential: str = field(metadata=asks("Authenticator", "choose", options="authenticators"))
    passed: bool = field(metadata=asks("Proves this person and nobody else", "choose"))
    evidence: Digest = field(metadata=asks("Record of the test", "upload"))


def _propose(asked: ProposeAuthenticator, known: Circumstances) -> Sequence[AuthenticatorProposed]:
    return (
        AuthenticatorProposed(
            person=asked.person,
            proposed_by=known.actor.person,
            credential=asked.credential,
            method=asked.method,
            public_key=asked.public_key,
            evidence=asked.evidence,
        ),
    )


PROPOSE_AUTHENTICATOR = Action(
    name="people.propose_authenticator",
    title="Propose an authenticator",
    command=ProposeAuthenticator,
    roles=frozenset({"admin"}),
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY),),
    then_reads=(own_gates.reads_of_employer,),
    gates=(gates.person_is_active, gates.not_oneself, own_gates.is_of_own_organisation),
    decide=_propose,
    emits=(AuthenticatorProposed,),
    requirements=("CSV-16", "CSV-18"),
    risk=Risk.PATIENT,
    rationale="Whoever holds the key signs as the person.",
)


def _confirm(asked: ConfirmAuthenticator, known: Circumstances) -> Sequence[AuthenticatorEnrolled]:
    proposal = known.state(AUTHORITY, asked.person).proposal
    assert proposal is not None
    return (
        AuthenticatorEnrolled(
            person=asked.person,
            credential=proposal.credential,
            method=proposal.method,  # type: ignore[arg-type]  # was checked when it was proposed
            public_key=proposal.public_key,
        ),
    )


CONFIRM_AUTHENTICATOR = Action(
    name="people.confirm_authenticator",
    title="Agree to an authenticator",
    command=ConfirmAuthenticator,
    roles=frozenset({"admin"}),
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY),),
    then_reads=(own_gates.reads_of_employer,),
    gates=(
        gates.authenticator_is_proposed,
        gates.enrolled_by_another,
        gates.not_oneself,
        own_gates.is_of_own_organisation,
    ),
    decide=_confirm,
    emits=(AuthenticatorEnrolled,),
    requirements=("CSV-16", "CSV-18"),
    risk=Risk.PATIENT,
    rationale="One administrator alone could make a key that signs as anybody.",
    second_of="people.propose_authenticator",
)


def _revoke(asked: RevokeAuthenticator, known: Circumstances) -> Sequence[AuthenticatorRevoked]:
    return (AuthenticatorRevoked(person=asked.person, credential=asked.credential),)


REVOKE_AUTHENTICATOR = Action(
    name="people.revoke_authenticator",
    title="Revoke an authenticator",
    command=RevokeAuthenticator,
    roles=frozenset({"admin"}),
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY),),
    then_reads=(own_gates.reads_of_employer,),
    gates=(gates.authenticator_is_enrolled, own_gates.is_of_own_organisation),
    decide=_revoke,
    emits=(AuthenticatorRevoked,),
    requirements=("CSV-20",),
    risk=Risk.DATA,
    rationale="A lost key must stop signing at once.",
)


def _test(asked: RecordAuthenticatorTest, known: Circumstances) -> Sequence[Fact]:
    tested = AuthenticatorTested(
        person=asked.person, credential=asked.credential, passed=asked.passed, evidence=asked.evidence
    )
    if asked.passed:
        return (tested,)
    return tested, AuthenticatorRevoked(person=asked.person, credential=asked.credential)


TEST_AUTHENTICATOR = Action(
    name="people.test_authenticator",
    title="Record the test of an authenticator",
    command=RecordAuthenticatorTest,
    roles=frozenset({"admin"}),
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY),),
    then_reads=(own_gates.reads_of_employer,),
    gates=(gates.authenticator_is_enrolled, gates.not_oneself, own_gates.is_of_own_organisation),
    decide=_test,
    emits=(AuthenticatorTested, AuthenticatorRevoked),
    requirements=("CSV-22",),
    risk=Risk.PATIENT,
    rationale="A token that was altered or handed on would sign in somebody else's name unnoticed.",
)
