"""Freeze what was collected: fill cryobags one by one, each a unit with a label of its own, until the bag is empty."""

from collections.abc import Sequence
from dataclasses import field

from coign.collection import chair_gates, freezing_gates, gates
from coign.collection.actions.collect import FIRST_PRINT
from coign.collection.events import CryobagFilled, FreezingFinished
from coign.collection.state import FREEZING
from coign.collection.views import COLLECTION
from coign.custody.events import CustodyBegan
from coign.custody.views import HOLDING
from coign.identity.events import UnitCreated, UnitEnded
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Site, Unit
from coign.kernel.values import Actor, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class FillCryobag:
    """Out of which bag, and how much went into the cryobag."""

    unit: Unit = field(metadata=asks("Collected bag", "scan"))
    cryobag: Unit = field(metadata=allotted())
    volume: Quantity = field(metadata=asks("Volume", "measure", unit=gates.VOLUME_UNIT, hint="with freezing medium"))
    cd3: Quantity = field(metadata=asks("CD3+ cells", "measure", unit=gates.CELLS_UNIT, hint="in 10⁹"))
    site: Site = field(metadata=asks("Place", "known"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishFreezing:
    """Which bag is empty."""

    unit: Unit = field(metadata=asks("Collected bag", "scan"))


def _reads(asked: FillCryobag | FinishFreezing, actor: Actor) -> Sequence[Read]:
    return tuple(Read(asked.unit, view) for view in (UNIT, HOLDING, FREEZING))


def _fill_reads(asked: FillCryobag, actor: Actor) -> Sequence[Read]:
    return (*_reads(asked, actor), Read(asked.cryobag, UNIT))


def _reads_of_chain(asked: FillCryobag | FinishFreezing, known: Circumstances) -> Sequence[Read]:
    chain = known.state(UNIT, asked.unit).chain
    return () if chain is None else (Read(chain, CHAIN), Read(chain, COLLECTION))


def _filled(asked: FillCryobag, known: Circumstances) -> Sequence[Fact]:
    actor, chain = known.actor, known.state(UNIT, asked.unit).chain
    assert chain is not None
    maker = known.state(CHAIN, chain).maker
    assert maker is not None
    return (
        CryobagFilled(
            source=asked.unit,
            unit=asked.cryobag,
            chain=chain,
            volume=asked.volume,
            cd3=asked.cd3,
            maker=maker,
            by=actor.person,
        ),
        UnitCreated(
            unit=asked.cryobag,
            chain=chain,
            unit_kind="starting_material",
            organisation=actor.organisation,
            label_serial=FIRST_PRINT,
            parents=(asked.unit,),
        ),
        CustodyBegan(unit=asked.cryobag, holder=actor.organisation, person=actor.person, site=asked.site),
    )


FILL = Action(
    name="collection.fill_cryobag",
    title="Fill a cryobag",
    command=FillCryobag,
    roles=frozenset({"celllab"}),
    reads=_fill_reads,
    then_reads=(_reads_of_chain,),
    gates=(
        freezing_gates.bag_comes_from_the_chair,
        freezing_gates.bag_is_held_here,
        freezing_gates.bag_may_be_divided,
        chair_gates.checked_at_the_chair,
        gates.amounts_in_their_units,
        freezing_gates.parts_are_no_more_than_the_whole,
    ),
    decide=_filled,
    emits=(CryobagFilled, UnitCreated, CustodyBegan),
    requirements=("TRC-10", "TRC-12", "TRC-14", "TRC-22"),
    risk=Risk.PATIENT,
    rationale="Here one labelled bag becomes several: a cryobag under another patient's label is that patient's bag.",
)


def _finished(asked: FinishFreezing, known: Circumstances) -> Sequence[Fact]:
    chain = known.state(UNIT, asked.unit).chain
    assert chain is not None
    filled = known.state(FREEZING, asked.unit).cryobags
    return (
        FreezingFinished(
            chain=chain, source=asked.unit, cryobags=tuple(c.unit for c in filled), by=known.actor.person
        ),
        UnitEnded(unit=asked.unit, how="consumed"),
    )  # fmt: skip


FINISH_FREEZING = Action(
    name="collection.finish_freezing",
    title="Finish freezing",
    command=FinishFreezing,
    roles=frozenset({"celllab"}),
    reads=_reads,
    then_reads=(_reads_of_chain,),
    gates=(
        freezing_gates.bag_comes_from_the_chair,
        freezing_gates.bag_is_held_here,
        freezing_gates.bag_may_be_divided,
        freezing_gates.enough_cryobags,
    ),
    decide=_finished,
    emits=(FreezingFinished, UnitEnded),
    requirements=("TRC-22", "TRC-27"),
    risk=Risk.PATIENT,
    rationale="What is left in a bag that nobody closed is in nobody's count.",
)
