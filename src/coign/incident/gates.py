"""What the regular way would have asked, stored with a report; and who may resolve one."""

from collections.abc import Iterator
from typing import Protocol

from coign.identity.views import CHAIN, UNIT, UnitState
from coign.incident.events import IN_A_PERSON, Became
from coign.incident.views import INCIDENT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Case, Patient, Unit
from coign.kernel.values import Instant
from coign.quality.views import DISPOSITION

PRESENT = ("qa", "physician", "pharmacist")


class OfReport(Protocol):
    """A command that says what happened to which containers."""

    @property
    def units(self) -> tuple[Unit, ...]: ...
    @property
    def act(self) -> str: ...
    @property
    def given_to(self) -> Patient | None: ...
    @property
    def happened_at(self) -> Instant: ...


class OfFinding(Protocol):
    """A command that says what became of a container."""

    @property
    def case(self) -> Case: ...
    @property
    def unit(self) -> Unit: ...
    @property
    def became(self) -> Became: ...


def _concerned(asked: OfReport, known: Circumstances) -> Iterator[tuple[Unit, UnitState]]:
    for unit in asked.units:
        yield unit, known.state(UNIT, unit)


def _said(sentences: list[str]) -> str | None:
    return "; ".join(sentences) or None


@gate(
    "incident.containers_are_known",
    requirement=("TRC-10", "TRC-27"),
    protects="A container that no chain of identity knows may hold anybody's cells.",
    remedy="Keep the container apart and let the quality unit find out where it comes from.",
    resolvers=PRESENT,
    risk=Risk.PATIENT,
)
def containers_are_known(asked: OfReport, known: Circumstances) -> str | None:
    return _said(
        [f"{u.identifier} is in no chain of identity" for u, state in _concerned(asked, known) if not state.chain]
    )


@gate(
    "incident.containers_might_be_used",
    requirement=("TRC-14", "TRC-27"),
    protects="What stands still is neither moved nor used.",
    remedy="Keep the container apart until the finding.",
    resolvers=PRESENT,
    risk=Risk.PATIENT,
)
def containers_might_be_used(asked: OfReport, known: Circumstances) -> str | None:
    found = [(u, state.stands_still_because) for u, state in _concerned(asked, known)]
    return _said([f"{unit.identifier} {why}" for unit, why in found if why])


@gate(
    "incident.product_was_released",
    requirement=("GMP-15", "GMP-37", "PAT-28"),
    protects="Nothing is thawed for a patient or given before somebody answers for it.",
    remedy="Call the physician and the maker's quality unit at once.",
    resolvers=("qa", "qp", "physician"),
    risk=Risk.PATIENT,
)
def product_was_released(asked: OfReport, known: Circumstances) -> str | None:
    if asked.act not in ("thawed", IN_A_PERSON):
        return None
    return _said(
        [
            f"{unit.identifier} is not released"
            for unit, state in _concerned(asked, known)
            if state.chain is not None and not known.state(DISPOSITION, unit).is_released
        ]
    )


@gate(
    "incident.was_given_to_its_patient",
    requirement=("PAT-13", "TRC-12", "PAT-S1"),
    protects="A product goes into the patient it was made for, and into nobody else.",
    remedy="Call the physician at once; look for the patient whose product this was.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def was_given_to_its_patient(asked: OfReport, known: Circumstances) -> str | None:
    if asked.act != IN_A_PERSON:
        return None
    who = asked.given_to.identifier if asked.given_to is not None else "somebody whose wristband nobody scanned"
    return _said(
        [
            f"{unit.identifier} was not made for {who}"
            for unit, state in _concerned(asked, known)
            if state.chain is not None and known.state(CHAIN, state.chain).patient != asked.given_to
        ]
    )


@gate(
    "incident.happened_before_now",
    requirement=("CSV-38", "CSV-S1"),
    protects="A report tells of what has happened.",
    remedy="Look at the time again; a report is corrected by a further one.",
    resolvers=PRESENT,
    risk=Risk.DATA,
)
def happened_before_now(asked: OfReport, known: Circumstances) -> str | None:
    return f"{asked.happened_at} has not come yet" if asked.happened_at > known.now else None


@gate(
    "incident.container_waits",
    requirement=("GMP-19", "TRC-27"),
    protects="A finding is given once, about what was reported.",
    remedy="Look at the report: it names the containers that wait for a finding.",
    resolvers=PRESENT,
    risk=Risk.DATA,
)
def container_waits(asked: OfFinding, known: Circumstances) -> str | None:
    if asked.unit in known.state(INCIDENT, asked.case).waiting:
        return None
    return f"{asked.unit.identifier} does not wait for a finding in {asked.case.identifier}"


@gate(
    "incident.resolved_by_another",
    requirement=("TRC-13", "GMP-02"),
    protects="Nobody judges what they reported themselves.",
    remedy="Let somebody else find out what happened.",
    resolvers=PRESENT,
    risk=Risk.PATIENT,
)
def resolved_by_another(asked: OfFinding, known: Circumstances) -> str | None:
    return "you reported this yourself" if known.state(INCIDENT, asked.case).reported_by == known.actor.person else None


@gate(
    "incident.what_is_gone_does_not_go_on",
    requirement=("TRC-27", "PAT-31"),
    protects="A product that went into a person is never given again.",
    remedy="Say that it was administered, or destroyed.",
    resolvers=PRESENT,
    risk=Risk.PATIENT,
)
def what_is_gone_does_not_go_on(asked: OfFinding, known: Circumstances) -> str | None:
    incident = known.state(INCIDENT, asked.case)
    if asked.became == "may_go_on" and incident.act in (IN_A_PERSON, "lost") and asked.unit not in incident.beside:
        return f"{asked.unit.identifier} was reported as {incident.act}"
    return None


@gate(
    "incident.ends_once",
    requirement="TRC-27",
    protects="A container ends in exactly one way.",
    remedy="Look at the container: how it ended stands there. Say that it may go on to lift this report alone.",
    resolvers=PRESENT,
    risk=Risk.DATA,
)
def ends_once(asked: OfFinding, known: Circumstances) -> str | None:
    ended = known.state(UNIT, asked.unit).ended
    if ended and asked.became not in ("may_go_on", ended):
        return f"{asked.unit.identifier} was {ended.replace('_', ' ')} already"
    return None
