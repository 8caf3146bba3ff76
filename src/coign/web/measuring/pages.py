"""How long the pages take that people open all day: one therapy, and the queue of their work."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from math import ceil

from django.test import Client
from django.urls import reverse

from coign.bench.figures import Figure, in_turns
from coign.bench.place import Place
from coign.demo import story
from coign.demo.filling import fill
from coign.demo.seed import SEED
from coign.kernel.frozen import dataclass
from coign.records import reading as records
from coign.service import Service, Settings
from coign.web import reading, running, tables

_FEW_LEDGER, _MANY_LEDGER = 21, 22
FEW, MANY, MANY_QUICK = 100, 10_000, 1_000
#: What the design asks of the 95th percentile.
AIM_MS = 100.0
WARM_UP, SAMPLES = 3, 20
#: Who opens what: the therapy that is far along, and each one's first page.
READERS = ("physician-1",)
WORKERS = ("coordinator-1", "nurse-1", "operator-1")


@dataclass(frozen=True, slots=True)
class Record:
    """A record behind the pages, and the therapy in it that is far along."""

    service: Service
    root: str


def measure(place: Place) -> list[Figure]:
    """Both pages with many journeys, against the same pages with few."""
    count = MANY_QUICK if place.quick else MANY
    with _record(place, _FEW_LEDGER, FEW) as few, _record(place, _MANY_LEDGER, count) as many:
        figures = []
        for name, readers in (("journey", READERS), ("queue", WORKERS)):
            taken = in_turns(partial(_p95_ms, few, name, readers), partial(_p95_ms, many, name, readers), place.rounds)
            place.progress(f"pages: {name} {taken.value:.0f} ms, {taken.of:.0f} ms with {FEW} journeys")
            note = f"95th percentile with {count:,} journeys, of the slowest of {', '.join(readers)}"
            figures += [
                Figure(f"pages.{name}", taken.value, "ms", aim=AIM_MS, at_most=True, samples=taken.ours, note=note),
                Figure(f"pages.{name}.growth", taken.value, "ms", taken.of, f"ms with {FEW} journeys"),
            ]
    return figures


@contextmanager
def _record(place: Place, ledger_id: int, journeys: int) -> Iterator[Record]:
    """A demonstration with one therapy at its centre, and so many beside it."""
    settings = Settings(home=place.home, demonstration=True)
    given = {"in_transaction": running.in_transaction, "background": False}
    with Service.on(place.database, settings, ledger_id=ledger_id, **given) as service:
        running.start(service)
        try:
            tables.prepare(place.database)
            story.tell(service, SEED, 1)
            with service.vault.pool.connection() as connection:
                root = records.journeys(connection, ledger_id)[0].root
            fill(service, journeys, place.progress)
            place.tidy()
            yield Record(service, root)
        finally:
            reading.close()
            running.stop()


def _p95_ms(record: Record, page: str, readers: Sequence[str]) -> float:
    """The slowest reader's 95th percentile."""
    running.start(record.service)
    path = reverse("journey", args=[record.root]) if page == "journey" else reverse("home")
    return max(_of(_signed_in(record.service, who), path) for who in readers)


def _of(browser: Client, path: str) -> float:
    taken = []
    for number in range(WARM_UP + SAMPLES):
        start = time.perf_counter()
        answer = browser.get(path)
        if number >= WARM_UP:
            taken.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return sorted(taken)[ceil(0.95 * len(taken)) - 1]


def _signed_in(service: Service, who: str) -> Client:
    """A browser of this account, as whoever shows a demonstration gets one: by a click."""
    from coign.web.accounts import demonstration  # only once Django is set up

    demonstration.open_accounts(service)
    browser = Client()
    browser.post(reverse("continue-as"), {"as": who})
    return browser
