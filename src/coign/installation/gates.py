"""The gates of the record's own life, and the one gate that stands before every action."""

from typing import Any, Protocol

from coign.installation.events import THIS
from coign.installation.trouble import found_in
from coign.installation.views import DAMAGE, HEADS, INSTALLATION
from coign.kernel.actions import Circumstances, Concerned, Risk, gate


@gate(
    "ledger.subject_is_whole",
    requirement="CSV-01",
    protects="What is decided on a damaged history may be decided on the wrong history.",
    remedy="Establish from other sources what happened and go on under a new identifier; the damaged one stays closed.",
    resolvers=("qa", "admin"),
    risk=Risk.PATIENT,
)
def subject_is_whole(concerned: Concerned, known: Circumstances) -> str | None:
    """Asked before every action, about all subjects that its decision rests on and that are not public."""
    damaged = [s.identifier for s in concerned.named if known.state(DAMAGE, s).damaged]
    # Only by its kind: it may be of another patient or of an organisation that whoever asks is no party to.
    damaged += sorted({f"the {s.kind} that this rests on" for s in concerned.reached if known.state(DAMAGE, s).damaged})
    return f"entries about {', '.join(damaged)} were found changed or missing" if damaged else None


@gate(
    "installation.not_yet_opened",
    requirement="CSV-01",
    protects="A record has one beginning.",
    remedy="Use the record as it is, or set up another installation.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def not_yet_opened(asked: Any, known: Circumstances) -> str | None:
    return "this record was opened before" if known.state(INSTALLATION, THIS).opened else None


@gate(
    "installation.being_set_up",
    requirement="CSV-06",
    protects="Set-up rights end when set-up ends.",
    remedy="Nothing is left to do: people with roles act from now on.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def being_set_up(asked: Any, known: Circumstances) -> str | None:
    return None if known.state(INSTALLATION, THIS).being_set_up else "set-up is finished"


@gate(
    "installation.resume_is_proposed",
    requirement="CSV-01",
    protects="Nobody reopens a damaged record alone.",
    remedy="Let a first administrator look and propose to resume.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def resume_is_proposed(asked: Any, known: Circumstances) -> str | None:
    return None if known.state(INSTALLATION, THIS).resume_proposed_by else "nobody has proposed to resume"


@gate(
    "installation.shut_for_what_was_proposed",
    requirement=("CSV-01", "CSV-38"),
    protects="Two people decide about the same thing: what shut the record since then, nobody has looked at.",
    remedy="Look at what shuts the record now, and let one of you propose to resume it anew.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def shut_for_what_was_proposed(asked: Any, known: Circumstances) -> str | None:
    proposed = known.state(INSTALLATION, THIS)
    if proposed.resume_proposed_by is None or proposed.resume_found == found_in(known.read_only):
        return None  # without a proposal there is nothing to compare; `installation.resume_is_proposed` says so
    return f"the proposal was about something else; now: {known.read_only or 'the record is not shut'}"


@gate(
    "installation.resumed_by_another",
    requirement=("CSV-01", "CSV-18"),
    protects="Nobody reopens a damaged record alone.",
    remedy="Let a second administrator agree.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def resumed_by_another(asked: Any, known: Circumstances) -> str | None:
    if known.state(INSTALLATION, THIS).resume_proposed_by == known.actor.person:
        return "you proposed this yourself"
    return None


class OfHeads(Protocol):
    """A command that commits to the last entries of all subjects."""

    @property
    def size(self) -> int: ...


@gate(
    "installation.heads_go_forward",
    requirement="CSV-01",
    protects="Each such entry bounds more of the record than the one before it.",
    remedy="Nothing is to be done: a later one covers these entries already.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def heads_go_forward(asked: OfHeads, known: Circumstances) -> str | None:
    covered = known.state(HEADS, THIS).size
    return None if asked.size > covered else f"{covered} entries are covered already, this covers {asked.size}"
