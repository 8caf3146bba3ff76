"""The gates of a decision about a batch: everything is there, nothing is open, nobody judges their own work."""

from collections.abc import Iterator
from typing import Protocol

from coign.coldchain.views import CONDITION
from coign.correction.views import CORRECTIONS
from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT, UnitState
from coign.kernel.actions import Circumstances, Read, Risk, gate
from coign.kernel.subjects import Batch, Case, Organisation, Unit
from coign.manufacturing.views import BATCH, held_because
from coign.quality.audit_trail_state import AUDIT_TRAIL
from coign.quality.gates import OfBatch, programme_of
from coign.quality.state import DEVIATION, DOSSIER
from coign.quality.views import DISPOSITION


class OfCase(Protocol):
    """A command that concerns one deviation."""

    @property
    def case(self) -> Case: ...


def _units(asked: OfBatch, known: Circumstances) -> Iterator[tuple[Unit, UnitState]]:
    """The final containers with what they are."""
    for unit in known.state(BATCH, asked.batch).final_containers:
        yield unit, known.state(UNIT, unit)


def _may_hold(batch: Batch, unit: Unit, known: Circumstances) -> tuple[Organisation | None, ...]:
    """Who may hold a container while it is decided about: the maker; where it was sent before, the centre too."""
    here, chain = known.actor.organisation, known.state(BATCH, batch).chain
    disposition = known.state(DISPOSITION, unit)
    was_sent = disposition.is_released or disposition.may_travel_in_quarantine or disposition.called_back
    if chain is None or not was_sent:
        return (here,)
    return (here, known.state(CHAIN, chain).centre)


def had_part(batch: Batch, known: Circumstances) -> bool:
    """Whether the actor made or tested anything of the batch."""
    person = known.actor.person
    return known.state(BATCH, batch).was_performed_by(person) or person in known.state(DOSSIER, batch).analysts


