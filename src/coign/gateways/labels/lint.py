"""Problems of a label before it is printed: a name where only codes belong, or something missing (TRC-02, TRC-15).

The linter reports; whoever asked decides. What a class of label needs is given by the programme, not known here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from coign.gateways.labels.content import LabelContent, printed_fields
from coign.kernel.frozen import dataclass

NAME_LETTERS_MIN = 3
NAME_INSIDE_CODE_LETTERS_MIN = 4
CODE_FIELDS = frozenset({"identifier", "chain", "din", "lot"})

_WORD = re.compile(r"[^\W\d_]+")
_PERSONAL_NUMBERS = (
    (
        "label.social_security_number",
        re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)"),
        "looks like a social security number",
    ),
    ("label.record_number", re.compile(r"\b(MRN|PID|NHS|KVNR)\b", re.I), "looks like a hospital record number"),
    ("label.birth_date", re.compile(r"\b(DOB|born|née?|geb\.?)\b", re.I), "looks like a birth date or maiden name"),
    (
        "label.form_of_address",
        re.compile(r"\b(Mr|Mrs|Ms|Miss|Herr|Frau|Mme|Sig|Sra?)\b\.?"),
        "looks like a person's name",
    ),
)


@dataclass(frozen=True, slots=True)
class LabelProblem:
    """One finding: code, field and what to do about it. It never repeats the name that was found."""

    code: str
    field: str
    message: str


def lint(
    content: LabelContent,
    names: Iterable[str] = (),
    *,
    required: Iterable[str] = (),
    statements: Iterable[str] = (),
) -> tuple[LabelProblem, ...]:
    """Everything wrong with a label.

    `names`: names of people who may not appear in the neutral fields. `required`: fields this class of label must fill.
    `statements`: sentences it must carry, word for word.
    """
    return (
        *_personal(content, tuple(names)),
        *(
            LabelProblem("label.field_missing", field, f"this label needs {field.replace('_', ' ')}")
            for field in required
            if not getattr(content, field)
        ),
        *(
            LabelProblem("label.statement_missing", "statements", f"this label must say: {statement}")
            for statement in statements
            if statement not in content.statements
        ),
    )


def _personal(content: LabelContent, names: tuple[str, ...]) -> Iterator[LabelProblem]:
    for field, text in printed_fields(content):
        if field.startswith("identifiers"):
            continue  # the one place where two patient identifiers may stand
        if any(_holds(text, name, inside=field in CODE_FIELDS) for name in names):
            yield LabelProblem("label.name", field, "a person's name stands in a field that must be neutral")
        for code, pattern, message in _PERSONAL_NUMBERS:
            if pattern.search(text):
                yield LabelProblem(code, field, f"{message}: this field must be neutral")
        if field in CODE_FIELDS and _looks_like_words(text):
            yield LabelProblem("label.name_like", field, "words without a digit look like a name: use an issued code")


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in apart if not unicodedata.combining(character))


def _holds(text: str, name: str, *, inside: bool) -> bool:
    words = set(_WORD.findall(_folded(text)))
    parts = [part for part in _WORD.findall(_folded(name)) if len(part) >= NAME_LETTERS_MIN]
    if any(part in words for part in parts):
        return True
    solid = "".join(character for character in _folded(text) if character.isalnum())
    return inside and any(part in solid for part in parts if len(part) >= NAME_INSIDE_CODE_LETTERS_MIN)


def _looks_like_words(text: str) -> bool:
    words = _WORD.findall(text)
    return not any(character.isdigit() for character in text) and sum(len(word) > 1 for word in words) >= 2
