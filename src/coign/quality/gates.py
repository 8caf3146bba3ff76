"""The gates about material and about results."""

from typing import Protocol

from coign.coldchain.views import CONDITION
from coign.identity.views import UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Batch, Unit
from coign.kernel.values import Quantity
from coign.logistics.views import RECEIPT
from coign.manufacturing.views import BATCH, SAMPLE
from coign.programmes.model import ProgrammeVersion, Range
from coign.quality.state import BLOCKS, DOSSIER, REASONS
from coign.quality.views import DISPOSITION
from coign.training.views import missing_qualification


class OfUnit(Protocol):
    """A command that concerns one unit."""

    @property
    def unit(self) -> Unit: ...


class OfBlock(OfUnit, Protocol):
    """A command that concerns one reason why a unit is blocked."""

    @property
    def why(self) -> str: ...


class OfBatch(Protocol):
    """A command that concerns one batch."""

    @property
    def batch(self) -> Batch: ...


class OfReport(Protocol):
    """A command that says what went differently, with a batch or with a container."""

    @property
    def batch(self) -> Batch | None: ...
    @property
    def unit(self) -> Unit | None: ...


class OfAttribute(OfBatch, Protocol):
    """A command that concerns one test of the release panel."""

    @property
    def attribute(self) -> str: ...


class OfResult(OfAttribute, Protocol):
    """A command with a result."""

    @property
    def sample(self) -> Unit: ...

    @property
    def value(self) -> str: ...

    @property
    def unit(self) -> str: ...


def programme_of(batch: Batch, known: Circumstances) -> ProgrammeVersion:
    """The version that the batch began with: a specification edited later changes nothing here (GMP-S6)."""
    version: ProgrammeVersion = known.programmes.version(known.state(BATCH, batch).version)
    return version


def test_of(asked: OfAttribute, known: Circumstances) -> Range | None:
    """The test asked about, or None; then `quality.attribute_is_in_panel` has spoken."""
    return next((a for a in programme_of(asked.batch, known).panel if a.id == asked.attribute), None)


