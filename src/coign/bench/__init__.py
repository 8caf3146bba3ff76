"""Figures as ratios against limits of this machine; see README.md."""

from collections.abc import Callable, Sequence
from typing import Any

from coign.bench import benches
from coign.bench.figures import Figure, machine
from coign.bench.place import Place, place
from coign.kernel.errors import Invalid
from coign.service import memory

__all__ = ["BENCHES", "run"]

BENCHES: dict[str, Callable[[Place], list[Figure]]] = {
    "action": benches.action,
    "bulk": benches.bulk,
    "growth": benches.growth,
    "proof": benches.proof,
    "verify": benches.verify,
}


def run(names: Sequence[str], *, quick: bool, progress: Callable[[str], None] = lambda line: None) -> dict[str, Any]:
    """Measure what is named, or everything; the object of the contract."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        raise Invalid.at("NAME", f"{unknown[0]} is not measured here; it can be {', '.join(BENCHES)}")
    figures: list[Figure] = []
    with place(quick=quick, progress=progress) as here:
        memory.settle()  # as the server does
        for name in names or BENCHES:
            here.probe()
            figures += BENCHES[name](here)
        here.probe()
        return {
            "ok": True,
            "machine": machine(),
            "fsync_ms": here.fsync,
            "figures": [figure.to_json() for figure in figures],
        }
