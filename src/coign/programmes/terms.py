"""What a verifier must be told of programmes and rule sets to replay the invariants: limits, tasks, plans."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from coign.programmes.model import ProgrammeVersion, minutes_of
from coign_verify.invariants import Plan, PlannedSample, PlannedStep, PlannedTest, Terms


class HouseRules(Protocol):
    """Rule sets, as far as invariants ask for them."""

    def numbers(self) -> Mapping[str, tuple[tuple[str, float], ...]]:
        """Minutes and counts with the days from which they hold."""

    def jurisdictions(self) -> Mapping[str, str]:
        """By country."""


def terms_of(versions: Iterable[ProgrammeVersion], rules: HouseRules) -> Terms:
    """By the hash of each version, as it stands in the record; and what holds whatever the programme is."""
    limits, tasks, plans = {}, {}, {}
    for version in versions:
        name = str(version.digest)
        limits[name] = dict(_minutes(version))
        done = {step.action: step.task for step in version.journey if step.task}
        tasks[name] = done | {step.id: step.task for step in version.steps}
        plans[name] = plan_of(version)
    return Terms(limits, tasks, plans, rules.numbers(), rules.jurisdictions())


def _minutes(version: ProgrammeVersion) -> Iterable[tuple[str, float]]:
    for limit in version.limits.values():
        try:
            yield limit.name, minutes_of(limit.quantity)
        except KeyError:  # a limit of something else than time
            continue


def plan_of(version: ProgrammeVersion) -> Plan:
    """Steps, samples, tests and bags of a batch."""
    steps = (
        PlannedStep(
            step.id,
            tuple((m.id, m.unit) for m in step.measurements),
            frozenset(step.materials),
            frozenset(need.kind for need in step.equipment),
            frozenset(need.kind for need in step.equipment if need.clean),
            None if step.hold_max is None else minutes_of(step.hold_max),
        )
        for step in version.steps
    )
    samples = (
        PlannedSample(
            s.id, s.after, frozenset(s.tests), None if s.volume_min is None else (s.volume_min.value, s.volume_min.unit)
        )
        for s in version.samples
    )
    tests = (PlannedTest(t.id, t.unit, not t.equals, t.may_be_pending) for t in version.panel)
    return Plan(
        tuple(steps), tuple(samples), tuple(tests), version.final_containers_max, frozenset(version.quarantine_shipment)
    )
