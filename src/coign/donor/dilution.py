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
    @property
    def taken_at(self) -> Instant: ...
    @property
    def blood_until(self) -> Instant | None: ...
    @property
    def crystalloids_until(self) -> Instant | None: ...


def volumes(told: OfInfusions) -> tuple[Quantity, ...]:
    """The volumes that were told."""
    return tuple(q for q in (told.blood, told.colloids, told.crystalloids) if q is not None)


def ends(told: OfInfusions) -> tuple[Instant, ...]:
    """When what was told ended, as far as it was told."""
    return tuple(at for at in (told.blood_until, told.crystalloids_until) if at is not None)


def is_diluted(told: OfInfusions, rules: Any) -> bool:
    """Whether more went in than the donor has plasma, or, with the blood, than the donor has blood.

    By the rules on the day of the sample. What ended before its window does not count; what has no end told, does.
    """
    at = told.taken_at
    if told.weight is None:
        return False
    of_blood = _counts(told.blood_until, at, rules.minutes("donor.dilution_blood_before", at))
    of_crystalloids = _counts(told.crystalloids_until, at, rules.minutes("donor.dilution_crystalloids_before", at))
    blood, colloids, crystalloids = (
        q.amount if q is not None and counts else Decimal(0)
        for q, counts in ((told.blood, of_blood), (told.colloids, of_blood), (told.crystalloids, of_crystalloids))
    )
    most = rules.number("donor.dilution_volumes_max", at)
    plasma_ml = told.weight.amount / rules.number("donor.dilution_plasma_divisor", at)
    blood_ml = told.weight.amount / rules.number("donor.dilution_blood_divisor", at)
    return bool(colloids + crystalloids > most * plasma_ml or blood + colloids + crystalloids > most * blood_ml)


def _counts(until: Instant | None, taken_at: Instant, before_min: float) -> bool:
    """Whether something that ended then was still given within so many minutes before the sample."""
    return until is None or taken_at.minutes_since(until) <= before_min
