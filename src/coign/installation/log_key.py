"""The key that signs for the record, as far as entries tell: which, since when, which before, and the root."""

from coign.installation.events import LogKeyChanged, LogKeyProposed
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.kernel.views import Stamp, View
from coign_verify.keys import VerifierKey
from coign_verify.log_keys import Change, LogKeys


@dataclass(frozen=True, slots=True)
class SignsFrom:
    """A key in its text, and the size of the record from which on it signs."""

    size: int
    key: str


@dataclass(frozen=True, slots=True)
class LogKeyState:
    """`keys`: in their order; none before the first change. Names only what entries hold."""

    keys: tuple[SignsFrom, ...] = ()
    root: str = ""
    proposed: str = ""
    proposed_by: Person | None = None

    def history(self, present: str) -> LogKeys:
        """The keys so far; `present`: the one that signs, where no entry names one yet."""
        known = self.keys or (SignsFrom(0, present),)
        root = VerifierKey.from_text(self.root) if self.root else None
        return LogKeys(tuple((each.size, VerifierKey.from_text(each.key)) for each in known), root)


def _evolve(state: LogKeyState, fact: Fact, stamp: Stamp) -> LogKeyState:
    match fact:
        case LogKeyProposed(person=person, statement=statement):
            return LogKeyState(state.keys, state.root, statement, person)
        case LogKeyChanged(statement=statement):
            return _changed(state, statement, stamp.position)
        case _:
            return state


def _changed(state: LogKeyState, statement: str, position: int) -> LogKeyState:
    """What stands in the record has happened; whether the signatures are right is for those to say who verify it."""
    try:
        told = Change.read(statement)
    except ValueError:
        return state
    keys = state.keys or (SignsFrom(0, told.old.text),)
    if told.new != told.old:
        keys = (*keys, SignsFrom(position + 1, told.new.text))
    return LogKeyState(keys, told.root.text if told.root else "")


LOG_KEY_VIEW = View(
    "installation.log_key",
    kinds=frozenset({"ledger"}),
    folds=(LogKeyProposed, LogKeyChanged),
    state=LogKeyState,
    evolve=_evolve,
    public=True,
)
