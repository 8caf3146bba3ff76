"""The gates of rooms and of what is read in them."""

from collections.abc import Mapping
from typing import Protocol

from coign.facility.events import Sample
from coign.facility.state import USES
from coign.facility.views import ENVIRONMENT, ROOM
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Batch, Room
from coign.kernel.values import Instant
from coign.manufacturing.views import BATCH


class OfRoom(Protocol):
    """A command that concerns one room."""

    @property
    def room(self) -> Room: ...


class OfQualification(OfRoom, Protocol):
    """A command that says when a room was qualified, and in which room it stands."""

    @property
    def within(self) -> Room | None: ...

    @property
    def qualified_on(self) -> Instant: ...


class OfMonitoring(OfRoom, Protocol):
    """A command with counts of samples."""

    @property
    def batch(self) -> Batch | None: ...

    @property
    def taken_at(self) -> Instant: ...

    @property
    def counts(self) -> Mapping[Sample, int]: ...


class OfBatch(Protocol):
    """A command that concerns one batch."""

    @property
    def batch(self) -> Batch: ...


def qualified_until(asked: OfQualification, known: Circumstances) -> Instant:
    """How long a qualification of that day counts for a room of this grade."""
    grade = known.state(ROOM, asked.room).grade
    return asked.qualified_on.plus(minutes=known.rules.minutes(f"facility.requalification_max.{grade}", known.now))


def batch_concerned(asked: OfMonitoring, known: Circumstances) -> Batch | None:
    """The batch that is named; where none is, the one that was open in the room when the samples were taken."""
    return asked.batch or known.state(USES, asked.room).open_at(asked.taken_at)


@gate(
    "facility.qualification_counts",
    requirement="GMP-32",
    protects="A room whose air was not tested in time protects nothing that is open in it.",
    remedy="Qualify the room, then give the day on which that was done.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def qualification_counts(asked: OfQualification, known: Circumstances) -> str | None:
    if asked.qualified_on > known.now:
        return f"{asked.qualified_on} lies ahead"
    until = qualified_until(asked, known)
    return None if known.now < until else f"a qualification of {asked.qualified_on} counted until {until}"


@gate(
    "facility.stands_in_another_room",
    requirement=("GMP-31", "GMP-34"),
    protects="What is around a cabinet is known: it is the air that comes in with every hand.",
    remedy="Scan the room that the cabinet stands in, or leave it out for a room of its own.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def stands_in_another_room(asked: OfQualification, known: Circumstances) -> str | None:
    return f"{asked.room.identifier} cannot stand in itself" if asked.within == asked.room else None


@gate(
    "facility.room_is_in_use",
    requirement="GMP-32",
    protects="A room is taken out of use once; what was decided before stands.",
    remedy="Look at the room: nothing may be opened in it as it is.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def room_is_in_use(asked: OfRoom, known: Circumstances) -> str | None:
    room = known.state(ROOM, asked.room)
    return None if room.qualified_until is not None and not room.closed else f"{asked.room.identifier} is not in use"


@gate(
    "facility.counts_are_given",
    requirement=("GMP-31", "CSV-28"),
    protects="A record without a count looks like a clean room.",
    remedy="Enter what was counted on at least one sample; nothing grown is 0.",
    resolvers=("analyst", "qcreviewer"),
    risk=Risk.PATIENT,
)
def counts_are_given(asked: OfMonitoring, known: Circumstances) -> str | None:
    if not asked.counts:
        return "no count was given"
    below = [sample for sample, count in asked.counts.items() if count < 0]
    return f"less than nothing cannot be counted: {', '.join(below)}" if below else None


@gate(
    "facility.samples_were_taken",
    requirement=("GMP-31", "CSV-28"),
    protects="Samples belong to the work during which they stood open.",
    remedy="Give the time at which the samples were taken.",
    resolvers=("analyst", "qcreviewer"),
    risk=Risk.DATA,
)
def samples_were_taken(asked: OfMonitoring, known: Circumstances) -> str | None:
    return f"{asked.taken_at} lies ahead" if asked.taken_at > known.now else None


@gate(
    "facility.batch_was_open_there",
    requirement=("GMP-31", "TRC-01"),
    protects="What grew beside one patient's cells is not put into another patient's record.",
    remedy="Scan the room in which the batch was open, or the one its cabinet stands in, with the time of the samples.",
    resolvers=("analyst", "qcreviewer"),
    risk=Risk.PATIENT,
)
def batch_was_open_there(asked: OfMonitoring, known: Circumstances) -> str | None:
    if asked.batch is None:
        return None
    batch = known.state(BATCH, asked.batch)
    assert batch.room is not None
    assert batch.started_at is not None
    if asked.room not in (batch.room, known.state(ROOM, batch.room).within):
        return f"{asked.batch.identifier} was open in {batch.room.identifier}, not in {asked.room.identifier}"
    slack_min = known.rules.minutes("monitoring.samples_after_session_max", known.now)
    ended = batch.filled_at
    if asked.taken_at < batch.started_at or (ended is not None and asked.taken_at.minutes_since(ended) > slack_min):
        until = f" until {ended}" if ended is not None else ""
        return f"{asked.batch.identifier} was open from {batch.started_at}{until}, not at {asked.taken_at}"
    return None


@gate(
    "facility.growth_waits_for_assessment",
    requirement="GMP-31",
    protects="Only growth that blocks a batch is judged; a later one asks again.",
    remedy="Look at the batch: nothing that grew in grade A blocks it.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def growth_waits_for_assessment(asked: OfBatch, known: Circumstances) -> str | None:
    blocked = known.state(ENVIRONMENT, asked.batch).blocked_because
    return None if blocked else f"nothing that grew in grade A blocks {asked.batch.identifier}"


@gate(
    "facility.assessor_had_no_part",
    requirement=("GMP-31", "GMP-02"),
    protects="Whoever worked in the room, or read the plates, does not judge what grew on them.",
    remedy="Let somebody of the quality unit judge it who had no hand in it.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def assessor_had_no_part(asked: OfBatch, known: Circumstances) -> str | None:
    person = known.actor.person
    if known.state(BATCH, asked.batch).was_performed_by(person):
        return f"you had a hand in {asked.batch.identifier}"
    return "you read these samples yourself" if person in known.state(ENVIRONMENT, asked.batch).read_by else None
