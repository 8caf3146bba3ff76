"""Determine that product is illegitimate, tell authority and partners in time, and end that only with the authority."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case
from coign.kernel.values import Actor, Digest, FreeText, Instant
from coign.people.views import ORGANISATION
from coign.supply import case_gates as gates
from coign.supply.events import (
    AuthorityConsulted,
    DeterminedIllegitimate,
    Grounds,
    IllegitimateNotified,
    NotificationTerminated,
    Recipient,
)
from coign.supply.state import PACK, SUSPECT
from coign.supply.views import LOT


@dataclass(frozen=True, slots=True, kw_only=True)
class DetermineIllegitimate:
    """Of which case, on which grounds, and what this rests on."""

    case: Case = field(metadata=asks("Case", "choose", options="suspect_cases"))
    grounds: Grounds = field(metadata=asks("The product is", "choose"))
    basis: FreeText = field(metadata=asks("What this rests on"))
    evidence: Digest = field(metadata=asks("Evidence", "upload"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyIllegitimate:
    """Of which case who was told when, under which reference."""

    case: Case = field(metadata=asks("Case", "choose", options="suspect_cases"))
    to: Recipient = field(metadata=asks("Who was told", "choose"))
    sent_at: Instant = field(metadata=asks("When they were told"))
    reference: str = field(metadata=asks("Reference", hint="such as the number of the incident report"))
    evidence: Digest = field(metadata=asks("What was sent, with its receipt", "upload"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultAuthority:
    """Of which case what the authority answered: whether the notification may end."""

    case: Case = field(metadata=asks("Case", "choose", options="suspect_cases"))
    agrees: bool = field(metadata=asks("The authority agrees that the notification ends", "choose"))
    evidence: Digest = field(metadata=asks("The authority's answer", "upload"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateNotification:
    """Of which case the notification is no longer necessary, and why."""

    case: Case = field(metadata=asks("Case", "choose", options="suspect_cases"))
    why: FreeText = field(metadata=asks("Why", hint="what became of the product"))


OfCase = DetermineIllegitimate | NotifyIllegitimate | ConsultAuthority | TerminateNotification


def _reads(asked: OfCase, actor: Actor) -> Sequence[Read]:
    return (Read(asked.case, SUSPECT),)


def _reads_to_determine(asked: DetermineIllegitimate, actor: Actor) -> Sequence[Read]:
    return (Read(asked.case, SUSPECT), Read(actor.organisation, ORGANISATION))


def _reads_of_product(asked: DetermineIllegitimate, known: Circumstances) -> Sequence[Read]:
    case = known.state(SUSPECT, asked.case)
    pack = (Read(case.serial, PACK),) if case.serial is not None else ()
    lot = (Read(case.lot, LOT),) if case.lot is not None else ()
    return (*pack, *lot)


def _determine(asked: DetermineIllegitimate, known: Circumstances) -> Sequence[DeterminedIllegitimate]:
    case = known.state(SUSPECT, asked.case)
    country = known.state(ORGANISATION, known.actor.organisation).country
    return (
        DeterminedIllegitimate(
            case=asked.case,
            serial=case.serial,
            lot=case.lot,
            grounds=asked.grounds,
            notify_within_min=int(known.rules.minutes("supply.illegitimate_notification", known.now, country)),
            basis=asked.basis,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


DETERMINE = Action(
    name="supply.determine_illegitimate",
    title="Determine that product is illegitimate",
    command=DetermineIllegitimate,
    roles=frozenset({"qa"}),
    reads=_reads_to_determine,
    then_reads=(_reads_of_product,),
    gates=(gates.case_is_open,),
    decide=_determine,
    emits=(DeterminedIllegitimate,),
    requirements=("SCS-16", "SCS-19"),
    risk=Risk.PATIENT,
    rationale="From here others must be warned: the clock runs by the wall, through nights and weekends.",
    meaning="determined",
)


def _notify(asked: NotifyIllegitimate, known: Circumstances) -> Sequence[IllegitimateNotified]:
    return (
        IllegitimateNotified(
            case=asked.case,
            to=asked.to,
            sent_at=asked.sent_at,
            reference=asked.reference,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


NOTIFY = Action(
    name="supply.notify_illegitimate",
    title="Record that authority or partners were told",
    command=NotifyIllegitimate,
    roles=frozenset({"qa", "regulatory"}),
    reads=_reads,
    gates=(gates.product_is_illegitimate, gates.notice_is_plausible, gates.notice_is_the_first),
    decide=_notify,
    emits=(IllegitimateNotified,),
    requirements=("SCS-16",),
    risk=Risk.PATIENT,
    rationale="Others may hold the same product; a late notice is recorded as late, never left out.",
)


def _consult(asked: ConsultAuthority, known: Circumstances) -> Sequence[AuthorityConsulted]:
    by = known.actor.person
    return (AuthorityConsulted(case=asked.case, agrees=asked.agrees, evidence=asked.evidence, by=by),)


CONSULT = Action(
    name="supply.consult_authority",
    title="Record what the authority answered",
    command=ConsultAuthority,
    roles=frozenset({"qa", "regulatory"}),
    reads=_reads,
    gates=(gates.authority_was_told, gates.notification_runs),
    decide=_consult,
    emits=(AuthorityConsulted,),
    requirements=("SCS-16",),
    risk=Risk.PRODUCT,
    rationale="Whether the danger is over is not for the one who wants it over to say alone.",
)


def _terminate(asked: TerminateNotification, known: Circumstances) -> Sequence[NotificationTerminated]:
    return (NotificationTerminated(case=asked.case, by=known.actor.person, why=asked.why),)


TERMINATE = Action(
    name="supply.terminate_notification",
    title="End the notification of illegitimate product",
    command=TerminateNotification,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(gates.authority_was_told, gates.authority_agrees, gates.notification_runs),
    decide=_terminate,
    emits=(NotificationTerminated,),
    requirements=("SCS-16",),
    risk=Risk.PATIENT,
    rationale="Ended too early, partners stop looking for what is still out there.",
    meaning="approved",
)
