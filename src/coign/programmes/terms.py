"""What a verifier must be told of programmes and rule sets to replay the invariants: limits, tasks, plans."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from coign import rulesets
from coign.programmes.model import ProgrammeVersion, minutes_of
from coign_verify.invariants import Plan, PlannedSample, PlannedStep, PlannedTest, Terms

OF_COUNTRY = "jurisdiction.of_country."
_PER_MINUTE = {"s": Decimal(1) / 60, "min": Decimal(1), "h": Decimal(60), "d": Decimal(1440), "": Decimal(1)}


def terms_of(versions: Iterable[ProgrammeVersion]) -> Terms:
    """By the hash of each version, as it stands in the record."""
    limits, tasks, plans = {}, {}, {}
    for version in versions:
        name = str(version.digest)
        limits[name] = dict(_minutes(version))
        done = {step.action: step.task for step in version.journey if step.task}
        tasks[name] = done | {step.id: step.task for step in version.steps}
        plans[name] = plan_of(version)
    return Terms(limits, tasks, plans, of_the_house(), jurisdictions())


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


def of_the_house() -> dict[str, tuple[tuple[str, float], ...]]:
    """Minutes and counts of the rule sets that hold in every jurisdiction, with the days from which they hold."""
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for rule in rulesets.load().all():
        try:
            value = float(Decimal(rule.value) * _PER_MINUTE[rule.unit])
        except (InvalidOperation, KeyError):  # a word, or a measure of something else
            continue
        if not rule.jurisdiction:
            found[rule.name].append((rule.since, value))
    return {name: tuple(sorted(values)) for name, values in found.items()}


def jurisdictions() -> dict[str, str]:
    """Whose law holds in each country that the rule sets know."""
    of_country = [rule for rule in rulesets.load().all() if rule.name.startswith(OF_COUNTRY)]
    return {rule.name.removeprefix(OF_COUNTRY): rule.value for rule in of_country}
