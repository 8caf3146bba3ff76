"""Qualify a supplier for a material until a date, and suspend them at once when something is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Supplier
from coign.kernel.values import Actor, Digest, FreeText, Instant
from coign.supply import gates, supplier_gates
from coign.supply.events import Origin, SupplierQualified, SupplierSuspended
from coign.supply.state import SUPPLIER


@dataclass(frozen=True, slots=True, kw_only=True)
class QualifySupplier:
    """Who supplies which material of which origin, until when they are qualified and licensed, and the evidence."""

    supplier: Supplier = field(metadata=asks("Supplier", hint="a short name, such as example-media"))
    name: str = field(metadata=asks("Name", hint="as it stands on their certificates"))
    material: str = field(metadata=asks("Material", "choose", options="materials"))
    origin: Origin = field(metadata=asks("Origin of the material", "choose"))
    until: Instant = field(metadata=asks("Qualified until"))
    licence_until: Instant | None = field(
        default=None, metadata=asks("Licence until", hint="where a licence is needed")
    )
    evidence: Digest = field(metadata=asks("Audit report or agreement", "upload"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendSupplier:
    """From whom which material is not taken in any more, and why."""

    supplier: Supplier = field(metadata=asks("Supplier", "choose", options="suppliers"))
    material: str = field(metadata=asks("Material", "choose", options="materials"))
    why: FreeText = field(metadata=asks("Why"))


def _reads(asked: QualifySupplier | SuspendSupplier, actor: Actor) -> Sequence[Read]:
    return (Read(asked.supplier, SUPPLIER),)


def _qualify(asked: QualifySupplier, known: Circumstances) -> Sequence[SupplierQualified]:
    return (
        SupplierQualified(
            supplier=asked.supplier,
            organisation=known.actor.organisation,
            name=asked.name,
            material=asked.material,
            origin=asked.origin,
            until=asked.until,
            licence_until=asked.licence_until,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


QUALIFY = Action(
    name="supply.qualify_supplier",
    title="Qualify a supplier for a material",
    command=QualifySupplier,
    roles=frozenset({"qa", "celllab"}),
    reads=_reads,
    gates=(
        supplier_gates.supplier_is_ours,
        gates.material_is_known,
        supplier_gates.qualification_lies_ahead,
        supplier_gates.qualification_is_in_reach,
    ),
    decide=_qualify,
    emits=(SupplierQualified,),
    requirements=("SCS-01", "GMP-05"),
    risk=Risk.PATIENT,
    rationale="What is wrong at the supplier is in every bottle, and no test at our door finds all of it.",
    meaning="approved",
    beyond_sight=("supplier",),
)


def _suspend(asked: SuspendSupplier, known: Circumstances) -> Sequence[SupplierSuspended]:
    by = known.actor.person
    return (SupplierSuspended(supplier=asked.supplier, material=asked.material, by=by, why=asked.why),)


SUSPEND = Action(
    name="supply.suspend_supplier",
    title="Suspend a supplier for a material",
    command=SuspendSupplier,
    roles=frozenset({"qa", "celllab"}),
    reads=_reads,
    gates=(supplier_gates.supplier_is_active,),
    decide=_suspend,
    emits=(SupplierSuspended,),
    requirements=("SCS-01",),
    risk=Risk.PRODUCT,
    rationale="Stopping must be easy and at once; starting again needs the care.",
)
