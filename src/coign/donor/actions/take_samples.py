"""Take the donor's blood for the tests: around the collection, never a reason to wait with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.donor import gates
from coign.donor.dilution import VOLUME_UNIT, WEIGHT_UNIT, is_diluted
from coign.donor.events import SamplesTaken, YesNo
from coign.donor.views import TESTING
from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Chain
from coign.kernel.values import Actor, Instant, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeSamples:
    """The tubes, when they were filled, and what the donor's history asks for."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    sample: str = field(metadata=asks("Number on the tubes", "type", hint="as it is printed on them"))
    taken_at: Instant = field(metadata=asks("Taken at", "device"))
    history_reviewed: YesNo = field(metadata=asks("Medical history and records gone through", "choose"))
    origin_at_risk: YesNo = field(metadata=asks("From or with a partner from an area where HTLV is frequent", "choose"))
    given_before: YesNo = field(
        metadata=asks(
            "Infusions or transfusions before the sample", "choose",
            hint="blood or colloids within {donor.dilution_blood_before} before it, "
            "crystalloids within {donor.dilution_crystalloids_before}",
        )
    )  # fmt: skip
    weight: Quantity | None = field(default=None, metadata=asks("Weight", "measure", unit=WEIGHT_UNIT))
    blood: Quantity | None = field(default=None, metadata=asks("Blood given", "measure", unit=VOLUME_UNIT))
    colloids: Quantity | None = field(default=None, metadata=asks("Colloids given", "measure", unit=VOLUME_UNIT))
    crystalloids: Quantity | None = field(
        default=None, metadata=asks("Crystalloids given", "measure", unit=VOLUME_UNIT)
    )
    blood_until: Instant | None = field(
        default=None,
        metadata=asks(
            "Blood or colloids given until", hint="what ended over {donor.dilution_blood_before} earlier does not count"
        ),
    )
    crystalloids_until: Instant | None = field(
        default=None,
        metadata=asks(
            "Crystalloids given until",
            hint="what ended over {donor.dilution_crystalloids_before} earlier does not count",
        ),
    )


def _decide(asked: TakeSamples, known: Circumstances) -> Sequence[SamplesTaken]:
    return (
        SamplesTaken(
            chain=asked.chain,
            sample=asked.sample,
            taken_at=asked.taken_at,
            history_reviewed=asked.history_reviewed,
            origin_at_risk=asked.origin_at_risk,
            by=known.actor.person,
            given_before=asked.given_before,
            weight=asked.weight,
            blood=asked.blood,
            colloids=asked.colloids,
            crystalloids=asked.crystalloids,
            blood_until=asked.blood_until,
            crystalloids_until=asked.crystalloids_until,
            diluted="yes" if is_diluted(asked, known.rules) else "no",
        ),
    )


def _reads(asked: TakeSamples, actor: Actor) -> Sequence[Read]:
    return (Read(asked.chain, CHAIN), Read(asked.chain, TESTING))


ACTION = Action(
    name="donor.take_samples",
    title="Take the donor's blood samples",
    command=TakeSamples,
    roles=frozenset({"nurse"}),
    reads=_reads,
    gates=(
        gates.therapy_is_of_this_centre,
        gates.sample_is_new,
        gates.sample_was_taken_before_now,
        gates.infusions_are_told,
        gates.infusions_in_their_units,
        gates.infusions_ended_before_the_sample,
    ),
    decide=_decide,
    emits=(SamplesTaken,),
    requirements=("TRC-19", "TRC-20", "TRC-21"),
    risk=Risk.PATIENT,
    rationale="A sample outside its window says nothing about the cells that were collected.",
)
