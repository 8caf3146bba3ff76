"""Values of a paper record as the resolver would find them, and their correction by two."""

from dataclasses import replace
from typing import Any

from tests.support.paper import PaperRecord
from tests.support.plant import BATCH, MAKER, OPERATOR, SEALED, Plant

from coign.correction.events import CorrectionProposed
from coign.correction.recorded import Recorded, values_of
from coign.kernel.facts import Fact
from coign.kernel.subjects import Case
from coign.manufacturing.events import StepCompleted

CORRECTION = Case.of("COR1")


def found(record: PaperRecord, fact: type[Fact], name: str) -> Recorded:
    """The newest value of this name in a fact of this type."""
    for entry, (at, by, told) in reversed(list(enumerate(record.history))):
        for value in values_of((told,)) if isinstance(told, fact) else ():
            if value.name == name:
                return replace(value, entry=entry, at=at, by=by.person)
    raise LookupError(name)


def proposal(value: Recorded, right: str, case: Case = CORRECTION) -> dict[str, Any]:
    """What whoever proposes sends, and what is filled in."""
    return {
        "entry": value.entry, "name": value.name, "value": right, "reason": SEALED, "case": case, "found": value,
    }  # fmt: skip


def in_doubt(plant: Plant) -> None:
    """A measurement of the batch is corrected before there is a container that could be held."""
    value = found(plant, StepCompleted, "measurements/viability_at_harvest")
    plant.happened(
        CorrectionProposed(
            case=CORRECTION, home=BATCH, entry=value.entry, fact=value.fact, name=value.name, label=value.label,
            before=value.value, after="81", unit=value.unit, recorded_at=plant.now, recorded_by=OPERATOR.person,
            of=value.of, units=(), reason=SEALED, by=OPERATOR.person, informed=(MAKER,),
        ),
        by=OPERATOR,
    )  # fmt: skip
