"""How fast one actor may ask, counted in this process: nobody's script keeps others from acting."""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from math import ceil

from coign.kernel.errors import Unavailable
from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.perform.request import Request, Source
from coign.rulesets import RuleSets

#: Actors remembered at a time; whoever asked longest ago is forgotten first, and begins anew with everything.
ACTORS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How many a minute for long, and how many at once after a pause."""

    per_minute: float
    at_once: float


class Meter:
    """One bucket of tokens an actor, filled at a steady rate. Thread-safe; memory is bounded."""

    def __init__(
        self, rate: Rate, *, actors_max: int = ACTORS_MAX, steady_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._actors_max, self._steady_s = rate, actors_max, steady_s
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # actor → tokens, and when that was so
        self._lock = threading.Lock()

    def take(self, wanted: Counter[str]) -> float:
        """Take what each actor asks for; otherwise take nothing and give the seconds after which it would be there.

        More than a bucket holds is given to whoever has a full one, and owed: large bulks pass, one after the other.
        """
        per_s = self._rate.per_minute / 60
        with self._lock:
            now_s = self._steady_s()
            held = {actor: self._held(actor, now_s, per_s) for actor in wanted}
            missing = max(min(count, self._rate.at_once) - held[actor] for actor, count in wanted.items())
            if missing > 0:
                return missing / per_s
            for actor, count in wanted.items():
                self._buckets[actor] = (held[actor] - count, now_s)
                self._buckets.move_to_end(actor)
            while len(self._buckets) > self._actors_max:
                self._buckets.popitem(last=False)
        return 0.0

    def _held(self, actor: str, now_s: float, per_s: float) -> float:
        tokens, since_s = self._buckets.get(actor, (self._rate.at_once, now_s))
        return min(self._rate.at_once, tokens + (now_s - since_s) * per_s)

    def __len__(self) -> int:
        """How many actors are remembered."""
        return len(self._buckets)


class Rates:
    """What the door lets through: acts and questions of people and devices, and what the installation does itself."""

    def __init__(self, *, acts: Meter, questions: Meter, inside: Meter) -> None:
        self._acts, self._questions, self._inside = acts, questions, inside

    @classmethod
    def of(cls, rules: RuleSets, at: Instant) -> "Rates":
        """As the rule sets have it at an instant."""
        return cls(
            acts=Meter(_rate(rules, "door.acts", at)),
            questions=Meter(_rate(rules, "door.questions", at)),
            inside=Meter(_rate(rules, "door.inside", at)),
        )

    def act(self, requests: Iterable[Request]) -> None:
        """Count commands that are to be prepared or performed; `Unavailable` when they come too fast."""
        self._count(requests, self._acts)

    def question(self, request: Request) -> None:
        """Count a question that records nothing."""
        self._count((request,), self._questions)

    def _count(self, requests: Iterable[Request], outside: Meter) -> None:
        wanted: dict[Source, Counter[str]] = {source: Counter() for source in Source}
        for request in requests:
            wanted[request.source][request.actor.person] += 1
        for source, meter in ((Source.OUTSIDE, outside), (Source.INSIDE, self._inside)):
            wait_s = meter.take(wanted[source]) if wanted[source] else 0.0
            if wait_s > 0:
                raise Unavailable(
                    f"you ask faster than one person or device may: wait {ceil(wait_s)} s, then repeat with the same "
                    "key. Nothing of this was recorded",
                    retry_after_s=ceil(wait_s),
                )


def _rate(rules: RuleSets, name: str, at: Instant) -> Rate:
    return Rate(
        float(rules.number(f"{name}_per_minute_max", at)),
        float(rules.number(f"{name}_at_once_max", at)),
    )
