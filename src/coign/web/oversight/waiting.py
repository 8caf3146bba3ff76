"""Patients who were conditioned and not given the product yet: whoever is stopped, they are called first."""

from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Product
from coign.records import reading as records
from coign.records.journey import Journey
from coign.web import running
from coign.web.oversight.sight import jurisdiction_of
from coign.web.reading import reader
from coign.web.therapy.story import programme_of

CONDITIONING, GIVEN = "clinical.start_conditioning", "infusion.finish"
#: What stops a patient who waits from being given the product.
REACHES_THE_PATIENT = ("manufacture", "dispatch", "administration")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One therapy whose patient waits, and where."""

    root: str
    centre: str


def waiting(product: Product, jurisdiction: str, organisation: Organisation | None = None) -> list[Waiting]:
    """Therapies with this product in this jurisdiction that a house is party to; of all houses when none is given."""
    with reader().connection() as connection:
        house = str(organisation) if organisation else None
        # A patient who waits for cells has a step open that gives, moves or judges them.
        known = records.in_hand(connection, running.service().ledger_id, house, newest=0)
    return [
        Waiting(j.root, j.centre)
        for j in known
        if j.product == str(product) and _waits(j) and jurisdiction_of(Organisation(j.centre)) == jurisdiction
    ]


def _waits(journey: Journey) -> bool:
    programme = programme_of(journey)
    if programme is None or journey.ended:
        return False
    done = {step.action for step in programme.journey if step.id in journey.done}
    return CONDITIONING in done and GIVEN not in done
