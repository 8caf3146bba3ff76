"""The form of an act in a therapy: scans, choices, measurements with their limits, files; and the command they make.

Everything works without scripts: a scan is a field of the form like any other, and the answer is the same page with
that field filled. A file is kept at once, so that a later mistake in another field never asks for it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_origin

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from coign.kernel.actions import Action
from coign.kernel.subjects import Equipment, Lot, Unit
from coign.kernel.values import Digest, FreeText, Instant, Quantity, Secret
from coign.programmes.model import NOT_APPLICABLE, Range
from coign.web import acting, running
from coign.web.forms import build
from coign.web.forms.build import Question, questions
from coign.web.forms.times import LocalTime
from coign.web.therapy import sampling, scans
from coign.web.therapy.ending import DECISIONS, END, decision_fields, decisions_of
from coign.web.therapy.environment import RECORD, limit_hint, sampled_at
from coign.web.therapy.known import Known, known_values, last_values, next_attribute, next_production_step
from coign.web.therapy.offers import options_for
from coign.web.therapy.parcel import further_bags
from coign.web.therapy.story import Story, zone_of
from coign.web.therapy.units import unit_words, with_units
from coign.web.therapy.visits import known_visit

#: Fields that the programme's own list of measurements or findings fills.
MEASURED, FOUND = "measurements", "findings"
#: Bags that travel beside the first one.
FURTHER = "further"
ASSESS, NOT_IN_ORDER = "infusion.assess_patient", "not in order"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was uploaded: its hash, and the name it had."""

    digest: str
    name: str


@dataclass
class Asked:
    """What one page asks for, and what has been given so far."""

    story: Story
    action: Action[Any]
    known: dict[str, Known]
    scanned: list[Question]
    typed: list[Question]
    files: list[Question]
    ranges: list[Range]
    form: forms.Form
    values: dict[str, list[str]] = field(default_factory=dict)
    serials: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    problem: str = ""

    # Scans

    def expected(self, question: Question) -> int:
        """How many scans a field waits for."""
        if not question.many:
            return 1
        if question.name == FURTHER:
            return further_bags(self.story, self.action)
        if question.type is Unit:
            return max(1, len(self.story.units_of("final_container")))
        step = next_production_step(self.story)
        if step is None:
            return 1
        return {Lot: len(step.materials), Equipment: len(step.equipment)}.get(question.type, 1)

    def is_open(self, question: Question) -> bool:
        """Whether a field still waits for a scan."""
        return len(self.values.get(question.name, ())) < self.expected(question)

    @property
    def open_scans(self) -> list[Question]:
        """The fields that wait for a scan, in the order of the act."""
        return [q for q in self.scanned if self.is_open(q)]

    def take(self, text: str) -> None:
        """Put a scan into the first open field it fits; else say what was scanned and what was expected."""
        try:
            found = scans.read(text)
        except scans.NotUnderstood as no:
            self.problem = f"{no} {self._expected_words()}"
            return
        fitting = [q for q in self.scanned if scans.fits(found, q)]
        if not fitting:
            self.problem = f"You scanned {found.words}. {self._expected_words()}"
            return
        question = next((q for q in fitting if self.is_open(q)), fitting[0])
        before = self.values.get(question.name, []) if question.many else []
        if question.many and any(found.value in values for values in self.values.values()):
            self.problem = _("You scanned %s before. Scan the next one.") % found.words
            return
        if found.value not in before:
            self.values[question.name] = [*before, found.value]
        if found.symbol.serial is not None:
            self.serials[question.name] = str(found.symbol.serial)

    def _expected_words(self) -> str:
        wanted = [scans.wanted_words(q) for q in self.open_scans or self.scanned]
        return _("Expected here: %s.") % ", ".join(wanted) if wanted else _("Nothing is scanned on this page.")

    # The command

    def is_complete(self) -> bool:
        """Whether everything that must be scanned, filled in or uploaded is there; what is missing is said."""
        valid = self.form.is_valid()
        missing = [scans.wanted_words(q) for q in self.open_scans if q.required or q.many]
        missing += [q.asks.label for q in self.files if q.required and q.name not in self.kept]
        if missing:
            self.form.add_error(None, _("Still missing: %s.") % ", ".join(missing))
        return valid and not missing

    @property
    def command(self) -> dict[str, Any]:
        """Everything known, scanned, filled in and uploaded, as JSON would have it."""
        found: dict[str, Any] = {name: known.value for name, known in self.known.items()}
        for question in self.scanned:
            if values := self.values.get(question.name):
                found[question.name] = values if question.many else values[0]
        for question in questions(self.action.command):
            if question.name in scans.SERIAL_FIELDS and self.serials:
                found[question.name] = next(iter(self.serials.values()))
        found |= {q.name: self.kept[q.name].digest for q in self.files if q.name in self.kept}
        for question in self.typed:
            value = self.form.cleaned_data.get(question.name)
            if value not in (None, "", []):
                found[question.name] = build.wire_value(question, value)
        if self.ranges and MEASURED in {q.name for q in questions(self.action.command)}:
            found[MEASURED] = [
                {"id": r.id, "quantity": {"value": value, "unit": r.unit}}
                for r in self.ranges
                if (value := self.form.cleaned_data.get(_measured_name(r)))
            ]
        if self.ranges and FOUND in {q.name for q in questions(self.action.command)}:
            answers = {r: self.form.cleaned_data.get(_measured_name(r)) for r in self.ranges}
            found[FOUND] = [{"id": r.id, "value": value, "unit": r.unit} for r, value in answers.items() if value]
        if self.action.name == END:
            found[DECISIONS] = decisions_of(self.story, self.form.cleaned_data)
        return found


