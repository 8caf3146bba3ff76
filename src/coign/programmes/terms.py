"""What a verifier must be told of programmes and rule sets to replay the invariants: limits, tasks, plans."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

from coign.programmes.model import ProgrammeVersion
from coign_verify.invariants import House, Terms


def terms_of(versions: Iterable[ProgrammeVersion], house: Mapping[str, House]) -> Terms:
    """By the hash of each version, as it stands in the record; `house`: by the hash that the basis of entries names."""
    read = (Terms.read(str(version.digest), version.terms) for version in versions)
    return replace(reduce(Terms.and_those, read, Terms()), house=house)


def documents_of(versions: Iterable[ProgrammeVersion]) -> Mapping[str, Mapping[str, Any]]:
    """The same of versions alone as documents, by the hashes that approvals name."""
    return {str(version.terms_digest): version.terms for version in versions}
