"""What a verifier must be told of programmes to replay the invariants: limits, tasks, questions and doses."""

from collections.abc import Iterable, Mapping, Sequence

from coign.programmes.dose_plan import CELLS_PER_WEIGHT
from coign.programmes.model import ProgrammeVersion, minutes_of
from coign_verify.invariants import Dose, Terms


def terms_of(versions: Iterable[ProgrammeVersion], rules: Mapping[str, Sequence[tuple[str, float]]]) -> Terms:
    """By the hash of each version, as it stands in the record; `rules`: the durations of the rule sets."""
    limits, tasks, asked, doses = {}, {}, {}, {}
    for version in versions:
        digest = str(version.digest)
        limits[digest] = dict(_minutes(version))
        done = {step.action: step.task for step in version.journey if step.task}
        tasks[digest] = done | {step.id: step.task for step in version.steps}
        asked[digest] = {item.id: item.unit for item in version.before_infusion.items}
        doses[digest] = tuple(_doses(version))
    return Terms(limits, tasks, asked, doses, rules)


def _minutes(version: ProgrammeVersion) -> Iterable[tuple[str, float]]:
    for limit in version.limits.values():
        try:
            yield limit.name, minutes_of(limit.quantity)
        except KeyError:  # a limit of something else than time
            continue


def _doses(version: ProgrammeVersion) -> Iterable[Dose]:
    """None where the programme works no dose out."""
    plan = version.dose
    for each in plan.ranges if plan is not None else ():
        assert plan is not None
        yield Dose(each.up_to_kg, each.low, each.high, each.unit == CELLS_PER_WEIGHT, plan.cap.amount)
