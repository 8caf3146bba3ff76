"""Two therapies from enrolment to the end, acts out of turn, scans of the other's things: the record stays a true one.

Whatever is tried goes through the real door. What came of it is read from the entries by a model of its own, which
knows nothing of the rules: it asks what a patient would ask.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from tests.demo.conftest import enrolled, entries

from coign.demo import acts, player, scene
from coign.kernel.errors import CoignError, Forbidden, NotFound, Refused
from coign.ledger.entries import Entry
from coign.programmes.model import JourneyStep
from coign.service import Service

THERAPIES = (0, 1)
which = st.sampled_from(THERAPIES)
#: What names a thing of a therapy in a command: exchanged for the other therapy's, it is a mix-up.
NAMES_A_THING = ("unit", "label", "wristband", "din", "chain", "batch", "shipper", "further", "bags", "scanned")
#: How the demonstration's people say that there is nothing that they could do it with.
NOTHING_BEFORE_THEM = (CoignError, AssertionError, LookupError, AttributeError)
_numbers = count(1)


@dataclass
class Told:
    """What the entries say, fact after fact; a fact that must not have happened stops the test."""

    patient_of: dict[str, str] = field(default_factory=dict)
    chain_of: dict[str, str] = field(default_factory=dict)
    holder: dict[str, str] = field(default_factory=dict)
    bedside: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    blocked: dict[str, set[str]] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    left_chair: set[str] = field(default_factory=set)
    thawed: set[str] = field(default_factory=set)
    answered_for: set[str] = field(default_factory=set)
    received: set[str] = field(default_factory=set)
    products: dict[str, set[str]] = field(default_factory=dict)
    worked_in: dict[str, set[str]] = field(default_factory=dict)
    reviewed_by: dict[str, str] = field(default_factory=dict)
    audit_trail_read_by: dict[str, str] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    set_aside: dict[str, str] = field(default_factory=dict)
    sealed_in: set[str] = field(default_factory=set)

    def hear(self, entry: Entry) -> None:
        """One entry; a refusal tells no facts."""
        facts = entry.plain["intent"].get("facts", [])
        assert entry.outcome == "done" or not facts, "a refusal changes nothing"
        person = str(entry.actor.person)
        for fact in facts:
            tell = _HEARD.get(fact["type"])
            if tell is not None:
                tell(self, fact["body"], person)

    def begun(self, body: Any, person: str) -> None:
        self.patient_of[body["chain"]] = body["patient"]

    def unit(self, body: Any, person: str) -> None:
        assert body["unit"] not in self.chain_of, "a unit is made once"
        self.chain_of[body["unit"]] = body["chain"]
        if body.get("din"):
            assert body["din"] not in self.numbers, "a donation number is given once"
            self.numbers.add(body["din"])
        if body["unit_kind"] == "final_container":
            self.products.setdefault(body["chain"], set()).add(body["unit"])
        for parent in body.get("parents") or ():
            assert self.chain_of[parent] == body["chain"], "what is made of somebody's cells is theirs"

    def custody(self, body: Any, person: str) -> None:
        self.holder[body["unit"]] = body["holder"]

    def handed(self, body: Any, person: str) -> None:
        assert body["giver"] != body["taker"] == person
        assert not self.blocked.get(body["unit"]), "what stands still changes no hands"
        self.holder[body["unit"]] = body["to"]

    def leaving(self, body: Any, person: str) -> None:
        assert body["patient"] == self.patient_of[body["chain"]] == self.patient_of[self.chain_of[body["unit"]]]
        self.left_chair.add(body["unit"])

    def frozen(self, body: Any, person: str) -> None:
        assert body["source"] in self.left_chair, "divided after the last look at the chair"
        assert self.chain_of[body["source"]] == body["chain"]

    def block(self, body: Any, person: str) -> None:
        for unit in body["units"]:
            self.blocked.setdefault(unit, set()).add(body["why"])

    def unblock(self, body: Any, person: str) -> None:
        for unit in body["units"]:
            self.blocked.get(unit, set()).discard(body["why"])

    def end(self, body: Any, person: str) -> None:
        assert body["unit"] not in self.ended, "a unit ends once"
        self.ended[body["unit"]] = body["how"]

    def chosen(self, body: Any, person: str) -> None:
        assert body["shipper"] not in self.set_aside, "a shipper is set aside for one therapy at a time"
        self.set_aside[body["shipper"]] = body["chain"]

    def freed(self, body: Any, person: str) -> None:
        del self.set_aside[body["shipper"]]

    def sealed(self, body: Any, person: str) -> None:
        self.sealed_in.add(body["shipment"])

    def departed(self, body: Any, person: str) -> None:
        assert body["shipment"] in self.sealed_in, "nobody drives off without a seal"

    def packed(self, body: Any, person: str) -> None:
        assert self.set_aside.pop(body["shipper"]) == self.chain_of[body["unit"]], "into the shipper that was chosen"
        assert body["logger"], "a logger runs"
        units = [body["unit"], *(body.get("further") or ())]
        assert len({self.chain_of[unit] for unit in units}) == 1, "one patient in a shipper"
        for unit in units:
            assert not self.blocked.get(unit) and unit not in self.ended
            product = unit in self.products.get(self.chain_of[unit], set())
            assert not product or unit in self.answered_for, "nothing leaves before somebody answers for it"

    def arrive(self, body: Any, person: str) -> None:
        assert body["first"] != body["second"]
        self.received |= {body["unit"], *(body.get("further") or ())}

    def work(self, body: Any, person: str) -> None:
        self.worked_in.setdefault(body["batch"], set()).add(person)

    def review(self, body: Any, person: str) -> None:
        assert person not in self.worked_in.get(body["batch"], set()), "nobody reviews their own work"
        self.reviewed_by[body["batch"]] = person

    def read_by_exception(self, body: Any, person: str) -> None:
        assert person not in self.worked_in.get(body["batch"], set()), "nobody reviews their own work"
        self.audit_trail_read_by[body["batch"]] = person

    def certify(self, body: Any, person: str) -> None:
        assert self.audit_trail_read_by[body["batch"]] != person, "released by another than the reader"
        assert self.reviewed_by[body["batch"]] != person, "released by another than the reviewer"
        assert person not in self.worked_in.get(body["batch"], set())
        assert all(self.chain_of[unit] == body["chain"] for unit in body["units"])
        self.answered_for |= set(body["units"])

    def condition(self, body: Any, person: str) -> None:
        here = self.products.get(body["chain"], set())
        assert here and here <= self.answered_for & self.received, "nobody is conditioned for what is not there"
        assert body["patient"] == self.patient_of[body["chain"]]

    def thaw(self, body: Any, person: str) -> None:
        assert body["unit"] in self.received & self.answered_for and not self.blocked.get(body["unit"])
        self.thawed.add(body["unit"])

    def confirm(self, body: Any, person: str) -> None:
        assert body["first"] != body["second"] == person
        self.bedside[body["unit"]] = (body["patient"], body["first"], body["second"])

    def infuse(self, body: Any, person: str) -> None:
        unit = body["unit"]
        assert self.bedside[unit][0] == self.patient_of[self.chain_of[unit]], "into exactly that patient"
        assert unit in self.thawed and unit not in self.ended and not self.blocked.get(unit)
        self.given.add(unit)


_HEARD: dict[str, Callable[[Told, Any, str], None]] = {
    "identity.chain_begun.v1": Told.begun,
    "identity.unit_created.v1": Told.unit,
    "identity.units_blocked.v1": Told.block,
    "identity.units_unblocked.v1": Told.unblock,
    "identity.unit_ended.v1": Told.end,
    "custody.began.v1": Told.custody,
    "custody.handed_over.v1": Told.handed,
    "collection.leaving_checked.v1": Told.leaving,
    "collection.cryobag_filled.v1": Told.frozen,
    "logistics.shipper_chosen.v1": Told.chosen,
    "logistics.shipper_freed.v1": Told.freed,
    "logistics.packed.v1": Told.packed,
    "logistics.sealed.v1": Told.sealed,
    "logistics.departed.v1": Told.departed,
    "logistics.received.v1": Told.arrive,
    "manufacturing.step_completed.v1": Told.work,
    "quality.result_recorded.v1": Told.work,
    "quality.record_reviewed.v1": Told.review,
    "quality.audit_trail_reviewed.v1": Told.read_by_exception,
    "quality.certified.v1": Told.certify,
    "clinical.conditioning_started.v1": Told.condition,
    "infusion.thawed.v1": Told.thaw,
    "infusion.bedside_confirmed.v1": Told.confirm,
    "infusion.started.v1": Told.infuse,
}


class TwoTherapies(RuleBasedStateMachine):
    """Two patients of one centre, mostly treated as they should be."""

    service: ClassVar[Service]
    #: What was tried over all runs: a machine that never mixes anything up, or never arrives, proves little.
    tried: ClassVar[dict[str, int]] = {}

    @initialize()
    def two_patients(self) -> None:
        self.roots = [
            enrolled(self.service, hospital_number=f"NH-7{next(_numbers):05d}", given_name=f"Tilda {name}")
            for name in ("A", "B")
        ]

    def _therapy(self, one: int) -> scene.Therapy:
        return scene.find(self.service, self.roots[one])

    def _count(self, what: str) -> None:
        self.tried[what] = self.tried.get(what, 0) + 1

    @rule(
        one=which,
        acts_max=st.integers(10, 60),
        out_of_turn=st.lists(st.integers(0, 500), min_size=3, max_size=6),
        mixed_up=st.lists(st.integers(0, 20), min_size=1, max_size=2),
    )
    def a_stretch(self, one: int, acts_max: int, out_of_turn: list[int], mixed_up: list[int]) -> None:
        """Act after act as the programme says; then what comes to somebody's mind, and scans of the other's things."""
        self._go_on(one, acts_max)
        therapy = self._therapy(one)
        steps = therapy.programme.journey
        for number in out_of_turn:
            self._try(therapy, steps[number % len(steps)], {}, "out of turn")
        for number in mixed_up:
            self._mix_up(one, number)

    def _go_on(self, one: int, acts_max: int) -> None:
        therapy = self._therapy(one)
        for _ in range(acts_max):
            try:
                step = player.open_step(therapy)
                player.wait_until(self.service, player.due(self.service, therapy, step))
                player.perform_in_time(self.service, therapy, step)
            except (NotFound, Refused, Forbidden):
                self._count("stopped")
                return
            therapy = scene.again(self.service, therapy)

    def _mix_up(self, one: int, number: int) -> None:
        therapy, other = self._therapy(one), self._therapy(1 - one)
        try:
            step = player.open_step(therapy)
            ours, theirs = self._command(therapy, step), self._command(other, step)
        except NOTHING_BEFORE_THEM:
            return
        differ = [name for name in NAMES_A_THING if name in ours and ours[name] != theirs.get(name, ours[name])]
        if differ:
            name = differ[number % len(differ)]
            self._try(therapy, step, {name: theirs[name]}, "mixed up")

    def _command(self, therapy: scene.Therapy, step: JourneyStep) -> dict[str, Any]:
        account = player.candidates(self.service, therapy, step)[0]
        act = acts.of(step.action)
        assert act is not None
        return dict(act(player.look(self.service, therapy, step.action, account.actor, {})))

    def _try(self, therapy: scene.Therapy, step: JourneyStep, changed: dict[str, Any], what: str) -> None:
        try:
            command = {**self._command(therapy, step), **changed}
            actor = player.candidates(self.service, therapy, step)[0].actor
        except NOTHING_BEFORE_THEM:
            return  # nobody has anything before them that they could do it with
        try:
            done = player.perform_as(self.service, actor, step.action, command, f"tried-{next(_numbers)}")
        except CoignError:
            self._count(f"{what}: refused")
        else:
            self._count(f"{what}: entered")
            player.settled(self.service, done)

    def teardown(self) -> None:
        told = Told()
        for entry in entries(self.service):
            told.hear(entry)


@pytest.mark.requirement("TRC-10", "TRC-12", "TRC-13", "TRC-22", "TRC-27", "GMP-37", "PAT-28")
def test_whatever_is_tried_on_two_therapies_the_record_tells_of_no_mix_up(begun: Service) -> None:
    TwoTherapies.service, TwoTherapies.tried = begun, {}
    # A run takes seconds: what it found is told at once, not made shorter first.
    few = settings(
        max_examples=3, stateful_step_count=9, deadline=None, database=None, phases=(Phase.explicit, Phase.generate)
    )
    run_state_machine_as_test(TwoTherapies, settings=few)
    assert TwoTherapies.tried.get("out of turn: refused"), TwoTherapies.tried
