"""Figures as ratios against limits of this machine; see README.md."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from coign import memory
from coign.bench import benches, tracing
from coign.bench.figures import Figure, machine
from coign.bench.place import Place, place
from coign.kernel.errors import Invalid

__all__ = ["BENCHES", "run"]

Bench = Callable[[Place], list[Figure]]
BENCHES: dict[str, Bench] = {
    "action": benches.action,
    "bulk": benches.bulk,
    "growth": benches.growth,
    "proof": benches.proof,
    "heads": benches.heads,
    "verify": benches.verify,
    "trace": tracing.measure,
}


def run(
    names: Sequence[str],
    *,
    quick: bool,
    progress: Callable[[str], None] = lambda line: None,
    further: Mapping[str, Bench] = MappingProxyType({}),
) -> dict[str, Any]:
    """Measure what is named, or everything; the object of the contract. `further`: what others can measure here."""
    known = {**BENCHES, **further}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Invalid.at("NAME", f"{unknown[0]} is not measured here; it can be {', '.join(known)}")
    figures: list[Figure] = []
    with place(quick=quick, progress=progress) as here:
        memory.settle()  # as the server does
        for name in names or known:
            here.probe()
            figures += known[name](here)
        here.probe()
        return {
            "ok": True,
            "machine": machine(),
            "fsync_ms": here.fsync,
            "figures": [figure.to_json() for figure in figures],
        }
