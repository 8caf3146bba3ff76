"""What a verifier must be told of programmes to replay the invariants: limits in minutes, and tasks."""

from collections.abc import Iterable

from coign.programmes.model import ProgrammeVersion, minutes_of
from coign_verify.invariants import Terms


def terms_of(versions: Iterable[ProgrammeVersion]) -> Terms:
    """By the hash of each version, as it stands in the record."""
    limits, tasks = {}, {}
    for version in versions:
        limits[str(version.digest)] = dict(_minutes(version))
        done = {step.action: step.task for step in version.journey if step.task}
        tasks[str(version.digest)] = done | {step.id: step.task for step in version.steps}
    return Terms(limits, tasks)


def _minutes(version: ProgrammeVersion) -> Iterable[tuple[str, float]]:
    for limit in version.limits.values():
        try:
            yield limit.name, minutes_of(limit.quantity)
        except KeyError:  # a limit of something else than time
            continue
