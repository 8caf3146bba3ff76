"""What a verifier must be told of programmes to replay the invariants: limits, and tasks."""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

from coign.programmes.model import ProgrammeVersion
from coign_verify.invariants import Terms


def terms_of(versions: Iterable[ProgrammeVersion]) -> Terms:
    """By the hash of each version, as it stands in the record."""
    read = (Terms.read(str(version.digest), version.terms) for version in versions)
    return reduce(Terms.and_those, read, Terms())


def documents_of(versions: Iterable[ProgrammeVersion]) -> Mapping[str, Mapping[str, Any]]:
    """The same as documents, by the hashes that approvals name."""
    return {str(version.terms_digest): version.terms for version in versions}