def asked_for(
    story: Story,
    action: Action[Any],
    data: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
    *,
    step: str = "",
) -> Asked:
    """The form of this act in this therapy; with `data`, what was sent so far. `step`: as which step it was opened."""
    known = known_values(story, action) | known_visit(story, action, step)
    rest = [q for q in questions(action.command) if q.name not in known and q.name not in scans.SERIAL_FIELDS]
    scanned = [q for q in rest if q.asks.source == "scan" and not _chosen(q)]
    if not further_bags(story, action):
        scanned = [q for q in scanned if q.name != FURTHER]
    if action.name == "manufacturing.complete_step" and not _needs_devices(story):
        scanned = [q for q in scanned if q.type is not Equipment]
    uploads = [q for q in rest if q.type is Digest]
    typed = [q for q in rest if q.asks.source != "scan" or _chosen(q)]
    typed = [q for q in typed if q not in uploads and q.name not in (MEASURED, FOUND, DECISIONS)]
    ranges = _ranges(story, action)
    members: dict[str, forms.Field] = {_measured_name(r): _measured(r, story) for r in ranges}
    members |= {q.name: _typed(story, action, q) for q in typed}
    members |= decision_fields(story, action)
    made = type("ActForm", (forms.Form,), members)
    asked = Asked(story, action, known, scanned, typed, uploads, ranges, made(data) if data is not None else made())
    if data is not None:
        _take_over(asked, data, files or {})
    return asked


def folded(asked: Asked) -> list[str]:
    """Of more than five typed fields the last that may stay empty, and do: folded away until somebody wishes them."""
    kinds = forms.CharField | forms.IntegerField | LocalTime
    typed = {name: field for name, field in asked.form.fields.items() if isinstance(field, kinds)}
    beyond = max(0, len(typed) - build.FIELDS_A_SCREEN_MAX)
    return [n for n, f in typed.items() if not f.required and not asked.form[n].value()][-beyond:] if beyond else []


def _needs_devices(story: Story) -> bool:
    step = next_production_step(story)
    return step is not None and bool(step.equipment)


