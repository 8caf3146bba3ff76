"""Whether a programme may take in new patients, as an order asks; and the case that another act opens."""

from dataclasses import replace
from hashlib import sha256

from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Chain, Person, Site, Unit
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.people.views import SITE
from coign.safety.events import (
    CaseOpened,
    EnrolmentHeld,
    EnrolmentResumed,
    ObservationBegun,
    ResumptionProposed,
    ToxicityCounted,
)

#: Dose-limiting toxicity is a matter of early trials; programmes with more patients than this count the newest ones.
WATCHED_MAX, COUNTED_MAX = 60, 300
_TOKEN_DIGITS = 12


def case_about(case: Case, *, chain: Chain, unit: Unit, site: Site, known: Circumstances) -> CaseOpened:
    """The case that what was done with a unit opens, wherever it was done; CHAIN, UNIT and SITE must be read.

    Whoever acts answers for the patient; that need not be the centre that the product was meant for.
    """
    bound, batch = known.state(CHAIN, chain), known.state(UNIT, unit).batch
    assert bound.maker is not None and bound.product is not None and bound.programme is not None
    return CaseOpened(
        case=case,
        chain=chain,
        centre=known.actor.organisation,
        sponsor=bound.maker,
        product=bound.product,
        programme=bound.programme,
        batches=(batch,) if batch is not None else (),
        units=(unit,),
        zone=known.state(SITE, site).zone,
        reporter=known.actor.person,
    )


def token(chain: Chain) -> str:
    """How a therapy is counted: by a hash, since a programme's state is public and names no therapy."""
    return sha256(chain.encode()).hexdigest()[:_TOKEN_DIGITS]


@dataclass(frozen=True, slots=True)
class Watched:
    """A patient who is within the window."""

    token: str
    until: Instant


@dataclass(frozen=True, slots=True)
class Hold:
    """Why nobody new is taken in, and since when."""

    because: str
    since: Instant
    calculation: str = ""
    toxicities: int = 0
    patients: int = 0


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Who was watched, who had a dose-limiting toxicity, and whether enrolment is held."""

    watched: tuple[Watched, ...] = ()
    free: tuple[str, ...] = ()
    toxic: tuple[str, ...] = ()
    held: Hold | None = None
    proposed_by: Person | None = None

    @property
    def is_held(self) -> bool:
        """Whether nothing new may be ordered."""
        return self.held is not None

    def knows(self, who: str) -> bool:
        """Whether a patient is or was watched."""
        return who in self.free or who in self.toxic or any(w.token == who for w in self.watched)

    def patients(self, now: Instant) -> int:
        """How many can be judged: with a toxicity, or through their window without one."""
        return len(self.toxic) + len(self.free) + sum(w.until <= now for w in self.watched)


def _begun(state: Enrolment, fact: ObservationBegun, now: Instant) -> Enrolment:
    """Whose window is over joins those who stayed free of toxicity."""
    through = tuple(w.token for w in state.watched if w.until <= now)
    watched = (*(w for w in state.watched if w.until > now), Watched(token(fact.chain), fact.until))
    return replace(state, watched=watched[-WATCHED_MAX:], free=(*state.free, *through)[-COUNTED_MAX:])


def _toxic(state: Enrolment, who: str) -> Enrolment:
    return replace(
        state,
        watched=tuple(w for w in state.watched if w.token != who),
        free=tuple(f for f in state.free if f != who),
        toxic=(*state.toxic, who)[-COUNTED_MAX:],
    )


def _evolve(state: Enrolment, fact: Fact, stamp: Stamp) -> Enrolment:
    match fact:
        case ObservationBegun():
            return _begun(state, fact, stamp.time)
        case ToxicityCounted(chain=chain):
            return _toxic(state, token(chain))
        case EnrolmentHeld():
            hold = Hold(fact.because, stamp.time, fact.calculation, fact.toxicities, fact.patients)
            return replace(state, held=hold, proposed_by=None)
        case ResumptionProposed(by=by):
            return replace(state, proposed_by=by)
        case EnrolmentResumed():
            return replace(state, held=None, proposed_by=None)
        case _:
            return state


ENROLMENT = View(
    "safety.enrolment",
    kinds=frozenset({"programme"}),
    folds=(ObservationBegun, ToxicityCounted, EnrolmentHeld, ResumptionProposed, EnrolmentResumed),
    state=Enrolment,
    evolve=_evolve,
    public=True,
)
