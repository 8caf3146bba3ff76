"""What can happen to the record itself."""

from coign.installation.trouble import Trouble
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Ledger, Person, Subject
from coign.kernel.values import Digest, FreeText
from coign_verify.log_keys import SUBJECT

THIS = Ledger("ledger:this")
#: The key that signs for the record, as a subject of its own: its past is found, and proved to be whole, by itself.
LOG_KEY = Ledger(SUBJECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerOpened(Fact, type="ledger.opened.v1", about=("ledger",)):
    """The first entry: under which name, and whether everything in it is invented."""

    ledger: Ledger
    origin: str
    demonstration: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupFinished(Fact, type="installation.setup_finished.v1", about=("ledger",)):
    """From now on only people with roles act."""

    ledger: Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeProposed(Fact, type="ledger.resume_proposed.v1", about=("ledger",)):
    """One person has looked at a record that is shut and wants to go on.

    `found`: what shut it; older entries lack it.
    """

    ledger: Ledger
    person: Person
    finding: FreeText
    damaged: tuple[Subject, ...]
    found: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerResumed(Fact, type="ledger.resumed.v1", about=("ledger", "damaged")):
    """A second person agrees: writing goes on; what is damaged stays blocked. `found` tells what had stopped it."""

    ledger: Ledger
    damaged: tuple[Subject, ...]
    found: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHeads(Fact, type="ledger.heads.v1", about=("ledger",)):
    """How far the past of every subject reaches, as the root of a sorted Merkle map over the entries below `size`.

    With it "these are all entries about a subject" and "there is none" can be proved without the record.
    """

    ledger: Ledger
    size: int
    root: Digest
    subjects: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeyProposed(Fact, type="ledger.log_key_proposed.v1", about=("log_key",)):
    """One administrator brings a statement about the key that signs for the record (`coign_verify/log_keys.py`)."""

    log_key: Ledger
    person: Person
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeyChanged(Fact, type="ledger.log_key_changed.v1", about=("log_key",)):
    """A second one brought the same: what it says holds for every checkpoint that covers this entry."""

    log_key: Ledger
    proposed_by: Person
    statement: str
