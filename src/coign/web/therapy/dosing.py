"""The dose as people see it where they decide: bag by bag, what was given, and what the programme allows (PAT-29)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign import catalogue
from coign.clinical.views import COURSE
from coign.correction.views import CORRECTIONS
from coign.infusion.dose_gates import newest_weight
from coign.infusion.state import BAG, READINESS
from coign.infusion.views import INFUSION, Given
from coign.kernel.subjects import Chain, Unit
from coign.kernel.values import Instant, Quantity
from coign.manufacturing.views import BATCH
from coign.programmes.dose_plan import DosePlan, is_weight, millions
from coign.quality.exception_state import EXCEPTION
from coign.quality.views import DISPOSITION
from coign.web.reading import reader
from coign.web.therapy.looking import states_of
from coign.web.therapy.story import Story
from coign.web.therapy.track import local_day
from coign.web.therapy.units import quantity_words

#: Where a physician or a nurse decides about cells for a patient: each shows the dose above its form.
WHERE_THE_DOSE_IS_DECIDED = frozenset(
    {
        "clinical.start_conditioning", "clinical.begin_conditioning", "infusion.assess_patient", "infusion.issue",
        "infusion.thaw", "infusion.check_bedside", "infusion.confirm_bedside", "infusion.start",
        "infusion.request_emergency", "infusion.decide_emergency", "infusion.start_emergency",
    }
)  # fmt: skip
REQUEST = "quality.request_exception"
#: Where each of two persons reads bag and patient for themselves.
AT_THE_BED = frozenset({"infusion.check_bedside", "infusion.confirm_bedside"})


def bag_in_turn(story: Story) -> Unit | None:
    """One bag after the other: the one that is out of the cold, else the first that is left."""
    left = story.units_of("final_container")
    bags = states_of(BAG, left)
    return next((u for u in left if bags[u].issued_at is not None), left[0] if left else None)


def dose_rows(story: Story, *, at_the_bed: bool = False) -> list[dict[str, Any]]:
    """Bag by bag, the sum, what was given, the weight and the range; nothing where the programme works no dose out.

    At the bed no bag is named: each person reads it off the bag for themselves.
    """
    plan = story.programme.dose if story.programme is not None else None
    bags = story.chain.units_of_kind("final_container")
    if plan is None or not story.sees_patient or not bags:
        return []
    here = Chain(story.journey.chain)
    given = {g.unit: g for g in reader().state(INFUSION, here).bags}
    strengths = {u: s.strength for u, s in states_of(DISPOSITION, bags).items() if not s.rejected}
    there = {*story.units_of("final_container"), *given}
    bags = tuple(u for u in bags if u in strengths and u in there and u in story.units)
    volumes = _volumes(story, bags)
    total = sum((plan.cells_in(volumes[u], strengths[u]) for u in bags), Decimal(0))
    rows: list[dict[str, Any]] = [
        {
            "label": _("Bag %(n)s of %(all)s") % {"n": n, "all": len(bags)}
            + ("" if at_the_bed else f" {unit.identifier}"),
            **_bag_words(plan, volumes[unit], strengths[unit], total, given.get(unit)),
        }
        for n, unit in enumerate(bags, start=1)
    ]
    rows.append({"label": _("All bags together"), "value": plan.words(total)})
    if given:
        went_in = sum((plan.cells_in(g.given, strengths.get(u)) for u, g in given.items()), Decimal(0))
        rows.append({"label": _("Given so far"), "value": plan.words(went_in)})
    return rows + _range_rows(plan, newest_weight(reader().state(COURSE, here), reader().state(READINESS, here)))


def too_few_cells(story: Story) -> str | None:
    """Why what was released is less than a dose at the newest weight, and nobody asked for it so; None: it is not."""
    plan = story.programme.dose if story.programme is not None else None
    bags, here = story.units_of("final_container"), Chain(story.journey.chain)
    weighed = newest_weight(reader().state(COURSE, here), reader().state(READINESS, here))
    said = states_of(DISPOSITION, bags)
    if plan is None or not story.sees_patient or weighed is None or not is_weight(weighed[0]):
        return None
    if not bags or not all(s.is_certified for s in said.values()) or reader().state(INFUSION, here).bags:
        return None
    volumes = _volumes(story, bags)
    total = sum((plan.cells_in(volumes[u], said[u].strength) for u in bags), Decimal(0))
    return plan.too_little_because(total, weighed[0])


def dose_panel(story: Story) -> dict[str, Any] | None:
    """Too few cells in a product that passes its tests: the physician may ask for it as it is (GMP-40, GMP-41)."""
    if not story.journey.chain or story.journey.ended or (why := too_few_cells(story)) is None:
        return None
    asked = reader().state(EXCEPTION, Chain(story.journey.chain)).requested_by
    panel: dict[str, Any] = {
        "eyebrow": _("Dose"),
        "status": "look",
        "title": _("Too few cells: asked for as it is") if asked is not None else _("Too few cells for this patient"),
        "sentence": _("In all bags together, %s. A further product is made, or a physician asks for this one.") % why,
    }
    if asked is None and story.actor.role in catalogue.ACTIONS[REQUEST].roles:
        url = reverse("do", args=[story.journey.root, REQUEST])
        panel["primary"] = {"label": catalogue.ACTIONS[REQUEST].title, "kind": "primary", "big": True, "url": url}
    return panel


def _volumes(story: Story, bags: Iterable[Unit]) -> dict[Unit, Quantity | None]:
    """How much is in each bag, as it counts now."""
    made_in = {unit: batch for unit in bags if (batch := story.units[unit].batch) is not None}
    made, corrected = states_of(BATCH, made_in.values()), states_of(CORRECTIONS, made_in.values())
    found: dict[Unit, Quantity | None] = dict.fromkeys(bags)
    found |= {unit: corrected[batch].volume_of(made[batch].container(unit)) for unit, batch in made_in.items()}
    return found


def dose_at(story: Story, action: str) -> list[dict[str, Any]]:
    """The same above the form of an act by which somebody decides about cells."""
    return dose_rows(story, at_the_bed=action in AT_THE_BED) if action in WHERE_THE_DOSE_IS_DECIDED else []


def _bag_words(
    plan: DosePlan, volume: Quantity | None, strength: Quantity | None, total: Decimal, given: Given | None
) -> dict[str, str]:
    if volume is None or strength is None:
        return {"value": _("not known")}
    cells = plan.cells_in(volume, strength)
    detail = _("%(volume)s × %(strength)s per mL, %(share)s %% of the dose") % {
        "volume": quantity_words(volume.value, volume.unit),
        "strength": millions(strength.amount),
        "share": f"{100 * cells / (total or 1):.0f}",
    }
    if given is not None:
        detail += "; " + _("%s given") % quantity_words(given.given.value, given.given.unit)
    return {"value": millions(cells), "detail": detail}


def _range_rows(plan: DosePlan, weighed: tuple[Quantity, Instant] | None) -> list[dict[str, Any]]:
    if weighed is None or not is_weight(weighed[0]):
        return [{"label": _("Weight"), "value": _("not known")}]
    weight, at = weighed
    shown = _("%(weight)s, measured %(day)s") % {
        "weight": quantity_words(weight.value, weight.unit), "day": local_day(at),
    }  # fmt: skip
    return [
        {"label": _("Weight"), "value": shown},
        {"label": _("The programme allows"), "value": plan.range_words(weight)},
    ]
