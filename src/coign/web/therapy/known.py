"""What a form of a therapy knows already: shown as facts, never asked again, never typed."""

from collections.abc import Callable, Iterable
from typing import Any

from coign.closing.state import DISPOSAL
from coign.coldchain.views import CONDITION
from coign.identity.views import UnitState
from coign.kernel.actions import Action
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Chain, Organisation, Patient, Programme, Shipment, Site, Subject, Unit
from coign.kernel.values import Instant
from coign.people.views import SITE
from coign.programmes.model import Range, Step
from coign.storage.state import REMOVAL
from coign.web import acting
from coign.web.forms.build import Question, questions
from coign.web.forms.choices import own_site
from coign.web.therapy import sampling
from coign.web.therapy.deciding import (
    CALLED,
    INVESTIGATES,
    batch_of,
    called_about,
    failing_rows,
    failing_test,
    of_batch,
    pending_tests,
    test_names,
)
from coign.web.therapy.environment import growth_rows
from coign.web.therapy.looking import states_of
from coign.web.therapy.parcel import parcel_of, parcel_rows, shipment_of
from coign.web.therapy.shippers import shipper_rows
from coign.web.therapy.story import Story, name_of, names_of_organisations
from coign.web.therapy.track import local_day, local_text
from coign.web.therapy.units import quantity_words, unit_words, with_units

