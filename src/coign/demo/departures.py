"""Where a therapy leaves its way by more than one wrong step: what is tried there, told in memory only."""

from collections.abc import Iterator
from dataclasses import replace

from coign.checker.history import Departure
from coign.checker.rules import Move
from coign.clinical.events import Ordered
from coign.closing.events import UnitDecision
from coign.correction.recorded import Recorded
from coign.demo import guests, people
from coign.demo.besides import stores
from coign.demo.in_memory import InMemory
from coign.demo.interruptions import EVIDENCE, WHY
from coign.demo.variations import ONE, TROUBLED, Variations
from coign.kernel.subjects import Batch, Unit
from coign.kernel.values import Actor, Quantity

#: Longer than any product of the demonstration keeps.
SHELF_LIFE_DAYS = 275


class Departures(Variations):
    """What is done otherwise, and where it goes on."""

    def all(self) -> Iterator[Departure]:
        """Every one of them."""
        told = (self._orders, self._chair, self._journey, self._bed, self._end, self._safety)
        for of in (*told, self._tanks, self._store, self._room, self._laboratory, self._days):
            yield from of()

    def _orders(self) -> Iterator[Departure]:
        """Conditioning for a later day is begun today; nobody released the product; a weight was mistyped."""
        ordered = self._at("clinical.start_conditioning")
        plan = self.acts[ordered].move.command
        a_day_later = {name: getattr(plan, name).plus(days=1) for name in ("first_day", "planned_infusion")}
        yield self._instead(ordered, self._like(ordered, **a_day_later), left_out=1)
        certified = self._at("quality.certify")
        batch = self.acts[certified].move.command.batch
        allowed = self._asked(certified, _of("qp"), "quality.allow_quarantine_shipment", batch=batch, why=WHY)
        yield self._instead(certified, allowed, left_out=1)
        for index in (ordered, self._at("infusion.issue"), self._at("infusion.thaw"), self._at("infusion.start")):
            yield self._instead(index, self._mistyped_weight(index))
        changed = self._at("clinical.correct_identity", TROUBLED)
        yield self._instead(changed, self._like(changed, evidence=None), left_out=1)
        assessed = self._at("infusion.assess_patient")
        yield self._instead(assessed, self._like(assessed, weight=Quantity.of(154, "[lb_av]")), left_out=1)

    def _mistyped_weight(self, index: int) -> Move:
        ordered = self._at("clinical.order")
        asked, drafted = self.acts[ordered].move, self.acts[self._at("clinical.draft_order")].move.command
        chain = self.acts[self._at("collection.start")].move.command.chain
        weight = drafted.weight
        found = Recorded(
            entry=ordered, fact=Ordered.TYPE, name="weight", label="Weight", value=weight.value, unit=weight.unit,
            of=(asked.command.patient, chain), at=asked.time, by=asked.actor.person,
        )  # fmt: skip
        physician = people.in_role("physician", people.CENTRE)[0].actor
        told = {"entry": ordered, "name": found.name, "value": "40", "reason": WHY}
        like = self._asked(index, physician, "correction.propose", **told)
        return replace(like, command=replace(like.command, found=found))

    def _chair(self) -> Iterator[Departure]:
        """Somebody is looked up who is connected already; a cryobag is checked as if it came from the chair."""
        running = self._at("donor.take_samples")
        yield self._instead(running, self._like(self._at("collection.check_identity")))
        leaving, placed = self._at("collection.check_leaving"), self._at("storage.place")
        cryobag = self.acts[placed].move.command.unit
        nurse = people.in_role("nurse", people.CENTRE)[1].actor
        yield self._instead(placed, self._like(leaving, nurse, unit=cryobag, label=cryobag))

    def _journey(self) -> Iterator[Departure]:
        """With another carrier, while dispatch is stopped, after it left, from another hand, in an untested shipper."""
        offered = self._at("custody.offer_shipment")
        yield self._instead(offered, self._like(offered, to=guests.SECOND_COURIER), left_out=1)
        packed = self._at("logistics.pack")
        unit, giver = self.acts[packed].move.command.unit, self.acts[packed].move.actor
        to_courier = self._asked(packed + 1, giver, "custody.offer", unit=unit, to=people.COURIER)
        yield self._instead(packed + 1, self._stopped(packed + 1), to_courier)
        yield self._instead(packed + 1, to_courier)
        to_maker = self._asked(packed, giver, "custody.offer", unit=unit, to=people.MAKER)
        taken = self._asked(packed, _of("warehouse"), "custody.accept", unit=unit)
        yield self._instead(packed, to_maker, taken)
        replaced, unpacked = self._at("logistics.replace_seal", TROUBLED), self._at("logistics.unpack", TROUBLED)
        held_out, left = (self._at(f"custody.{name}_shipment", TROUBLED) for name in ("offer", "accept"))
        arrived, shipment = self._at("logistics.arrive", TROUBLED), self.acts[replaced].move.command.shipment
        again = self._like(replaced, seal="SEAL-000003")
        for index in (held_out + 1, left, arrived):
            yield self._instead(index, again)
            yield self._instead(index, self._like(unpacked, shipment=shipment))
        for index, told in enumerate(self.acts):
            if told.move.action.name == "logistics.register_shipper":
                for days in (-1, 1):
                    until = told.move.time.plus(days=days)
                    yield self._instead(index, self._like(index, qualified_until=until), left_out=1)

    def _stopped(self, index: int) -> Move:
        """The authority stops dispatch."""
        granted = self.acts[self._at("regulatory.impose_condition", "")].move.command.authorisation
        told = {"authorisation": granted, "scope": ["dispatch"], "decider": "nobody", "why": WHY, "evidence": EVIDENCE}
        authority = people.in_role("authority", people.AUTHORITY)[0].actor
        return self._asked(index, authority, "regulatory.suspend", **told)

    def _bed(self) -> Iterator[Departure]:
        """Cells that were collected are taken for the product; the product is in other hands; there is no emergency."""
        issued = self._at("infusion.issue")
        collected = self.acts[self._at("storage.place")].move.command.unit
        yield self._instead(issued, self._like(issued, unit=collected))
        unit, giver = self.acts[issued].move.command.unit, people.in_role("celllab", people.CENTRE)[0].actor
        to_maker = self._asked(issued, giver, "custody.offer", unit=unit, to=people.MAKER)
        taken = self._asked(issued, _of("warehouse"), "custody.accept", unit=unit)
        yield self._instead(issued, to_maker, taken)
        started = self._at("infusion.start")
        asked, decided = (self._at(f"infusion.{name}_emergency", TROUBLED) for name in ("request", "decide"))
        bag = self.acts[started].move.command.unit
        yield self._instead(started, self._like(asked, unit=bag))
        yield self._instead(decided + 1, self._infected())
        given = self._at("infusion.start_emergency", TROUBLED)
        yield self._instead(given, self._infected())

    def _infected(self) -> Move:
        """The physician looks again and finds an infection."""
        assessed = self._at("infusion.assess_patient", TROUBLED)
        findings = self.acts[assessed].move.command.findings
        found = tuple(replace(f, value="signs of one") if f.id == "infection" else f for f in findings)
        return self._like(assessed, findings=found)

    def _end(self) -> Iterator[Departure]:
        """A decision about another's bag; a bag that is burnt while nobody knows which one was."""
        ended, confirmed = self._at("closing.end_therapy", TROUBLED), self._at("closing.confirm_disposal", TROUBLED)
        theirs: Unit = self.acts[self._at("infusion.finish")].move.command.unit
        decided = (UnitDecision(unit=theirs, becomes="destroyed"),)
        yield self._instead(ended, self._like(ended, decisions=decided), left_out=1)
        given = self.acts[self._at("infusion.finish", TROUBLED)].move.command.unit
        mixed_up = self._like(confirmed, scanned=given)
        yield self._instead(confirmed, mixed_up, self._like(self._at("closing.dispose", TROUBLED)))

    def _safety(self) -> Iterator[Departure]:
        """A reason without a grade; a reference text from before the one in force."""
        seen = self._at("safety.record_icans", ONE, 1)
        yield self._instead(seen, self._like(seen, clinicians_grade=None), left_out=1)
        published = self._at("safety.publish_reference", "")
        earlier = self.acts[published].move.command.effective.plus(days=-10)
        yield self._instead(published + 1, self._like(published, effective=earlier))

    def _tanks(self) -> Iterator[Departure]:
        """Tests that ran out before they count, another device in place of a tank, and tanks out of service."""
        qualified, set_up = self._at("storage.qualify_tank", ""), self._at("storage.set_up_box", "")
        yesterday = self.acts[qualified].move.time.plus(days=-1)
        yield self._instead(qualified, self._like(qualified, qualified_until=yesterday), left_out=1)
        registered = self._at("equipment.register", "")
        device = self.acts[registered].move.command.equipment
        keeper = self._at("storage.qualify_tank", "", -1)
        yield self._instead(registered + 1, self._like(keeper, tank=device))
        yield self._instead(set_up, self._closed(set_up, self.acts[set_up].move))
        placed = self._at("storage.place")
        box = self.acts[placed].move.command.box
        boxes = (told.move for told in self.acts if told.move.action.name == "storage.set_up_box")
        stands = next(each for each in boxes if each.command.box == box)
        yield self._instead(placed, self._closed(placed, stands))

    def _closed(self, index: int, set_up: Move) -> Move:
        """Its tank is taken out of service by who set up the box."""
        return self._asked(index, set_up.actor, "storage.close_tank", tank=set_up.command.tank, why=WHY)

    def _store(self) -> Iterator[Departure]:
        """A lot is approved, and a pack of it opened, after it expired."""
        approved, used = self._at("supply.approve_lot", "", -1), self._at("supply.use_pack", "", -1)
        yield self._later(approved, self._like(approved, retest_by=None), stores.KEEPS_DAYS + 1)
        yield self._later(used, self._like(used), stores.KEEPS_DAYS + 1)

    def _room(self) -> Iterator[Departure]:
        """A room is cleared with cells open in it, or with a label lost; a lot of another step; a second batch."""
        cleared, begun = self._at("manufacturing.clear_line"), self._at("manufacturing.start_batch")
        yield self._instead(begun + 1, self._like(cleared))
        counted = self._at("manufacturing.count_labels")
        destroyed = self.acts[counted].move.command.destroyed
        lost = self._like(counted, destroyed=destroyed - 1)
        yield self._instead(counted, lost, self._like(cleared), left_out=1)
        first, second = (self._at("manufacturing.complete_step", ONE, nth) for nth in (0, 1))
        lots, foreign = self.acts[first].move.command.lots, self.acts[second].move.command.lots
        every = tuple(dict.fromkeys((*lots, *foreign)))
        yield self._instead(first, self._like(first, lots=every), left_out=1)
        yield self._begun_again(counted + 1)

    def _begun_again(self, index: int) -> Departure:
        """The second cryobag is taken out for a batch, though the slot of its therapy was used for the first one."""
        begun = self._at("manufacturing.start_batch")
        cleared, confirmed, meant, taken = range(begun - 4, begun)
        unit = self.acts[self._at("quality.accept_material", ONE, 1)].move.command.unit
        lies = next(t.move.command for t in self.acts[begun::-1] if _lays_down(t.move, unit))
        batch = Batch.of(f"{self.acts[begun].move.command.batch.identifier}-again")
        return self._instead(
            index, self._like(cleared), self._like(confirmed), self._like(meant, unit=unit, position=lies.position),
            self._like(taken, unit=unit, found=unit), self._like(begun, unit=unit, batch=batch),
        )  # fmt: skip

    def _laboratory(self) -> Iterator[Departure]:
        """The test that was made again fails twice more and is set aside each time, and made once more."""
        again = self._at("quality.invalidate_result", TROUBLED) + 1
        failed, *judged = range(again - 4, again)
        fails = self._like(again, value=self.acts[failed].move.command.value)
        yield self._instead(again, *(fails, *(self._like(index) for index in judged)) * 2)
        reviewed = self._at("quality.review_audit_trail", TROUBLED)
        yield self._instead(reviewed, self._like(reviewed, exceptional=(again - 1,)), left_out=1)
        for actor in (_of("qp"), self.acts[again - 1].move.actor):
            yield self._instead(reviewed, self._explained(reviewed, again - 1, actor))

    def _explained(self, index: int, entry: int, actor: Actor) -> Move:
        """Somebody says why a result was set aside; what the door would look up stands in it already."""
        batch, by = self.acts[index].move.command.batch, self.acts[entry].move.actor.person
        told = {"batch": batch, "entry": entry, "answer": "accepted", "why": WHY}
        move = self._asked(index, actor, "quality.answer_audit_trail_line", **told)
        return replace(move, command=replace(move.command, signs=("set_aside",), done_by=by))

    def _days(self) -> Iterator[Departure]:
        """A therapy ends before its collection; a bag leaves its place after it expired; two bags are nearly empty."""
        started = self._at("collection.start")
        over = {"chain": self.acts[started].move.command.chain, "reason": "withdrawal", "note": WHY}
        physician = people.in_role("physician", people.CENTRE)[0].actor
        ended = self._asked(started, physician, "closing.end_therapy", **over, others="destroyed", decisions=[])
        yield self._instead(started, ended)
        issued, assessed = self._at("infusion.issue"), self._at("infusion.assess_patient")
        weighed = self._like(assessed, weight=Quantity.of(70, "kg"))
        late = self._later(issued, self._like(issued), SHELF_LIFE_DAYS + 1)
        yield replace(late, moves=(replace(weighed, time=late.moves[0].time), *late.moves))
        first, last = self._at("manufacturing.fill_bag"), self._at("manufacturing.fill")
        drop = Quantity.of("0.02", "mL")
        yield Departure(first, tuple(self._like(index, volume=drop) for index in (first, last)), last + 1)


def told_beside(here: InMemory) -> tuple[Departure, ...]:
    """What may be tried beside a story that was told here."""
    return tuple(Departures(here).all())


def _lays_down(move: Move, unit: Unit) -> bool:
    return move.action.name == "storage.place" and move.command.unit == unit


def _of(role: str) -> Actor:
    return people.in_role(role, people.MAKER)[0].actor
