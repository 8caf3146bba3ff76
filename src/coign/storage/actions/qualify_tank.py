"""Qualify a storage tank: what it is kept for, and until when mapping, probes and alarms count; again after a test."""

from collections.abc import Sequence
from dataclasses import field

from coign.equipment.views import DEVICE
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Equipment, Site
from coign.kernel.values import Actor, Instant
from coign.people.views import SITE
from coign.storage import tank_gates
from coign.storage.events import Kind, TankQualified
from coign.storage.state import TANK


@dataclass(frozen=True, slots=True, kw_only=True)
class QualifyTank:
    """Which tank, where it stands, what it is kept for, and until when its tests count."""

    tank: Equipment = field(metadata=asks("Tank", "scan"))
    site: Site = field(metadata=asks("Place", "known"))
    tank_kind: Kind = field(metadata=asks("Kept for", "choose"))
    qualified_until: Instant = field(metadata=asks("Tests count until", hint="mapping, calibration, alarm test"))


def _reads(asked: QualifyTank, actor: Actor) -> Sequence[Read]:
    return (Read(asked.tank, TANK), Read(asked.tank, DEVICE), Read(asked.site, SITE))


def _decide(asked: QualifyTank, known: Circumstances) -> Sequence[TankQualified]:
    return (
        TankQualified(
            tank=asked.tank,
            organisation=known.actor.organisation,
            site=asked.site,
            tank_kind=asked.tank_kind,
            qualified_until=asked.qualified_until,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="storage.qualify_tank",
    title="Qualify a storage tank",
    command=QualifyTank,
    roles=frozenset({"celllab", "warehouse"}),
    reads=_reads,
    gates=(
        tank_gates.tank_is_ours,
        tank_gates.tank_is_no_other_device,
        tank_gates.site_is_ours,
        tank_gates.tests_count_ahead,
    ),
    decide=_decide,
    emits=(TankQualified,),
    requirements=("SCS-03", "SCS-04"),
    risk=Risk.PRODUCT,
    rationale="A tank whose probe was not tested tells nobody that cells have become warm.",
    beyond_sight=("tank",),
)