#: Attributes of the release panel: recorded first, then reviewed.
_RECORDED, _REVIEWED, _INVALIDATED = (
    "quality.result_recorded.v1", "quality.result_reviewed.v1", "quality.result_invalidated.v1",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """One value that the page knows: as it goes into the command, and as people read it."""

    label: str
    value: Any
    shown: str


def known_values(story: Story, action: Action[Any]) -> dict[str, Known]:
    """Everything that the therapy itself tells about the fields of this action."""
    found: dict[str, Known] = {}
    for question in questions(action.command):
        value = _value(story, action, question)
        if value not in (None, ""):
            found[question.name] = Known(question.asks.label, value, _shown(story, question, value))
    return found


def missing_values(story: Story, action: Action[Any]) -> list[str]:
    """Labels of what must be known here and is not: why the form makes no sense yet."""
    known = known_values(story, action)
    return [
        q.asks.label
        for q in questions(action.command)
        if q.required and q.name not in known and (q.asks.source == "known" or q.type in (Chain, Batch))
    ]


def _value(story: Story, action: Action[Any], question: Question) -> Any:
    by_type = _BY_TYPE.get(question.type)
    if by_type is not None:
        return by_type(story, action, question)
    match action.name, question.name:
        case "manufacturing.complete_step", "step":
            step = next_production_step(story)
            return step.id if step is not None else None
        case sampling.DRAW, "planned":
            planned = sampling.due_sample(story)
            return planned.id if planned is not None else None
        case (("quality.record_result" | "quality.review_result"), "attribute"):
            attribute = next_attribute(story, action)
            return attribute.id if attribute is not None else None
        case "quality.record_result", "unit":
            attribute = next_attribute(story, action)
            return attribute.unit if attribute is not None else None
        case "quality.record_retest", "unit":
            failing = failing_test(story, action.name)
            return story.programme.attribute(failing).unit if failing and story.programme is not None else None
        case _, "attribute" if action.name in INVESTIGATES:
            return failing_test(story, action.name)
        case _, "attribute" if action.name in CALLED:
            return called_about(story, CALLED[action.name])
        case "quality.certify", "pending":
            return list(pending_tests(story))
    return None


def _chain(story: Story, action: Action[Any], question: Question) -> str:
    return story.journey.chain


def _patient(story: Story, action: Action[Any], question: Question) -> str | None:
    return story.journey.patient if question.asks.source == "known" else None


def _programme(story: Story, action: Action[Any], question: Question) -> str | None:
    return str(story.programme.programme) if story.programme is not None else None


def _batch(story: Story, action: Action[Any], question: Question) -> str | None:
    batch = batch_of(story)
    return None if batch is None else str(batch)


def _shipment(story: Story, action: Action[Any], question: Question) -> str | None:
    shipment = shipment_of(story)
    return None if shipment is None else str(shipment)


def _site(story: Story, action: Action[Any], question: Question) -> str | None:
    if question.name != "destination":
        return own_site(story.actor.organisation)
    found = destinations(story, action)
    return own_site(found[0]) if len(found) == 1 else None


def _organisation(story: Story, action: Action[Any], question: Question) -> str | None:
    match question.name:
        case "to":
            found = destinations(story, action)
        case "carrier":
            found = couriers()
        case _:
            found = []
    return str(found[0]) if len(found) == 1 else None


def couriers() -> list[Organisation]:
    """Organisations that carry."""
    return [o for o, state in names_of_organisations().items() if state.category == "courier"]


def destinations(story: Story, action: Action[Any]) -> list[Organisation]:
    """Where a unit may go from here: packed for the other end of the therapy, handed to its carrier, by them on."""
    own, ends = story.actor.organisation, (story.journey.centre, story.journey.maker)
    if action.name == "custody.offer":  # one bag, from hand to hand inside the house
        return [own]
    parcel = parcel_of(story) if action.name != "logistics.pack" else None
    if parcel is None or parcel.state.to is None:
        return [Organisation(o) for o in ends if o and o != own] if own in ends else []
    carrier = parcel.state.carrier
    return [carrier if own == parcel.state.sender and carrier is not None else parcel.state.to]


def _case(story: Story, action: Action[Any], question: Question) -> str | None:
    closed = {t.body["case"] for t in story.told("quality.deviation_closed.v1")}
    opened = [t.body["case"] for t in story.told("quality.deviation_opened.v1") if t.body["case"] not in closed]
    return opened[0] if opened and question.asks.source == "known" else None


def _unit(story: Story, action: Action[Any], question: Question) -> str | None:
    """The unit that an act speaks of without a scan: the first for which it is still open."""
    if question.asks.source != "known":
        return None
    wanted = _OPEN_FOR.get(action.name)
    found = [u for u, state in story.units.items() if not state.ended and (wanted is None or wanted(story, u, state))]
    last = _LAST.get(action.name)
    found.sort(key=lambda unit: last is not None and last(story, unit))
    return str(found[0]) if found else None


def _unverified(story: Story, unit: Unit, state: UnitState) -> bool:
    return not state.label_verified


def _drawn_by_reader(story: Story, unit: Unit) -> bool:
    drawn = (t.body for t in story.told("manufacturing.sample_drawn.v1"))
    return (str(unit), str(story.actor.person)) in ((body["sample"], body["operator"]) for body in drawn)


def _from_the_chair(story: Story, unit: Unit, state: UnitState) -> bool:
    return bool(state.din)


def _checked_first(story: Story, unit: Unit, state: UnitState) -> bool:
    told = story.last("infusion.bedside_checked.v1")
    return told is not None and told.body["unit"] == str(unit)


def _excursion_open(story: Story, unit: Unit, state: UnitState) -> bool:
    return states_of(CONDITION, [unit])[unit].waits_for_assessment(acting.now())


def _being_taken_out(story: Story, unit: Unit, state: UnitState) -> bool:
    return states_of(REMOVAL, [unit])[unit].by is not None


def _disposed_first(story: Story, unit: Unit, state: UnitState) -> bool:
    return states_of(DISPOSAL, [unit])[unit].first is not None


_OPEN_FOR: dict[str, Callable[[Story, Unit, UnitState], bool]] = {
    "collection.verify_label": _unverified,
    "collection.check_leaving": _from_the_chair,
    "manufacturing.verify_label": _unverified,
    "infusion.confirm_bedside": _checked_first,
    "coldchain.assess_excursion": _excursion_open,
    "closing.confirm_disposal": _disposed_first,
    "storage.confirm_removal": _being_taken_out,
}
#: Of several those that others are to do, for whom they come first.
_LAST: dict[str, Callable[[Story, Unit], bool]] = {"manufacturing.verify_label": _drawn_by_reader}
_BY_TYPE: dict[type[Subject], Callable[[Story, Action[Any], Question], str | None]] = {
    Chain: _chain,
    Patient: _patient,
    Programme: _programme,
    Batch: _batch,
    Shipment: _shipment,
    Site: _site,
    Organisation: _organisation,
    Case: _case,
    Unit: _unit,
}


# Production and tests


def steps_done(story: Story) -> tuple[str, ...]:
    """The production steps that are done, in order."""
    return tuple(t.body["step"] for t in of_batch(story, "manufacturing.step_completed.v1"))


def next_production_step(story: Story) -> Step | None:
    """The step that production stands at."""
    return story.programme.next_step(steps_done(story)) if story.programme is not None else None


def next_attribute(story: Story, action: Action[Any]) -> Range | None:
    """The first test of the release panel that still waits for this act."""
    if story.programme is None:
        return None
    recorded, reviewed = results_of(story)
    waiting = (
        (a for a in story.programme.panel if a.id not in recorded)
        if action.name == "quality.record_result"
        else (a for a in story.programme.panel if a.id in recorded and a.id not in reviewed)
    )
    return next(waiting, None)


def results_of(story: Story) -> tuple[dict[str, dict[str, Any]], frozenset[str]]:
    """The results that stand (by test), and the tests whose result was reviewed."""
    recorded: dict[str, dict[str, Any]] = {}
    reviewed: set[str] = set()
    for told in of_batch(story, _RECORDED, _REVIEWED, _INVALIDATED):
        attribute = told.body["attribute"]
        match told.type:
            case "quality.result_recorded.v1":
                recorded[attribute] = dict(told.body)
            case "quality.result_reviewed.v1":
                reviewed.add(attribute)
            case _:
                recorded.pop(attribute, None)
                reviewed.discard(attribute)
    return recorded, frozenset(reviewed)


def last_values(story: Story) -> dict[str, str]:
    """The newest value of every measurement of this batch, by its name."""
    return {
        m["id"]: m["quantity"]["value"]
        for told in of_batch(story, "manufacturing.step_completed.v1")
        for m in told.body["measurements"]
    }


# Words


def _shown(story: Story, question: Question, value: Any) -> str:
    text = str(value)
    if isinstance(value, list):
        names = {t.id: t.label for t in story.programme.panel} if story.programme is not None else {}
        return ", ".join(names.get(str(v)) or str(v) for v in value)
    match question.type, question.name:
        case kind, _ if kind is Organisation:
            return name_of(text)
        case kind, _ if kind is Site:
            return states_of(SITE, [Site(text)])[Site(text)].name or text.partition(":")[2]
        case kind, _ if kind is Programme and story.programme is not None:
            return story.programme.title
        case _, "step" if story.programme is not None:
            return story.programme.step(text).title
        case _, "planned" if story.programme is not None:
            return next(s.title for s in story.programme.samples if s.id == text)
        case _, "attribute" if story.programme is not None:
            return test_names(story, [text])
    if question.name == "unit" and question.type is str:
        return unit_words(text)
    return text.partition(":")[2] if isinstance(question.type, type) and issubclass(question.type, Subject) else text


#: Acts on a shipment: which one it is stands above the form.
_OF_PARCELS = frozenset(
    {
        "logistics.seal", "logistics.replace_seal", "logistics.unpack",
        "custody.offer_shipment", "custody.accept_shipment", "logistics.depart", "logistics.arrive",
        "logistics.compare_seals", "logistics.open", "logistics.check_receipt", "logistics.confirm_receipt",
    }
)  # fmt: skip
#: What the identity band says already, and kinds that are shown by their identifier rather than by a name.
_IN_THE_BAND = ("patient:", "chain:", "batch:")
_IDENTIFIERS = frozenset({"unit", "shipment", "case"})


def context_rows(story: Story, action: Action[Any], known: Iterable[Known]) -> list[dict[str, Any]]:
    """The facts above a form: what is known, and what the act is about where its fields do not say it."""
    rows = [
        {"label": k.label, "value": k.shown, "mono": str(k.value).partition(":")[0] in _IDENTIFIERS}
        for k in known
        if k.value and not str(k.value).startswith(_IN_THE_BAND)
    ]
    if action.name == "manufacturing.complete_step":
        rows += _production_rows(story)
    if action.name == sampling.DRAW:
        rows += sampling.drawing_rows(story)
    if action.name == "quality.record_result" and (test := next_attribute(story, action)) is not None:
        rows += sampling.sample_rows(story, test.id)
    if action.name == "clinical.order":
        rows += _draft_rows(story)
    if action.name in ("clinical.start_conditioning", "clinical.begin_conditioning"):
        rows += _product_rows(story)
    if action.name == "quality.review_result":
        rows += _result_rows(story, action)
    if action.name in INVESTIGATES:
        rows += failing_rows(story, failing_test(story, action.name))
    if action.name == "facility.assess_growth" or action.name in CALLED:
        rows += growth_rows(story)
    if action.name in _OF_PARCELS:
        rows += parcel_rows(story)
    return rows + shipper_rows(story, action.name)


def _production_rows(story: Story) -> list[dict[str, Any]]:
    """In which room the batch is open, and since when the step before is done."""
    started = story.last("manufacturing.batch_started.v1")
    before = story.last("manufacturing.step_completed.v1") or started
    if started is None or before is None:
        return []
    return [
        {"label": "Room", "value": started.body["room"].partition(":")[2], "mono": True},
        {"label": "Step before done", "value": local_text(before.entry.time)},
    ]


def _draft_rows(story: Story) -> list[dict[str, Any]]:
    draft = story.last("clinical.order_drafted.v1")
    if draft is None:
        return []
    weight = draft.body["weight"]
    return [
        {"label": "Weight", "value": quantity_words(weight["value"], weight["unit"])},
        {"label": "Weighed on", "value": draft.body["weighed_on"][:10]},
        {"label": "Maker", "value": name_of(draft.body["maker"])},
    ]


def _product_rows(story: Story) -> list[dict[str, Any]]:
    """What the patient will depend on: how many bags, counted when, usable until when, and what was ordered."""
    counted, ordered = story.last("clinical.product_confirmed.v1"), story.last("clinical.conditioning_started.v1")
    bags = story.units_of("final_container")
    ends = [story.units[u].expires for u in bags]
    rows: list[dict[str, Any]] = [{"label": "Bags of product", "value": str(len(bags))}]
    if counted is not None:
        rows.append({"label": "Scanned by the cell laboratory", "value": local_text(counted.entry.time)})
    if known := [e for e in ends if e is not None]:
        rows.append({"label": "Expires", "value": local_day(min(known))})
    if ordered is not None and (counted is None or ordered.entry.position > counted.entry.position):
        rows.append({"label": "Ordered from", "value": local_text(Instant(ordered.body["first_day"]))})
        rows.append({"label": "Planned infusion", "value": local_text(Instant(ordered.body["planned_infusion"]))})
    return rows


def _result_rows(story: Story, action: Action[Any]) -> list[dict[str, Any]]:
    attribute = next_attribute(story, action)
    if attribute is None:
        return []
    result = results_of(story)[0][attribute.id]
    return [
        {"label": "Result", "value": quantity_words(result["value"], result["unit"]), "mono": True},
        {"label": "Specification", "value": with_units(attribute.words, attribute.unit)},
        {"label": "Verdict", "value": result["verdict"]},
        {"label": "Raw data", "value": f"{result['raw'][:16]}…", "mono": True},
    ]
