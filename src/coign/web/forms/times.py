"""A time that somebody types: in the zone of the page, and never guessed where a night has an hour twice (CSV-S3)."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

ATTRIBUTES = {"type": "datetime-local", "step": "1"}
FORM = "%Y-%m-%dT%H:%M:%S"


class LocalTime(forms.DateTimeField):
    """Date and time as people of this place read them; where that names two instants or none, the offset is asked."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"widget": forms.DateTimeInput(attrs=dict(ATTRIBUTES), format=FORM), **given})

    def clean(self, value: Any) -> Any:
        """An aware datetime; ValidationError says what to write."""
        try:
            return super().clean(value)
        except ValidationError as error:
            written = _naive(value)
            if error.code != "ambiguous_timezone" or written is None:
                raise
            # The browser's own input for times takes no offset.
            self.widget = forms.TextInput(attrs={"autocomplete": "off", "class": "mono"})
            raise ValidationError(_advice(written)) from error


def _naive(value: Any) -> datetime | None:
    try:
        return parse_datetime(str(value).strip())
    except ValueError:
        return None


def _advice(written: datetime) -> str:
    zone = timezone.get_current_timezone()
    first, second = (written.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != written:
        return _("No clock showed this that night: it went forward over it. Look at the clock again")
    return _("This came twice that night: write %(first)s for the first time, %(second)s for the second") % {
        "first": first.isoformat(), "second": second.isoformat(),
    }  # fmt: skip
