"""Which version of a programme is in force, and on which legal basis a product is given."""

from tests.support.plant import CAR_T, FILE, QA, REGULATORY, VERSION, Plant
from tests.support.plant_cases import allow, nothing, refuse, then

from coign.kernel.values import Actor
from coign.regulatory.events import ProgrammeProposed

THIS = {"programme": CAR_T, "version": VERSION.digest}
NOT_HERE = {"programme": CAR_T, "version": FILE}
PROPOSE, APPROVE = "regulatory.propose_programme", "regulatory.approve_programme"
BASIS = "regulatory.record_basis"
IN_TRIAL = {
    "product": "product:cells",
    "jurisdiction": "EU",
    "stage": "phase_2",
    "basis": "trial",
    "since": "2026-01-01T00:00:00Z",
    "evidence": FILE,
}
PROPOSER_AS_QA = Actor(REGULATORY.person, "qa", REGULATORY.organisation)


def proposed(p: Plant) -> None:
    p.act(PROPOSE, REGULATORY, **THIS)


def approved(p: Plant) -> None:
    proposed(p)
    p.act(APPROVE, QA, **THIS)


def proposed_elsewhere(p: Plant) -> None:
    p.happened(ProgrammeProposed(programme=CAR_T, version=FILE, by=REGULATORY.person), by=REGULATORY)


allow(PROPOSE, REGULATORY, nothing, THIS)
refuse(PROPOSE, "version_is_here", REGULATORY, nothing, NOT_HERE)
refuse(PROPOSE, "version_is_news", REGULATORY, approved, THIS)

allow(APPROVE, QA, proposed, THIS)
refuse(APPROVE, "version_is_proposed", QA, nothing, THIS)
refuse(APPROVE, "version_is_here", QA, proposed_elsewhere, NOT_HERE)
refuse(APPROVE, "approved_by_another", PROPOSER_AS_QA, then(proposed, lambda p: p.granted(REGULATORY, "qa")), THIS)

allow(BASIS, REGULATORY, nothing, IN_TRIAL)
refuse(BASIS, "basis_fits_stage", REGULATORY, nothing, IN_TRIAL | {"stage": "authorised"})
