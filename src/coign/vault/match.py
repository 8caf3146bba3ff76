"""Whether the presented identifiers are the expected ones: field by field, exactly (TRC-12; EU GMP Annex A).

The only thing evened out is the Unicode form (NFC), because two ways to store the same é are not two names. Case,
accents, spaces and look-alike letters are differences. Somebody who is nearly right is somebody else.
"""

import hmac
import unicodedata
from collections.abc import Mapping

from coign.kernel.frozen import dataclass


@dataclass(frozen=True, slots=True)
class FieldAnswer:
    """Whether one identifier is equal. Holds neither value: the answer may go where the values may not."""

    field: str
    equal: bool


@dataclass(frozen=True, slots=True)
class MatchAnswer:
    """The answer for every field asked about or presented, in order of their names."""

    fields: tuple[FieldAnswer, ...]

    @property
    def equal(self) -> bool:
        """All of them, and at least one."""
        return bool(self.fields) and all(answer.equal for answer in self.fields)

    @property
    def different(self) -> tuple[str, ...]:
        """The fields that do not agree."""
        return tuple(answer.field for answer in self.fields if not answer.equal)


def match(expected: Mapping[str, str], presented: Mapping[str, str]) -> MatchAnswer:
    """Compare identifiers. A field that only one side has, or that is empty, does not agree."""
    fields = sorted({*expected, *presented})
    return MatchAnswer(
        tuple(FieldAnswer(field, _equal(expected.get(field, ""), presented.get(field, ""))) for field in fields)
    )


def _equal(expected: str, presented: str) -> bool:
    one, other = (unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass") for text in (expected, presented))
    return bool(one) and hmac.compare_digest(one, other)
