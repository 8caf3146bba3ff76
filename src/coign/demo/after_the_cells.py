"""What is told of a case after its first report, and of a programme that takes nobody new for a while."""

from collections.abc import Iterator
from typing import Any

from coign.demo import people
from coign.demo.acts.safety import UNLISTED
from coign.demo.put_right import Asked
from coign.demo.scene import Scene
from coign.kernel.subjects import Case
from coign.kernel.values import Actor, Instant
from coign.safety.case_state import CASE, SUBMISSIONS
from coign.safety.state import REACTIONS


def measured(scene: Scene) -> Iterator[Asked]:
    """Platelets fall; a further test of attention, told as a sum."""
    physician, seen = _of("physician", people.CENTRE), scene.now.plus(minutes=-3)
    value = {"value": "42", "unit": "10*9/L"}
    yield physician, "safety.record_laboratory", {
        "chain": scene.chain, "seen_at": seen, "term": "Platelet count decreased", "result": value,
        "lower_limit": {"value": "150", "unit": "10*9/L"}, "baseline_state": "normal",
    }  # fmt: skip
    own = {"clinicians_grade": "2", "clinicians_reason": "Demonstration: she was tired from a night without sleep."}
    yield _of("nurse", people.CENTRE), "safety.record_icans", {
        "chain": scene.chain, "seen_at": seen, "test": "ICE", "right_answers": ["year", "month"], "objects_named": 2,
        "score": 4, "consciousness": "awake", **own,
    }  # fmt: skip


def told_further(scene: Scene) -> Iterator[Asked]:
    """A second event of the case, an opinion, news, earlier knowledge, and the authority's answer."""
    case = scene.state(REACTIONS, scene.chain).cases[0]
    physician, safety = _of("physician", people.CENTRE), _of("safety", people.MAKER)
    known = scene.state(CASE, case).events[0].first_known
    yield physician, "safety.add_event", {"case": case, **_event(scene.now.plus(minutes=-50))}
    yield physician, "safety.state_causality", {"case": case, "event": 2, "opinion": "related"}
    news = {"severity": "3", "criteria": ["hospitalisation"], "outcome": "recovering", "significant": "yes"}
    heard = {"case": case, "event": 1, "received_at": scene.now.plus(minutes=-1), **news}
    yield safety, "safety.follow_up", {**heard, "narrative": "Demonstration. Ferritin falls."}
    found = {"case": case, "event": 1, "known_at": known.plus(minutes=-10), "held_by": "contractor"}
    why = "Demonstration. The laboratory under contract had telephoned ten minutes before."
    yield safety, "safety.find_earlier_knowledge", {**found, "found_out": why}
    yield safety, "safety.record_answer", _answer(scene, case)


def _event(began: Instant) -> dict[str, Any]:
    known = began.plus(minutes=20)
    return {
        "kind": "adverse_event", "term": UNLISTED, "onset": began, "aware_at": known, "known_at": known,
        "held_by": "site", "criteria": ["hospitalisation"], "severity": "2", "outcome": "not_recovered",
        "narrative": "Demonstration. A second episode.",
    }  # fmt: skip


def _answer(scene: Scene, case: Case) -> dict[str, Any]:
    sent = scene.state(SUBMISSIONS, case)
    duty = sent.sent[-1].duty
    kept = scene.keep(f"Acknowledgement of {duty} of {case}.")
    told = {"verdict": "accepted", "received_at": scene.now.plus(minutes=-1), "evidence": kept}
    return {"case": case, "duty": duty, **told}


def held_for_a_while(scene: Scene) -> Iterator[Asked]:
    """Nobody new until two of the safety board have looked."""
    of = {"programme": scene.therapy.programme.programme}
    safety = _of("safety", people.MAKER)
    yield safety, "safety.hold_enrolment", {**of, "reason": "Demonstration: two grave toxicities within a week."}
    why = "Demonstration: one of them had another cause; the board looked at both."
    yield safety, "safety.propose_resumption", {**of, "rationale": why}
    yield _of("qa", people.MAKER), "safety.confirm_resumption", of


def _of(role: str, house: Any) -> Actor:
    return people.in_role(role, house)[0].actor
