"""What can happen when a donor is tested."""

from dataclasses import dataclass
from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.subjects import Chain, Organisation, Person, Unit
from coign.kernel.values import Digest, FreeText, Instant, Quantity

YesNo = Literal["yes", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesTaken(Fact, type="donor.samples_taken.v1", about=("chain",)):
    """Blood was taken for the tests; the number on the tubes tells reports apart."""

    chain: Chain
    sample: str
    taken_at: Instant
    history_reviewed: YesNo
    origin_at_risk: YesNo
    by: Person
    #: What was given into the veins before, and whether so much that the sample counts for nothing.
    given_before: Literal["yes", "no", "not_asked"] = "not_asked"
    weight: Quantity | None = None
    blood: Quantity | None = None
    colloids: Quantity | None = None
    crystalloids: Quantity | None = None
    diluted: Literal["yes", "no", "not_asked"] = "not_asked"
    #: When the last of it ended, where that was told.
    blood_until: Instant | None = None
    crystalloids_until: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerReported(Fact, type="donor.marker_reported.v1", about=("chain",)):
    """A laboratory reported one marker of one sample."""

    chain: Chain
    sample: str
    marker: str
    result: Literal["negative", "reactive"]
    laboratory: str
    report: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMarkersJustified(Fact, type="donor.open_markers_justified.v1", about=("chain",)):
    """Somebody who may decide it says why the cells are used although these markers are open."""

    chain: Chain
    open: tuple[str, ...]
    reason: FreeText
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SetApart(Fact, type="donor.set_apart.v1", about=("unit",)):
    """The bag bears the hazard label and stands in a place for such bags, in this house."""

    unit: Unit
    organisation: Organisation
    place: str
    by: Person
