"""Writes the generated reference pages, and tells which of them are out of date."""

from collections.abc import Mapping
from pathlib import Path

from coign.web.reference import aspects, catalogue_text, errors, http_text, tracing

PACKAGE = Path(__file__).parent


def generated(root: Path, requirements: Path | None = None) -> Mapping[Path, str]:
    """Every generated file of a checkout with what belongs into it.

    `requirements` is the requirements document; where it is absent, the ids known from the last time stay.
    """
    rows = tracing.trace(root / "tests", _required(requirements))
    reference = root / "docs" / "reference"
    return {
        root / "docs" / "aspects.md": aspects.markdown(rows),
        reference / "actions.md": catalogue_text.markdown(),
        reference / "errors.md": errors.markdown(),
        reference / "http.md": http_text.markdown(),
        reference / "traceability.md": tracing.markdown(rows),
        root / "src" / PACKAGE.relative_to(PACKAGE.parents[2]) / tracing.SHIPPED: tracing.as_json(rows),
    }


def _required(requirements: Path | None) -> list[str]:
    if requirements is not None and requirements.is_file():
        return tracing.requirement_ids(requirements.read_text(encoding="utf-8"))
    return [row.requirement for row in tracing.shipped()] if (PACKAGE / tracing.SHIPPED).is_file() else []


def write(root: Path, requirements: Path | None = None) -> list[Path]:
    """Write what is out of date; gives what was written."""
    stale = out_of_date(root, requirements)
    for file in stale:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(generated(root, requirements)[file], encoding="utf-8")
    return stale


def out_of_date(root: Path, requirements: Path | None = None) -> list[Path]:
    """Generated files that are missing or differ."""
    return [
        file
        for file, text in generated(root, requirements).items()
        if not file.is_file() or file.read_text(encoding="utf-8") != text
    ]