def _chosen(question: Question) -> bool:
    return get_origin(question.type) is Literal


def _take_over(asked: Asked, data: Any, files: Mapping[str, Any]) -> None:
    """What earlier rounds of the same page gave: scans and files that are kept."""
    for question in asked.scanned:
        values = [v for v in data.getlist(question.name) if v]
        if values:
            asked.values[question.name] = values
        if serial := data.get(f"{question.name}.serial", ""):
            asked.serials[question.name] = serial
    for question in asked.files:
        upload = files.get(question.name)
        if isinstance(upload, UploadedFile):
            digest = running.service().documents.put(b"".join(upload.chunks()))
            asked.kept[question.name] = Kept(str(digest), upload.name or "")
        elif digest_text := data.get(f"{question.name}.kept", ""):
            asked.kept[question.name] = Kept(digest_text, data.get(f"{question.name}.name", ""))


# Fields


def _ranges(story: Story, action: Action[Any]) -> list[Range]:
    """The measurements that this act asks for."""
    if action.name == "manufacturing.complete_step":
        step = next_production_step(story)
        return list(step.measurements) if step is not None else []
    if action.name == ASSESS and story.programme is not None:
        return list(story.programme.before_infusion.items)
    return []


def _measured_name(measured: Range) -> str:
    return f"m-{measured.id}"


def _found(item: Range, story: Story) -> forms.Field:
    """One thing that a physician looks at: in order, not in order, or not asked of this patient."""
    assert story.programme is not None
    options = [(item.equals, item.equals.capitalize()), (NOT_IN_ORDER, _("Not in order"))]
    if item.id in story.programme.before_infusion.where_it_applies:
        options.append((NOT_APPLICABLE, _("Does not apply")))
    return forms.ChoiceField(
        label=item.label,
        choices=options,
        widget=forms.RadioSelect,
        error_messages={"required": _("Fill in: %s.") % item.label},
    )


def _measured(measured: Range, story: Story) -> forms.Field:
    if measured.equals:
        return _found(measured, story)
    return build.DecimalText(
        label=measured.label,
        required=True,
        help_text=_limit_words(measured, last_values(story).get(measured.id, "")),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": _("Enter %s.") % measured.label},
    )


def _limit_words(measured: Range, last: str) -> str:
    limit = with_units(measured.words, measured.unit)
    words = [_("Limit: %s") % limit] if limit else []
    return " · ".join([*words, *([_("last: %s") % last] if last else [])])


def _typed(story: Story, action: Action[Any], question: Question) -> forms.Field:
    asks = question.asks
    common: dict[str, Any] = {
        "label": asks.label,
        "help_text": " · ".join(w for w in (asks.hint, _limit_hint(story, action, question)) if w),
        "required": question.required,
        "error_messages": {"required": _("Fill in: %s.") % asks.label},
    }
    if action.name == "quality.record_result" and question.name == "value":
        return _result(story, action, common)
    options = options_for(story, action, question)
    if options is None:
        options = build.offered(question, story.actor)
    if options is not None:
        return _choice(question, options, common)
    if question.type is Quantity and not asks.unit:
        return build.WithUnit(widget=forms.TextInput(attrs={"autocomplete": "off"}), **common)
    if question.type is Quantity:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        return build.DecimalText(widget=forms.TextInput(attrs=attrs), **common)
    if question.type is Instant:
        return _time(story, question, common)
    if question.type is FreeText:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), **common)
    if question.type is int:
        return forms.IntegerField(widget=forms.NumberInput(attrs={"autocomplete": "off"}), **common)
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(widget=widget, **common)


def _limit_hint(story: Story, action: Action[Any], question: Question) -> str:
    if action.name == sampling.DRAW and question.name == "volume":
        return sampling.least_words(story)
    return limit_hint(story, question.name) if action.name == RECORD else ""


