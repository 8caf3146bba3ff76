"""Publish a version of the reference safety information: what counts as expected from its day on."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Document, Product
from coign.kernel.values import Actor, Instant
from coign.safety import plan_gates
from coign.safety.events import ReferenceKind, ReferencePublished
from coign.safety.state import REFERENCE, REFERENCES

ONE_A_LINE = "one term a line"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishReference:
    """Which product, from when on, and every listed term under the highest grade in which it is listed."""

    document: Document = field(metadata=allotted())
    product: Product = field(metadata=asks("Product", "choose", options="products"))
    kind: ReferenceKind = field(
        metadata=asks("Part of", "choose", hint="the brochure in trials, the label on the market")
    )
    label: str = field(metadata=asks("Name of the version", hint="such as RSI 5"))
    effective: Instant = field(metadata=asks("In force from"))
    up_to_2: tuple[str, ...] = field(default=(), metadata=asks("Listed up to grade 2", hint=ONE_A_LINE))
    up_to_3: tuple[str, ...] = field(default=(), metadata=asks("Listed up to grade 3", hint=ONE_A_LINE))
    up_to_4: tuple[str, ...] = field(default=(), metadata=asks("Listed up to grade 4", hint=ONE_A_LINE))
    fatal: tuple[str, ...] = field(default=(), metadata=asks("Listed with death", hint=ONE_A_LINE))


def _reads(asked: PublishReference, actor: Actor) -> Sequence[Read]:
    return (Read(asked.product, REFERENCES), Read(asked.document, REFERENCE))


def _stripped(terms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term.strip() for term in terms))


def _decide(asked: PublishReference, known: Circumstances) -> Sequence[ReferencePublished]:
    return (
        ReferencePublished(
            document=asked.document,
            product=asked.product,
            kind=asked.kind,
            label=asked.label.strip(),
            effective=asked.effective,
            up_to_2=_stripped(asked.up_to_2),
            up_to_3=_stripped(asked.up_to_3),
            up_to_4=_stripped(asked.up_to_4),
            fatal=_stripped(asked.fatal),
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="safety.publish_reference",
    title="Publish reference safety information",
    command=PublishReference,
    roles=frozenset({"safety"}),
    reads=_reads,
    gates=(plan_gates.reference_can_be_read, plan_gates.reference_is_next),
    decide=_decide,
    emits=(ReferencePublished,),
    requirements=("PAT-03",),
    risk=Risk.PATIENT,
    rationale="What is listed here is not told to an authority within days: the list decides what counts as known.",
    meaning="approved",
)
