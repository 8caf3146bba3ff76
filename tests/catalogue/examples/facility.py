"""Rooms and cabinets in which cells are open, and what grows in them."""

from typing import Any

from tests.support.plant import (
    ANALYST,
    BATCH,
    CASE,
    FILE,
    OPERATOR,
    PLANT,
    QA,
    QCREVIEWER,
    ROOM,
    SEALED,
    Plant,
    as_role,
)
from tests.support.plant_cases import allow, refuse, then

from coign.kernel.subjects import Room

PUT, TAKE, RECORD, JUDGE = (
    f"facility.{name}" for name in ("put_in_use", "take_out_of_use", "record_monitoring", "assess_growth")
)
SUITE, FREE = Room.of("SUITE-1"), Room.of("CABINET-9")


def equipped(p: Plant) -> None:
    p.equipped()
    p.room(SUITE, "B")


def qualified(p: Plant, **changed: Any) -> dict[str, Any]:
    return {**p.qualification(), **changed}


allow(PUT, QA, equipped, qualified)
allow(PUT, QA, equipped, lambda p: qualified(p, within=SUITE, limit_set="part4"))
refuse(PUT, "stands_in_another_room", QA, equipped, lambda p: qualified(p, within=ROOM))
refuse(PUT, "qualification_counts", QA, equipped, lambda p: qualified(p, qualified_on=p.now.plus(days=1)))
refuse(PUT, "qualification_counts", QA, equipped, lambda p: qualified(p, qualified_on=p.now.plus(days=-181)))

WHY = {"room": ROOM, "why": SEALED}


def shut(p: Plant) -> None:
    p.act(TAKE, QA, **WHY)


def registered(p: Plant) -> None:
    p.act("manufacturing.register_room", QA, room=FREE, site=PLANT, grade="A")


allow(TAKE, QA, equipped, WHY)
refuse(TAKE, "room_is_in_use", QA, then(equipped, shut), WHY)
refuse(TAKE, "room_is_in_use", QA, registered, {**WHY, "room": FREE})


def plates(**counts: int) -> Any:
    return lambda p: p.plates(**counts)


def routine(p: Plant) -> dict[str, Any]:
    """Plates that nobody put beside a batch."""
    return {"room": ROOM, "taken_at": p.now.plus(minutes=-1), "condition": "rest", "active_air": 0, "case": CASE}


def nothing_counted(p: Plant) -> dict[str, Any]:
    return {name: value for name, value in routine(p).items() if name != "active_air"}


def stands_in_suite(p: Plant) -> None:
    p.room(SUITE, "B")
    p.act(PUT, QA, **qualified(p, within=SUITE))


allow(RECORD, ANALYST, then("filled"), plates())
allow(RECORD, QCREVIEWER, then("stepped"), plates(settle_plate=1))
allow(RECORD, ANALYST, then("filled"), plates(particles_0_5=4000))
allow(RECORD, ANALYST, then("certified"), plates(glove_print=2))
allow(RECORD, ANALYST, equipped, routine)
allow(RECORD, ANALYST, then("stepped"), lambda p: {**routine(p), "settle_plate": 3})
allow(RECORD, ANALYST, then("filled", stands_in_suite), lambda p: {**p.plates(settle_plate=4), "room": SUITE})
refuse(RECORD, "counts_are_given", ANALYST, equipped, nothing_counted)
refuse(RECORD, "counts_are_given", ANALYST, then("filled"), plates(glove_print=-1))
refuse(RECORD, "samples_were_taken", ANALYST, equipped, lambda p: {**routine(p), "taken_at": p.now.plus(minutes=1)})
refuse(RECORD, "batch_was_open_there", ANALYST, then("filled", lambda p: p.room(SUITE, "B")),
       lambda p: {**p.plates(), "room": SUITE})  # fmt: skip
refuse(RECORD, "batch_was_open_there", ANALYST, then("stepped"), plates(hours_ago=900, settle_plate=0))
refuse(RECORD, "batch_was_open_there", ANALYST, then("filled", lambda p: p.wait(hours=3)),
       plates(hours_ago=0, settle_plate=0))  # fmt: skip

JUDGED = {"batch": BATCH, "organism": "M. luteus", "conclusion": "acceptable", "assessment": SEALED, "evidence": FILE}


def grown(p: Plant) -> None:
    p.monitored(settle_plate=1)


allow(JUDGE, QA, then("filled", grown), JUDGED)
allow(JUDGE, QA, then("filled", grown, lambda p: p.judged("not_acceptable")), JUDGED)
refuse(JUDGE, "growth_waits_for_assessment", QA, then("filled"), JUDGED)
refuse(JUDGE, "growth_waits_for_assessment", QA, then("filled", grown, lambda p: p.judged()), JUDGED)
for person in (OPERATOR, ANALYST):
    refuse(
        JUDGE,
        "assessor_had_no_part",
        as_role(person, "qa"),
        then("filled", grown, lambda p, person=person: p.granted(person, "qa")),
        JUDGED,
    )
