"""What the true story tells of the patient after the cells: a reaction, a case, and what was sent about it."""

from tests.coign_verify.told import CENTRE, CHAIN, MAKER, PATIENT, Story, at, fact, line

CASE = "case:7"
EVENT = {"case": CASE, "event": 1, "criteria": ["hospitalisation"], "outcome": "recovering"}
DAY = {"onset": at(1), "aware_at": at(2), "known_at": at(4)}


def reactions() -> Story:
    """From the bed to the authority's answer; enrolment waits for a while."""
    opened, told = {"centre": CENTRE, "sponsor": MAKER, "chain": CHAIN}, {"case": CASE, "event": 1}
    seen, programme = {"chain": CHAIN, "patient": PATIENT}, {"programme": "programme:demo"}
    sent = {"case": CASE, "duty": "EU.susar.1"}
    two = {"first": "person:safety-1", "second": "person:physician-2"}
    return [
        line("safety-1", "safety.reference_published", product="product:demo", effective=at(0)),
        line("safety-1", "safety.reference_published", product="product:demo", effective=at(10)),
        line("nurse-1", "safety.icans_recorded", **seen, test="ICE", score=3, right_answers=["year"], objects_named=2),
        line("nurse-1", "safety.laboratory_graded", **seen, value={"value": "42", "unit": "10*9/L"}),
        line("physician-1", "safety.case_opened", fact("safety.event_reported", **EVENT, **DAY), case=CASE, **opened),
        line("physician-1", "safety.causality_stated", **told, opinion="related"),
        line("safety-1", "safety.event_followed_up", **EVENT, received_at=at(9)),
        line("safety-1", "safety.earlier_knowledge_found", **told, known_at=at(3)),
        line("safety-1", "safety.submission_recorded", **sent, sent_at=at(20)),
        line("safety-1", "safety.submission_answered", **sent, received_at=at(30)),
        line("safety-1", "safety.enrolment_held", **programme),
        line("safety-1", "safety.resumption_proposed", **programme, by="person:safety-1"),
        line("physician-2", "safety.enrolment_resumed", **programme, **two),
    ]