@gate(
    "quality.material_is_collected_cells",
    requirement=("GMP-04", "TRC-22"),
    protects="A product is certified, not accepted as material: one decision must not be taken for the other.",
    remedy="Scan the bag that was collected from the patient.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def material_is_collected_cells(asked: OfUnit, known: Circumstances) -> str | None:
    kind = known.state(UNIT, asked.unit).kind
    if kind == "starting_material":
        return None
    return f"{asked.unit.identifier} is {kind.replace('_', ' ') or 'of no chain of identity'}"


@gate(
    "quality.material_is_received",
    requirement=("SCS-13", "GMP-04"),
    protects="What two persons have not found to be the right bag cannot be accepted.",
    remedy="Finish the receipt: two persons, unit, seal, condition.",
    resolvers=("warehouse",),
    risk=Risk.PATIENT,
)
def material_is_received(asked: OfUnit, known: Circumstances) -> str | None:
    here = known.actor.organisation
    if known.state(RECEIPT, asked.unit).is_at(here):
        return None
    return f"{asked.unit.identifier} was not received at {here.identifier}"


@gate(
    "quality.temperature_is_in_order",
    requirement=("SCS-09", "SCS-08"),
    protects="Cells that were warm may not grow; nobody can see it from outside.",
    remedy="Assess the excursion on the stability data.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def temperature_is_in_order(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(RECEIPT, asked.unit).under_way is not None:
        return None  # its logger may not have been read yet; `quality.material_is_received` says so
    why = known.state(CONDITION, asked.unit).not_in_order_at(known.now)
    return f"{asked.unit.identifier} {why}" if why else None


@gate(
    "quality.material_is_not_blocked",
    requirement=("TRC-14", "TRC-S1"),
    protects="While something does not agree, it may be another patient's bag.",
    remedy="Find out why it is blocked and resolve it.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def material_is_not_blocked(asked: OfUnit, known: Circumstances) -> str | None:
    unit = known.state(UNIT, asked.unit)
    return f"{asked.unit.identifier} {unit.stands_still_because}" if unit.blocked or unit.ended else None


@gate(
    "quality.material_is_undecided",
    requirement="GMP-04",
    protects="A decision is taken once; what was rejected does not come back.",
    remedy="Look at the unit: the decision stands.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def material_is_undecided(asked: OfUnit, known: Circumstances) -> str | None:
    disposition = known.state(DISPOSITION, asked.unit)
    if disposition.rejected:
        return f"{asked.unit.identifier} was rejected"
    return f"{asked.unit.identifier} was accepted" if disposition.material_accepted else None


@gate(
    "quality.material_is_not_rejected",
    requirement="GMP-04",
    protects="A rejection is said once.",
    remedy="Look at the unit: it is rejected.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def material_is_not_rejected(asked: OfUnit, known: Circumstances) -> str | None:
    return f"{asked.unit.identifier} was rejected before" if known.state(DISPOSITION, asked.unit).rejected else None


@gate(
    "quality.material_deviations_are_closed",
    requirement=("GMP-19", "GMP-04"),
    protects="Nothing unexplained goes into a product.",
    remedy="Judge and close each open deviation about the bag.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def material_deviations_are_closed(asked: OfUnit, known: Circumstances) -> str | None:
    open_ = known.state(DISPOSITION, asked.unit).open_deviations
    return f"open about {asked.unit.identifier}: {', '.join(c.identifier for c in open_)}" if open_ else None


def batch_concerned(asked: OfReport, known: Circumstances) -> Batch | None:
    """The batch that a report is about: named, or the one that the container belongs to."""
    if asked.batch is not None or asked.unit is None:
        return asked.batch
    return known.state(UNIT, asked.unit).batch


@gate(
    "quality.something_is_named",
    requirement="GMP-19",
    protects="A report that names nothing is found by nobody.",
    remedy="Scan the batch or the container.",
    resolvers=("operator", "qa"),
    risk=Risk.DATA,
)
def something_is_named(asked: OfReport, known: Circumstances) -> str | None:
    return "neither a batch nor a container is named" if asked.batch is None and asked.unit is None else None


@gate(
    "quality.block_is_open",
    requirement="TRC-S1",
    protects="Only what is open can be resolved.",
    remedy="Look at the unit: this does not block it.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def block_is_open(asked: OfBlock, known: Circumstances) -> str | None:
    why = REASONS[asked.why]
    if why in known.state(UNIT, asked.unit).blocked:
        return None
    return f"{asked.unit.identifier} is not blocked because {why}"


@gate(
    "quality.resolver_had_no_part",
    requirement=("TRC-13", "TRC-S1"),
    protects="Who was there cannot judge what happened.",
    remedy="Let somebody resolve it who had no part in it.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def resolver_had_no_part(asked: OfBlock, known: Circumstances) -> str | None:
    part = known.actor.person in known.state(BLOCKS, asked.unit).found_by(REASONS[asked.why])
    return "you had a part in what did not agree" if part else None


@gate(
    "quality.sample_is_of_batch",
    requirement=("GMP-20", "TRC-22"),
    protects="A result of another patient's sample says nothing about this product.",
    remedy="Scan a sample that was drawn from this batch.",
    resolvers=("analyst",),
    risk=Risk.PATIENT,
)
def sample_is_of_batch(asked: OfResult, known: Circumstances) -> str | None:
    sample = known.state(UNIT, asked.sample)
    if sample.kind == "sample" and sample.batch == asked.batch:
        return None
    return f"{asked.sample.identifier} is no sample of {asked.batch.identifier}"


@gate(
    "quality.sample_may_be_used",
    requirement=("TRC-14", "GMP-20"),
    protects="A sample whose label nobody scanned back may be another patient's.",
    remedy="Scan the label of the sample back; if it is blocked, find out why.",
    resolvers=("operator", "qa"),
    risk=Risk.PATIENT,
)
def sample_may_be_used(asked: OfResult, known: Circumstances) -> str | None:
    sample = known.state(UNIT, asked.sample)
    if sample.kind != "sample" or sample.batch != asked.batch:
        return None  # `quality.sample_is_of_batch` says so
    why = sample.stands_still_because
    return f"{asked.sample.identifier} {why}" if why else None


@gate(
    "quality.sample_is_for_the_test",
    requirement=("GMP-20", "GMP-24"),
    protects="The same number says one thing of the culture and another of the product: the plan says what is tested.",
    remedy="Scan the sample that was drawn for this test.",
    resolvers=("analyst",),
    risk=Risk.PATIENT,
)
def sample_is_for_the_test(asked: OfResult, known: Circumstances) -> str | None:
    sample = known.state(SAMPLE, asked.sample)
    if sample.batch != asked.batch or test_of(asked, known) is None or sample.serves(asked.attribute):
        return None  # `quality.sample_is_of_batch` and `quality.attribute_is_in_panel` say the rest
    return f"{asked.sample.identifier} was drawn as “{sample.planned}”, not for {asked.attribute}"


@gate(
    "quality.attribute_is_in_panel",
    requirement=("GMP-24", "GMP-15"),
    protects="A result that no specification asks for decides nothing.",
    remedy="Choose a test of the batch's own release panel.",
    resolvers=("analyst",),
    risk=Risk.DATA,
)
def attribute_is_in_panel(asked: OfAttribute, known: Circumstances) -> str | None:
    if test_of(asked, known) is not None:
        return None
    return f"“{asked.attribute}” is not a test of {asked.batch.identifier}"


@gate(
    "quality.result_unit_agrees",
    requirement="CSV-28",
    protects="A number under another unit is another number.",
    remedy="Give the result in the unit of the specification.",
    resolvers=("analyst",),
    risk=Risk.PATIENT,
)
def result_unit_agrees(asked: OfResult, known: Circumstances) -> str | None:
    test = test_of(asked, known)
    if test is None or asked.unit == test.unit:
        return None
    return f"{test.id} was given in “{asked.unit}”, expected is “{test.unit}”"


@gate(
    "quality.result_can_be_read",
    requirement=("CSV-28", "GMP-20"),
    protects="A verdict is computed: what is no number cannot be compared with a limit.",
    remedy="Give a decimal number such as 84.6.",
    resolvers=("analyst",),
    risk=Risk.PRODUCT,
)
def result_can_be_read(asked: OfResult, known: Circumstances) -> str | None:
    test = test_of(asked, known)
    if test is None or test.equals:
        return None
    try:
        Quantity(asked.value, "1")
    except ValueError as error:
        return f"{test.id}: “{asked.value}”: {error}"
    return None


@gate(
    "quality.no_result_stands",
    requirement=("GMP-21", "GMP-S3"),
    protects="Nobody tests until the result is liked: the first result stands.",
    remedy="Investigate the result; only a proven laboratory error allows another test.",
    resolvers=("qa", "qcreviewer"),
    risk=Risk.PATIENT,
)
def no_result_stands(asked: OfResult, known: Circumstances) -> str | None:
    result = known.state(DOSSIER, asked.batch).result(asked.attribute)
    return f"{asked.attribute} has a result: {result.value} {result.unit}".rstrip() if result is not None else None


@gate(
    "quality.retests_are_left",
    requirement="GMP-21",
    protects="The number of repeats is fixed beforehand, so that chance cannot be asked again and again.",
    remedy="Decide on the batch with what is known; this test is not repeated any more.",
    resolvers=("qa", "qp"),
    risk=Risk.PATIENT,
)
def retests_are_left(asked: OfResult, known: Circumstances) -> str | None:
    before = known.state(DOSSIER, asked.batch).attempt(asked.attribute)
    limit = int(known.rules.number("quality.retests_max", known.now))
    if before is None or before.stands or before.invalidated <= limit:
        return None
    return f"{asked.attribute} was repeated {limit} times already"


@gate(
    "quality.analyst_is_qualified",
    requirement=("TRN-01", "TRN-02"),
    protects="Whoever tests has shown that they can.",
    remedy="Let a qualified colleague test, or be qualified by a trainer.",
    resolvers=("trainer", "analyst"),
    risk=Risk.PATIENT,
)
def analyst_is_qualified(asked: OfBatch, known: Circumstances) -> str | None:
    return missing_qualification(programme_of(asked.batch, known).task_of("quality.record_result"), known)


@gate(
    "quality.result_waits_for_review",
    requirement="GMP-20",
    protects="A review is of a result that stands, and is made once.",
    remedy="Look at the results: this one is missing or was reviewed.",
    resolvers=("qcreviewer",),
    risk=Risk.DATA,
)
def result_waits_for_review(asked: OfAttribute, known: Circumstances) -> str | None:
    result = known.state(DOSSIER, asked.batch).result(asked.attribute)
    if result is None:
        return f"{asked.attribute} has no result"
    return f"{asked.attribute} was reviewed" if result.reviewed_by is not None else None


@gate(
    "quality.result_stands",
    requirement="GMP-21",
    protects="Only a result that stands can be found to be an error.",
    remedy="Look at the results: this one is missing or was invalidated.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def result_stands(asked: OfAttribute, known: Circumstances) -> str | None:
    stands = known.state(DOSSIER, asked.batch).result(asked.attribute) is not None
    return None if stands else f"{asked.attribute} has no result that stands"


@gate(
    "quality.result_judged_by_another",
    requirement=("GMP-20", "CSV-31"),
    protects="Who tested reads what they expect to read.",
    remedy="Let somebody else compare the result with its raw data.",
    resolvers=("qcreviewer", "qa"),
    risk=Risk.PATIENT,
)
def result_judged_by_another(asked: OfAttribute, known: Circumstances) -> str | None:
    result = known.state(DOSSIER, asked.batch).result(asked.attribute)
    if result is not None and result.by == known.actor.person:
        return "you recorded this result yourself"
    return None
