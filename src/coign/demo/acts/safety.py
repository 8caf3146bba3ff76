"""The acts of safety: neurotoxicity, a report, both judgements, what is sent, and the response."""

from coign import rulesets
from coign.demo import people
from coign.demo.acts import Command, plays
from coign.demo.scene import Scene
from coign.kernel.errors import NotFound
from coign.kernel.subjects import Case
from coign.regulatory.views import PRODUCT
from coign.safety.case_state import CASE, SUBMISSIONS
from coign.safety.clocks.duties import owed, regimes_of
from coign.safety.state import REACTIONS

#: What nobody lists: it starts a clock.
UNLISTED = "Haemophagocytic lymphohistiocytosis"
EVERY_ANSWER = ("year", "month", "city", "hospital", "follows_command", "writes_sentence", "counts_back")


@plays("safety.record_icans")
def record_icans(scene: Scene) -> Command:
    """Every second patient is confused for a while; the others answer everything."""
    confused = scene.therapy.number % 2 == 0
    return {
        "chain": scene.chain,
        "seen_at": scene.now.plus(minutes=-3),
        "test": "ICE",
        "right_answers": ["city"] if confused else list(EVERY_ANSWER),
        "objects_named": 1 if confused else 3,
        "consciousness": "to_voice" if confused else "awake",
    }


@plays("safety.report_event")
def report_event(scene: Scene) -> Command:
    """What the centre saw, told at once."""
    began = scene.now.plus(hours=-2)
    return {
        "chain": scene.chain,
        "site": people.site_of(scene.actor.organisation),
        "kind": "adverse_event",
        "term": UNLISTED,
        "onset": began,
        "aware_at": began.plus(minutes=20),
        "known_at": began.plus(minutes=20),
        "criteria": ["hospitalisation", "other_medically_important"],
        "severity": "3",
        "outcome": "not_recovered",
        "opinion": "related",
        "narrative": "Demonstration. Ferritin rose after the neurotoxicity; the stay is prolonged.",
    }


@plays("safety.assess_causality")
def assess_causality(scene: Scene) -> Command:
    """The sponsor sees no other cause either."""
    return {
        "case": _case(scene),
        "event": 1,
        "opinion": "related",
        "rationale": "Demonstration. The time after the infusion fits and no other cause was found.",
    }


@plays("safety.assess_expectedness")
def assess_expectedness(scene: Scene) -> Command:
    """Looked up."""
    return {"case": _case(scene), "event": 1}


@plays("safety.record_submission")
def record_submission(scene: Scene) -> Command:
    """The report that is due next."""
    case = _case(scene)
    state = scene.state(CASE, case)
    assert state.product is not None
    regimes = regimes_of(state, scene.state(PRODUCT, state.product))
    found = owed(state, scene.state(SUBMISSIONS, case), regimes, rulesets.load(), scene.now)
    waiting = next((o.duty for o in found if o.is_open), None)
    if waiting is None:
        raise NotFound(f"nothing is to be sent about {case.identifier}")
    return {
        "case": case,
        "duty": waiting.id,
        "sent_at": scene.now.plus(minutes=-5),
        "evidence": scene.keep(f"Report about {case}, {waiting.id}, as it was sent."),
    }


@plays("safety.record_response")
def record_response(scene: Scene) -> Command:
    """At the first time of which nothing is on record."""
    category = scene.chance.choice(("complete", "complete", "partial", "stable", "progressive"))
    return {
        "chain": scene.chain,
        "timepoint": _time_of(scene),
        "category": category,
        "assessed_on": scene.now.plus(minutes=-10),
    }


def _time_of(scene: Scene) -> str:
    told = scene.state(REACTIONS, scene.chain)
    found = next((t.id for t in scene.programme.safety.response.timepoints if not told.is_told_of(t.id)), None)
    if found is None:
        raise NotFound(f"{scene.chain.identifier} was assessed at every time")
    return found


def _case(scene: Scene) -> Case:
    """The newest case of the therapy."""
    cases = scene.state(REACTIONS, scene.chain).cases
    if not cases:
        raise NotFound(f"{scene.chain.identifier} has no safety case")
    return cases[-1]
