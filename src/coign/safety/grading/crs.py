"""The grade of a cytokine release syndrome from what was seen (ASTCT 2019): a table looked up, nothing weighed.

Fever is needed at onset. Once treatment against cytokines was given, fever need not be there any more; fever before it
must have been. The grade is then the worse of blood pressure and oxygen. Organ damage never raises it.
"""

from collections.abc import Iterable

from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant, Quantity
from coign.safety.events import BloodPressure, Oxygen
from coign.safety.grading.grades import Graded, Rules, graded

VASOPRESSIN = "vasopressin"
TEMPERATURE_UNIT = "Cel"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen at one moment. `fever_before`: None when nobody knows."""

    at: Instant
    temperature: Quantity
    blood_pressure: str
    oxygen: str
    anticytokine_given: bool = False
    fever_before: bool | None = False
    fever_explained: bool = False
    died_of_it: bool = False


def is_fever(seen: Seen, rules: Rules) -> bool:
    """Whether the temperature counts as fever of this syndrome."""
    if seen.temperature.unit != TEMPERATURE_UNIT or seen.fever_explained:
        return False
    return seen.temperature.amount >= rules.number("safety.crs.fever_min", seen.at)


def grade_crs(seen: Seen, rules: Rules) -> Graded:
    """The grade that the rules of that day give; 0: seen and no cytokine release syndrome."""
    if seen.died_of_it:
        return graded(rules.number("safety.crs.died", seen.at))
    if seen.temperature.unit != TEMPERATURE_UNIT:
        return Graded(None, f"{seen.temperature} is not a temperature in degrees Celsius ({TEMPERATURE_UNIT})")
    columns = (("blood_pressure", seen.blood_pressure), ("oxygen", seen.oxygen))
    try:
        classes = [rules.number(f"safety.crs.{column}.{value}", seen.at) for column, value in columns]
    except KeyError:
        return Graded(None, f"the rules of that day grade no {seen.blood_pressure} with {seen.oxygen}")
    fever = is_fever(seen, rules)
    if not fever and seen.anticytokine_given and seen.fever_before is None:
        return Graded(None, "nobody knows whether there was fever before the treatment against cytokines")
    if fever or (seen.anticytokine_given and seen.fever_before):
        return graded(max(classes))
    return Graded("0")


def blood_pressure_class(*, low: bool, vasopressors: Iterable[str]) -> BloodPressure:
    """The class of a blood pressure from the vasopressors in use; vasopressin counts for none of them."""
    given = {name.strip().lower() for name in vasopressors}
    others = len(given - {VASOPRESSIN})
    if others > 1:
        return "several_vasopressors"
    if others == 1:
        return "one_vasopressor_and_vasopressin" if VASOPRESSIN in given else "one_vasopressor"
    if VASOPRESSIN in given:
        return "vasopressin_alone"
    return "low_without_vasopressor" if low else "normal"


def cannula_class(flow: Quantity, at: Instant, rules: Rules) -> Oxygen:
    """The class of a nasal cannula from its flow; ValueError when the flow is in another unit than L/min."""
    if flow.unit != "L/min":
        raise ValueError("expected a flow in L/min")
    return "low_flow_cannula" if flow.amount <= rules.number("safety.crs.low_flow_max", at) else "high_flow_cannula"
