"""What somebody may try in vain beside the story, so that every gate is seen to refuse: told in memory only.

Each of these ends with an act that is refused, so it leads nowhere and costs little. Other people, things, values and
times are tried with every act (`coign.checker.twists`) and need no word here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

from coign import rulesets
from coign.checker.history import Departure
from coign.checker.rules import Move
from coign.demo import people
from coign.demo.in_memory import InMemory
from coign.demo.interruptions import WHY
from coign.demo.variations import ONE, TROUBLED, Variations
from coign.donor.markers import NOT_REPORTED, TITLES
from coign.kernel.subjects import Attempt, Subject, Unit
from coign.kernel.values import Actor, Digest, Instant, Quantity
from coign.perform.shape import shape_of
from coign.programmes.model import Limit, Programmes, ProgrammeVersion
from coign.regulatory.application_gates import CONDITIONS_OPEN_MAX, QUESTIONS_OPEN_MAX
from coign.safety.case_state import EVENTS_MAX, NEWS_MAX
from coign.training.courses.model import Library

#: A file that nobody has.
NOT_HERE = Digest("ee" * 32)
#: What is decided only on a record that witnesses saw within an hour, where a programme asks for it.
WITNESSED = {
    "quality.certify": "release_witnessed_age_max",
    "logistics.pack": "dispatch_witnessed_age_max",
    "infusion.start": "administration_witnessed_age_max",
}
WITNESSED_WITHIN = Quantity.of(1, "h")


class InVain(Variations):
    """Acts that are refused where they are tried."""

    def all(self) -> Iterator[Departure]:
        """Every one of them."""
        told = (self._versions, self._witnesses, self._papers, self._slot, self._cells, self._product, self._trail)
        for of in (
            *told,
            self._strength,
            self._ended,
            self._too_many,
            self._applicant,
            self._course,
            self._not_counted,
        ):
            yield from of()

    def _versions(self) -> Iterator[Departure]:
        """A file that is not here is proposed; one that is in force, again; the one in force was taken away."""
        proposed, approved = (self._at(f"regulatory.{name}_programme", "") for name in ("propose", "approve"))
        yield self._instead(proposed, self._like(proposed, version=NOT_HERE))
        yield self._instead(approved + 1, self._like(proposed))
        course, in_force = (self._at(f"training.{name}_course", "") for name in ("propose", "approve"))
        yield self._instead(in_force + 1, self._like(course))
        ordered = self._at("clinical.order")
        taken_away = replace(self._like(ordered), programmes=Programmes(()), twist="the programme's file is gone")
        yield self._instead(ordered, taken_away)

    def _witnesses(self) -> Iterator[Departure]:
        """The programme asks for witnesses, and nobody outside ever saw the record."""
        for action, limit in WITNESSED.items():
            index = self._at(action)
            asking = Programmes(_with_limit(version, limit) for version in self._here.programmes.all())
            silent = replace(self._like(index), programmes=asking, twist="the programme asks for witnesses: silent")
            yield self._instead(index, silent)

    def _papers(self) -> Iterator[Departure]:
        """Corrected to what it was; a report without a result; an inspection of nothing."""
        corrected = self._at("correction.propose", TROUBLED)
        was = self.acts[corrected].move.command.found.value
        yield self._instead(corrected, self._like(corrected, value=was))
        reported = self._at("donor.record_report")
        yield self._instead(reported, self._like(reported, actor=None, **dict.fromkeys(TITLES, NOT_REPORTED)))
        opened = self._at("people.open_inspection", "")
        yield self._instead(opened, self._like(opened, therapies=(), products=(), sites=()))

    def _slot(self) -> Iterator[Departure]:
        """A slot is moved before it is confirmed."""
        confirmed, moved = (self._at(f"manufacturing.{name}_slot", TROUBLED) for name in ("confirm", "move"))
        yield self._instead(confirmed, self._like(moved))

    def _cells(self) -> Iterator[Departure]:
        """The product is taken for the cells that were collected."""
        certified = self._at("quality.certify")
        product = self._bag()
        for action in ("quality.accept_material", "manufacturing.start_batch"):
            yield self._instead(certified, self._like(self._at(action), unit=product))

    def _product(self) -> Iterator[Departure]:
        """Thawed before it is released; in dispute when it is released; set free while growth is not judged."""
        certified, reported = self._at("quality.certify"), self._at("incident.report_act", TROUBLED)
        product = self._bag()
        yield self._instead(certified, self._like(reported, unit=product, act="thawed"))
        giver, taker = (account.actor for account in people.in_role("warehouse", people.MAKER)[:2])
        held_out = self._asked(certified, giver, "custody.offer", unit=product, to=people.MAKER, condition="intact")
        dented = self._asked(certified, taker, "custody.accept", unit=product, condition="damaged")
        yield self._instead(certified, held_out, dented, self._like(certified))
        judged, freed = self._at("facility.assess_growth", TROUBLED), self._at("quality.resolve_block", TROUBLED)
        theirs = self.acts[self._at("manufacturing.fill", TROUBLED)].move.command.final_container
        yield self._instead(judged, self._like(freed, unit=theirs, why="late_result"))

    def _not_counted(self) -> Iterator[Departure]:
        """The product is rejected where it was counted; another is made of the second cryobag, and nobody counts it."""
        ordered, slot = self._at("clinical.start_conditioning"), self._at("manufacturing.confirm_slot")
        now, days = self.acts[ordered].move.time, ("collection_on", "start_on", "ready_on")
        free = self._like(slot, actor=None, **{name: now.plus(hours=hour) for hour, name in enumerate(days, 1)})
        batch = self.acts[self._at("quality.certify")].move.command.batch
        qa = people.in_role("qa", people.MAKER)[0].actor
        rejected = self._asked(ordered, qa, "quality.reject_batch", batch=batch, why=WHY)
        yield Departure(ordered, (rejected, free, *self._made_again(now), self._like(ordered)), ordered)

    def _made_again(self, now: Instant) -> Iterator[Move]:
        """Another batch, of the second cryobag: whatever is made with it has a name of its own."""
        first, second = (self.acts[self._at("quality.accept_material", ONE, nth)].move.command.unit for nth in (0, 1))
        cleared, filled = self._at("manufacturing.clear_line"), self._at("manufacturing.fill")
        made = [told.move for told in self.acts[cleared : filled + 1] if told.therapy == ONE]
        others: dict[Subject, Subject] = {first: second}
        for move in made:
            new = (getattr(move.command, name) for name in shape_of(move.action).allotted)
            others |= {each: type(each)(f"{each}-again") for each in new}
        later = now.minutes_since(made[0].time)
        for move in made:
            command = _anew(move.command, others, later)
            if move.action.name == "storage.start_removal":
                command = replace(command, position=self._lies(cleared, second).position)
            yield replace(move, command=command, time=move.time.plus(minutes=later))

    def _lies(self, index: int, unit: Subject) -> Any:
        """Where it was laid down last, before this act."""
        placed = (told.move.command for told in self.acts[index::-1] if told.move.action.name == "storage.place")
        return next(command for command in placed if command.unit == unit)

    def _trail(self) -> Iterator[Departure]:
        """Nothing stands out about an entry; something does since the review; a line is answered twice."""
        reviewed, certified = self._at("quality.review_audit_trail"), self._at("quality.certify")
        yield self._instead(certified, self._like(certified, unreviewed=(reviewed,)))
        batch = self.acts[reviewed].move.command.batch
        told = {"batch": batch, "entry": reviewed - 1, "answer": "accepted", "why": WHY}
        plain = self._asked(reviewed, self.acts[reviewed].move.actor, "quality.answer_audit_trail_line", **told)
        yield self._instead(reviewed, plain)
        answered = replace(plain, command=replace(plain.command, signs=("set_aside",)))
        yield self._instead(reviewed, answered, answered)

    def _strength(self) -> Iterator[Departure]:
        """It was released when nobody worked a dose out of it yet: it is ordered and issued in vain."""
        certified = self._at("quality.certify")
        without = Programmes(replace(version, dose=None) for version in self._here.programmes.all())
        unknown = replace(self._like(certified), programmes=without, twist="no dose is worked out yet")
        yield self._instead(certified, unknown, left_out=1)

    def _ended(self) -> Iterator[Departure]:
        """A bag was burnt, and somebody finds that it is lost; a tank is taken out of service twice."""
        burnt = self._at("closing.confirm_disposal", TROUBLED)
        unit = self.acts[burnt].move.command.unit
        keeper, judge = (people.in_role(role, people.CENTRE)[0].actor for role in ("celllab", "physician"))
        told = {"unit": unit, "act": "moved", "happened_at": self.acts[burnt].move.time, "account": WHY}
        reported = self._asked(burnt, keeper, "incident.report_act", **told, site=people.site_of(people.CENTRE))
        found = {"case": reported.command.case, "unit": unit, "became": "lost", "finding": WHY}
        lost = self._asked(burnt, judge, "incident.resolve_act", **found)
        yield self._instead(burnt + 1, reported, lost)
        set_up = self.acts[self._at("storage.set_up_box", "")].move
        closed = self._asked(burnt, set_up.actor, "storage.close_tank", tank=set_up.command.tank, why=WHY)
        yield self._instead(self._at("storage.set_up_box", ""), closed, closed)

    def _too_many(self) -> Iterator[Departure]:
        """Conditions, questions, events and news, once more than anybody can keep in sight."""
        for action, therapy, most in (
            ("regulatory.impose_condition", "", CONDITIONS_OPEN_MAX),
            ("regulatory.ask_question", "", QUESTIONS_OPEN_MAX),
            ("safety.add_event", ONE, EVENTS_MAX - 1),  # the first one was told with the report
            ("safety.follow_up", ONE, NEWS_MAX),
        ):
            index = self._at(action, therapy)
            yield self._instead(index, *[self._like(index)] * (most + 1))

    def _applicant(self) -> Iterator[Departure]:
        """Somebody of the authority's house answers in the applicant's place."""
        answered = self._at("regulatory.answer_question", "")
        authority = people.in_role("authority", people.AUTHORITY)[0].person
        given = {"person": authority, "role": "regulatory", "organisation": people.AUTHORITY}
        admin = Actor(people.in_role("admin", people.MAKER)[0].person, "admin", people.AUTHORITY)
        granted = self._asked(answered, admin, "people.grant_role", **given)
        stranger = Actor(authority, "regulatory", people.AUTHORITY)
        yield self._instead(answered, granted, self._like(answered, stranger))

    def _course(self) -> Iterator[Departure]:
        """Every attempt at a course is let run out, and a further one begun."""
        begun = self._at("training.start_attempt", "")
        course = self.acts[begun].move.command.course
        courses = cast(Library, self._here.programmes).courses.all()
        most = next(each.attempts_max for each in courses if each.course == course)
        yield Departure(begun, tuple(self._attempt(begun, nth) for nth in range(most + 1)), begun)

    def _bag(self) -> Unit:
        """Of the product."""
        filled: Unit = self.acts[self._at("manufacturing.fill")].move.command.final_container
        return filled

    def _attempt(self, begun: int, nth: int) -> Move:
        first = self.acts[begun].move
        open_min = rulesets.load().minutes("training.attempt_open_max", first.time)
        again = self._like(begun, attempt=Attempt.of(f"{first.command.attempt.identifier}-{nth}"))
        return replace(again, time=first.time.plus(minutes=nth * (open_min + 1)))


def told_beside(here: InMemory) -> tuple[Departure, ...]:
    """What is tried in vain beside a story that was told here."""
    return tuple(InVain(here).all())


def _anew(value: Any, others: Mapping[Subject, Subject], minutes: float) -> Any:
    """The same with other things, and so much later."""
    match value:
        case Subject():
            return others.get(value, value)
        case Instant():
            return value.plus(minutes=minutes)
        case tuple():
            return tuple(_anew(each, others, minutes) for each in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{f.name: _anew(getattr(value, f.name), others, minutes) for f in fields(value)})
        case _:
            return value


def _with_limit(version: ProgrammeVersion, name: str) -> ProgrammeVersion:
    limit = Limit(name, WITNESSED_WITHIN, "tried in vain")
    return replace(version, limits={**version.limits, name: limit})
