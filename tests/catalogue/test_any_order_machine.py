"""Domains without a machine of their own: whatever is tried in whatever order, what is entered keeps their promises.

Each record begins as one of the domain's examples; then what any of its examples asks is tried, by whoever asks it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from tests.catalogue import examples  # noqa: F401  they register themselves
from tests.catalogue.stage import ACCEPTED, REFUSED, Example, ask_on, judge_of

from coign.clinical import events as clinical
from coign.closing import events as closing
from coign.coldchain import events as coldchain
from coign.correction import events as correction
from coign.custody import events as custody
from coign.donor import events as donor
from coign.equipment import events as equipment
from coign.facility import events as facility
from coign.identity.events import UnitCreated
from coign.incident import events as incident
from coign.installation import events as installation
from coign.kernel.errors import CoignError
from coign.kernel.facts import Fact
from coign.kernel.values import Actor
from coign.people import events as people

F = TypeVar("F", bound=Fact)
Before = Sequence[Fact]


def told(before: Before, kind: type[F], **same: Any) -> list[F]:
    """The facts of a kind with these values, oldest first."""
    return [f for f in before if isinstance(f, kind) and all(getattr(f, n) == v for n, v in same.items())]


def of_custody(fact: Fact, by: Actor, before: Before) -> None:
    if isinstance(fact, custody.HandedOver):
        offer = told(before, custody.Offered, unit=fact.unit)[-1]
        assert (fact.giver, fact.to) == (offer.giver, offer.to), "what was offered to one house is taken by no other"
        assert fact.giver != fact.taker == by.person and fact.to == by.organisation


def of_donor(fact: Fact, by: Actor, before: Before) -> None:
    match fact:
        case donor.MarkerReported():
            assert told(before, donor.SamplesTaken, chain=fact.chain, sample=fact.sample), "of a sample that was taken"
        case donor.SetApart():
            chain = told(before, UnitCreated, unit=fact.unit)[-1].chain
            assert told(before, donor.MarkerReported, chain=chain, result="reactive")


def of_equipment(fact: Fact, by: Actor, before: Before) -> None:
    match fact:
        case equipment.DoubtAssessed():
            # A later calibration in order does not end the doubt.
            found = told(before, equipment.DeviceCalibrated, equipment=fact.equipment, finding="out_of_calibration")
            assert found and found[-1].by != fact.by
        case equipment.DeviceReturned():
            assert told(before, equipment.DeviceTakenOut, equipment=fact.equipment)
        case equipment.DeviceRegistered():
            assert not told(before, equipment.DeviceRegistered, equipment=fact.equipment)


def of_facility(fact: Fact, by: Actor, before: Before) -> None:
    match fact:
        case facility.GrowthAssessed():
            found = told(before, facility.GrowthFound, batch=fact.batch)
            assert found and fact.by not in {m.by for m in told(before, facility.Monitored, batch=fact.batch)}
        case facility.RoomTakenOutOfUse():
            assert told(before, facility.RoomPutInUse, room=fact.room)


def of_incident(fact: Fact, by: Actor, before: Before) -> None:
    if isinstance(fact, incident.ActResolved):
        (report,) = told(before, incident.ActReported, case=fact.case)
        assert report.by != fact.by and fact.unit in {*report.units, *report.beside}
        assert not told(before, incident.ActResolved, case=fact.case, unit=fact.unit), "once"


def of_correction(fact: Fact, by: Actor, before: Before) -> None:
    match fact:
        case correction.ValueCorrected():
            proposed = told(before, correction.CorrectionProposed, case=fact.case)[-1]
            assert proposed.by != by.person, "two people read the source, each for themselves"
        case correction.CorrectionAssessed():
            read = told(before, correction.ValueCorrected, case=fact.case)
            read += told(before, correction.CorrectionDiffers, case=fact.case)
            assert read and told(before, correction.CorrectionProposed, case=fact.case)[-1].by != fact.by


def of_closing(fact: Fact, by: Actor, before: Before) -> None:
    match fact:
        case closing.TherapyEnded():
            assert not told(before, closing.TherapyEnded, chain=fact.chain), "a therapy ends once"
        case closing.DisposalConfirmed():
            assert fact.first != fact.second and told(before, closing.DisposalDecided, unit=fact.unit)


def of_coldchain(fact: Fact, by: Actor, before: Before) -> None:
    match fact:
        case coldchain.LoggerRead() | coldchain.LoggerMissing():
            read = told(before, coldchain.LoggerRead, shipment=fact.shipment)
            assert not [r for r in read if r.unit == fact.unit], "a journey is read once"
        case coldchain.ExcursionAssessed():
            assert by.role == "qa"


def of_clinical(fact: Fact, by: Actor, before: Before) -> None:
    match fact:
        case clinical.Ordered():
            given = told(before, clinical.ConsentGiven, patient=fact.patient, programme=fact.programme)
            taken = told(before, clinical.ConsentWithdrawn, patient=fact.patient, programme=fact.programme)
            treatment = [f for f in before if f in given or f in taken]
            assert any(isinstance(f, clinical.ConsentGiven) for f in treatment[-1:]) and fact.prescriber == by.person
        case clinical.IdentitySettled():
            assert fact.changed_by != fact.by
        case clinical.ConditioningBegun():
            assert told(before, clinical.ConditioningStarted, chain=fact.chain)
            assert not told(before, clinical.ConditioningBegun, chain=fact.chain), "it is begun once"
        case clinical.ConditioningStarted():
            assert told(before, clinical.ProductConfirmed, chain=fact.chain), "of bags that somebody scanned"


def of_people(fact: Fact, by: Actor, before: Before) -> None:
    match fact:
        case people.RoleGranted():
            assert fact.person != by.person, "nobody gives themselves a role"
        case people.CredentialsReset():
            assert len({fact.person, fact.proposed_by, fact.agreed_by}) == 3
        case people.AuthenticatorEnrolled():
            assert told(before, people.AuthenticatorProposed, person=fact.person)[-1].proposed_by != by.person


def of_installation(fact: Fact, by: Actor, before: Before) -> None:
    if isinstance(fact, installation.LedgerResumed):
        assert told(before, installation.ResumeProposed)[-1].person != by.person


PROMISES: dict[str, Callable[[Fact, Actor, Before], None]] = {
    "custody": of_custody, "donor": of_donor, "equipment": of_equipment, "facility": of_facility,
    "incident": of_incident, "correction": of_correction, "closing": of_closing, "coldchain": of_coldchain,
    "clinical": of_clinical, "people": of_people, "installation": of_installation,
}  # fmt: skip
BY_DOMAIN = {d: [e for e in (*ACCEPTED, *REFUSED) if e.action.startswith(f"{d}.")] for d in PROMISES}


class AnyOrder(RuleBasedStateMachine):
    """What the examples of one domain ask, in any order."""

    domain: ClassVar[str]
    entered: ClassVar[set[str]]

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        seed = self.one(data)
        self.now, self.before = seed.now, [g.fact for g in seed.given]
        self.judge, self.here = judge_of(seed)

    def one(self, data: st.DataObject) -> Example:
        """An example by its number: what Hypothesis draws it also writes down, and a whole history is long."""
        of_domain = BY_DOMAIN[self.domain]
        return of_domain[data.draw(st.integers(0, len(of_domain) - 1))]

    def fresh(self, value: Any) -> Any:
        """What the door allots was never there before."""
        taken = isinstance(value, str) and any(str(subject) == value for subject in self.here.heads)
        return f"{value}-{len(self.before)}" if taken else value

    @rule(data=st.data(), minutes=st.sampled_from([1, 5, 40]))
    def ask(self, data: st.DataObject, minutes: int) -> None:
        asked = self.one(data)
        self.now = self.now.plus(minutes=minutes)
        inside = {name: self.fresh(value) for name, value in asked.inside.items()}
        try:
            facts = ask_on(self.here, self.judge, replace(asked, given=(), inside=inside, now=self.now))
        except CoignError:  # what the door says before it asks any rule: unknown, forbidden
            return
        for fact in facts:
            PROMISES[self.domain](fact, asked.actor, self.before)
            self.before.append(fact)
            type(self).entered.add(type(fact).__name__)


def machine_of(domain: str) -> type[AnyOrder]:
    return type(f"AnyOrderOf_{domain}", (AnyOrder,), {"domain": domain, "entered": set()})


@pytest.mark.requirement("CSV-07")
@pytest.mark.parametrize("domain", PROMISES)
def test_whatever_is_tried_the_record_keeps_the_promises_of_the_domain(domain: str) -> None:
    machine = machine_of(domain)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert machine.entered, "nothing was ever entered"
