"""What an act says, in words: each value under the label that its form gave it, names in place of identifiers.

Nothing is said here that does not stand in the intent; what is empty, and all that machines need, stands in its
canonical form beside the words.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, cast

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coign import catalogue
from coign.kernel.actions import Action
from coign.kernel.facts import FACTS
from coign.kernel.subjects import Organisation, Patient, Person, Programme, Site, Subject, parse_subject
from coign.kernel.values import Actor
from coign.people.views import SITE
from coign.programmes.model import ProgrammeVersion
from coign.web import running, told
from coign.web.forms.build import Question, offered, questions
from coign.web.oversight import numbered
from coign.web.roles import role_words
from coign.web.therapy.identities import identities_of
from coign.web.therapy.looking import states_of
from coign.web.therapy.people import names_of
from coign.web.therapy.story import name_of
from coign.web.therapy.units import quantity_words, unit_words

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
#: So many digits of a file's hash tell it from every other at a glance; all of them stand in the canonical form.
_DIGEST_SHOWN = 16
#: An identifier such as `not_usable`: a word of a list, and no text that somebody wrote.
_CHOICE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+\Z")
_LABELS = {"chain": gettext_lazy("Therapy"), "chains": gettext_lazy("Therapies")}
Row = dict[str, Any]
Offers = Callable[[Question], list[tuple[str, str]] | None]


def no_offers(question: Question) -> None:
    """Outside a therapy none is at hand."""


@dataclass(frozen=True)
class Wording:
    """How one reader reads values: the therapy's own names first, and what was written, as far as it is at hand."""

    reader: Actor
    programme: ProgrammeVersion | None = None
    #: What a therapy offers to choose from, where the page stands in one.
    offers: Offers = no_offers
    #: Texts by their commitment, names of files by their hash.
    written: Mapping[str, str] = field(default_factory=dict)
    #: Whether what the record speaks of leads to its page.
    links: bool = False

    def command(self, action: Action[Any], command: Mapping[str, Any]) -> list[Row]:
        """Every value of a command that is not empty, in the order of its form."""
        asked = {q.name: q for q in questions(action.command)}
        flat = {name: str(value) for name, value in command.items() if isinstance(value, str | int)}
        said = numbered.said(flat, self.reader)
        rows: list[Row] = []
        for one in fields(action.command):
            if "resolved_by" in one.metadata:
                continue  # worked out from the others; what comes of it stands among the facts
            shown = self.rows(one.name, self.label(one.name, action), command.get(one.name), asked.get(one.name))
            rows += [
                row | {"value": f"{row['value']} · {said[one.name]}"} if one.name in said else row for row in shown
            ]
        return rows

    def fact(self, fact: Mapping[str, Any], action: Action[Any] | None, known: Mapping[str, Any] = {}) -> Row:
        """A fact with its name and the values that are not known already."""
        body = fact["body"]
        asked = {q.name: q for q in questions(action.command)} if action is not None else {}
        rows: list[Row] = []
        written = [value for value in known.values() if isinstance(value, Mapping)]
        for name in body:
            if body[name] != known.get(name) and body[name] not in written:
                rows += self.rows(name, self.label(name, action, fact["type"]), body[name], asked.get(name))
        return {"title": told.words(fact["type"].split(".")[1]), "type": fact["type"], "rows": rows}

    def label(self, name: str, action: Action[Any] | None, fact_type: str = "") -> str:
        """What a field is called: as the form asks for it, as it is called where it is corrected, or by its name."""
        asked = {q.name: q.asks.label for q in questions(action.command)} if action is not None else {}
        fact = FACTS.get(fact_type)
        own = {f.name: f.metadata.get("correctable", "") for f in fields(cast(Any, fact))} if fact is not None else {}
        return asked.get(name) or own.get(name) or str(_LABELS.get(name) or told.words(name))

    # Values

    def rows(self, name: str, label: str, value: Any, question: Question | None = None) -> Iterator[Row]:
        """The rows of one field: one, or one for each thing of a list that has a name of its own."""
        values = value if isinstance(value, list) else [value]
        if values and all(isinstance(v, Mapping) and "commitment" not in v and not _is_quantity(v) for v in values):
            for each in values:
                yield from self._parts(each, label)
            return
        shown = [one for v in values if v not in (None, "") for one in self._values(name, v, question)]
        for n, one in enumerate(shown):
            yield {"label": label if n == 0 else ""} | one

    def _parts(self, value: Mapping[str, Any], label: str) -> Iterator[Row]:
        """A thing with parts, such as a measurement: called by its title, the rest beside it."""
        rest = {name: part for name, part in value.items() if name != "id"}
        titled = self._title("id", value["id"]) or value["id"] if "id" in value else label
        if rest.keys() == {"value", "unit"}:
            yield {"label": titled, "value": quantity_words(rest["value"], rest["unit"])}
            return
        shown = [one for name, part in rest.items() for one in self.rows(name, told.words(name), part)]
        words = [str(one["value"]) if len(shown) == 1 else f"{one['label'].lower()} {one['value']}" for one in shown]
        yield {"label": titled, "value": ", ".join(words)}

    def _values(self, name: str, value: Any, question: Question | None) -> Iterator[Row]:
        text = self._chosen(value, question) or self._title(name, value)
        if text:
            yield {"value": text}
        elif type(value) is int and question is not None:
            yield {"value": quantity_words(str(value), question.asks.unit)}
        elif isinstance(value, Mapping) and "commitment" in value and (own := self.written.get(value["commitment"])):
            yield {"value": own, "text": True}
        elif isinstance(value, str) and _DIGEST.match(value):
            yield {"value": self._file(value)}
        elif isinstance(value, str) and (subject := _subject(value)) is not None:
            yield self._subject(subject)
        else:
            yield from told.values(value)

    def _chosen(self, value: Any, question: Question | None) -> str:
        """The words of a choice, as the form offered it."""
        if question is None or isinstance(value, Mapping):
            return ""
        options = self.offers(question) or offered(question, self.reader) or ()
        people = question.type is Person  # their names say more than a list that holds none
        key = ("no", "yes")[value] if isinstance(value, bool) else str(value)
        return "" if people else str(dict(options).get(key, ""))

    def _title(self, name: str, value: Any) -> str:
        """What the programme calls a step, a test or a measurement; a word of a list without its underscores."""
        if not isinstance(value, str):
            return ""
        if name == "role":
            return role_words(value)
        if name == "unit" and ":" not in value:
            return unit_words(value)
        titles = {found for v in self._programmes() if (found := _titles(v, name).get(value))}
        if len(titles) == 1:
            return titles.pop()
        return value.replace("_", " ") if _CHOICE.match(value) else ""

    def _programmes(self) -> Iterable[ProgrammeVersion]:
        return (self.programme,) if self.programme is not None else running.service().programmes.all()

    def _file(self, digest: str) -> str:
        name = self.written.get(digest, "")
        return f"{name} (SHA-256 {digest[:_DIGEST_SHOWN]}…)" if name else f"SHA-256 {digest[:_DIGEST_SHOWN]}…"

    def _subject(self, subject: Subject) -> Row:
        named = self.named(subject)
        row: Row = {"value": named or subject.identifier, "mono": not named}
        return row | {"url": reverse("subject", args=[str(subject)])} if self.links else row

    def named(self, subject: Subject) -> str:
        """The name that people know it by; empty where the identifier is what stands on its label."""
        match subject:
            case Organisation():
                return name_of(str(subject))
            case Site():
                return states_of(SITE, [subject])[subject].name
            case Person():
                return names_of([str(subject)], str(self.reader.organisation))[str(subject)]
            case Programme():
                return next((v.title for v in self._programmes() if v.programme == subject), "")
            case Patient():
                who = identities_of([subject], self.reader).get(subject)
                known = (who.initials, who.hospital_number, who.born) if who is not None else ()
                return " · ".join(part for part in known if part)
        return ""


