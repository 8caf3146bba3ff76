"""A programme file to values, with every problem and its line; nothing half-read is ever given to a rule."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from coign.kernel.errors import FieldError, Invalid
from coign.kernel.subjects import Product, Programme
from coign.kernel.values import Digest, Quantity
from coign.programmes.dose_reading import read_dose
from coign.programmes.journeys import read_journey, read_stages
from coign.programmes.model import BeforeInfusion, Limit, Need, Programmes, ProgrammeVersion, Range, Step
from coign.programmes.nodes import Findings, Item, Problem, compose, text_of
from coign.programmes.safety_plan import SafetyPlan
from coign.programmes.safety_reading import read_safety
from coign.programmes.sample_reading import one_for_all, read_samples

#: Action names with the roles that may perform them; None: nothing is known about actions, they are not checked.
Actions = Mapping[str, Collection[str]] | None

DURATIONS = frozenset({"s", "min", "h", "d"})
TEMPERATURES = frozenset({"Cel"})
#: UCUM units that a programme may use. A unit that is missing here is added here, not misspelt there.
UNITS = (
    DURATIONS
    | TEMPERATURES
    | {"mo", "%", "1", "mL", "L", "kg", "mmol/L", "pg/mL", "[EU]/mL", "mL/min", "10*9/L", "{dose}"}
    | {"10*6", "10*9", "10*6/mL", "10*6/kg", "{copies}/{cell}"}
)
#: The limits that rules ask for by name, and what kind of quantity each is.
REQUIRED_LIMITS: Mapping[str, frozenset[str]] = {
    "weight_age_max": DURATIONS,
    "eligibility_valid": DURATIONS,
    "identity_check_window": DURATIONS,
    "bedside_check_window": DURATIONS,
    "product_confirmation_valid": DURATIONS,
    "fitness_valid": DURATIONS,
    "conditioning_to_infusion_min": DURATIONS,
    "pre_infusion_check_valid": DURATIONS,
    "issue_window": DURATIONS,
    "thaw_to_infusion_max": DURATIONS,
    "shelf_life": DURATIONS,
    "route_max": DURATIONS,
    "shipper_hold_time_min": DURATIONS,
    "logger_silence_max": DURATIONS,
    "transport_temperature_max": TEMPERATURES,
    "transport_temperature_alarm": TEMPERATURES,
}
#: Limits that rules ask for where a programme has them.
OPTIONAL_LIMITS: Mapping[str, frozenset[str]] = {
    "cryobags_min": frozenset({"1"}),
    "final_containers_max": frozenset({"1"}),
    "filling_to_freezing_max": DURATIONS,
    "freezing_end_temperature_max": TEMPERATURES,
    "logger_uncertainty": TEMPERATURES,
    "time_out_of_cold_max": DURATIONS,
    "release_witnessed_age_max": DURATIONS,
    "dispatch_witnessed_age_max": DURATIONS,
    "administration_witnessed_age_max": DURATIONS,
}
_ID = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")
_ROOT = (
    "programme", "version", "title", "product", "storage", "statements", "consent_purposes", "fhir_codes", "tasks",
    "materials", "limits", "steps", "panel", "stages", "journey",
)  # fmt: skip
_OPTIONAL_ROOT = ("safety", "before_infusion", "quarantine_shipment", "monitoring", "dose", "samples")
BOUNDS: tuple[str, ...] = ("low", "high", "above", "below")
_RANGE = (*BOUNDS, "equals", "method", "may_be_pending")
JURISDICTIONS = ("EU", "US")
#: Kinds of devices that the register knows.
DEVICES = (
    "apheresis_device", "cell_processor", "centrifuge", "incubator", "cell_counter", "controlled_rate_freezer",
    "freezer", "thawing_device", "scale", "thermometer",
)  # fmt: skip
#: Samples of a room that rules know limits for.
SAMPLES = ("particles_0_5", "particles_5", "active_air", "settle_plate", "contact_plate", "glove_print")

T = TypeVar("T")


class ProgrammeRefused(Invalid):
    """A programme file is not usable; every problem is named with its line."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        super().__init__(*(FieldError(f"{name}, line {p.line}, {p.rule}", p.message) for p in problems))
        self.problems = tuple(problems)


