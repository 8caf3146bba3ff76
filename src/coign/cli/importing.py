"""`coign import …`: files of a hospital's system and of temperature loggers, taken in through the door."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coign.cli.output import answer, say

if TYPE_CHECKING:
    from coign.kernel.subjects import Person, Shipment
    from coign.service import Service


def add_commands(commands: Any) -> None:
    """Add `import` and what can be imported."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
    common.add_argument("--debug", action="store_true", help="show where a defect comes from")
    common.add_argument("--as", dest="actor", metavar="PERSON", help="who takes it in (in a demonstration: as it fits)")
    taking = commands.add_parser("import", help="take in files of others", description=__doc__)
    kinds = taking.add_subparsers(title="commands", metavar="WHAT", required=True)
    fhir = kinds.add_parser("fhir", parents=[common], help="patients and orders, HL7 FHIR R4 in JSON")
    fhir.add_argument("files", nargs="+", metavar="FILE")
    fhir.set_defaults(run=_fhir)
    readings = kinds.add_parser("readings", parents=[common], help="the file of a shipment's temperature logger")
    readings.add_argument("file", metavar="FILE")
    readings.add_argument("--shipment", required=True, metavar="ID")
    readings.set_defaults(run=_readings)


def _content(name: str) -> bytes:
    from coign.kernel.errors import Invalid

    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise Invalid.at(name, f"cannot be read: {error.strerror}") from error


def person_named(given: str, field: str) -> "Person":
    """Somebody of the record, written with or without `person:`."""
    from coign.kernel.errors import Invalid
    from coign.kernel.subjects import Person

    try:
        return Person.of(given.removeprefix("person:"))
    except ValueError as error:
        raise Invalid.at(field, str(error)) from error


def _fhir(given: argparse.Namespace) -> int:
    from coign.demo import people
    from coign.perform.request import Source
    from coign.service import Service
    from coign.service.importing import FhirImport, actor_named

    files = {name: _content(name) for name in given.files}
    with Service.open(background=False, records=False, progress=say) as service:
        person = person_named(given.actor, "as") if given.actor else people.INTERFACE.person
        actor = actor_named(service, person, ("coordinator",))
        prescribers = people.STAFF_NUMBERS if service.demonstration else {}
        done = FhirImport(service, actor, prescribers, source=Source.INSIDE).run(files)
    result = {
        "ok": not done.refused,
        "taken": [
            {
                "file": t.file,
                "sha256": t.sha256,
                "resource": t.resource,
                "patient": t.patient,
                "positions": list(t.positions),
            }
            for t in done.taken
        ],
        "refused": [
            {"file": r.file, "sha256": r.sha256, "element": r.element, "message": r.message} for r in done.refused
        ],
    }
    lines = [f"taken    {t.file}: {t.resource}, {t.patient}{'' if t.positions else ' (known)'}" for t in done.taken]
    lines += [f"refused  {r.file}: {r.element}: {r.message}" for r in done.refused]
    answer(result, "\n".join(lines), as_json=given.as_json)
    if any(not r.readable for r in done.refused):
        return 2
    return 1 if done.refused else 0


def _readings(given: argparse.Namespace) -> int:
    from coign.kernel.errors import Invalid
    from coign.kernel.subjects import Shipment
    from coign.perform.request import Source
    from coign.service import Service
    from coign.service.importing import actor_named, import_readings

    content = _content(given.file)
    try:
        shipment = Shipment.of(given.shipment.removeprefix("shipment:"))
    except ValueError as error:
        raise Invalid.at("shipment", str(error)) from error
    with Service.open(background=False, records=False, progress=say) as service:
        person = person_named(given.actor, "as") if given.actor else _receiver(service, shipment)
        actor = actor_named(service, person, ("warehouse", "celllab"))
        done = import_readings(service, content, shipment, actor, source=Source.INSIDE)
        verdict = _verdict(service, done.position)
    entry = done.entries[0]
    result = {"ok": True, "shipment": shipment, "position": entry.position, "new": not done.replayed, **verdict}
    said = "was taken" if not done.replayed else "had been taken before"
    text = f"The file {said} (entry {entry.position}): {verdict['verdict']}, {verdict['readings']} readings."
    answer(result, text, as_json=given.as_json)
    return 0


def _receiver(service: "Service", shipment: "Shipment") -> "Person":
    """In a demonstration somebody of whom the shipment is for; elsewhere it must be said."""
    from coign.demo import people
    from coign.kernel.errors import Invalid, NotFound
    from coign.logistics.views import SHIPMENT

    if not service.demonstration:
        raise Invalid.at("as", "is missing: who reads this logger?")
    to = service.states.of(SHIPMENT, shipment).to
    if to is None:
        raise NotFound(f"there is no shipment {shipment.identifier}")
    there = [a for role in ("warehouse", "celllab") for a in people.in_role(role, to)]
    return there[0].person


def _verdict(service: "Service", position: int) -> dict[str, Any]:
    """What stands in the record about the file."""
    from coign.coldchain.events import LoggerRead
    from coign.ledger.entries import Entry

    with service.vault.pool.connection() as connection:
        row = connection.execute(
            "select body from entry where ledger_id = %s and position = %s", (service.ledger_id, position)
        ).fetchone()
    assert row is not None
    read = next(fact for fact in Entry(position, bytes(row[0])).facts if isinstance(fact, LoggerRead))
    return {
        "verdict": read.verdict,
        "readings": read.readings,
        "minutes_above_limit": read.minutes_above_limit,
        "unknown_minutes": read.unknown_minutes,
        "worst": str(read.worst),
        "problems": list(read.problems),
    }
