"""Any order of acts by anybody, bags and wristbands mixed up: nobody is given what is not theirs, nor too late."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.support.clinic import (
    CELLLAB,
    HASH,
    INFUSION,
    NURSE,
    NURSE_2,
    PHARMACIST,
    PHYSICIAN,
    QP,
    SITE,
    VERSION,
    Clinic,
    given,
    person,
    text,
)  # fmt: skip
from tests.support.paper import Refusal

from coign.identity.events import UnitsBlocked, UnitsUnblocked
from coign.identity.views import CHAIN, UNIT
from coign.infusion.actions import bedside, emergency, infuse, thaw
from coign.infusion.events import (
    BedsideConfirmed,
    BedsideMismatched,
    BedsideMismatchResolved,
    EmergencyDecided,
    EmergencyInfusionStarted,
    InfusionFinished,
    InfusionStarted,
    Issued,
    Thawed,
)
from coign.infusion.state import BAG, BEDSIDE_DIFFERS
from coign.kernel.subjects import Case, Patient, Unit
from coign.kernel.values import Actor, FreeText

PATIENTS, BAGS = ("ann", "bea"), ("ann-1", "ann-2", "bea-1")
QUALIFIED = (NURSE, NURSE_2, INFUSION, PHYSICIAN)
NEWCOMER = person("newcomer", "nurse")
DECIDERS = st.sampled_from([PHYSICIAN, PHYSICIAN, PHARMACIST, PHARMACIST])
GIVERS = st.sampled_from([INFUSION, INFUSION, NURSE, Actor(PHARMACIST.person, "infusion", PHARMACIST.organisation)])
bags, wristbands = st.sampled_from(BAGS), st.sampled_from(PATIENTS)
people = st.sampled_from((*QUALIFIED, NEWCOMER))
# Mostly as it should be, so that much is given; and everything that goes wrong now and then.
PAIRS = st.sampled_from(
    [(NURSE, INFUSION)] * 4 + [(NURSE, NURSE), (INFUSION, INFUSION), (NEWCOMER, NURSE)] + [(NURSE, NEWCOMER)] * 2
)
WAITS = st.sampled_from([(0, 0, 0)] * 5 + [(84, 0, 9), (84, 0, 0), (0, 11, 0), (0, 0, 11), (0, 9, 9)])
SELDOM = st.sampled_from([False, False, False, True])


class AtTheBed(RuleBasedStateMachine):
    """Two patients, three bags, five people, one of them not qualified, and a clock that jumps."""

    reached: ClassVar[set[type]] = set()

    @initialize()
    def two_patients_and_three_bags(self) -> None:
        self.clinic = Clinic()
        self.patients = {name: Patient.of(name) for name in PATIENTS}
        self.bags = {bag: Unit.of(bag) for bag in BAGS}
        self.clinic.as_before(type(self), self._conditioned)

    def _conditioned(self) -> None:
        for name in PATIENTS:
            _, chain = self.clinic.ordered(name)
            for bag in BAGS:
                if bag.startswith(name):
                    self.clinic.product(chain, bag)
            self.clinic.condition(chain)
        self.clinic.wait(days=3)

    def _try(self, act: Callable[[], Any]) -> None:
        try:
            act()
        except Refusal as refusal:
            assert refusal.gates

    @rule(bag=bags)
    def thaw(self, bag: str) -> None:
        self.thaw_by_two(self.bags[bag])

    def thaw_by_two(self, unit: Unit, second: Actor = CELLLAB) -> None:
        """The patient was looked at just before, since hours pass here in no time."""
        chain = self.clinic.state(UNIT, unit).chain
        self.clinic.assess(chain)
        self._try(lambda: self.clinic.issue(unit))
        self._try(lambda: self.clinic.do(thaw.THAW, thaw.Thaw(unit=unit), second))

    @rule(bag=bags)
    def thaw_alone(self, bag: str) -> None:
        self.thaw_by_two(self.bags[bag], Actor(PHARMACIST.person, "celllab", PHARMACIST.organisation))

    @rule(bag=bags, asks=DECIDERS, agrees=DECIDERS, gives=GIVERS)
    def emergency(self, bag: str, asks: Actor, agrees: Actor, gives: Actor) -> None:
        """The bag's time ran out; two decide, or one twice, or who gives it."""
        clinic, unit = self.clinic, self.bags[bag]
        patient = self.patients[bag.partition("-")[0]]
        self.thaw_by_two(unit)
        clinic.wait(minutes=91)
        request = emergency.RequestEmergency(
            unit=unit, makers_advice=HASH, patient_informed="yes", reason=text(FreeText)
        )
        self._try(lambda: clinic.do(emergency.REQUEST, request, Actor(asks.person, "physician", asks.organisation)))
        self._try(lambda: clinic.do(emergency.DECIDE, emergency.DecideEmergency(unit=unit), agrees))
        self._try(lambda: clinic.check(unit, patient))
        self._try(lambda: clinic.confirm(unit, unit, patient))
        start = emergency.StartEmergency(
            unit=unit, site=SITE, deviation=Case.of(f"D-{bag}"), safety_case=Case.of(f"S-{bag}")
        )
        self._try(lambda: clinic.do(emergency.START, start, gives))

    @rule(bag=bags, wears=wristbands, who=people)
    def first_look(self, bag: str, wears: str, who: Actor) -> None:
        self._try(lambda: self.clinic.check(self.bags[bag], self.patients[wears], who))

    @rule(of=bags, bag=bags, wears=wristbands, who=people)
    def second_look(self, of: str, bag: str, wears: str, who: Actor) -> None:
        self._try(lambda: self.clinic.confirm(self.bags[of], self.bags[bag], self.patients[wears], who))

    @rule(bag=bags, pair=PAIRS, waits=WAITS, blocked=SELDOM, again=SELDOM, stops=SELDOM)
    def as_it_should_be(
        self, bag: str, pair: tuple[Actor, Actor], waits: tuple[int, ...], blocked: bool, again: bool, stops: bool
    ) -> None:
        """A proper infusion, unless the two are one, somebody dawdles, or quality blocks the bag at the last moment."""
        first, second = pair
        unit, patient = self.bags[bag], self.patients[bag.partition("-")[0]]
        self.thaw_by_two(unit)
        self.clinic.wait(minutes=waits[0])
        self._try(lambda: self.clinic.check(unit, patient, first))
        self.clinic.wait(minutes=waits[1])
        self._try(lambda: self.clinic.confirm(unit, unit, patient, second))
        self.clinic.wait(minutes=waits[2])
        if blocked:
            self.quality_blocks(bag)
        self.start(bag, INFUSION)
        if again:
            self.start(bag, NURSE)
        if not stops:
            self._try(lambda: self.clinic.do(infuse.FINISH, given(unit), INFUSION))

    @rule(bag=bags, who=st.sampled_from([PHYSICIAN, INFUSION, person("nurse-1", "infusion")]))
    def resolve_by_somebody(self, bag: str, who: Actor) -> None:
        self.resolve(bag, who)

    def resolve(self, bag: str, who: Actor) -> None:
        command = bedside.ResolveMismatch(unit=self.bags[bag], finding=text(FreeText))
        self._try(lambda: self.clinic.do(bedside.RESOLVE_MISMATCH, command, who))

    @rule(bag=bags, by=st.sampled_from([None, PHARMACIST, PHARMACIST, person("nurse-1", "infusion")]))
    def mix_up(self, bag: str, by: Actor | None) -> None:
        """The bag at the other patient's bed, and perhaps somebody who finds out."""
        unit, other = self.bags[bag], self.patients["bea" if bag.startswith("ann") else "ann"]
        self.thaw_by_two(unit)
        self._try(lambda: self.clinic.check(unit, other, NURSE))
        if by is not None:
            self.resolve(bag, by)

    def quality_blocks(self, bag: str) -> None:
        self.clinic.happened(UnitsBlocked(units=(self.bags[bag],), why="something differs"), by=QP)

    @rule(bag=bags, why=st.sampled_from(["something differs", BEDSIDE_DIFFERS]))
    def quality_unblocks(self, bag: str, why: str) -> None:
        self.clinic.happened(UnitsUnblocked(units=(self.bags[bag],), why=why), by=QP)

    @rule(bag=bags, who=st.sampled_from([INFUSION, NURSE]))
    def start_out_of_turn(self, bag: str, who: Actor) -> None:
        self.start(bag, who)

    def start(self, bag: str, who: Actor) -> None:
        unit = self.bags[bag]
        blocked = self.clinic.state(UNIT, unit).blocked
        before = len(self.clinic.history)
        self._try(lambda: self.clinic.do(infuse.START, infuse.Start(unit=unit), who))
        assert not (blocked and len(self.clinic.history) > before), "a blocked bag was started"

    @rule(bag=bags)
    def finish(self, bag: str) -> None:
        self._try(lambda: self.clinic.do(infuse.FINISH, given(self.bags[bag]), INFUSION))

    @rule(minutes=st.sampled_from([1, 9, 11, 60, 91]))
    def time_passes(self, minutes: int) -> None:
        self.clinic.wait(minutes=minutes)

    @precondition(lambda self: hasattr(self, "clinic"))
    @invariant()
    def every_infusion_was_right(self) -> None:
        limit, window = (VERSION.minutes(name) for name in ("thaw_to_infusion_max", "bedside_check_window"))
        thawed: dict[Unit, Any] = {}
        confirmed: dict[Unit, Any] = {}
        started: set[Unit] = set()
        finished: set[Unit] = set()
        decided: dict[Unit, Any] = {}
        in_an_emergency: set[Unit] = set()
        issued: dict[Unit, Any] = {}
        for time, actor, fact in self.clinic.history:
            match fact:
                case Thawed(unit=unit, chain=chain):
                    assert unit not in thawed, "thawed twice"
                    assert issued[unit] != actor.person, "thawed alone"
                    usable = {u for u, at in thawed.items() if time.minutes_since(at) <= limit} | started
                    assert not {u for u in usable - finished if self.clinic.state(UNIT, u).chain == chain}, (
                        "two at once"
                    )
                    thawed[unit] = time
                case EmergencyDecided(unit=unit, first=first, second=second):
                    assert first != second
                    decided[unit] = (time, {first, second})
                case EmergencyInfusionStarted(unit=unit, unmet=unmet):
                    assert unmet and actor.person not in decided[unit][1]
                    assert time.minutes_since(decided[unit][0]) <= 60
                    in_an_emergency.add(unit)
                case Issued(unit=unit, by=by):
                    issued[unit] = by
                case BedsideConfirmed(unit=unit, first=first, second=second):
                    assert first != second
                    assert NEWCOMER.person not in (first, second)
                    confirmed[unit] = (time, fact)
                case BedsideMismatched(units=units):
                    for unit in units:
                        confirmed.pop(unit, None)
                case InfusionFinished(unit=unit):
                    finished.add(unit)
                case InfusionStarted(unit=unit, chain=chain):
                    assert unit not in started, "given twice"
                    started.add(unit)
                    at, fact = confirmed[unit]
                    assert time.minutes_since(thawed[unit]) <= limit or unit in in_an_emergency
                    assert time.minutes_since(at) <= window
                    assert fact.patient == self.clinic.state(CHAIN, chain).patient
                    assert self.clinic.state(UNIT, unit).chain == chain

    @precondition(lambda self: hasattr(self, "clinic"))
    @invariant()
    def nobody_resolves_what_they_took_part_in(self) -> None:
        between: dict[Unit, Any] = {}
        for _, actor, fact in self.clinic.history:
            if isinstance(fact, BedsideMismatched):
                between |= dict.fromkeys(fact.units, fact.between)
            if isinstance(fact, BedsideMismatchResolved):
                assert actor.person not in between.pop(fact.unit)

    @precondition(lambda self: hasattr(self, "clinic"))
    @invariant()
    def at_most_one_bag_of_a_therapy_runs(self) -> None:
        running = [self.clinic.state(UNIT, u).chain for u in self.bags.values() if self.clinic.state(BAG, u).running]
        assert len(running) == len(set(running))

    def teardown(self) -> None:
        AtTheBed.reached |= {type(fact) for fact in getattr(self, "clinic", Clinic()).facts}


@pytest.mark.requirement("PAT-28", "PAT-30", "TRC-12", "TRC-13")
def test_nobody_is_given_what_is_not_theirs_nor_too_late_nor_alone() -> None:
    AtTheBed.reached = set()

    run_state_machine_as_test(
        AtTheBed, settings=settings(max_examples=100, stateful_step_count=25, deadline=None, derandomize=True)
    )

    # It counts only if bags were given, and if bag and wristband were mixed up and sorted out, in some of the runs.
    assert {
        InfusionStarted,
        InfusionFinished,
        BedsideMismatched,
        BedsideMismatchResolved,
        EmergencyInfusionStarted,
    } <= AtTheBed.reached