def problems(text: str, actions: Actions = None) -> list[Problem]:
    """Everything that is wrong with a programme file, in the order of its lines."""
    findings = Findings()
    _read(text, Digest("0" * 64), actions, findings)
    return sorted(findings.problems)


def read(content: bytes, actions: Actions = None, *, name: str = "programme") -> ProgrammeVersion:
    """One version of a programme from the bytes of its file; its name for ever is their SHA-256."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ProgrammeRefused(name, [Problem(line, "encoding", "is not UTF-8 text")]) from None
    findings = Findings()
    version = _read(text, Digest(hashlib.sha256(content).hexdigest()), actions, findings)
    if findings.problems or version is None:
        raise ProgrammeRefused(name, sorted(findings.problems))
    return version


def load_all(folders: Iterable[Path], actions: Actions = None) -> Programmes:
    """Every programme file of these folders; a file that is not usable stops the start, with its problems."""
    files = [file for folder in folders for file in sorted(folder.glob("*.yaml"))]
    return Programmes(read(file.read_bytes(), actions, name=file.name) for file in files)


def _read(text: str, digest: Digest, actions: Actions, findings: Findings) -> ProgrammeVersion | None:
    node = compose(text, findings)
    if node is None:
        return None
    fields = Item(node, "", findings).fields(_ROOT, _OPTIONAL_ROOT)
    if any(name not in fields for name in _ROOT):
        return None  # what is missing has been said; the rest can only be judged as a whole
    programme, product = _id(fields["programme"]), fields["product"].fields(("id", "name"))
    tasks, materials = _titles(fields["tasks"]), _titles(fields["materials"])
    stages = read_stages(fields["stages"])
    panel, steps = _ranges(fields["panel"], words=True), _steps(fields["steps"], tasks, materials)
    safety = read_safety(fields["safety"]) if "safety" in fields else SafetyPlan()
    version = ProgrammeVersion(
        programme=Programme(f"programme:{programme}"),
        version=fields["version"].text(),
        digest=digest,
        title=fields["title"].text(),
        product=Product(f"product:{_id(product['id']) if 'id' in product else ''}"),
        product_name=text_of(product, "name"),
        limits=_limits(fields["limits"]),
        steps=steps,
        panel=panel,
        journey=read_journey(fields["journey"], stages, tasks, {t.id for t in safety.response.timepoints}, actions),
        statements=fields["statements"].texts(),
        storage=fields["storage"].text(),
        consent_purposes=_purposes(fields["consent_purposes"]),
        fhir_codes={name: item.text() for name, item in fields["fhir_codes"].entries()},
        stages=stages,
        tasks=tasks,
        materials=materials,
        safety=safety,
        before_infusion=_before_infusion(fields["before_infusion"])
        if "before_infusion" in fields
        else BeforeInfusion(),
        quarantine_shipment=_jurisdictions(fields["quarantine_shipment"]) if "quarantine_shipment" in fields else (),
        dose=read_dose(fields["dose"], panel) if "dose" in fields else None,
        monitoring=_samples(fields["monitoring"]) if "monitoring" in fields else (),
        samples=read_samples(fields["samples"], steps, panel) if "samples" in fields else one_for_all(steps, panel),
    )
    return None if findings.problems else version


def _id(item: Item) -> str:
    text = item.text()
    if text and not _ID.match(text):
        item.refuse("id", "expected small letters, digits, - and _, beginning with a letter")
        return ""
    return text


def _titles(item: Item) -> dict[str, str]:
    """Names with titles, such as tasks and materials."""
    found = {}
    for name, value in item.entries():
        if not _ID.match(name):
            value.refuse("id", "a name is of small letters, digits, - and _, beginning with a letter")
        found[name] = value.text()
    return found


def _purposes(item: Item) -> tuple[str, ...]:
    purposes = item.texts()
    if "treatment" not in purposes:
        item.refuse("purpose", "“treatment” must be among the purposes: without it nothing may be done")
    return purposes


def _jurisdictions(item: Item) -> tuple[str, ...]:
    named = item.texts()
    for name in named:
        if name not in JURISDICTIONS:
            item.refuse("jurisdiction", f"{name} is no jurisdiction here; known are {', '.join(JURISDICTIONS)}")
    return named


def _samples(item: Item) -> tuple[str, ...]:
    named = item.texts()
    for name in named:
        if name not in SAMPLES:
            item.refuse("sample", f"{name} is no sample of a room; known are {', '.join(SAMPLES)}")
    return named


def _unique(found: list[tuple[Item, str, T]], what: str) -> tuple[T, ...]:
    """The values; an identifier that stands twice is a problem where it stands the second time."""
    seen: set[str] = set()
    for item, identifier, _ in found:
        if identifier in seen:
            item.refuse("double_id", f"the {what} {identifier} stands here twice")
        seen.add(identifier)
    return tuple(value for _, _, value in found)


def _limits(item: Item) -> dict[str, Limit]:
    found = []
    for each in item.items():
        fields = each.fields(("name", "value", "unit", "source"))
        name, unit, source = _id_of(fields, "name"), _unit(fields), text_of(fields, "source")
        value = fields["value"].number() if "value" in fields else None
        expected = REQUIRED_LIMITS.get(name) or OPTIONAL_LIMITS.get(name)
        if expected is not None and unit and unit not in expected:
            each.refuse("unit", f"{name} is given in {unit}; expected is one of {', '.join(sorted(expected))}")
        if value is not None and value <= 0 and unit in DURATIONS:
            each.refuse("bounds", f"{name}: a duration is greater than nothing")
        if value is not None and name and unit:
            found.append((each, name, Limit(name, Quantity.of(value, unit), source)))
    limits = {limit.name: limit for limit in _unique(found, "limit")}
    for name in REQUIRED_LIMITS:
        if name not in limits:
            item.refuse("limit_missing", f"{name} is missing or unusable: rules ask for it")
    warm, alarm = limits.get("transport_temperature_max"), limits.get("transport_temperature_alarm")
    if warm is not None and alarm is not None and alarm.quantity.amount < warm.quantity.amount:
        item.refuse("bounds", "transport_temperature_alarm cannot lie below transport_temperature_max")
    return limits


def _id_of(fields: Mapping[str, Item], name: str) -> str:
    return _id(fields[name]) if name in fields else ""


def _unit(fields: Mapping[str, Item]) -> str:
    unit = text_of(fields, "unit")
    if unit and unit not in UNITS:
        fields["unit"].refuse("unit", f"{unit} is not a unit here; known are {', '.join(sorted(UNITS))}")
        return ""
    return unit


def _steps(item: Item, tasks: Mapping[str, str], materials: Mapping[str, str]) -> tuple[Step, ...]:
    found = []
    for each in item.items():
        fields = each.fields(("id", "title", "task", "measurements", "materials"), ("equipment", "hold"))
        task = text_of(fields, "task")
        if task and task not in tasks:
            fields["task"].refuse("unknown_task", f"{task} is not among the tasks")
        used = fields["materials"].items() if "materials" in fields else []
        names = [(material, material.text()) for material in used]
        for material, name in names:
            if name and name not in materials:
                material.refuse("unknown_material", f"{name} is not among the materials")
        measured = _ranges(fields["measurements"], words=False) if "measurements" in fields else ()
        step_id = _id_of(fields, "id")
        needs = _needs(fields["equipment"]) if "equipment" in fields else ()
        waits = _hold(fields["hold"]) if "hold" in fields else None
        step = Step(step_id, text_of(fields, "title"), task, measured, tuple(name for _, name in names), needs, waits)
        found.append((each, step_id, step))
    if not found:
        item.refuse("empty", "a programme has at least one step of production")
    return _unique(found, "step")


def _hold(item: Item) -> Quantity | None:
    """How long cells may wait after a step."""
    fields = item.fields(("value", "unit", "source"))
    value, unit = fields["value"].number() if "value" in fields else None, _unit(fields)
    text_of(fields, "source")
    if unit and unit not in DURATIONS:
        fields["unit"].refuse("unit", f"a hold is a duration, not given in {unit}")
    if value is not None and value <= 0:
        item.refuse("bounds", "a hold is longer than nothing")
    return Quantity.of(value, unit) if value is not None and unit else None


def _needs(item: Item) -> tuple[Need, ...]:
    """The kinds of devices that a step needs, one device of each."""
    found = []
    for each in item.items():
        fields = each.fields(("kind",), ("clean",))
        kind = text_of(fields, "kind")
        if kind and kind not in DEVICES:
            fields["kind"].refuse("device", f"{kind} is no kind of device here; known are {', '.join(DEVICES)}")
        found.append((each, kind, Need(kind, fields["clean"].truth() if "clean" in fields else False)))
    return _unique(found, "device")


def _before_infusion(item: Item) -> BeforeInfusion:
    fields = item.fields(("items",), ("where_it_applies",))
    items = _ranges(fields["items"], words=True) if "items" in fields else ()
    names = fields["where_it_applies"].items() if "where_it_applies" in fields else []
    for each in names:
        if (name := each.text()) and name not in {i.id for i in items}:
            each.refuse("unknown_value", f"{name} is not among the items")
    return BeforeInfusion(items, tuple(each.text() for each in names))


def _ranges(item: Item, *, words: bool) -> tuple[Range, ...]:
    """Measurements of a step, or tests of the panel; only tests may have a result in words."""
    found = []
    for each in item.items():
        fields = each.fields(("id", "label", "source"), ("unit", *_RANGE))
        bounds: dict[str, Decimal | None] = {name: fields[name].number() for name in BOUNDS if name in fields}
        equals = text_of(fields, "equals")
        _check_bounds(each, fields, bounds, equals, words=words)
        range_id = _id_of(fields, "id")
        made = Range(
            id=range_id,
            label=text_of(fields, "label"),
            unit=_unit(fields),
            low=bounds.get("low"),
            high=bounds.get("high"),
            above=bounds.get("above"),
            below=bounds.get("below"),
            equals=equals,
            method=text_of(fields, "method"),
            source=text_of(fields, "source"),
            may_be_pending=_may_be_pending(fields, words=words),
        )
        found.append((each, range_id, made))
    if words and not found:
        item.refuse("empty", "a release panel has at least one test")
    return _unique(found, "measurement" if not words else "test")


def _may_be_pending(fields: Mapping[str, Item], *, words: bool) -> bool:
    item = fields.get("may_be_pending")
    if item is None:
        return False
    if not words:
        item.refuse("pending", "a measurement of a step is there when the step is done: it cannot be pending")
    return item.truth()


def _check_bounds(
    item: Item, fields: Mapping[str, Item], bounds: Mapping[str, Decimal | None], equals: str, *, words: bool
) -> None:
    if equals:
        if not words:
            fields["equals"].refuse("bounds", "a measurement of a step is a number, not a word")
        if bounds or "unit" in fields:
            item.refuse("bounds", "a result in words has neither bounds nor unit")
        return
    if "unit" not in fields:
        item.refuse("missing_key", "unit is missing")
    if not bounds:
        item.refuse("bounds", "expected low, high, above, below or equals")
    lower = [b for name, b in bounds.items() if name in ("low", "above") and b is not None]
    upper = [b for name, b in bounds.items() if name in ("high", "below") and b is not None]
    if len(lower) > 1 or len(upper) > 1:
        item.refuse("bounds", "one lower and one upper bound at most: low or above, high or below")
    if lower and upper and lower[0] > upper[0]:
        item.refuse("bounds", f"the lower bound {lower[0]} lies above the upper bound {upper[0]}")
