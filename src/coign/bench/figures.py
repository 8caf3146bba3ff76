"""One figure beside its limit, and how they are sampled: in turns, so that a slow spell of the disk meets both."""

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any

import psutil

from coign.kernel.frozen import dataclass

PROBE_WRITES = 60


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured; `ratio` is to the limit measured in the same run, `aim` what the design asks of the ratio."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    limit_name: str = ""
    aim: float | None = None
    #: For shares and costs: the aim is an upper bound.
    at_most: bool = False
    samples: list[float] = field(default_factory=list)
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Share of the limit; None where there is no limit."""
        return None if not self.limit else self.value / self.limit

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        if self.aim is None:
            return None
        measured = self.value if self.ratio is None else self.ratio
        return measured <= self.aim if self.at_most else measured >= self.aim

    def to_json(self) -> dict[str, Any]:
        """As the contract has it."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "limit": self.limit,
            "limit_name": self.limit_name,
            "ratio": self.ratio,
            "aim": self.aim,
            "met": self.met,
            "samples": self.samples,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Samples:
    """Both sides of a comparison, taken in turns."""

    ours: list[float]
    limit: list[float]

    @property
    def value(self) -> float:
        """Our median."""
        return statistics.median(self.ours)

    @property
    def of(self) -> float:
        """The limit's median."""
        return statistics.median(self.limit)


def in_turns(limit: Callable[[], float], ours: Callable[[], float], rounds: int) -> Samples:
    """A B A B …"""
    taken = Samples([], [])
    for _ in range(rounds):
        taken.limit.append(limit())
        taken.ours.append(ours())
    return taken


def rate(count: int, work: Callable[[], object]) -> float:
    """How many a second, when `work` does so many."""
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def fsync_ms(folder: Path) -> float:
    """The median time of a small durable write in this folder, now."""
    taken = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(PROBE_WRITES):
            start = time.perf_counter()
            os.pwrite(file.fileno(), b"x" * 8192, 0)
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def machine() -> str:
    """What this was measured on."""
    memory_gb = psutil.virtual_memory().total / 2**30
    return (
        f"{_processor()}, {psutil.cpu_count()} processors, {memory_gb:.0f} GB, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}"
    )


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
