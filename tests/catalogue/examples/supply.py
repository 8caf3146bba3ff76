"""Suppliers, lots of material that touch cells, serialised packs, suspect product."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from tests.catalogue.stage import NOW, Given, accepted, lone_refusal
from tests.support.plant import (
    ANALYST,
    FILE,
    LOTS,
    OPERATOR,
    PROGRAMMES,
    QA,
    QA_2,
    REGULATORY,
    SEALED,
    SUPPLIER,
    WAREHOUSE,
    as_role,
)
from tests.support.plant_cases import nothing, then
from tests.support.store import ANOTHER, CASE, RECEIVER_AS_QA, VIALS, Store

from coign import catalogue
from coign.kernel.subjects import Case, Organisation, Person
from coign.kernel.values import Actor, FreeText
from coign.ledger.encoding import plain
from coign.supply.events import LotReceived

Story = Callable[[Store], Any]
Asked = dict[str, Any] | Callable[[Store], dict[str, Any]]

BEADS = {"lot": LOTS["beads"]}


def _example(action: str, story: Story, asked: Asked) -> dict[str, Any]:
    store = Store(NOW)
    story(store)
    given = asked(store) if callable(asked) else asked
    command = {n: "in my own words" if isinstance(v, FreeText) else plain(v) for n, v in given.items()}
    allotted = {f.name for f in fields(catalogue.ACTIONS[action].command) if "allotted" in f.metadata}
    inside = {n: command.pop(n) for n in allotted}
    facts = [Given(fact, by, at) for at, by, fact in store.history]
    return {"given": facts, "command": command, "inside": inside, "programmes": PROGRAMMES, "now": store.now}


def allow(action: str, actor: Actor, story: Story, asked: Asked) -> None:
    accepted(f"supply.{action}", actor=actor, **_example(f"supply.{action}", story, asked))


def refuse(action: str, gate: str, actor: Actor, story: Story, asked: Asked) -> None:
    lone_refusal(f"supply.{action}", f"supply.{gate}", actor=actor, **_example(f"supply.{action}", story, asked))


def waits(**duration: float) -> Story:
    return lambda s: s.wait(**duration)


# Suppliers


def judged(s: Store, **changed: Any) -> dict[str, Any]:
    good = {
        "supplier": ANOTHER, "name": "Another", "material": "beads", "origin": "animal",
        "until": s.now.plus(days=900), "evidence": FILE,
    }  # fmt: skip
    return {**good, **changed}


def qualified(s: Store) -> None:
    s.supplier("beads")


STOPPED: dict[str, Any] = {"supplier": SUPPLIER, "material": "beads", "why": SEALED}
FOREIGN_QA = Actor(Person.of("qa-9"), "qa", Organisation.of("elsewhere"))


def suspended(s: Store) -> None:
    s.act("supply.suspend_supplier", QA, **STOPPED)


allow("qualify_supplier", QA, nothing, judged)
allow("qualify_supplier", QA, then(qualified, suspended), lambda s: judged(s, supplier=SUPPLIER))
allow("qualify_supplier", QA, nothing, lambda s: judged(s, licence_until=s.now.plus(days=30)))
refuse("qualify_supplier", "supplier_is_ours", FOREIGN_QA, qualified, lambda s: judged(s, supplier=SUPPLIER))
refuse("qualify_supplier", "material_is_known", QA, nothing, lambda s: judged(s, material="glue"))
refuse("qualify_supplier", "qualification_lies_ahead", QA, nothing, lambda s: judged(s, until=s.now))
refuse("qualify_supplier", "qualification_lies_ahead", QA, nothing, lambda s: judged(s, licence_until=s.now))
refuse("qualify_supplier", "qualification_is_in_reach", QA, nothing, lambda s: judged(s, until=s.now.plus(days=1097)))

allow("suspend_supplier", QA, qualified, STOPPED)
refuse("suspend_supplier", "supplier_is_active", QA, then(qualified, suspended), STOPPED)
refuse("suspend_supplier", "supplier_is_active", QA, qualified, {**STOPPED, "material": "medium"})

# Lots


def delivery(s: Store, **changed: Any) -> dict[str, Any]:
    good = {"material": "beads", "supplier": SUPPLIER, "expires": s.now.plus(days=9), "certificate": FILE}
    return {**BEADS, **good, **changed}


def quarantined(s: Store) -> None:
    s.lot("beads", approved=False, days=9)


def tested(s: Store) -> None:
    s.act("supply.record_lot_test", ANALYST, **result(s))


def ready(s: Store) -> None:
    quarantined(s)
    tested(s)


def approved(s: Store) -> None:
    s.lot("beads")


def rejected(s: Store) -> None:
    approved(s)
    s.act("supply.reject_lot", QA, why=SEALED, **BEADS)


def held(s: Store) -> None:
    s.act("supply.hold_lot", WAREHOUSE, why=SEALED, **BEADS)


def doubted(s: Store) -> None:
    s.act("supply.suspect_lot", WAREHOUSE, what=SEALED, case=CASE, **BEADS)


def result(s: Store, **changed: Any) -> dict[str, Any]:
    return {**BEADS, "test": "identity", "method": "spectrum", "passed": True, "raw": FILE, **changed}


allow("receive_lot", WAREHOUSE, qualified, delivery)
allow("receive_lot", WAREHOUSE, qualified, lambda s: delivery(s, origin_statement=FILE))
refuse("receive_lot", "lot_is_new", WAREHOUSE, approved, delivery)
refuse("receive_lot", "material_is_known", WAREHOUSE, lambda s: s.glue(), lambda s: delivery(s, material="glue"))
refuse("receive_lot", "supplier_is_qualified", WAREHOUSE, then(qualified, suspended), delivery)
refuse("receive_lot", "supplier_is_qualified", WAREHOUSE, lambda s: s.supplier("medium"), delivery)
refuse("receive_lot", "supplier_is_qualified", WAREHOUSE, then(qualified, waits(days=1001)), delivery)
refuse("receive_lot", "expiry_lies_ahead", WAREHOUSE, qualified, lambda s: delivery(s, expires=s.now))

allow("record_lot_test", ANALYST, quarantined, result)
refuse("record_lot_test", "lot_is_undecided", ANALYST, approved, result)

allow("approve_lot", QA, ready, BEADS)
allow("approve_lot", QA, ready, lambda s: {**BEADS, "retest_by": s.now.plus(days=5)})
refuse("approve_lot", "lot_is_undecided", QA, approved, BEADS)
refuse("approve_lot", "lot_is_undecided", QA, rejected, BEADS)
refuse("approve_lot", "lot_is_free", QA, then(ready, held), BEADS)
refuse("approve_lot", "lot_is_free", QA, then(ready, doubted), BEADS)
refuse("approve_lot", "lot_is_in_date", QA, then(ready, waits(days=10)), BEADS)
refuse("approve_lot", "supplier_stands", QA, then(ready, suspended), BEADS)


def of_before(s: Store) -> None:
    """A lot of before suppliers were kept."""
    named = {"material": "beads", "supplier": "In words", "certificate": FILE}
    old = LotReceived(
        lot=LOTS["beads"], organisation=QA.organisation, expires=s.now.plus(days=9), by=WAREHOUSE.person, **named
    )
    s.happened(old, by=WAREHOUSE)
    tested(s)


def of_animals(s: Store, **given: Any) -> None:
    s.supplier("beads", origin="animal")
    s.act("supply.receive_lot", WAREHOUSE, **delivery(s, **given))
    tested(s)


def failed(s: Store) -> None:
    ready(s)
    s.act("supply.record_lot_test", ANALYST, **result(s, test="further", passed=False))


refuse("approve_lot", "supplier_stands", QA, of_before, BEADS)
refuse("approve_lot", "origin_is_stated", QA, of_animals, BEADS)
allow("approve_lot", QA, lambda s: of_animals(s, origin_statement=FILE), BEADS)
refuse("approve_lot", "identity_was_tested", QA, quarantined, BEADS)
refuse("approve_lot", "identity_was_tested", QA, failed, BEADS)
refuse("approve_lot", "retest_fits", QA, ready, lambda s: {**BEADS, "retest_by": s.now})
refuse("approve_lot", "retest_fits", QA, ready, lambda s: {**BEADS, "retest_by": s.now.plus(days=10)})
for somebody in (RECEIVER_AS_QA, as_role(ANALYST, "qa")):
    refuse("approve_lot", "approved_by_another", somebody, then(ready, lambda s, a=somebody: s.granted(a, "qa")), BEADS)


def again(s: Store, **changed: Any) -> dict[str, Any]:
    return {**BEADS, "retest_by": s.now.plus(days=100), "raw": FILE, **changed}


allow("retest_lot", QA, approved, again)
refuse("retest_lot", "lot_is_not_rejected", QA, rejected, again)
refuse("retest_lot", "lot_is_approved", QA, quarantined, lambda s: again(s, retest_by=s.now.plus(days=5)))
refuse("retest_lot", "lot_is_free", QA, then(approved, held), again)
refuse("retest_lot", "retest_fits", QA, approved, lambda s: again(s, retest_by=s.now))

allow("reject_lot", QA, approved, {**BEADS, "why": SEALED})
refuse("reject_lot", "lot_is_not_rejected", QA, rejected, {**BEADS, "why": SEALED})

allow("hold_lot", WAREHOUSE, approved, {**BEADS, "why": SEALED})
allow("hold_lot", OPERATOR, quarantined, {**BEADS, "why": SEALED})
refuse("hold_lot", "lot_is_free", WAREHOUSE, then(approved, held), {**BEADS, "why": SEALED})
refuse("hold_lot", "lot_is_not_rejected", WAREHOUSE, rejected, {**BEADS, "why": SEALED})

allow("lift_hold", QA, then(approved, held), {**BEADS, "finding": SEALED})
refuse("lift_hold", "lot_is_held", QA, approved, {**BEADS, "finding": SEALED})
refuse(
    "lift_hold",
    "hold_lifted_by_another",
    RECEIVER_AS_QA,
    then(approved, held, lambda s: s.granted(WAREHOUSE, "qa")),
    {**BEADS, "finding": SEALED},
)

# Packs


def vials(s: Store) -> None:
    s.vials()


def code(s: Store, number: str = "A1", **changed: Any) -> dict[str, Any]:
    return {**s.code(number), "case": CASE, **changed}


def new(s: Store, **changed: Any) -> dict[str, Any]:
    return {**code(s, "NEW"), "lot": VIALS, **changed}


def vials_rejected(s: Store) -> None:
    s.vials()
    s.act("supply.reject_lot", QA, lot=VIALS, why=SEALED)


allow("register_pack", WAREHOUSE, vials, new)
allow("register_pack", WAREHOUSE, vials, lambda s: new(s, number="A1"))  # suspect, and entered
refuse("register_pack", "pack_code_is_readable", WAREHOUSE, vials, lambda s: new(s, gtin="09524000059100"))
refuse("register_pack", "lot_takes_packs", WAREHOUSE, vials_rejected, new)

allow("check_pack", WAREHOUSE, vials, code)
allow("check_pack", WAREHOUSE, vials, lambda s: code(s, lot_number="L-OTHER"))
for bad in (
    {"gtin": "1"},
    {"number": "a b"},
    {"lot_number": ""},
    {"expires_on": "270331"},
    {"expires_on": "2027-02-30"},
):
    refuse("check_pack", "pack_code_is_readable", WAREHOUSE, vials, lambda s, bad=bad: code(s, **bad))
refuse("check_pack", "pack_is_in_date", WAREHOUSE, then(vials, waits(days=302)), code)

allow("use_pack", OPERATOR, vials, code)
allow("use_pack", OPERATOR, vials, lambda s: code(s, "UNKNOWN"))
refuse("use_pack", "pack_code_is_readable", OPERATOR, vials, lambda s: code(s, gtin="1"))
refuse(
    "use_pack",
    "pack_is_in_date",
    OPERATOR,
    lambda s: s.day_before(),
    lambda s: code(s, expires_on=s.now.plus(days=-1)[:10]),
)
refuse("use_pack", "pack_lot_may_be_used", OPERATOR, lambda s: s.vials(approved=False), code)
refuse(
    "use_pack",
    "pack_lot_may_be_used",
    OPERATOR,
    then(vials, lambda s: s.act("supply.hold_lot", QA, lot=VIALS, why=SEALED)),
    code,
)

# Suspect product

allow("suspect_lot", WAREHOUSE, approved, {**BEADS, "what": SEALED, "case": CASE})
refuse("suspect_lot", "lot_is_not_rejected", WAREHOUSE, rejected, {**BEADS, "what": SEALED, "case": CASE})
refuse(
    "suspect_lot",
    "lot_is_not_suspect",
    WAREHOUSE,
    then(approved, doubted),
    {**BEADS, "what": SEALED, "case": Case.of("S2")},
)


def suspect(s: Store) -> None:
    s.suspect()


def investigated(s: Store) -> None:
    suspect(s)
    s.investigated()


def determined(s: Store) -> None:
    suspect(s)
    s.determined()


def told(s: Store) -> None:
    determined(s)
    s.told()


def agreed(s: Store) -> None:
    told(s)
    s.consulted()


FOUND: dict[str, Any] = {"case": CASE, "grounds": "high_risk", "basis": SEALED, "evidence": FILE}
GOOD: dict[str, Any] = {"case": CASE, "finding": SEALED, "evidence": FILE}
ANSWER: dict[str, Any] = {"case": CASE, "agrees": True, "evidence": FILE}
ENDED: dict[str, Any] = {"case": CASE, "why": SEALED}


def cleared(s: Store) -> None:
    investigated(s)
    s.act("supply.clear_suspicion", QA, **GOOD)


allow("investigate_suspicion", QA, suspect, lambda s: s.count())
refuse("investigate_suspicion", "case_is_open", QA, determined, lambda s: s.count())
refuse("investigate_suspicion", "case_is_open", QA, cleared, lambda s: s.count())
refuse("investigate_suspicion", "case_is_open", QA, lambda s: s.deviation(), lambda s: s.count())
for wrong_count in ((5, 6, 0), (5, 3, 4), (5, 0, 0), (5, 3, -1)):
    refuse("investigate_suspicion", "counts_add_up", QA, suspect, lambda s, n=wrong_count: s.count(*n))

allow("clear_suspicion", QA, investigated, GOOD)
allow("clear_suspicion", QA, then(approved, doubted, lambda s: s.investigated(2, 2)), GOOD)
refuse("clear_suspicion", "case_is_open", QA, then(investigated, lambda s: s.determined()), GOOD)
refuse("clear_suspicion", "enough_was_checked", QA, suspect, GOOD)
refuse("clear_suspicion", "enough_was_checked", QA, then(suspect, lambda s: s.investigated(5, 2)), GOOD)
refuse("clear_suspicion", "enough_was_checked", QA, then(suspect, lambda s: s.investigated(100, 9)), GOOD)
refuse("clear_suspicion", "nothing_was_wrong", QA, then(suspect, lambda s: s.investigated(5, 3, 1)), GOOD)
refuse("clear_suspicion", "cleared_by_another", QA, then(lambda s: s.suspect(QA), lambda s: s.investigated()), GOOD)

allow("determine_illegitimate", QA, suspect, FOUND)
allow("determine_illegitimate", QA_2, then(approved, doubted), FOUND)
refuse("determine_illegitimate", "case_is_open", QA, determined, FOUND)

allow("notify_illegitimate", QA, determined, lambda s: s.notice())
allow("notify_illegitimate", REGULATORY, told, lambda s: s.notice("partners"))
refuse("notify_illegitimate", "product_is_illegitimate", QA, suspect, lambda s: s.notice())
refuse("notify_illegitimate", "notice_is_plausible", QA, determined, lambda s: s.notice(sent_at=s.now.plus(hours=1)))
refuse("notify_illegitimate", "notice_is_plausible", QA, determined, lambda s: s.notice(sent_at=s.now.plus(hours=-1)))
refuse("notify_illegitimate", "notice_is_the_first", QA, told, lambda s: s.notice())

allow("consult_authority", REGULATORY, told, ANSWER)
refuse("consult_authority", "authority_was_told", QA, determined, ANSWER)
refuse("consult_authority", "notification_runs", QA, then(agreed, lambda s: s.terminated()), ANSWER)

allow("terminate_notification", QA, agreed, ENDED)
refuse("terminate_notification", "authority_was_told", QA, determined, ENDED)
refuse("terminate_notification", "authority_agrees", QA, told, ENDED)
refuse("terminate_notification", "authority_agrees", QA, then(told, lambda s: s.consulted(agrees=False)), ENDED)
refuse("terminate_notification", "notification_runs", QA, then(agreed, lambda s: s.terminated()), ENDED)
