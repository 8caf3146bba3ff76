"""What may come in between at any time in a therapy: withdrawals, holds, recalls, faults, stops, lost skills."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from coign.demo import people
from coign.kernel.facts import subjects_in
from coign.kernel.subjects import Authorisation, Organisation, Subject
from coign.kernel.values import Actor, Instant
from coign.training.actions.qualify import Qualify

Asked = tuple[Actor, str, Mapping[str, Any]]
EVIDENCE = "0" * 64
WHY = "Demonstration: it came in between."
STOPPED = ("new_orders", "collection", "manufacture", "dispatch", "administration")


def of_therapy(commands: Sequence[Any], patient: Subject, chain: Subject, now: Instant) -> Iterator[Asked]:
    """Everything that may happen to the patient, the things and the people of one therapy."""
    of_kind: dict[str, list[Subject]] = {}
    for subject in dict.fromkeys(s for c in commands for f in fields(c) for s in subjects_in(getattr(c, f.name))):
        of_kind.setdefault(subject.kind, []).append(subject)
    programme = of_kind["programme"][0]
    physician, coordinator = _one("physician", people.CENTRE), _one("coordinator", people.CENTRE)
    consent = {"patient": patient, "programme": programme, "purpose": "treatment"}
    yield physician, "clinical.withdraw_consent", consent
    yield coordinator, "clinical.correct_identity", {
        "patient": patient, "family_name": "Lindqvist", "evidence": EVIDENCE,
    }  # fmt: skip
    ended = {"chain": chain, "reason": "withdrawal", "note": WHY, "others": "destroyed"}
    yield physician, "closing.end_therapy", ended
    yield _one("safety", people.MAKER), "safety.hold_enrolment", {"programme": programme, "reason": WHY}
    trainer = _one("trainer", people.MAKER)
    for skill in (command for command in commands if isinstance(command, Qualify)):
        yield trainer, "training.revoke_qualification", {"person": skill.person, "task": skill.task, "why": WHY}
    for authorisation in (Authorisation(s) for s in of_kind.get("authorisation", ())):
        yield from _stopped(authorisation)
    for batch in of_kind.get("batch", ()):
        yield _one("operator", people.MAKER), "quality.open_deviation", {"batch": batch, "description": WHY}
        yield _one("qa", people.MAKER), "quality.reject_batch", {"batch": batch, "why": WHY}
        for action in ("manufacturing.abandon_batch", "manufacturing.resume_batch"):
            yield _one("qa", people.MAKER), action, {"batch": batch, "why": WHY}
    for lot in of_kind.get("lot", ()):
        for by in (_one("qa", people.MAKER), _one("celllab", people.CENTRE)):
            yield by, "supply.hold_lot", {"lot": lot, "why": WHY}
            yield by, "supply.reject_lot", {"lot": lot, "why": WHY}
    for shipment in of_kind.get("shipment", ()):
        for by in (_one("celllab", people.CENTRE), _one("warehouse", people.MAKER)):
            yield by, "logistics.unpack", {"shipment": shipment}
    for shipper in of_kind.get("shipper", ()):
        for by in (_one("celllab", people.CENTRE), _one("courier", people.COURIER)):
            yield by, "custody.withdraw_shipment", {"shipper": shipper}
    for device in of_kind.get("equipment", ()):
        yield from _faulty(device, now)
    for room in of_kind.get("room", ()):
        yield _one("qa", people.MAKER), "facility.take_out_of_use", {"room": room, "why": WHY}
    for unit in of_kind.get("unit", ()):
        yield from _seen(unit, now)


def of_decision(batch: Subject, units: Sequence[Subject]) -> Iterator[Asked]:
    """What somebody may try with a product that fails, before it is decided about."""
    release = {"batch": batch, "pending": []}
    for role in ("qp", "quality-us"):
        yield _one(role, people.MAKER), "quality.certify", release
        yield _one(role, people.MAKER), "quality.allow_quarantine_shipment", {"batch": batch, "why": WHY}
    yield _one("qa", people.MAKER), "quality.reject_batch", {"batch": batch, "why": WHY}
    yield _one("operator", people.MAKER), "quality.open_deviation", {"batch": batch, "description": WHY}
    for unit in units:
        yield _one("warehouse", people.MAKER), "custody.offer", {"unit": unit, "to": people.COURIER}
        yield _one("courier", people.COURIER), "custody.accept", {"unit": unit}


def _stopped(authorisation: Authorisation) -> Iterator[Asked]:
    told = {"authorisation": authorisation, "decider": "nobody", "why": WHY, "evidence": EVIDENCE}
    for act in STOPPED:
        yield _one("authority", people.AUTHORITY), "regulatory.suspend", {**told, "scope": [act]}


def _faulty(device: Subject, now: Instant) -> Iterator[Asked]:
    for by in (_one("qa", people.MAKER), _one("celllab", people.CENTRE)):
        yield by, "equipment.take_out_of_service", {"equipment": device, "why": WHY}
        measured = {"finding": "out_of_calibration", "calibrated_on": now, "evidence": EVIDENCE}
        yield by, "equipment.calibrate", {"equipment": device, **measured}


def _seen(unit: Subject, now: Instant) -> Iterator[Asked]:
    for by, site in (
        (_one("celllab", people.CENTRE), people.site_of(people.CENTRE)),
        (_one("warehouse", people.MAKER), people.site_of(people.MAKER)),
    ):
        happened = {"unit": unit, "act": "moved", "happened_at": now, "account": WHY, "site": site}
        yield by, "incident.report_act", happened
        yield by, "custody.offer", {"unit": unit, "to": people.COURIER}
        yield by, "quality.open_deviation", {"unit": unit, "description": WHY}


def _one(role: str, house: Organisation) -> Actor:
    return people.in_role(role, house)[0].actor
