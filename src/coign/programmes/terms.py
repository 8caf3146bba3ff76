"""What a verifier must be told of programmes and rule sets to replay the invariants: limits, tasks, plans."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import reduce
from typing import Any

from coign import rulesets
from coign.programmes.model import ProgrammeVersion
from coign_verify.invariants import Terms

_PER_MINUTE = {"s": Decimal(1) / 60, "min": Decimal(1), "h": Decimal(60), "d": Decimal(1440), "": Decimal(1)}


def terms_of(versions: Iterable[ProgrammeVersion]) -> Terms:
    """By the hash of each version, as it stands in the record."""
    read = (Terms.read(str(version.digest), version.terms) for version in versions)
    return reduce(Terms.and_those, read, Terms(house=of_the_house()))


def documents_of(versions: Iterable[ProgrammeVersion]) -> Mapping[str, Mapping[str, Any]]:
    """The same as documents, by the hashes that approvals name."""
    return {str(version.terms_digest): version.terms for version in versions}


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
