"""Take the donor's blood for the tests: around the collection, never a reason to wait with it."""

from collections.abc import Sequence
from dataclasses import field

from coign.donor import gates
from coign.donor.dilution import VOLUME_UNIT, WEIGHT_UNIT, is_diluted
from coign.donor.events import SamplesTaken, YesNo
from coign.donor.views import TESTING
from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
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
            hint="blood or colloids in the 48 hours before it, crystalloids in the hour before it",
        )
    )  # fmt: skip
    weight: Quantity | None = field(default=None, metadata=asks("Weight", "measure", unit=WEIGHT_UNIT))
    blood: Quantity | None = field(default=None, metadata=asks("Blood given", "measure", unit=VOLUME_UNIT))
    colloids: Quantity | None = field(default=None, metadata=asks("Colloids given", "measure", unit=VOLUME_UNIT))
    crystalloids: Quantity | None = field(
        default=None, metadata=asks("Crystalloids given", "measure", unit=VOLUME_UNIT)
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
            diluted="yes" if is_diluted(asked, known.rules, asked.taken_at) else "no",
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
    ),
    decide=_decide,
    emits=(SamplesTaken,),
    requirements=("TRC-19", "TRC-20", "TRC-21"),
    risk=Risk.PATIENT,
    rationale="A sample outside its window says nothing about the cells that were collected.",
)
