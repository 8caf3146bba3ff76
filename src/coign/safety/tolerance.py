"""What an assessment means for the programme: who is watched, what limits the dose, and when enrolment is held."""

from collections.abc import Sequence

from coign.identity.views import CHAIN
from coign.infusion.views import INFUSION
from coign.kernel.actions import Circumstances, Read
from coign.kernel.facts import Fact
from coign.kernel.subjects import Chain
from coign.kernel.values import Instant
from coign.programmes.safety_plan import ToleranceRule
from coign.safety.events import EnrolmentHeld, Grade, ObservationBegun, Scale, ToxicityCounted
from coign.safety.signals.tolerance import reached
from coign.safety.views import ENROLMENT, Enrolment, token

#: What an assessment may give besides itself.
MAY_GIVE: tuple[type[Fact], ...] = (ObservationBegun, ToxicityCounted, EnrolmentHeld)


def reads(chain: Chain, known: Circumstances) -> tuple[Read, ...]:
    """What is asked of the programme, once the therapy is known."""
    programme = known.state(CHAIN, chain).programme
    return () if programme is None else (Read(programme, ENROLMENT),)


def consequences(
    known: Circumstances, chain: Chain, scale: Scale, grade: Grade | None, seen_at: Instant
) -> Sequence[Fact]:
    """The facts about the programme that follow from one grade of one patient."""
    bound, begun = known.state(CHAIN, chain), known.state(INFUSION, chain).first_started_at
    assert bound.programme is not None
    rule = _rule(known, chain)
    if rule is None or begun is None:
        return ()
    state, who = known.state(ENROLMENT, bound.programme), token(chain)
    until = begun.plus(days=float(rule.window.amount))
    facts: list[Fact] = []
    if known.now < until and not state.knows(who):
        facts.append(ObservationBegun(programme=bound.programme, chain=chain, until=until))
    if grade is None or not rule.counts(scale, int(grade)) or who in state.toxic or not begun <= seen_at < until:
        return facts
    facts.append(ToxicityCounted(programme=bound.programme, chain=chain, scale=scale, grade=grade, seen_at=seen_at))
    toxicities, patients = len(state.toxic) + 1, _patients(state, who, known.now)
    because = reached(rule, toxicities, patients)
    if because and not state.is_held:
        facts.append(
            EnrolmentHeld(
                programme=bound.programme,
                because=because,
                calculation=rule.calculation,
                toxicities=toxicities,
                patients=patients,
            )
        )
    return facts


def _rule(known: Circumstances, chain: Chain) -> ToleranceRule | None:
    version = known.state(CHAIN, chain).version
    if version is None or not known.programmes.known(version):
        return None
    rule: ToleranceRule | None = known.programmes.version(version).safety.tolerance
    return rule


def _patients(state: Enrolment, who: str, now: Instant) -> int:
    """How many can be judged, with this one, who has a toxicity from now on."""
    judged = who in state.free or any(w.token == who and w.until <= now for w in state.watched)
    return state.patients(now) + (not judged)
