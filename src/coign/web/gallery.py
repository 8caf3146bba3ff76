"""Every building block in every state, with invented people, for looking at and for tests: the page `/gallery/`.

What does not depend on the time of day stands in `gallery.json`, word for word as the page shows it.
"""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.utils import timezone

from coign.web.drawing.lanes import Lane, Span
from coign.web.drawing.trend import Bounds, Value

INVENTED = Path(__file__).with_name("gallery.json")


class GalleryForm(forms.Form):
    """One field of each kind."""

    volume = forms.DecimalField(
        label="Volume of the bag", min_value=0, widget=forms.TextInput({"inputmode": "decimal"})
    )
    lot = forms.CharField(label="Lot of the wash buffer", help_text="Stands under the symbol on the bottle.")
    patient = forms.CharField(label="Hospital number")
    room = forms.ChoiceField(label="Room", choices=[("c1", "C1"), ("c2", "C2, only this patient")])
    clear = forms.ChoiceField(
        label="Is the cabinet clear?",
        choices=[("yes", "Yes, nothing of another patient is inside"), ("no", "No")],
        widget=forms.RadioSelect,
    )
    seen = forms.BooleanField(label="Both persons have looked")
    remark = forms.CharField(label="What went differently", required=False, widget=forms.Textarea({"rows": 3}))


def gallery_context(now: datetime) -> dict[str, Any]:
    """All the values the gallery shows. `now` needs a zone."""
    invented: dict[str, Any] = json.loads(INVENTED.read_text(encoding="utf-8"))
    invented["frame"]["clock"] = {"now": now, "factor": 1}
    wrong = GalleryForm({"volume": "68 ml", "lot": "", "patient": "NH-447 109", "room": "c2"}, auto_id="wrong_%s")
    wrong.add_error("volume", "Write the number alone, with a point: 68 or 68.5. The unit stands beside the field.")
    return invented | {
        "holds": holds(now),
        "charts": charts(now),
        "trends": trends(now),
        "today": today(now),
        "form": GalleryForm(auto_id="good_%s"),
        "form_read": GalleryForm({"volume": "64.5", "lot": "7"}, auto_id="read_%s"),
        "form_wrong": wrong,
    }


def holds(now: datetime) -> list[dict[str, Any]]:
    """Running, look and stop."""

    def one(label: str, minutes_gone: int, minutes: int, shape: str) -> dict[str, Any]:
        start = now - timedelta(minutes=minutes_gone)
        end = start + timedelta(minutes=minutes)
        return {
            "label": label,
            "start": start,
            "end": end,
            "now": now,
            "shape": shape,
            "use_by": f"Start activation by {end:%H:%M %Z}",
            "since": f"{minutes} min after thaw, from {start:%H:%M}",
        }

    return [
        one("Bag P1 was thawed", 8, 30, "bar"),
        one("Washed cells", 36, 60, "ring"),
        one("Out of the cold", 12, 10, "ring"),
    ]


def today(now: datetime) -> dict[str, Any]:
    """A day with everything that can stand on it, one lane each."""
    here = timezone.localtime(now)

    def at(hour: float) -> datetime:
        return here.replace(hour=0, minute=0) + timedelta(hours=hour)

    return {
        "title": "Today at chairs and beds",
        "place": "Nordhaven, times in CET",
        "now": here,
        "lanes": [
            Lane("Chair 1", "M.S. NH-447 190", (Span(at(10), at(14), "planned", "planned 10:00 to 14:00"),)),
            Lane("Chair 2", "J.K. NH-402 881", (Span(at(6.8), here, "running", "collecting since 06:49"),)),
            Lane("Chair 3", "A.O. NH-451 027", (Span(at(8), None, "look", "planned 08:00, not begun"),)),
            Lane("Bed 12", "E.T. NH-431 276", (Span(at(9.2), at(11.7), "look", "thawed, give it by 11:42"),)),
            Lane("Bed 14", "O.N. NH-504 005", (Span(at(7), at(9.5), "stop", "thawed, its time ended 09:30"),)),
            Lane("Courier 1", "", (Span(at(7.5), None, "done", "07:30 taken over"),)),
            Lane("Courier 2", "", (Span(at(18.5), None, "planned", "18:30 pick-up, SH-0231"),)),
        ],
        "later": ["collection 13 MAR 08:00, A.R. NH-504 008"],
    }


def trends(now: datetime) -> list[dict[str, Any]]:
    """In order among few, outside its limit among many, and without any result."""

    def one(title: str, values: list[str], bounds: Bounds, unit: str) -> dict[str, Any]:
        shown = [
            Value(f"B-26-{100 + n:04}", f"{now - timedelta(days=7 * (len(values) - n)):%d %b %Y}".upper(), Decimal(v),
                  this=n + 1 == len(values))
            for n, v in enumerate(values)
        ]  # fmt: skip
        return {"title": title, "values": shown, "bounds": bounds, "unit": unit}

    many = [f"{2.1 + 0.7 * math.sin(n * 1.7):.2f}" for n in range(19)]
    return [
        one("Viability", ["88.1", "91.4", "86.0", "84.6"], Bounds(low=Decimal(70)), "%"),
        one("Vector copies per cell", [*many, "5.2"], Bounds(high=Decimal(5), high_open=True), "copies/cell"),
        one("Endotoxin", [], Bounds(high=Decimal(5)), "EU/mL"),
    ]


def charts(now: datetime) -> list[dict[str, Any]]:
    """In order, with an excursion, unread, and without any reading."""
    start = now - timedelta(hours=42)

    def curve(hours: float, peak: float = 0.0) -> list[tuple[datetime, float]]:
        readings = []
        for n in range(int(hours * 12)):
            bump = peak * math.exp(-(((n - 330) / 4) ** 2))
            readings.append(
                (start + timedelta(minutes=5 * n), -188 + 1.3 * math.sin(n / 9) + 0.8 * math.sin(n / 2.3) + bump)
            )
        return readings

    limits = {"high": -150, "alarm_high": -130}
    source = "Logger TL-5520, read before the bags were moved."
    unread = [r for r in curve(30) if not timedelta(hours=9) < r[0] - start < timedelta(hours=14)]
    return [
        {"title": "Temperature, shipper SH-0198", "readings": curve(42, 47), "source": source, **limits},
        {"title": "Temperature, shipper SH-0231", "readings": unread, "until": now, **limits},
        {
            "title": "Temperature, room C2",
            "readings": [(a, 21 + (v + 188) / 2) for a, v in curve(42)],
            "low": 18,
            "high": 25,
        },
        {"title": "Temperature, shipper SH-0300", "readings": [], **limits},
    ]
