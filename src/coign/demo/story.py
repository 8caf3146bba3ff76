"""Several therapies side by side, each up to its stage, with plausible time between two acts."""

from collections.abc import Iterator
from dataclasses import dataclass

from coign.demo import classroom, oversight, patients, people, player, scene
from coign.demo.scene import Therapy
from coign.demo.seed import Progress, Seeding
from coign.kernel.errors import NotFound
from coign.kernel.values import Instant
from coign.records import reading
from coign.service import Service

JOURNEYS = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """How far one therapy goes: a stage or step, how many of its repetitions, and when it begins after the first."""

    to: str
    times: int
    begins_day: float


#: One at the centre and ready for conditioning, one in testing, one in the chair.
PLANS = (Plan("at_the_centre", 0, 0), Plan("record-results", 5, 23), Plan("start-collection", 0, 40))
#: Further therapies follow in threes, some days later each.
NEXT_THREE_DAYS = 4.0


def plan_of(number: int) -> Plan:
    """The plan of the therapy with this number, counted from 0."""
    plan, group = PLANS[number % len(PLANS)], number // len(PLANS)
    return Plan(plan.to, plan.times, plan.begins_day + group * NEXT_THREE_DAYS)


def tell(service: Service, seed: int, journeys: int = JOURNEYS, progress: Progress = lambda line: None) -> int:
    """The whole story: its beginning, then every therapy up to its stage. How many acts of therapies were entered.

    Where it was interrupted it goes on; told again it enters nothing.
    """
    seeding = Seeding(service, seed, progress)
    seeding.run(journeys)
    _caught_up(service)
    acts = 0
    for line in _Telling(seeding, journeys).acts():
        acts += 1
        progress(f"[{acts:>4}] {line}")
    classroom.furnish(seeding)
    oversight.furnish(seeding)
    return acts


def _caught_up(service: Service) -> None:
    """The lists know of everything entered so far."""
    with scene.connection(service) as reads:
        row = reads.execute("select size from head where ledger_id = %s", (service.ledger_id,)).fetchone()
    assert row is not None
    assert service.projector is not None, "the demonstration needs the read models"
    if not service.projector.wait_for(row[0] - 1, timeout_s=player.PROJECTED_SECONDS_MAX):
        raise NotFound("the lists do not follow the record: look into the log")


class _Telling:
    """Who is where in the story; what comes first in time is entered first."""

    def __init__(self, seeding: Seeding, journeys: int) -> None:
        self._seeding, self._service = seeding, seeding.service
        self._journeys = journeys
        self._roots: dict[int, str] = {}

    def acts(self) -> Iterator[str]:
        """One act after another, whichever therapy it belongs to."""
        while (coming := self._coming()) is not None:
            moment, number = coming
            player.wait_until(self._service, moment)
            yield self._act(number)

    def _coming(self) -> tuple[Instant, int] | None:
        """When the next act comes, and of which therapy; None: all are where they should be."""
        due = [(moment, n) for n in range(self._journeys) if (moment := self._due(n)) is not None]
        return min(due, default=None)

    def _due(self, number: int) -> Instant | None:
        therapy = self._therapy(number)
        if therapy is None:
            return self._begins(number)
        if self._has_arrived(therapy, plan_of(number)):
            return None
        if self._changes_name(therapy):
            return Instant(therapy.journey.updated)
        return player.due(self._service, therapy, player.open_step(therapy))

    def _begins(self, number: int) -> Instant:
        """Counted from the first enrolment, or from now when nobody is enrolled."""
        first = self._therapy(0) if number else None
        start = Instant(first.journey.begun) if first is not None else self._seeding.now
        return start.plus(days=plan_of(number).begins_day)

    def _therapy(self, number: int) -> Therapy | None:
        if number not in self._roots:
            patient = self._enrolled(number)
            if patient is None:
                return None
            self._roots[number] = patient
        return scene.find(self._service, self._roots[number])

    def _enrolled(self, number: int) -> str | None:
        """The patient that this part of the story enrolled, if it has come so far."""
        coordinator = people.in_role("coordinator", people.CENTRE)[0]
        with scene.connection(self._service) as reads:
            row = reads.execute(
                "select s.subject from nonce n join entry_subject s using (ledger_id, position) where n.ledger_id = %s "
                "and n.person = %s and n.nonce = %s and s.subject like 'patient:%%' and s.seq is not null",
                (
                    self._service.ledger_id,
                    str(coordinator.person),
                    f"seed/{self._seeding.seed}/{_enrolment(number)}",
                ),
            ).fetchone()
            known = row is not None and reading.journey_of(reads, self._service.ledger_id, row[0])
        return row[0] if row is not None and known else None

    @staticmethod
    def _has_arrived(therapy: Therapy, plan: Plan) -> bool:
        partly = len(therapy.journey.partly.get(plan.to, ()))
        return player.is_done(therapy, plan.to) or bool(plan.times and partly >= plan.times)

    def _act(self, number: int) -> str:
        therapy = self._therapy(number)
        if therapy is None:
            return self._enrol(number)
        if self._changes_name(therapy):
            return self._change_name(therapy)
        step = player.open_step(therapy)
        player.perform_in_time(self._service, therapy, step)
        return f"{therapy.journey.chain or therapy.journey.patient}  {step.title}"

    def _enrol(self, number: int) -> str:
        who = patients.patient(self._seeding.seed, number)
        done = self._seeding.once(
            _enrolment(number),
            people.in_role("coordinator", people.CENTRE)[0].actor,
            "clinical.enrol",
            lambda: {
                "family_name": who.family_name,
                "given_name": who.given_name,
                "birth_date": who.birth_date,
                "hospital_number": who.hospital_number,
            },
        )
        if done is not None:
            player.settled(self._service, done)
        return f"therapy {number + 1}: enrolled"

    def _changes_name(self, therapy: Therapy) -> bool:
        """Once production has begun, so that the name on the order and the name on the wristband differ."""
        new = patients.patient(self._seeding.seed, therapy.number).new_family_name
        actor = people.in_role("coordinator", people.CENTRE)[0].actor
        return bool(
            new and "start-batch" in therapy.journey.done and not self._seeding.stands(actor, _new_name(therapy.number))
        )

    def _change_name(self, therapy: Therapy) -> str:
        new = patients.patient(self._seeding.seed, therapy.number).new_family_name
        done = self._seeding.once(
            _new_name(therapy.number),
            people.in_role("coordinator", people.CENTRE)[0].actor,
            "clinical.correct_identity",
            lambda: {"patient": therapy.journey.patient, "family_name": new},
        )
        if done is not None:
            player.settled(self._service, done)
        return f"{therapy.journey.chain}  Change of name"


def _enrolment(number: int) -> str:
    return f"therapy/{number}/enrol"


def _new_name(number: int) -> str:
    return f"therapy/{number}/new-name"
