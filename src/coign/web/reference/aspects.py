"""`docs/aspects.md`: what each of the six trades finds here, out of the catalogue, addresses of pages and tests."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from coign import catalogue
from coign.kernel.frozen import dataclass
from coign.web.reference.tracing import Row

# Read, not imported: pages need a configured web project, this text does not.
_URLS = Path(__file__).parents[1] / "urls.py"
_PATH = re.compile(r'path\("([^"]*)", [\w.]+, name="([^"]+)"\)')
_KIND = re.compile(r"<\w+:")


@dataclass(frozen=True, slots=True)
class Aspect:
    """One trade's part: the domains that are its own, its pages by name of address, its scenarios by their letters."""

    title: str
    question: str
    domains: tuple[str, ...]
    screens: tuple[str, ...]
    scenarios: str


ASPECTS = (
    Aspect(
        "Patient safety",
        "Is this the right patient, may it be given now, and what did it do to them?",
        ("clinical", "collection", "donor", "infusion", "safety"),
        ("journey", "do", "verdict", "therapy-safety", "safety", "case", "product"),
        "PAT",
    ),
    Aspect(
        "Manufacturing under GMP",
        "What is done next in the batch, by whom, and may it be released?",
        ("equipment", "facility", "manufacturing", "quality"),
        ("home", "journey", "do", "audit-trail", "release", "label", "rooms", "equipment", "trends"),
        "GMP",
    ),
    Aspect(
        "Regulatory oversight",
        "What is allowed where, until when, and what does an authority want to know?",
        ("regulatory",),
        ("oversight", "authorisation", "application", "product", "reference-traceability"),
        "REG",
    ),
    Aspect(
        "Traceability and documentation",
        "Where does this come from, where did it go, who says so, and can that be shown?",
        ("closing", "correction", "custody", "identity", "incident", "installation"),
        ("journeys", "journey", "scan", "subject", "trace", "receipt", "deeds"),
        "TRC",
    ),
    Aspect(
        "Supply chain security",
        "Is it genuine, was it cold all the way, and who had it?",
        ("coldchain", "logistics", "storage", "supply"),
        ("store", "packs", "suspect", "journey"),
        "SCS",
    ),
    Aspect(
        "Training and education",
        "Who may do what today, until when, and what opens a shut gate?",
        ("access", "people", "training"),
        ("training", "own-training", "transcript", "courses", "course", "attempt", "lesson", "who-could"),
        "TRN",
    ),
)


def markdown(rows: Iterable[Row], aspects: Sequence[Aspect] = ASPECTS) -> str:
    """The whole page. ValueError: a domain belongs to no aspect, or an aspect has an empty cell."""
    domains = {action.domain for action in catalogue.ACTIONS.values()}
    if homeless := domains - {d for aspect in aspects for d in aspect.domains}:
        raise ValueError(f"of no aspect: {', '.join(sorted(homeless))}")
    proved = {row.requirement: row.tests for row in rows if row.tests}
    lines = [
        "# The six aspects",
        "",
        "Generated; do not edit. Each has its actions, gates, screens and scenario tests.",
    ]
    for aspect in aspects:
        lines += ["", f"## {aspect.title}", "", aspect.question]
        for title, found in _cells(aspect, proved).items():
            if not found:
                raise ValueError(f"{aspect.title} has no {title}")
            lines += ["", f"### {title.capitalize()} ({len(found)})", "", *found]
    return "\n".join(lines) + "\n"


def _cells(aspect: Aspect, proved: Mapping[str, list[str]]) -> dict[str, list[str]]:
    addresses = {name: _KIND.sub("<", path) for path, name in _PATH.findall(_URLS.read_text(encoding="utf-8"))}
    actions = [a for a in catalogue.ACTIONS.values() if a.domain in aspect.domains]
    gates = {g.id: g for a in actions for g in a.gates if g.id.partition(".")[0] in aspect.domains}
    scenarios = {r: tests for r, tests in proved.items() if r.startswith(f"{aspect.scenarios}-S")}
    return {
        "actions": [f"- {a.title} (`{a.name}`)" for a in actions],
        "gates": [f"- {g.protects} (`{g.id}`)" for g in gates.values()],
        "screens": [f"- `/{addresses[name]}`" for name in aspect.screens],
        "scenario tests": [f"- {r}: {', '.join(f'`{t}`' for t in tests)}" for r, tests in scenarios.items()],
    }
