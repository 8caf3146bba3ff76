"""Change the key that signs for the record, or put its offline root on record: two administrators, one statement."""

from collections.abc import Sequence
from dataclasses import field

from coign.installation import log_key_gates as gates
from coign.installation.events import LOG_KEY, LogKeyChanged, LogKeyProposed
from coign.installation.log_key import LOG_KEY_VIEW
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks, resolved
from coign.kernel.frozen import dataclass
from coign.kernel.values import Actor

_STATEMENT = asks("Statement", hint="the file of coign db log-key, with all its signatures", lines=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeLogKey:
    """The statement about the key, signed by the keys themselves."""

    statement: str = field(metadata=_STATEMENT)
    present: str = field(default="", metadata=resolved("log_key"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeToLogKey:
    """The same statement, from the file that the second administrator was given."""

    statement: str = field(metadata=_STATEMENT)
    present: str = field(default="", metadata=resolved("log_key"))


def _reads(asked: ProposeLogKey | AgreeToLogKey, actor: Actor) -> Sequence[Read]:
    return (Read(LOG_KEY, LOG_KEY_VIEW),)


def _propose(asked: ProposeLogKey, known: Circumstances) -> Sequence[LogKeyProposed]:
    told = gates.as_signed(asked.statement)
    return (LogKeyProposed(log_key=LOG_KEY, person=known.actor.person, statement=told),)


PROPOSE_LOG_KEY = Action(
    name="installation.propose_log_key",
    title="Propose another log key or root",
    command=ProposeLogKey,
    roles=frozenset({"admin"}),
    reads=_reads,
    gates=(gates.log_key_follows, gates.log_key_is_new, gates.log_key_is_signed),
    decide=_propose,
    emits=(LogKeyProposed,),
    requirements=("CSV-01", "CSV-18"),
    risk=Risk.DATA,
    rationale="Whoever has the log's key can sign another history; it must be possible to take it away from them.",
)


def _agree(asked: AgreeToLogKey, known: Circumstances) -> Sequence[LogKeyChanged]:
    proposed_by = known.state(LOG_KEY_VIEW, LOG_KEY).proposed_by
    assert proposed_by is not None, "a gate says that it is proposed"
    return (LogKeyChanged(log_key=LOG_KEY, proposed_by=proposed_by, statement=gates.as_signed(asked.statement)),)


AGREE_TO_LOG_KEY = Action(
    name="installation.agree_to_log_key",
    title="Agree to another log key or root",
    command=AgreeToLogKey,
    roles=frozenset({"admin"}),
    reads=_reads,
    gates=(
        gates.log_key_is_proposed,
        gates.log_key_agreed_by_another,
        gates.log_key_follows,
        gates.log_key_is_new,
        gates.log_key_is_signed,
    ),
    decide=_agree,
    emits=(LogKeyChanged,),
    requirements=("CSV-01", "CSV-18"),
    risk=Risk.DATA,
    rationale="One person alone could put a key of their own in the place of the log's.",
    second_of="installation.propose_log_key",
)