def _choice(question: Question, options: list[tuple[str, str]], common: dict[str, Any]) -> forms.Field:
    given = question.default if isinstance(question.default, str) else ""
    if question.many:
        return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **common)
    only = options[0][0] if len(options) == 1 else ""
    common["initial"] = given or only or None
    if len(options) <= 4 and question.required:
        return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **common)
    if len(options) <= 4 and given:
        return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **common | {"required": True})
    return forms.ChoiceField(choices=[("", "—"), *options], **common)


def _time(story: Story, question: Question, common: dict[str, Any]) -> forms.Field:
    """Date and time as people of this place read it; what just happened begins with now."""
    common["help_text"] = " ".join(w for w in (question.asks.hint, _("Time in %s") % zone_name(story)) if w)
    if question.asks.source == "device" or (question.name.endswith(("_at", "_on")) and not _planned(question)):
        happened = sampled_at(story) if question.name == "taken_at" else acting.now()
        common["initial"] = timezone.localtime(happened.moment).replace(microsecond=0, tzinfo=None)
    return LocalTime(**common)


def _planned(question: Question) -> bool:
    """A date that lies ahead is never guessed."""
    return question.name in ("collection_on", "start_on", "ready_on", "planned_infusion", "first_day")


def zone_name(story: Story) -> str:
    """The zone in which this page reads and shows times."""
    return timezone.get_current_timezone_name() or zone_of(story.actor.organisation)


def _result(story: Story, action: Action[Any], common: dict[str, Any]) -> forms.Field:
    """The result of a test: a number with its specification beside it, or one of the words it can be."""
    attribute = next_attribute(story, action)
    if attribute is None:
        return forms.CharField(**common)
    common |= {
        "label": attribute.label,
        "help_text": _("Specification: %s") % with_units(attribute.words, attribute.unit),
    }
    common["error_messages"] = {"required": _("Enter the result of %s.") % attribute.label}
    if attribute.equals:
        return forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}), **common)
    return build.DecimalText(widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **common)


def unit_of(asked: Asked, name: str) -> str:
    """The unit that stands beside a field."""
    by_range = {_measured_name(r): r.unit for r in asked.ranges}
    if name in by_range:
        return unit_words(by_range[name])
    question = next((q for q in asked.typed if q.name == name), None)
    if question is None:
        return ""
    if name == "value" and (attribute := next_attribute(asked.story, asked.action)) is not None:
        return unit_words(attribute.unit)
    return unit_words(question.asks.unit)


def measured_of(asked: Asked, name: str) -> dict[str, Any] | None:
    """What stands beside a number that is read: unit, limits, last value; None for every other field."""
    found = {_measured_name(r): r for r in asked.ranges}.get(name)
    words = {}
    if name == "value" and asked.action.name == "quality.record_result":
        found = next_attribute(asked.story, asked.action)
        words = {"outside": "stop", "within_word": _("Meets the specification"), "outside_word": _("Does not meet it")}
    if found is None or found.equals:
        return None
    return limits_of(found) | words | {"last": last_values(asked.story).get(found.id)}


def limits_of(measured: Range) -> dict[str, Any]:
    """Unit and bounds, as the `measurement` and `measure_field` building blocks take them."""
    return {
        "unit": unit_words(measured.unit),
        "limit_low": measured.low if measured.low is not None else measured.above,
        "limit_high": measured.high if measured.high is not None else measured.below,
        "low_open": measured.above is not None,
        "high_open": measured.below is not None,
    }


def is_identity(asked: Asked, name: str) -> bool:
    """Whether a field identifies somebody, so that no draft of it is kept."""
    question = next((q for q in asked.typed if q.name == name), None)
    return question is not None and isinstance(question.type, type) and issubclass(question.type, Secret)


__all__ = ["Asked", "Kept", "asked_for", "is_identity", "limits_of", "measured_of", "unit_of", "zone_name"]
