"""Whether the record is open, being set up, a demonstration; and which subjects are damaged."""

from coign.installation.events import LedgerHeads, LedgerOpened, LedgerResumed, ResumeProposed, SetupFinished
from coign.installation.trouble import Trouble
from coign.kernel.actions import Circumstances
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import KINDS, Person, Subject
from coign.kernel.values import Quantity
from coign.kernel.views import Stamp, View
from coign.programmes.model import minutes_of


@dataclass(frozen=True, slots=True)
class Installation:
    """The record's own state."""

    opened: bool = False
    demonstration: bool = False
    being_set_up: bool = False
    resume_proposed_by: Person | None = None
    resume_damaged: tuple[Subject, ...] = ()
    resume_found: Trouble | None = None


def _evolve(state: Installation, fact: Fact, stamp: Stamp) -> Installation:
    match fact:
        case LedgerOpened(demonstration=demonstration):
            return Installation(True, demonstration, True)
        case SetupFinished():
            return Installation(True, state.demonstration)
        case ResumeProposed(person=person, damaged=damaged, found=found):
            return Installation(state.opened, state.demonstration, state.being_set_up, person, damaged, found)
        case LedgerResumed():
            return Installation(state.opened, state.demonstration, state.being_set_up)
        case _:
            return state


INSTALLATION = View(
    "installation.state",
    kinds=frozenset({"ledger"}),
    folds=(LedgerOpened, SetupFinished, ResumeProposed, LedgerResumed),
    state=Installation,
    evolve=_evolve,
    version=2,
    public=True,
)


def not_witnessed_because(known: Circumstances, age_max: Quantity | None) -> str | None:
    """Why an act has to wait for witnesses; None: enough of them signed lately, or the programme asks for none.

    A silent witness stops no work by itself: only what a programme names with a limit of its own.
    """
    if age_max is None:
        return None
    if known.witnessed_age_s is None:
        return "enough witnesses have never signed what is recorded here"
    if known.witnessed_age_s <= minutes_of(age_max) * 60:
        return None
    minutes = known.witnessed_age_s // 60
    return f"enough witnesses signed last {minutes} min ago, at most {age_max.value} {age_max.unit} are allowed"


@dataclass(frozen=True, slots=True)
class Heads:
    """The newest entry that commits to the last entries of all subjects: which it covers, and where it stands."""

    size: int = 0
    root: str = ""
    position: int = 0


def _evolve_heads(state: Heads, fact: Fact, stamp: Stamp) -> Heads:
    return Heads(fact.size, fact.root, stamp.position) if isinstance(fact, LedgerHeads) else state


HEADS = View(
    "installation.heads",
    kinds=frozenset({"ledger"}),
    folds=(LedgerHeads,),
    state=Heads,
    evolve=_evolve_heads,
    public=True,
)


@dataclass(frozen=True, slots=True)
class Damage:
    """Whether entries about this subject were found changed or missing."""

    damaged: bool = False


def _evolve_damage(state: Damage, fact: Fact, stamp: Stamp) -> Damage:
    return Damage(True) if isinstance(fact, LedgerResumed) and stamp.subject in fact.damaged else state


DAMAGE = View(
    "installation.damage",
    kinds=frozenset(KINDS) - {"ledger"},
    folds=(LedgerResumed,),
    state=Damage,
    evolve=_evolve_damage,
    public=True,
)