@gate(
    "quality.deviation_is_open",
    requirement="GMP-19",
    protects="A deviation is judged once.",
    remedy="Look at the deviation: it is closed.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def deviation_is_open(asked: OfCase, known: Circumstances) -> str | None:
    return None if known.state(DEVIATION, asked.case).open else f"{asked.case.identifier} is closed"


@gate(
    "quality.closer_had_no_part",
    requirement=("GMP-02", "GMP-19"),
    protects="Who made, tested or reported it does not judge what went wrong.",
    remedy="Let somebody of the quality unit close it who had no hand in it.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def closer_had_no_part(asked: OfCase, known: Circumstances) -> str | None:
    deviation = known.state(DEVIATION, asked.case)
    if deviation.batch is not None and had_part(deviation.batch, known):
        return f"you had a hand in {deviation.batch.identifier}"
    if deviation.reported_by == known.actor.person:
        return f"you reported {asked.case.identifier} yourself"
    return None


@gate(
    "quality.batch_is_filled",
    requirement=("GMP-18", "GMP-19"),
    protects="A record is reviewed when it is whole.",
    remedy="Wait until production is finished.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def batch_is_filled(asked: OfBatch, known: Circumstances) -> str | None:
    filled = known.state(BATCH, asked.batch).filled_at is not None
    return None if filled else f"{asked.batch.identifier} is not filled"


@gate(
    "quality.labels_are_reconciled",
    requirement=("GMP-35", "GMP-S5"),
    protects="A batch with a label that nobody can find is not closed: it may stick to another patient's bag.",
    remedy="Account for every label; if one is missing, search the room.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def labels_are_reconciled(asked: OfBatch, known: Circumstances) -> str | None:
    batch = known.state(BATCH, asked.batch)
    if batch.filled_at is None:
        return None  # `quality.batch_is_filled` says so
    if batch.labels_unaccounted is None:
        return f"the labels of {asked.batch.identifier} were not counted"
    return f"{batch.labels_unaccounted} labels are not accounted for" if batch.labels_unaccounted else None


@gate(
    "quality.product_is_frozen",
    requirement=("GMP-18", "GMP-19"),
    protects="A record without its freezing run does not say whether the cells survived it.",
    remedy="Record the run of the freezer.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def product_is_frozen(asked: OfBatch, known: Circumstances) -> str | None:
    batch = known.state(BATCH, asked.batch)
    if batch.filled_at is None or batch.frozen_at is not None:
        return None  # `quality.batch_is_filled` says so
    if programme_of(asked.batch, known).quantity_if_any("filling_to_freezing_max") is None:
        return None  # a product that is given fresh
    return f"no freezing of the bags of {asked.batch.identifier} is on record"


@gate(
    "quality.results_are_complete",
    requirement=("GMP-15", "GMP-20"),
    protects="No test is forgotten: each has a result that a second person compared with its raw data.",
    remedy="Record and review the results that are missing.",
    resolvers=("analyst", "qcreviewer"),
    risk=Risk.PATIENT,
)
def results_are_complete(asked: OfBatch, known: Circumstances) -> str | None:
    if known.state(BATCH, asked.batch).filled_at is None:
        return None  # nothing can be tested yet; others say so
    dossier = known.state(DOSSIER, asked.batch)
    panel = programme_of(asked.batch, known).panel
    standing = [(test, dossier.result(test.id)) for test in panel]
    # What may be pending is named at release: `quality.pending_results_are_named` asks for it.
    missing = [test.label for test, result in standing if result is None and not test.may_be_pending]
    unread = [test.label for test, result in standing if result is not None and result.reviewed_by is None]
    said = [f"no result: {', '.join(missing)}"] if missing else []
    said += [f"not reviewed: {', '.join(unread)}"] if unread else []
    return "; ".join(said) or None


@gate(
    "quality.results_meet_specification",
    requirement=("GMP-15", "GMP-S2"),
    protects="A product that fails a test is never certified, however much it is needed.",
    remedy="Reject the batch, or let the physician ask for the way of supply out of specification.",
    resolvers=("qa", "qp", "physician"),
    risk=Risk.PATIENT,
)
def results_meet_specification(asked: OfBatch, known: Circumstances) -> str | None:
    failed = [r for r in known.state(DOSSIER, asked.batch).results if r.stands and r.verdict == "fail"]
    tests = {test.id: test for test in programme_of(asked.batch, known).panel}
    said = [
        f"{tests[r.attribute].label} is {r.value}{r.unit and ' '}{r.unit}, required is {tests[r.attribute].words}"
        for r in failed
    ]
    return "; ".join(said) or None


@gate(
    "quality.deviations_are_closed",
    requirement=("GMP-19", "GMP-39"),
    protects="Nothing unexplained goes to a patient.",
    remedy="Judge and close each open deviation.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def deviations_are_closed(asked: OfBatch, known: Circumstances) -> str | None:
    dossier = known.state(DOSSIER, asked.batch)
    if dossier.open_count == 0:
        return None
    return f"{dossier.open_count} open: {', '.join(c.identifier for c in dossier.open_deviations)}"


@gate(
    "quality.judge_had_no_part",
    requirement=("GMP-02", "CSV-31"),
    protects="Nobody judges what they made or tested.",
    remedy="Let somebody of the quality unit do this who had no hand in the batch.",
    resolvers=("qa", "qp"),
    risk=Risk.PATIENT,
)
def judge_had_no_part(asked: OfBatch, known: Circumstances) -> str | None:
    return f"you had a hand in {asked.batch.identifier}" if had_part(asked.batch, known) else None


@gate(
    "quality.record_is_reviewed",
    requirement=("GMP-19", "CSV-31"),
    protects="Somebody read the whole record before anybody answers for it.",
    remedy="Let the quality unit review the record.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def record_is_reviewed(asked: OfBatch, known: Circumstances) -> str | None:
    reviewed = known.state(DOSSIER, asked.batch).reviewed_by is not None
    return None if reviewed else f"the record of {asked.batch.identifier} was not reviewed"


@gate(
    "quality.certified_by_another",
    requirement=("CSV-31", "GMP-37"),
    protects="Review and certificate are two people's words, not one's.",
    remedy="Let another qualified person certify.",
    resolvers=("qp",),
    risk=Risk.PATIENT,
)
def certified_by_another(asked: OfBatch, known: Circumstances) -> str | None:
    if known.state(DOSSIER, asked.batch).reviewed_by == known.actor.person:
        return "you reviewed this record yourself"
    own = known.state(AUDIT_TRAIL, asked.batch).reviewed_by == known.actor.person
    return "you reviewed its audit trail yourself" if own else None


@gate(
    "quality.labels_are_verified",
    requirement=("TRC-14", "GMP-35"),
    protects="A certificate is for the container whose label says what was printed for it.",
    remedy="Let another person than who filled it scan the label back.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def labels_are_verified(asked: OfBatch, known: Circumstances) -> str | None:
    open_labels = [u.identifier for u, state in _units(asked, known) if not state.label_verified and not state.blocked]
    return f"not scanned back: {', '.join(open_labels)}" if open_labels else None


@gate(
    "quality.product_was_kept_cold",
    requirement=("GMP-02", "SCS-09"),
    protects="A certificate says that the product may be used: bags that thawed on a bench or in a shipper may not.",
    remedy="Put the bags into their tank; let what was out of its limits be assessed, or reject the batch.",
    resolvers=("qa", "warehouse"),
    risk=Risk.PATIENT,
)
def product_was_kept_cold(asked: OfBatch, known: Circumstances) -> str | None:
    reasons = [(unit, known.state(CONDITION, unit).not_in_order_at(known.now)) for unit, _ in _units(asked, known)]
    said = [f"{unit.identifier} {why}" for unit, why in reasons if why is not None]
    return "; ".join(said) or None


@gate(
    "quality.units_are_not_blocked",
    requirement=("TRC-S4", "TRC-27"),
    protects="While something does not agree about a container, it may hold another patient's cells.",
    remedy="Find out why it is blocked and resolve it.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def units_are_not_blocked(asked: OfBatch, known: Circumstances) -> str | None:
    said = [
        f"{unit.identifier} {state.stands_still_because}"
        for unit, state in _units(asked, known)
        if state.blocked or state.ended
    ]
    return "; ".join(said) or None


@gate(
    "quality.custody_is_in_order",
    requirement=("TRC-11", "GMP-37"),
    protects="Who certifies knows where the product is and that nobody else had it.",
    remedy="Resolve the hand-over that did not agree, or take the product back first.",
    resolvers=("qa", "operator"),
    risk=Risk.PATIENT,
)
def custody_is_in_order(asked: OfBatch, known: Circumstances) -> str | None:
    said = []
    for unit, _ in _units(asked, known):
        holding = known.state(HOLDING, unit)
        if holding.mismatch:
            said.append(f"the last hand-over of {unit.identifier} did not agree")
        elif holding.organisation not in _may_hold(asked.batch, unit, known):
            said.append(f"{unit.identifier} is not held by your organisation")
    return "; ".join(said) or None


@gate(
    "quality.product_is_in_date",
    requirement="GMP-13",
    protects="What has expired is not released.",
    remedy="Reject the batch.",
    resolvers=("qp", "qa"),
    risk=Risk.PATIENT,
)
def product_is_in_date(asked: OfBatch, known: Circumstances) -> str | None:
    said = [
        f"{unit.identifier} expired {state.expires}"
        for unit, state in _units(asked, known)
        if state.expires is not None and state.expires <= known.now
    ]
    return "; ".join(said) or None


@gate(
    "quality.batch_is_undecided",
    requirement=("GMP-37", "GMP-15"),
    protects="A decision stands: a certified batch can only be rejected, a rejected one never comes back.",
    remedy="Look at the batch: the decision was taken.",
    resolvers=("qp", "qa"),
    risk=Risk.PATIENT,
)
def batch_is_undecided(asked: OfBatch, known: Circumstances) -> str | None:
    dossier = known.state(DOSSIER, asked.batch)
    if dossier.rejected:
        return f"{asked.batch.identifier} was rejected"
    if dossier.supplied_under_exception:
        return f"{asked.batch.identifier} was supplied under exception"
    return f"{asked.batch.identifier} was certified" if dossier.certified else None


@gate(
    "quality.batch_is_not_rejected",
    requirement="GMP-15",
    protects="A rejection is said once.",
    remedy="Look at the batch: it is rejected.",
    resolvers=("qp", "qa"),
    risk=Risk.DATA,
)
def batch_is_not_rejected(asked: OfBatch, known: Circumstances) -> str | None:
    return f"{asked.batch.identifier} was rejected before" if known.state(DOSSIER, asked.batch).rejected else None


@gate(
    "quality.production_is_over",
    requirement=("GMP-19", "GMP-34"),
    protects="A rejected batch that is still open in a room would keep the room shut.",
    remedy="Give the batch up first, or wait until it is filled.",
    resolvers=("qa",),
    risk=Risk.PRODUCT,
)
def production_is_over(asked: OfBatch, known: Circumstances) -> str | None:
    return f"{asked.batch.identifier} is in production" if known.state(BATCH, asked.batch).is_open else None


@gate(
    "quality.batch_is_not_held",
    requirement=("REG-S5", "GMP-37"),
    protects="What was being made when it was stopped goes to nobody before it is known what that means for it.",
    remedy="Wait until the stop is lifted; then the quality unit takes the batch off the hold.",
    resolvers=("qa", "regulatory"),
    risk=Risk.PATIENT,
)
def batch_is_not_held(asked: OfBatch, known: Circumstances) -> str | None:
    why = held_because(asked.batch, known)
    return f"{asked.batch.identifier} {why}" if why else None


def reads_of_corrections(batch: Batch, known: Circumstances) -> tuple[Read, ...]:
    """Once BATCH is read: what was corrected in the record of the batch, and of its therapy."""
    chain = known.state(BATCH, batch).chain
    return tuple(Read(subject, CORRECTIONS) for subject in (batch, chain) if subject is not None)


@gate(
    "quality.corrections_are_assessed",
    requirement=("CSV-05", "GMP-19"),
    protects="What was decided on a number that was wrong may not hold any more.",
    remedy="Finish the corrections: a second person reads the source, and somebody without a part in it assesses.",
    resolvers=("qa", "operator"),
    risk=Risk.PATIENT,
)
def corrections_are_assessed(asked: OfBatch, known: Circumstances) -> str | None:
    reads = reads_of_corrections(asked.batch, known)
    found = [why for read in reads if (why := known.state(CORRECTIONS, read.subject).open_because)]
    return f"corrected values were not assessed: {', '.join(found)}" if found else None
