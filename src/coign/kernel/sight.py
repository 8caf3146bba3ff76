"""Who may see a subject: the organisations that are party to it. The one rule every read goes through."""

from coign.kernel.facts import FACTS, Fact, parties
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import KINDS, Organisation, Subject
from coign.kernel.views import Stamp, View


@dataclass(frozen=True, slots=True)
class Parties:
    """The organisations party to a subject, in alphabetical order."""

    organisations: tuple[Organisation, ...] = ()


def _evolve(state: Parties, fact: Fact, stamp: Stamp) -> Parties:
    joining = [o for o in parties(fact) if o not in state.organisations]
    return Parties(tuple(sorted({*state.organisations, *joining}))) if joining else state


def parties_view() -> View[Parties]:
    """The view over all facts known by now; made once, when the catalogue is complete."""
    return View(
        "sight.parties",
        kinds=frozenset(kind for kind, cls in KINDS.items() if not cls.public),
        folds=tuple(fact for fact in FACTS.values() if fact.PARTIES),
        state=Parties,
        evolve=_evolve,
        public=True,
    )


def may_see(subject: Subject, state: Parties, organisation: Organisation) -> bool:
    """Whether somebody of this organisation may know that this subject exists (21 CFR 11.10(d), CSV-04)."""
    return subject.public or organisation in state.organisations
