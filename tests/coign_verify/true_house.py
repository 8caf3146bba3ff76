"""What belongs to no therapy: what authorities wrote, who learned what, what came in; and what administrators did."""

from tests.coign_verify.told import CENTRE, COURIER, MAKER, NEVER, NOW, Story, at, later, line

COURSE, LEARNER, ATTEMPT = "course:checking", "learner:nurse-3", "attempt:1"
FORM = "6a" * 32
HOUSES = ((CENTRE, "treatment_centre", "DE"), (MAKER, "maker", "NL"), (COURIER, "courier", "NL"))
OTHER_LOT, SUPPLIER, MATERIAL = "lot:2", "supplier:1", "medium"
GRANTED = {
    "product": "product:other", "jurisdiction": "EU", "stage": "phase_1", "basis": "trial", "holder": MAKER,
    "makers": [MAKER], "sites": ["site:1"], "centres": [CENTRE], "releasers": ["person:qp-1"], "kept_by": MAKER,
}  # fmt: skip


def houses() -> Story:
    """Organisations and a place of each before everybody else."""
    told = []
    for organisation, category, country in HOUSES:
        registered = {"organisation": organisation, "category": category, "country": country}
        site = {"site": f"site:{organisation[13:]}", "organisation": organisation}
        told.append(line("setup", "people.organisation_registered", **registered))
        told.append(line("setup", "people.site_registered", **site))
    return told


def administrators() -> Story:
    """Both kinds of what two of them do."""
    reset = {"person": "person:nurse-3", "proposed_by": "person:admin-1"}
    new = {"person": "person:admin-3", "organisation": CENTRE}
    return [
        line("admin-1", "people.person_registered", person="person:admin-3", organisation=CENTRE),
        line("admin-1", "people.administrator_proposed", **new, proposed_by="person:admin-1"),
        line("admin-2", "people.role_granted", **new, role="admin"),
        line("admin-1", "people.reset_proposed", **reset),
        line("admin-2", "people.credentials_reset", **reset, agreed_by="person:admin-2"),
    ]


def learning() -> Story:
    """Questions passed and practice seen; then time that was asked for."""
    of, theirs = {"learner": LEARNER, "course": COURSE, "version": FORM}, {"learner": LEARNER, "course": COURSE}
    more = {"person": "person:nurse-3", "task": "identity_check", "until": later(2880)}
    certified = {"person": "person:nurse-3", "task": "identity_check", "assessor": "person:trainer-1"}
    return [
        line("trainer-1", "training.course_proposed", course=COURSE, version=FORM, by="person:trainer-1"),
        line(
            "qa-1", "training.course_approved", course=COURSE, version=FORM, proposed_by="person:trainer-1",
            by="person:qa-1",
        ),
        line("trainer-1", "training.course_assigned", learner=LEARNER, course=COURSE, person="person:nurse-3"),
        line("nurse-3", "training.attempt_started", attempt=ATTEMPT, person="person:nurse-3", **of),
        line("nurse-3", "training.attempt_handed_in", attempt=ATTEMPT, result="in_question", **of),
        line("trainer-1", "training.attempt_decided", attempt=ATTEMPT, verdict="counts", **theirs),
        line("nurse-1", "training.practice_observed", task="bedside_check", mastered=True, **of),
        line("trainer-1", "training.qualified", **certified, until=later(1440)),
        line("trainer-1", "training.extension_asked", **more),
        line("qa-1", "training.extension_approved", **more),
    ]  # fmt: skip


def authorities() -> Story:
    """From an application to the end of what was granted on it."""
    of = {"authorisation": "authorisation:2", "product": "product:other"}
    asked = {"application": "application:1"}
    stop = {"scope": ["administration"], "decider": "treating_physician"}
    return [
        line("qa-1", "regulatory.application_submitted", **asked, product="product:other", jurisdiction="EU"),
        line("physician-2", "regulatory.question_asked", **asked, number=1),
        line("qa-1", "regulatory.question_answered", **asked, number=1),
        line("physician-2", "regulatory.application_decided", **asked, verdict="approved"),
        line(
            "qa-1", "regulatory.authorisation_granted", authorisation="authorisation:2", valid_from=at(0),
            valid_until=NEVER, **asked, **GRANTED,
        ),
        line("qa-1", "regulatory.authorisation_suspended", **of, **stop),
        line("physician-1", "regulatory.administration_decided", chain="chain:Z", authorisation="authorisation:2",
             decider="treating_physician", may_be_given=True),
        line("qa-1", "regulatory.suspension_lifted", **of, suspension=1),
        line("qa-1", "regulatory.fulfilment_reported", **of, condition=1),
        line("qp-1", "regulatory.fulfilment_judged", **of, condition=1, accepted=True),
        line("qa-1", "regulatory.authorisation_revoked", **of, decider="nobody"),
    ]  # fmt: skip


def more_in_store() -> Story:
    """A lot of a supplier, and a suspicion that came to nothing."""
    lot = {"lot": OTHER_LOT, "material": MATERIAL, "supplier": SUPPLIER, "by": "person:warehouse-1"}
    sold = {"supplier": SUPPLIER, "material": MATERIAL, "origin": "animal", "until": later(20_000)}
    misread = {"case": "case:6", "home": "batch:X", "entry": 3, "name": "volume", "units": []}
    return [
        line("operator-1", "correction.proposed", **misread, by="person:operator-1"),
        line("operator-2", "correction.differs", case="case:6", home="batch:X", read="7"),
        line("qa-1", "correction.assessed", case="case:6", home="batch:X"),
        line("qa-1", "supply.supplier_qualified", **sold),
        line("warehouse-1", "supply.lot_received", **lot, expires=NEVER, origin_statement="ab" * 32),
        line("warehouse-2", "supply.lot_tested", lot=OTHER_LOT, by="person:warehouse-2", passed=True),
        line("qa-1", "supply.lot_approved", lot=OTHER_LOT, by="person:qa-1"),
        line("warehouse-1", "supply.lot_suspected", lot=OTHER_LOT, case="case:3", by="person:warehouse-1"),
        line("qa-1", "supply.suspicion_investigated", case="case:3", packs_checked=3, packs_wrong=0, by="person:qa-1"),
        line("qa-1", "supply.suspicion_cleared", case="case:3", lot=OTHER_LOT, serial=None, by="person:qa-1"),
        line("qa-1", "equipment.device_calibrated", equipment="equipment:1", finding="in_order", due_on=NEVER,
             calibrated_on=NOW),
    ]  # fmt: skip
