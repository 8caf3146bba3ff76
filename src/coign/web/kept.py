"""What one page has read already: nothing is asked of the database twice while a page is made.

Only looking is remembered, and only for the one request: whoever acts reads afresh.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponse

T = TypeVar("T")
#: A stored state: by which version it was folded, and its bytes.
Row = tuple[int, bytes]
#: Asks for the stored states of subjects in some views, or in every view they have: subject, view, fold, bytes.
Ask = Callable[[Sequence[str], Sequence[str] | None], Sequence[tuple[str, str, int, bytes]]]

#: Of so few subjects all states are read at once: a page that asks for one of them soon asks for the others.
WHOLE_MAX = 24


@dataclass(slots=True)
class Kept:
    """The states and single answers that one page has read."""

    #: By view, then by subject.
    rows: dict[str, dict[str, Row]] = field(default_factory=lambda: defaultdict(dict))
    whole: set[str] = field(default_factory=set)
    asked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    answers: dict[object, Any] = field(default_factory=dict)

    def states(self, view: str, subjects: Sequence[str], ask: Ask) -> dict[str, Row]:
        """The stored states of these subjects, as far as there are any."""
        asked = self.asked[view]
        missing = [s for s in subjects if s not in asked and s not in self.whole]
        if missing and len(missing) <= WHOLE_MAX:
            self.look_ahead(missing, None, ask)
        elif missing:
            self.look_ahead(missing, [view], ask)
        rows = self.rows[view]
        return {s: row for s in subjects if (row := rows.get(s)) is not None}

    def look_ahead(self, subjects: Sequence[str], views: Sequence[str] | None, ask: Ask) -> None:
        """Read the states of these subjects in these views, or in every view they have."""
        self._take(ask(subjects, views))
        if views is None:
            self.whole.update(subjects)
        else:
            for view in views:
                self.asked[view].update(subjects)

    def _take(self, found: Sequence[tuple[str, str, int, bytes]]) -> None:
        for subject, view, fold, body in found:
            self.rows[view][subject] = fold, bytes(body)


_kept: ContextVar[Kept | None] = ContextVar("kept", default=None)


@contextmanager
def kept() -> Iterator[None]:
    """Within, what was read is remembered."""
    if _kept.get() is not None:
        yield
        return
    token = _kept.set(Kept())
    try:
        yield
    finally:
        _kept.reset(token)


def states(view: str, subjects: Sequence[str], ask: Ask) -> dict[str, Row]:
    """The stored states of these subjects in one view, by subject; asked for at most once a page."""
    now = _kept.get()
    if now is not None:
        return now.states(view, subjects, ask)
    return {subject: (fold, bytes(body)) for subject, _view, fold, body in ask(subjects, [view])}


def ahead(subjects: Sequence[str], views: Sequence[str] | None, ask: Ask) -> None:
    """Read now, in one question, what this page will ask for; nothing where nothing is remembered."""
    now = _kept.get()
    missing = [s for s in subjects if s not in now.whole] if now is not None else []
    if now is not None and missing:
        now.look_ahead(missing, views, ask)


def know(view: str, subject: str, row: Row | None) -> None:
    """What was read on the way to something else; None: nothing is recorded of it in this view."""
    now = _kept.get()
    if now is not None:
        now.asked[view].add(subject)
        if row is not None:
            now.rows[view][subject] = row


def once(key: object, ask: Callable[[], T]) -> T:
    """An answer; asked for at most once a page."""
    now = _kept.get()
    if now is None:
        return ask()
    if key not in now.answers:
        now.answers[key] = ask()
    return cast(T, now.answers[key])


class KeptWhileLooking:
    """Pages that only look remember what they read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with kept():
            return self.get_response(request)
