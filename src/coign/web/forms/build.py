"""A form out of a command: fields, labels and hints come from the dataclass, values lead to the same command as JSON.

No field takes JSON. What the page already knows comes from its address (`?unit=unit:B1`) and is not asked. At most five
fields are asked on one screen; the rest follows on further screens.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from django import forms
from django.utils import timezone

from coign import rulesets
from coign.kernel.actions import Action
from coign.kernel.fields import Asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Organisation, Site, Subject
from coign.kernel.values import Actor, Digest, FreeText, Instant, Quantity
from coign.web import running, told
from coign.web.forms.choices import choices_for, own_site
from coign.web.forms.lines import LinesField, TherapiesField
from coign.web.forms.times import LocalTime
from coign.web.oversight import numbered

FIELDS_A_SCREEN_MAX = 5
#: What has a name that people know it by, and the list that holds it.
_LISTS_OF_NAMES = {Site: "sites", Organisation: "organisations"}
#: The record's whole numbers stay below this (RFC 8785).
WHOLE_MAX = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a command, as a person is asked for it."""

    name: str
    asks: Asks
    type: Any  # the type without `| None` and without `tuple[…, ...]`
    required: bool
    many: bool
    default: Any


def questions(command: type) -> list[Question]:
    """All fields that come from outside, in the order of the command; hints by the rules of now."""
    hints = get_type_hints(command)
    return [
        _question(f, hints[f.name])
        for f in fields(command)
        if "allotted" not in f.metadata and "resolved_by" not in f.metadata
    ]


def _question(field: "Field[Any]", hint: Any) -> Question:
    required = field.default is MISSING and field.default_factory is MISSING
    default = None if field.default is MISSING else field.default
    if get_origin(hint) in (Union, UnionType):
        hint = next(a for a in get_args(hint) if a is not NoneType)
    many = get_origin(hint) is tuple
    inner = get_args(hint)[0] if many else hint
    asks = field.metadata.get("asks") or Asks(field.name.replace("_", " ").capitalize())
    if "{" in asks.hint:
        asks = replace(asks, hint=rulesets.load().in_words(asks.hint, running.now()))
    return Question(field.name, asks, inner, required, many, default)


class CommandForm(forms.Form):
    """Base of all generated forms."""

    questions: list[Question]

    @property
    def command(self) -> dict[str, Any]:
        """What was filled in, in the form that JSON has."""
        found: dict[str, Any] = {}
        for question in self.questions:
            value = self.cleaned_data.get(question.name)
            if value in (None, "", []):
                if question.required and question.type is str:
                    found[question.name] = ""
                continue
            found[question.name] = wire_value(question, value)
        return found


def wire_value(question: Question, value: Any) -> Any:
    """One filled-in value as JSON has it."""
    if question.many:
        return [_one(question, v) for v in value]
    return _one(question, value)


def _one(question: Question, value: Any) -> Any:
    kind = question.type
    if kind is bool:
        return value == "yes"
    if isinstance(value, datetime):
        return Instant.of(value)
    if kind is Quantity:
        return _quantity(str(value), question.asks.unit)
    if kind is int:
        return int(value)
    if isinstance(kind, type) and issubclass(kind, Subject) and kind is not Subject:
        text = str(value).strip()
        return text if ":" in text else f"{kind.kind}:{text}"  # a person types what stands on the label
    return str(value)


def _quantity(text: str, unit: str) -> dict[str, str]:
    """A number in the unit of its field; where the field has none, the unit was written after the number."""
    number, _, written = text.partition(" ")
    return {"value": text, "unit": unit} if unit else {"value": number, "unit": written.strip()}


class DecimalText(forms.CharField):
    """A measured number whose digits stay as they were read."""

    def clean(self, value: Any) -> str:
        """A decimal number with a point; a comma is taken for one."""
        text = str(super().clean(value)).replace(",", ".").strip()
        if text and not re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text):
            raise forms.ValidationError("expected a decimal number such as 68.0")
        return text


class WithUnit(forms.CharField):
    """A measured number with its unit written after it, where the unit is part of what was read."""

    def clean(self, value: Any) -> str:
        """A decimal number, a space, and a unit."""
        text = " ".join(str(super().clean(value)).replace(",", ".").split())
        if text and not re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)? \S+", text):
            raise forms.ValidationError("expected a number and its unit, such as 84 g/L")
        return text


class FileHash(forms.FileField):
    """A file of which the record keeps the hash."""

    def clean(self, value: Any, initial: Any = None) -> str:
        """The SHA-256 of the file."""
        file = super().clean(value, initial)
        if not file:
            return ""
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        return digest.hexdigest()


def form_class(action: Action[Any], actor: Actor, known: Mapping[str, str]) -> type[CommandForm]:
    """The form of an action, for this actor, with what the page knows already."""
    asked = asked_of(action, actor, known)
    members: dict[str, Any] = {"questions": asked}
    for question in asked:
        members[question.name] = _field(question, actor, known.get(question.name))
    return type("CommandForm", (CommandForm,), members)


def asked_of(action: Action[Any], actor: Actor, known: Mapping[str, str]) -> list[Question]:
    """The questions to this actor: the place, known where a house has one only, is chosen where it has several."""
    return [_place(q, actor) if q.name == "site" and not known.get("site") else q for q in questions(action.command)]


