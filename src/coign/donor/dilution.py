"""How far a donor's plasma was diluted when blood was taken: an infection may not show in it any more (TRC-20)."""

from decimal import Decimal
from typing import Any, Protocol

from coign.kernel.values import Instant, Quantity

VOLUME_UNIT, WEIGHT_UNIT = "mL", "kg"


class OfInfusions(Protocol):
    """What was given into the donor's veins before a sample, in the time that counts."""

    @property
    def weight(self) -> Quantity | None: ...
    @property
    def blood(self) -> Quantity | None: ...
    @property
    def colloids(self) -> Quantity | None: ...
    @property
    def crystalloids(self) -> Quantity | None: ...


def volumes(told: OfInfusions) -> tuple[Quantity, ...]:
    """The volumes that were told."""
    return tuple(q for q in (told.blood, told.colloids, told.crystalloids) if q is not None)


def is_diluted(told: OfInfusions, rules: Any, at: Instant) -> bool:
    """Whether more went in than the donor has plasma, or, with the blood, than the donor has blood."""
    if told.weight is None:
        return False
    blood, colloids, crystalloids = (
        q.amount if q is not None else Decimal(0) for q in (told.blood, told.colloids, told.crystalloids)
    )
    most = rules.number("donor.dilution_volumes_max", at)
    plasma_ml = told.weight.amount / rules.number("donor.dilution_plasma_divisor", at)
    blood_ml = told.weight.amount / rules.number("donor.dilution_blood_divisor", at)
    return bool(colloids + crystalloids > most * plasma_ml or blood + colloids + crystalloids > most * blood_ml)
