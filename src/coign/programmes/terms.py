"""What a verifier must be told of programmes and rule sets to replay the invariants: limits, tasks, plans."""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any, Protocol

from coign.programmes.model import ProgrammeVersion
from coign_verify.invariants import Terms


class HouseRules(Protocol):
    """Rule sets, as far as invariants ask for them."""

    def numbers(self) -> Mapping[str, tuple[tuple[str, float], ...]]:
        """Minutes and counts with the days from which they hold."""

    def jurisdictions(self) -> Mapping[str, str]:
        """By country."""


def terms_of(versions: Iterable[ProgrammeVersion], rules: HouseRules) -> Terms:
    """By the hash of each version, as it stands in the record; and what holds whatever the programme is."""
    read = (Terms.read(str(version.digest), version.terms) for version in versions)
    return reduce(Terms.and_those, read, Terms(house=rules.numbers(), jurisdictions=rules.jurisdictions()))


def documents_of(versions: Iterable[ProgrammeVersion]) -> Mapping[str, Mapping[str, Any]]:
    """The same as documents without rule sets, by the hashes that approvals name."""
    return {str(version.terms_digest): version.terms for version in versions}
