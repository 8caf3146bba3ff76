"""How a dose follows from what was released, what is in the bags, and what the patient weighs (PAT-29). Pure."""

from collections.abc import Mapping
from decimal import Decimal

from coign.kernel.frozen import dataclass
from coign.kernel.values import Quantity

#: The units a dose is worked out in (UCUM): cells, cells in a volume, volumes, weights, cells per weight.
CELLS, STRENGTH, VOLUME, WEIGHT, CELLS_PER_WEIGHT = "10*6", "10*6/mL", "mL", "kg", "10*6/kg"
#: Numbers that are shown have so many digits; what is compared is exact.
_SHOWN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class DoseRange:
    """The dose that patients up to a weight may get: cells, or cells per kilogram. No weight: everybody heavier."""

    low: Decimal
    high: Decimal
    unit: str
    up_to_kg: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class DosePlan:
    """Which released results make the strength of a product, which doses are allowed, and the most that anybody gets.

    `count` is the panel's test of cells in a millilitre, `shares` are its tests that say which part of them counts.
    """

    cells: str
    count: str
    shares: tuple[str, ...]
    ranges: tuple[DoseRange, ...]
    cap: Quantity
    cap_source: str

    @property
    def terms(self) -> list[dict[str, object]]:
        """What invariants hold doses to: million cells, or million cells for each kilogram, by weight."""
        return [
            {
                "up_to_kg": None if each.up_to_kg is None else f"{each.up_to_kg:f}",
                "low": f"{each.low:f}", "high": f"{each.high:f}", "cap": f"{self.cap.amount:f}",
                "per_kg": each.unit == CELLS_PER_WEIGHT,
            }
            for each in self.ranges
        ]  # fmt: skip

    def strength(self, results: Mapping[str, str]) -> Quantity | None:
        """Cells that count in a millilitre, from results by test; None: not all of them are there."""
        if any(test not in results for test in (self.count, *self.shares)):
            return None
        product = Decimal(results[self.count])
        for test in self.shares:
            product *= Decimal(results[test]) / 100
        return Quantity.of(product.normalize(), STRENGTH)

    def unknown_because(self, volume: Quantity | None, strength: Quantity | None) -> str | None:
        """None, or why nobody can say how many cells are in a bag."""
        if volume is None:
            return "has no filled volume on record"
        if strength is None:
            return f"was released without a number of {self.cells} in a millilitre"
        if volume.unit != VOLUME or strength.unit != STRENGTH:
            return f"holds {volume} at {strength}: expected are {VOLUME} and {STRENGTH}"
        return None

    def cells_in(self, volume: Quantity | None, strength: Quantity | None) -> Decimal:
        """Million cells in a volume; nothing where nobody can say."""
        if volume is None or strength is None or self.unknown_because(volume, strength) is not None:
            return Decimal(0)
        return volume.amount * strength.amount

    def range_at(self, weight: Quantity) -> DoseRange:
        """The range for a patient of this weight; the last one has no end."""
        return next(r for r in self.ranges if r.up_to_kg is None or weight.amount <= r.up_to_kg)

    def bounds(self, weight: Quantity) -> tuple[Decimal, Decimal]:
        """The smallest and the largest dose in million cells, the cap counted."""
        found = self.range_at(weight)
        times = weight.amount if found.unit == CELLS_PER_WEIGHT else Decimal(1)
        return found.low * times, min(found.high * times, self.cap.amount)

    def too_much_because(self, dose: Decimal, weight: Quantity) -> str | None:
        """None, or by how much this dose is more than the programme allows."""
        _, most = self.bounds(weight)
        if dose <= most:
            return None
        return f"{self.words(dose)} are more than the {millions(most)} that the programme allows at {weight}"

    def too_little_because(self, dose: Decimal, weight: Quantity) -> str | None:
        """None, or by how much this dose is less than the programme asks for."""
        least, _ = self.bounds(weight)
        if dose >= least:
            return None
        return f"{self.words(dose)} are fewer than the {millions(least)} that the programme asks for at {weight}"

    def words(self, dose: Decimal) -> str:
        """A dose as people read it: `42.5 million viable CAR+ T cells`."""
        return f"{millions(dose)} {self.cells}"

    def range_words(self, weight: Quantity) -> str:
        """What is allowed at this weight, and how that follows from the programme: with units, to be checked by eye."""
        least, most = self.bounds(weight)
        found = self.range_at(weight)
        told = f"{millions(least)} to {millions(most)} at {weight}"
        if found.unit == CELLS_PER_WEIGHT:
            told += f" ({found.low} to {found.high} million per kg, at most {millions(self.cap.amount)})"
        return told


def is_weight(weight: Quantity) -> bool:
    """Whether a dose can be worked out from it."""
    return weight.unit == WEIGHT and weight.amount > 0


def millions(amount: Decimal) -> str:
    """Million cells, two digits behind the point at most."""
    return f"{format(amount.quantize(_SHOWN).normalize(), 'f')} million"
