"""Fields that take several values, one a line, as a scanner gives them or a letter lists them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from coign.gateways.labels import InvalidSymbol, SymbolKind, parse_symbol
from coign.kernel.subjects import Organisation
from coign.records import reading as records
from coign.web import running
from coign.web.reading import reader

#: What names a therapy besides itself.
KINDS = ("chain", "batch", "unit")
#: For so many lines that name none, so many therapies are offered that are called nearly so.
HELPED_MAX, OFFERED_MAX = 5, 5
#: Shorter parts are in too many names.
PART_CHARACTERS_MIN = 3


class LinesField(forms.CharField):
    """Several values, one a line, as a scanner gives them."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """The lines that are not empty."""
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        """What the page knows already, as lines."""
        return "\n".join(value) if isinstance(value, list) else value


class TherapiesField(LinesField):
    """Therapies of a house, each by the identifier or symbol of its chain, its batch or one of its bags.

    They are looked up by index, so that it does not matter how many there are: a list would be too long to choose from.
    """

    def __init__(self, house: Organisation, **common: Any) -> None:
        super().__init__(**common)
        self._house = str(house)

    def clean(self, value: Any) -> list[str]:
        """Their chains, as often as they are named once. ValidationError: each line that does not name one."""
        lines = super().clean(value)
        names = {line: _names(line) for line in lines}
        with reader().connection() as connection:
            ledger_id = running.service().ledger_id
            known = records.chains_of(connection, ledger_id, {n for each in names.values() for n in each}, self._house)
            found = {line: sorted({known[n] for n in each if n in known}) for line, each in names.items()}
            unknown = [line for line, chains in found.items() if not chains]
            parts = [line for line in unknown[:HELPED_MAX] if len(line) >= PART_CHARACTERS_MIN]
            alike = records.chains_like(connection, ledger_id, parts, self._house, each=OFFERED_MAX)
        problems = [_none(line, alike.get(line, ())) for line in unknown]
        problems += [_several(line, chains) for line, chains in found.items() if len(chains) > 1]
        if problems:
            raise forms.ValidationError(problems)
        return list(dict.fromkeys(chains[0] for chains in found.values()))


def _names(line: str) -> list[str]:
    """What a line may stand for."""
    try:
        symbol = parse_symbol(line)
    except InvalidSymbol:
        return [line] if line.startswith(tuple(f"{kind}:" for kind in KINDS)) else [f"{kind}:{line}" for kind in KINDS]
    return [f"unit:{symbol.identifier}"] if symbol.kind is SymbolKind.UNIT else []


def _none(line: str, alike: Iterable[str]) -> str:
    said = _("“%s” names no therapy of your house") % line[:60]
    offered = ", ".join(chain.partition(":")[2] for chain in alike)
    return f"{said}; " + _("there is %s") % offered if offered else said


def _several(line: str, chains: Iterable[str]) -> str:
    named = ", ".join(chains)
    return _("“%(line)s” names several therapies: write %(named)s") % {"line": line[:60], "named": named}
