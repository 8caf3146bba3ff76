"""Opening, setting up and resuming the record, and entering how far every past in it reaches."""

from collections.abc import Sequence
from dataclasses import field
from typing import Any

from coign.installation import gates
from coign.installation.events import THIS, LedgerHeads, LedgerOpened, LedgerResumed, ResumeProposed, SetupFinished
from coign.installation.trouble import found_in
from coign.installation.views import HEADS, INSTALLATION
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Subject
from coign.kernel.values import Actor, Digest, FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Name of the log, and whether everything in it is invented."""

    origin: str
    demonstration: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishSetup:
    """Nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeResume:
    """What was found, and which subjects are damaged."""

    finding: FreeText = field(metadata=asks("What was found"))
    damaged: tuple[Subject, ...] = field(default=(), metadata=asks("Damaged", "known"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeToResume:
    """Nothing to add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterHeads:
    """The map over the entries below `size`: its root, and how many subjects are in it."""

    size: int
    root: Digest
    subjects: int


def _reads(asked: Any, actor: Actor) -> Sequence[Read]:
    return (Read(THIS, INSTALLATION),)


def _open(asked: Open, known: Circumstances) -> Sequence[Fact]:
    return (LedgerOpened(ledger=THIS, origin=asked.origin, demonstration=asked.demonstration),)


OPEN = Action(
    name="installation.open",
    title="Open the record",
    command=Open,
    roles=frozenset({"setup"}),
    reads=_reads,
    gates=(gates.not_yet_opened,),
    decide=_open,
    emits=(LedgerOpened,),
    requirements=("CSV-01",),
    risk=Risk.DATA,
    rationale="The first entry fixes whether a record is a demonstration.",
)


def _finish(asked: FinishSetup, known: Circumstances) -> Sequence[Fact]:
    return (SetupFinished(ledger=THIS),)


FINISH_SETUP = Action(
    name="installation.finish_setup",
    title="Finish setting up",
    command=FinishSetup,
    roles=frozenset({"setup"}),
    reads=_reads,
    gates=(gates.being_set_up,),
    decide=_finish,
    emits=(SetupFinished,),
    requirements=("CSV-06",),
    risk=Risk.DATA,
    rationale="Rights that exist for setting up must not outlive it.",
)


def _propose(asked: ProposeResume, known: Circumstances) -> Sequence[Fact]:
    return (
        ResumeProposed(
            ledger=THIS,
            person=known.actor.person,
            finding=asked.finding,
            damaged=asked.damaged,
            found=found_in(known.read_only),
        ),
    )


PROPOSE_RESUME = Action(
    name="installation.propose_resume",
    title="Propose to resume a record that is shut",
    command=ProposeResume,
    roles=frozenset({"admin"}),
    reads=_reads,
    gates=(),
    decide=_propose,
    emits=(ResumeProposed,),
    requirements=("CSV-01", "CSV-38"),
    risk=Risk.DATA,
    rationale="Going on with a damaged record or after a wrong clock must be a decision that names what was wrong.",
    when_shut=True,
    beyond_sight=("damaged",),
)


def _damaged_reads(asked: AgreeToResume, known: Circumstances) -> Sequence[Read]:
    return tuple(Read(subject) for subject in known.state(INSTALLATION, THIS).resume_damaged)


def _agree(asked: AgreeToResume, known: Circumstances) -> Sequence[Fact]:
    proposed = known.state(INSTALLATION, THIS)
    return (LedgerResumed(ledger=THIS, damaged=proposed.resume_damaged, found=found_in(known.read_only)),)


AGREE_TO_RESUME = Action(
    name="installation.agree_to_resume",
    title="Agree to resume",
    command=AgreeToResume,
    roles=frozenset({"admin"}),
    reads=_reads,
    then_reads=(_damaged_reads,),
    gates=(gates.resume_is_proposed, gates.resumed_by_another, gates.shut_for_what_was_proposed),
    decide=_agree,
    emits=(LedgerResumed,),
    requirements=("CSV-01", "CSV-18", "CSV-38"),
    risk=Risk.DATA,
    rationale="One person alone could hide what they did to the record.",
    when_shut=True,
    second_of="installation.propose_resume",
)


def _reads_of_heads(asked: EnterHeads, actor: Actor) -> Sequence[Read]:
    return (Read(THIS, HEADS),)


def _enter_heads(asked: EnterHeads, known: Circumstances) -> Sequence[Fact]:
    return (LedgerHeads(ledger=THIS, size=asked.size, root=asked.root, subjects=asked.subjects),)


ENTER_HEADS = Action(
    name="installation.enter_heads",
    title="Enter how far every past reaches",
    command=EnterHeads,
    roles=frozenset({"ledger"}),
    reads=_reads_of_heads,
    gates=(gates.heads_go_forward,),
    decide=_enter_heads,
    emits=(LedgerHeads,),
    requirements=("CSV-01",),
    risk=Risk.DATA,
    rationale="Without it nobody could prove from a copy that an entry about something was left out.",
)