def _place(question: Question, actor: Actor) -> Question:
    if question.asks.source != "known" or len(choices_for("own_sites", actor) or ()) < 2:
        return question
    return replace(question, asks=replace(question.asks, source="choose", options="own_sites"))


def known_value(question: Question, actor: Actor, given: str | None) -> str | None:
    """What a page knows without asking: from its address, or because there is only one possibility."""
    if given:
        return given
    if question.name == "site" and question.asks.source == "known":
        return own_site(actor.organisation)
    return None


def known_rows(form: CommandForm, actor: Actor) -> list[dict[str, Any]]:
    """What the page knows and does not ask, in the words of its list where it has one; of a number what it means."""
    known = [(q, str(v)) for q in form.questions if q.asks.source == "known" and (v := form[q.name].value())]
    said = numbered.said({q.name: value for q, value in known}, actor)
    return told.rows({q.asks.label: _known_words(q, value, said.get(q.name, ""), actor) for q, value in known})


def _known_words(question: Question, value: str, said: str, actor: Actor) -> Any:
    return f"{value} · {said}" if said else _in_words(question, value, actor)


def _in_words(question: Question, value: Any, actor: Actor) -> Any:
    name = question.asks.options or _LISTS_OF_NAMES.get(question.type, "")
    return dict(choices_for(name, actor) or ()).get(value, value)


def missing(action: Action[Any], actor: Actor, known: Mapping[str, str]) -> list[str]:
    """What must be known before this form makes sense, in the words of its labels."""
    asked = asked_of(action, actor, known)
    return [
        q.asks.label
        for q in asked
        if needs_own_page(q)
        or (q.asks.source == "known" and q.required and not known_value(q, actor, known.get(q.name)))
    ]


def needs_own_page(question: Question) -> bool:
    """Values with parts of their own, such as the measurements of a step: only the page of that step knows which."""
    return is_dataclass(question.type) and question.type is not Quantity


def _field(question: Question, actor: Actor, given: str | None) -> forms.Field:
    asks = question.asks
    common: dict[str, Any] = {"label": asks.label, "help_text": asks.hint}
    if asks.source == "known":
        value = known_value(question, actor, given)
        return _typed(question, common | {"required": False, "initial": value}, forms.HiddenInput())
    initial = given.split(",") if given and question.many else given or _initial(question)
    may_be_empty = question.type is str and asks.source != "measure"  # what was read is never nothing
    common |= {"required": question.required and not may_be_empty, "initial": initial}
    options = offered(question, actor)
    if options is not None:
        return _choice(question, options, common)
    if question.type is Chain and question.many:
        return TherapiesField(actor.organisation, **common)
    if question.type is Digest and asks.source == "upload":
        return FileHash(**common)
    if question.type is Quantity and not asks.unit:
        return WithUnit(**common)
    if question.type is Quantity:
        common["help_text"] = " ".join(w for w in (asks.hint, f"in {asks.unit}") if w)
        return DecimalText(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **common)
    if question.type is FreeText or asks.lines > 1:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": max(4, asks.lines)}), **common)
    return _typed(question, common, None)


def _typed(question: Question, common: dict[str, Any], widget: forms.Widget | None) -> forms.Field:
    attrs = {"data-scan-into": "1", "autocomplete": "off"} if question.asks.source == "scan" else {}
    if question.many:
        return LinesField(**common) if widget is None else LinesField(widget=widget, **common)
    if isinstance(question.type, type) and issubclass(question.type, Instant):
        field = LocalTime(**common) if widget is None else LocalTime(widget=widget, **common)
        zone = timezone.get_current_timezone_name()
        field.help_text = " ".join(w for w in (question.asks.hint, f"in {zone}") if w)
        return field
    if question.type is int:
        number = widget or forms.NumberInput()
        return forms.IntegerField(widget=number, min_value=-WHOLE_MAX, max_value=WHOLE_MAX, **common)
    return forms.CharField(widget=widget or forms.TextInput(attrs=attrs), **common)


def offered(question: Question, actor: Actor) -> list[tuple[str, str]] | None:
    if get_origin(question.type) is Literal:
        return [(v, str(v).replace("_", " ").replace("-", " ")) for v in get_args(question.type)]
    if question.type is bool:
        return [("yes", "Yes"), ("no", "No")]
    return choices_for(question.asks.options, actor) if question.asks.options else None


def _choice(question: Question, options: list[tuple[str, str]], common: dict[str, Any]) -> forms.Field:
    if question.many:
        return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **common)
    empty = [] if question.required and question.type is not str else [("", "—")]
    if len(options) <= 4 and not empty:
        return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **common)
    return forms.ChoiceField(choices=[("", "—"), *options], **common)


def _initial(question: Question) -> Any:
    if question.type is bool and question.default is not None:
        return "yes" if question.default else "no"
    if isinstance(question.default, str):
        return question.default
    return None


def screens(asked: Sequence[Question]) -> list[list[str]]:
    """Names of the fields, at most five asked a screen."""
    shown = [q.name for q in asked if q.asks.source != "known"]
    return [shown[i : i + FIELDS_A_SCREEN_MAX] for i in range(0, len(shown), FIELDS_A_SCREEN_MAX)] or [[]]