def _is_quantity(value: Mapping[str, Any]) -> bool:
    return value.keys() == {"value", "unit"}


def _subject(text: str) -> Subject | None:
    try:
        return parse_subject(text)
    except ValueError:
        return None


def _titles(version: ProgrammeVersion, name: str) -> Mapping[str, str]:
    """What a programme calls the things that a field of this name can hold."""
    match name:
        case "step":
            return {s.id: s.title for s in version.steps}
        case "attribute" | "pending":
            return {r.id: r.label for r in version.panel}
        case "material":
            return version.materials
        case "task":
            return version.tasks
        case "id":
            measured = [r for s in version.steps for r in s.measurements]
            return {r.id: r.label for r in (*measured, *version.before_infusion.items, *version.panel)}
    return {}


def signed_words(intent: Mapping[str, Any], wording: Wording) -> dict[str, Any]:
    """Everything that a person puts their name to: who, what it means, when, each value, and what comes of it."""
    action, actor = catalogue.ACTIONS[intent["action"].rpartition(".v")[0]], intent["actor"]
    command = intent["command"]
    known = {"by": actor["person"], "organisation": actor["organisation"], **command}
    return {
        "act": action.title,
        "who": wording.named(Person(actor["person"])),
        "role": role_words(actor["role"]),
        "house": name_of(actor["organisation"]),
        "meaning": intent["meaning"],
        "rows": [*wording.command(action, command), *_around(intent, wording)],
        "facts": [wording.fact(fact, action, known) for fact in intent["facts"]],
    }


def _around(intent: Mapping[str, Any], wording: Wording) -> Iterator[Row]:
    """What was said beside the form: why, and that it was done earlier."""
    if intent["reason"]:
        yield from wording.rows("reason", _("Reason"), {"commitment": intent["reason"]})
    yield from wording.rows("claimed_time", _("Done earlier, at"), intent["claimed_time"])
    yield {"label": _("Shown to you"), "value": told.at(intent["prepared"])}
    yield {"label": _("Open for signing until"), "value": told.at(intent["expires"])}


def flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Every value of an intent with its path, in the order in which it is signed."""
    if isinstance(value, dict):
        return [pair for key in sorted(value) for pair in flat(value[key], f"{path}.{key}" if path else key)]
    if isinstance(value, list):
        return [pair for n, item in enumerate(value, 1) for pair in flat(item, f"{path} {n}")]
    return [(path, "—" if value in (None, "") else str(value))]
